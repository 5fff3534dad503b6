#include "tools/report/differences.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/report/results_for_tests.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Difference::Kind;

// What one claim's change amounts to; "" if to nothing.
std::string change(const Brief& before, const Brief& after) {
  const Results old_one = results("x", {{"a.b", before}}), new_one = results("x", {{"a.b", after}});
  const std::vector<Difference> found = differences(old_one, new_one);
  return found.empty() ? "" : std::string(name_of(found[0].kind));
}

TEST(Differences, WhatHeldAndDoesNotIsWorse) {
  for (const char* now : {"violated", "unsupported", "unknown", "adapter_error"})
    EXPECT_EQ(change({"holds"}, {now}), "worse") << now;
}

TEST(Differences, WhatIsViolatedAndWasNotIsWorse) {
  for (const char* before : {"holds", "unsupported", "unknown"})
    EXPECT_EQ(change({before}, {"violated"}), "worse") << before;
}

TEST(Differences, WhatHoldsAndDidNotIsBetter) {
  for (const char* before : {"violated", "unsupported", "unknown"})
    EXPECT_EQ(change({before}, {"holds"}), "better") << before;
}

TEST(Differences, WhatIsNoLongerOfferedIsNotBetterThanViolated) {
  EXPECT_EQ(change({"violated"}, {"unsupported"}), "changed");
}

TEST(Differences, AnotherOutcomeOfAVariationIsAChange) {
  EXPECT_EQ(change({"holds", "a"}, {"holds", "b"}), "changed");
  EXPECT_EQ(change({"holds", "a"}, {"holds", "a"}), "");
}

TEST(Differences, ToLeaveThingsBehindIsWorseWhateverTheVerdict) {
  EXPECT_EQ(change({"holds", "", "clean"}, {"holds", "", "dirty"}), "worse");
  EXPECT_EQ(change({"violated", "", "clean"}, {"holds", "", "dirty"}), "worse");
  EXPECT_EQ(change({"holds", "", "dirty"}, {"holds", "", "clean"}), "better");
  EXPECT_EQ(change({"holds", "", "clean"}, {"holds", "", "not_judged"}), "");
}

TEST(Differences, NewAndGoneClaimsAreNamed) {
  const Results before = results("x", {{"a.gone", {}}, {"a.stays", {}}});
  const Results after = results("x", {{"a.stays", {}}, {"a.new", {"violated"}}});
  std::vector<std::pair<std::string, Kind>> found;
  for (const Difference& each : differences(before, after))
    found.emplace_back(each.claim, each.kind);
  EXPECT_THAT(found, ElementsAre(std::pair("a.new", Kind::kNew), std::pair("a.gone", Kind::kGone)));
}

std::vector<std::string> pairs_of(const std::vector<Results>& before,
                                  const std::vector<Results>& after) {
  const auto compared = compare(before, after);
  std::vector<std::string> out;
  if (const auto* comparisons = std::get_if<Comparisons>(&compared)) {
    for (const Comparison& each : comparisons->pairs)
      out.push_back(each.before->name + " " + each.after->name);
  }
  return out;
}

TEST(Compare, PartnersHaveTheSameName) {
  EXPECT_THAT(pairs_of({results("a", {}), results("b", {})}, {results("b", {}), results("a", {})}),
              ElementsAre("a a", "b b"));
}

TEST(Compare, OrTheSameButForTheVersion) {
  const std::vector<Results> before = {results("py-3.11.2-fork", {}),
                                       results("py-3.11.2-spawn", {})};
  const std::vector<Results> after = {results("py-3.12-spawn", {}), results("py-3.12-fork", {})};
  EXPECT_THAT(pairs_of(before, after),
              ElementsAre("py-3.11.2-fork py-3.12-fork", "py-3.11.2-spawn py-3.12-spawn"));
}

TEST(Compare, WhoCouldHaveTwoPartnersHasNone) {
  const std::vector<Results> before = {results("py-1-fork", {}), results("z", {})};
  const std::vector<Results> after = {results("py-2-fork", {}), results("py-3-fork", {}),
                                      results("z", {})};
  EXPECT_THAT(pairs_of(before, after), ElementsAre("z z"));
  const Comparisons comparisons = std::get<Comparisons>(compare(before, after));
  EXPECT_THAT(comparisons.only_before, ElementsAre("py-1-fork"));
  EXPECT_THAT(comparisons.only_after, ElementsAre("py-2-fork", "py-3-fork"));
}

TEST(Compare, TwoAloneAreComparedWhateverTheirNames) {
  EXPECT_THAT(pairs_of({results("a", {})}, {results("b", {})}), ElementsAre("a b"));
}

TEST(Compare, NobodyToCompareIsAnError) {
  const auto compared = compare({results("a", {}), results("b", {})}, {results("c", {})});
  EXPECT_THAT(std::get<std::string>(compared), HasSubstr("of a, b, the new ones of c"));
}

class Forms : public testing::Test {
 protected:
  std::vector<Results> before_ = {
      results("x", {{"a.worse", {}}, {"a.stays", {}}, {"a.v", {"holds", "p|q"}}})};
  std::vector<Results> after_ = {
      results("x", {{"a.worse", {"violated"}}, {"a.stays", {}}, {"a.v", {"holds", "r"}}})};
  Comparisons comparisons_ = std::get<Comparisons>(compare(before_, after_));
};

TEST_F(Forms, TextSaysWhatWasComparedAndTheWorstFirst) {
  EXPECT_EQ(differences_text(comparisons_),
            "x (x.jsonl) -> x (x.jsonl): 1 worse, 1 changed\n"
            "  worse  a.worse (MUST): holds -> violated\n"
            "  changed  a.v (VARIATION): variation: p|q -> variation: r\n");
  EXPECT_TRUE(comparisons_.anything_worse());
}

TEST_F(Forms, MarkdownEscapesWhatWouldEndACell) {
  EXPECT_THAT(differences_markdown(comparisons_),
              HasSubstr("| changed | `a.v` | VARIATION | variation: p\\|q | variation: r |"));
}

TEST_F(Forms, JsonHasBothStates) {
  const auto json = nlohmann::json::parse(differences_json(comparisons_));
  const auto& pair = json["comparisons"][0];
  EXPECT_EQ(pair["counts"]["worse"], 1);
  EXPECT_EQ(pair["differences"][0]["claim"], "a.worse");
  EXPECT_EQ(pair["differences"][0]["old"]["verdict"], "holds");
  EXPECT_EQ(pair["differences"][0]["new"]["verdict"], "violated");
  EXPECT_EQ(pair["differences"][1]["new"]["variation"], "r");
}

TEST_F(Forms, NoDifferenceIsSaid) {
  const Comparisons same = std::get<Comparisons>(compare(before_, before_));
  EXPECT_EQ(differences_text(same), "x (x.jsonl) -> x (x.jsonl): no difference\n");
  EXPECT_FALSE(same.anything_worse());
}

}  // namespace
}  // namespace mpcheck
