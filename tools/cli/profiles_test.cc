#include "tools/cli/profiles.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

fs::path fresh_folder(const std::string& name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string result(const std::string& claim, const std::string& verdict,
                   const std::string& variation, const std::string& level = "VARIATION") {
  return R"({"claim":")" + claim + R"(","level":")" + level + R"(","verdict":")" + verdict +
         R"(","variation":)" + (variation.empty() ? "null" : "\"" + variation + "\"") +
         R"(,"about":{"name":"CPython","version":"3.9.18","start_method":"fork"}})" + "\n";
}

TEST(Profiles, LineIsAClaimAndItsOutcome) {
  EXPECT_THAT(parse_profile("# CPython\na.b  raises ValueError\n\nc.d yes\n"),
              ElementsAre(Pair("a.b", "raises ValueError"), Pair("c.d", "yes")));
}

TEST(Profiles, OfResultsOnlyVariationsThatWereJudgedCount) {
  const fs::path folder = fresh_folder("profiles_seen");
  write(folder / "x.jsonl", R"({"mpcheck_results":1,"testee":"x"})"
                            "\n" +
                                result("a.b", "holds", "the one") + result("a.c", "violated", "") +
                                result("a.d", "unsupported", "") + result("a.e", "unknown", "") +
                                result("a.f", "holds", "", "MUST"));
  const Seen seen = seen_in((folder / "x.jsonl").string());
  EXPECT_THAT(seen.outcomes, ElementsAre(Pair("a.b", "the one"), Pair("a.c", "violated"),
                                         Pair("a.d", "unsupported")));
  EXPECT_EQ(seen.about, "CPython 3.9.18 (fork)");
}

TEST(Profiles, DifferenceNamesWhatWasAndWhatIs) {
  EXPECT_THAT(differences({{"a", "x"}, {"b", "y"}, {"c", "z"}}, {{"a", "x"}, {"b", "violated"}}),
              ElementsAre("b: was 'y', is 'violated'"));
  EXPECT_THAT(differences({}, {{"a", "x"}, {"b", "unsupported"}}),
              ElementsAre("a: is 'x', and the profile lacks it"));
}

TEST(Profiles, PartOfTheSuiteUpdatesPartOfTheProfile) {
  const Seen seen{.outcomes = {{"a", "w"}, {"b", "unsupported"}}, .claims = {"a", "b"}};
  EXPECT_THAT(updated({{"a", "x"}, {"b", "y"}, {"other", "z"}}, seen, false),
              ElementsAre(Pair("a", "w"), Pair("other", "z")));
  EXPECT_THAT(updated({{"a", "x"}, {"gone", "z"}}, seen, true), ElementsAre(Pair("a", "w")));
}

TEST(Profiles, WhatCouldNotBeJudgedStaysInTheProfile) {
  EXPECT_THAT(updated({{"a", "x"}}, {.claims = {"a"}}, true), ElementsAre(Pair("a", "x")));
}

TEST(Profiles, ProfileOfWhatDidNotRunIsLeftAlone) {
  const fs::path folder = fresh_folder("profiles_cut_short");
  write(folder / "cpython-3.9.18-fork.txt", "a.b  the one\n");
  EXPECT_THAT(update_profiles({{.name = "cpython-3.9.18-fork", .profiles = folder.string()}},
                              folder.string(), true)
                  .text,
              IsEmpty());
  EXPECT_EQ(read(folder / "cpython-3.9.18-fork.txt"), "a.b  the one\n");
}

TEST(Profiles, NewVersionIsComparedWithTheLatestEarlierOneOfItsKind) {
  const fs::path folder = fresh_folder("profiles_nearest");
  for (const char* name :
       {"cpython-3.9.18-fork", "cpython-3.10.13-fork", "cpython-3.13.0-fork",
        "cpython-3.11.2-spawn", "cpython-3.11.2-billiard-fork", "pypy-3.11.0-fork"})
    write(folder / (std::string(name) + ".txt"), "");
  EXPECT_EQ(compared_with(folder.string(), "cpython-3.11.7-fork"), "cpython-3.10.13-fork");
  EXPECT_EQ(compared_with(folder.string(), "cpython-3.13.0-fork"), "cpython-3.13.0-fork");
  EXPECT_EQ(compared_with(folder.string(), "cpython-3.13.1-billiard-fork"),
            "cpython-3.11.2-billiard-fork");
  EXPECT_EQ(compared_with(folder.string(), "cpython-3.6.15-fork"), "");
  EXPECT_EQ(compared_with(folder.string(), "mp-fork"), "");
}

TEST(Profiles, ChangeOfBehaviourInANewVersionIsTold) {
  const fs::path folder = fresh_folder("profiles_compare");
  Implementation one{.name = "cpython-3.9.18-fork", .profiles = folder.string()};
  write(folder / "cpython-3.8.1-fork.txt", "a.b  the other\n");
  write(folder / "cpython-3.9.18-fork.jsonl", result("a.b", "holds", "the one"));
  ProfileOutcome compared = compare_with_profiles({one}, folder.string());
  EXPECT_TRUE(compared.differs);
  EXPECT_THAT(compared.text, HasSubstr("not as those of cpython-3.8.1-fork (it has no profile)\n"
                                       "    a.b: was 'the other', is 'the one'"));
  EXPECT_THAT(update_profiles({one}, folder.string(), true).text, HasSubstr("wrote"));
  EXPECT_EQ(
      read(folder / "cpython-3.9.18-fork.txt"),
      "# CPython 3.9.18 (fork). Written by mpcheck run cpython-3.9.18-fork --update-profiles.\n"
      "a.b  the one\n");
  compared = compare_with_profiles({one}, folder.string());
  EXPECT_FALSE(compared.differs);
  EXPECT_THAT(compared.text, IsEmpty());
}

TEST(Profiles, AdapterOfOnesOwnHasNone) {
  const fs::path folder = fresh_folder("profiles_none");
  write(folder / "mine.jsonl", result("a.b", "holds", "the one"));
  EXPECT_FALSE(compare_with_profiles({{.name = "mine"}}, folder.string()).differs);
}

}  // namespace
}  // namespace mpcheck
