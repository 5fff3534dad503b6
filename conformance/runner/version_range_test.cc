#include "conformance/runner/version_range.h"

#include "gtest/gtest.h"

namespace conformance {
namespace {

bool contains(std::string_view range, std::string_view version) {
  return std::get<VersionRange>(VersionRange::parse(range)).contains(version);
}

TEST(VersionRange, NumbersEndWhereOtherTextBegins) {
  EXPECT_EQ(version_numbers("3.11.2"), (std::vector<int>{3, 11, 2}));
  EXPECT_EQ(version_numbers("3.15.0rc1"), (std::vector<int>{3, 15, 0}));
  EXPECT_EQ(version_numbers("7.3.11+dfsg"), (std::vector<int>{7, 3, 11}));
  EXPECT_EQ(version_numbers("unknown"), std::vector<int>());
  EXPECT_EQ(version_numbers(""), std::vector<int>());
}

TEST(VersionRange, ComparesNumbersAndNotText) {
  EXPECT_TRUE(contains(">=3.9", "3.10.0"));
  EXPECT_FALSE(contains("<3.9", "3.10.0"));
}

TEST(VersionRange, ComparesAsFarAsItSays) {
  EXPECT_TRUE(contains("<=3.8", "3.8.18"));
  EXPECT_FALSE(contains(">3.8", "3.8.18"));
  EXPECT_TRUE(contains("==3.6", "3.6.15"));
  EXPECT_FALSE(contains("!=3.6", "3.6.15"));
  EXPECT_TRUE(contains("<3.8.19", "3.8"));
}

TEST(VersionRange, EveryComparisonMustHold) {
  EXPECT_TRUE(contains(">=3.7, <3.12", "3.11.2"));
  EXPECT_FALSE(contains(">=3.7, <3.12", "3.12.0"));
  EXPECT_FALSE(contains(">=3.7, <3.12", "3.6.15"));
}

TEST(VersionRange, UnknownVersionIsOnlyInWhatContainsEverything) {
  EXPECT_TRUE(VersionRange().contains(""));
  EXPECT_FALSE(contains("!=3.9", ""));
}

TEST(VersionRange, WhatIsNoComparisonIsNamed) {
  for (std::string_view text : {"3.9", "<", "=3.9", "", ">=3.9,", "< new"}) {
    auto parsed = VersionRange::parse(text);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << text;
    EXPECT_NE(std::get<std::string>(parsed).find("is no comparison"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace conformance
