#include "tools/cli/steadiness.h"

#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string line(const std::string& claim, const std::string& verdict,
                 const std::string& variation = "null", const std::string& hygiene = "clean",
                 const std::string& standing = "unexpected") {
  return absl::StrCat(R"({"claim":")", claim, R"(","verdict":")", verdict, R"(","standing":")",
                      standing, R"(","variation":)", variation, R"(,"hygiene":{"verdict":")",
                      hygiene, "\"}}\n");
}

std::string expected(const std::string& verdict, const std::string& variation = "null",
                     const std::string& hygiene = "clean") {
  return line("a.x", verdict, variation, hygiene, "as_expected");
}

bool take(Steadiness& steadiness, const std::string& round, const std::string& results) {
  std::istringstream in("{\"mpcheck_results\":1}\n" + results);
  return steadiness.take(round, in);
}

TEST(Steadiness, SameVerdictsAreSteady) {
  Steadiness s;
  for (const char* round : {"1", "2", "3"})
    EXPECT_FALSE(take(s, round, line("a.x", "holds") + line("a.y", "violated")));
  EXPECT_EQ(s.claims(), 2u);
  EXPECT_THAT(s.wavering(), IsEmpty());
}

TEST(Steadiness, VerdictThatDiffersIsNamedWithItsRound) {
  Steadiness s;
  take(s, "idle 1", line("a.x", "holds"));
  EXPECT_TRUE(take(s, "idle 2", line("a.x", "violated")));
  EXPECT_FALSE(take(s, "idle 3", line("a.x", "violated")));
  EXPECT_THAT(s.wavering(), ElementsAre("a.x: holds, clean in idle 1; violated in idle 2, idle 3"));
}

TEST(Steadiness, MostRoundsAreCountedNotListed) {
  Steadiness s;
  for (int i = 0; i < 6; ++i) take(s, absl::StrCat(i), line("a.x", "holds"));
  take(s, "6", line("a.x", "unknown"));
  EXPECT_THAT(s.wavering(), ElementsAre("a.x: holds, clean 6 times; unknown in 6"));
}

TEST(Steadiness, VariationAndHygieneMayNotDifferEither) {
  Steadiness s;
  take(s, "1", line("a.x", "holds", "\"early\"") + line("a.y", "holds"));
  EXPECT_TRUE(
      take(s, "2", line("a.x", "holds", "\"late\"") + line("a.y", "holds", "null", "dirty")));
  EXPECT_THAT(s.wavering(), ElementsAre("a.x: holds (early), clean in 1; holds (late), clean in 2",
                                        "a.y: holds, clean in 1; holds, dirty in 2"));
}

TEST(Steadiness, WhatABrokenClaimLeavesMayDiffer) {
  Steadiness s;
  take(s, "1", line("a.x", "violated", "null", "clean"));
  EXPECT_FALSE(take(s, "2", line("a.x", "violated", "null", "not_judged")));
}

// event.pulse_returns_true_to_those_it_releases: CPython's wait() runs a race.
TEST(Steadiness, RaceThatAWaiverForeseesIsNotTheSuitesWavering) {
  Steadiness s;
  take(s, "1", expected("violated"));
  EXPECT_TRUE(take(s, "2", expected("holds")));
  EXPECT_THAT(s.wavering(), IsEmpty());
  EXPECT_THAT(s.foreseen(), ElementsAre("a.x: holds, clean in 2; violated in 1"));
}

TEST(Steadiness, LeftoversThatAWaiverForeseesAreNotTheSuitesWavering) {
  Steadiness s;
  take(s, "1", expected("holds", "null", "dirty"));
  take(s, "2", expected("holds", "null", "clean"));
  EXPECT_THAT(s.wavering(), IsEmpty());
  EXPECT_THAT(s.foreseen(), ElementsAre("a.x: holds, clean in 2; holds, dirty in 1"));
}

TEST(Steadiness, OutcomeThatNoWaiverForeseesIsWaveringAllTheSame) {
  Steadiness s;
  take(s, "1", expected("violated"));
  take(s, "2", expected("holds"));
  take(s, "3", line("a.x", "unknown"));
  EXPECT_THAT(s.wavering(), ElementsAre("a.x: holds, clean in 2; unknown in 3; violated in 1"));
  EXPECT_THAT(s.foreseen(), IsEmpty());
}

TEST(Steadiness, VariationsThatDifferAreForeseenByNoWaiver) {
  Steadiness s;
  take(s, "1", expected("holds", "\"early\""));
  take(s, "2", expected("holds", "\"late\""));
  EXPECT_THAT(s.wavering(),
              ElementsAre("a.x: holds (early), clean in 1; holds (late), clean in 2"));
}

TEST(Steadiness, ClaimThatIsMissingInSomeRoundIsNamed) {
  Steadiness s;
  take(s, "1", line("a.x", "holds"));
  EXPECT_TRUE(take(s, "2", line("a.y", "holds")));
  EXPECT_THAT(s.wavering(), ElementsAre("a.x: holds, clean in 1; not judged at all in 2",
                                        "a.y: holds, clean in 2; not judged at all in 1"));
}

}  // namespace
}  // namespace mpcheck
