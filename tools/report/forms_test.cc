// Badge, JUnit and Markdown.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/report/badge.h"
#include "tools/report/counts.h"
#include "tools/report/junit.h"
#include "tools/report/markdown.h"
#include "tools/report/results_for_tests.h"

namespace mpcheck {
namespace {

using testing::HasSubstr;
using testing::Not;

const Brief kUnexpected = {.verdict = "violated", .standing = "unexpected"};
const Brief kUnknown = {.verdict = "unknown", .standing = "could_not_judge"};
const Brief kUnsupported = {.verdict = "unsupported"};

std::string badge_of(const std::vector<std::pair<std::string, Brief>>& claims) {
  return badge_json(results("x", claims));
}

TEST(Badge, SaysHowManyHoldOfThoseThatWereJudged) {
  EXPECT_EQ(
      badge_of(
          {{"a.a", {}}, {"a.b", {"holds", "v"}}, {"a.c", {"violated"}}, {"a.d", kUnsupported}}),
      R"({"schemaVersion":1,"label":"mpcheck: x","message":"2 of 3 hold","color":"green"})"
      "\n");
}

TEST(Badge, ItsColourSaysWhetherThatIsAsExpected) {
  EXPECT_THAT(badge_of({{"a.a", {}}}), HasSubstr("\"brightgreen\""));
  EXPECT_THAT(badge_of({{"a.a", {}}, {"a.b", kUnexpected}}), HasSubstr("\"red\""));
  EXPECT_THAT(badge_of({{"a.a", {}}, {"a.b", kUnknown}}), HasSubstr("\"yellow\""));
  EXPECT_THAT(badge_of({{"a.a", kUnsupported}}),
              HasSubstr("\"nothing judged\",\"color\":\"lightgrey\""));
}

// A part of a run is no reason to be glad, whoever reads which form.
TEST(Forms, RunThatWasCutShortIsNotToldAsWhole) {
  Results part = results("x", {{"a.a", {}}});
  part.cut_short = true;
  EXPECT_THAT(badge_json(part), HasSubstr("\"1 of 1 hold, cut short\",\"color\":\"yellow\""));
  EXPECT_THAT(junit_xml(part), HasSubstr("tests=\"2\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(junit_xml(part), HasSubstr("<error message=\"the run was cut short"));
  EXPECT_THAT(markdown_summary({part}), HasSubstr("| ⚠️ x (cut short) |"));
}

TEST(Forms, RunInWhichNothingWasJudgedHasNoTick) {
  EXPECT_THAT(markdown_summary({results("x", {{"a.a", kUnsupported}})}), HasSubstr("| ➖ x |"));
}

TEST(Counts, HygieneThatIsNotKnownIsOfJudgedClaimsOnly) {
  const Tally tally = tally_of(results("x", {{"a.a", {"holds", "", "not_judged"}},
                                             {"a.b", {"unsupported", "", "not_judged"}},
                                             {"a.c", {"holds", "", "dirty"}}}));
  EXPECT_EQ(hygiene_text(tally), "1 dirty, 1 not known");
  EXPECT_EQ(hygiene_text(tally_of(results("x", {{"a.a", {}}}))), "clean");
}

TEST(Junit, FailsWhatNobodyExpectedOnly) {
  Results all = results("x", {{"a.holds", {}},
                              {"a.known", {"violated"}},
                              {"a.bad", kUnexpected},
                              {"b.unknown", kUnknown},
                              {"b.not_there", kUnsupported}});
  all.claims[2].failures = {"1 < 2 & \"more\"\x01"};
  const std::string xml = junit_xml(all);
  EXPECT_THAT(xml, HasSubstr("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"x.a\" name=\"known\" time=\"0.000\">"));
  EXPECT_THAT(xml, HasSubstr("1 &lt; 2 &amp; &quot;more&quot;\\x01"));
  EXPECT_THAT(xml, HasSubstr("To see it again: judge a.bad again"));
}

TEST(Markdown, NamesWhatIsUnexpectedWithTheLineThatShowsItAgain) {
  Results all = results("x_y", {{"a.holds", {}}, {"a.bad", kUnexpected}});
  all.claims[1].failures = {"Expected: ```1```"};
  const std::string text = markdown_summary({all});
  EXPECT_THAT(text, HasSubstr("| ❌ x\\_y | 1 | 0 | 1 | 0 | 0 | 0 | 1 | clean |"));
  EXPECT_THAT(text, HasSubstr("### x\\_y: 1 not as expected"));
  EXPECT_THAT(text, HasSubstr("<code>a.bad</code> (MUST): violated"));
  EXPECT_THAT(text, HasSubstr("````\nExpected: ```1```\n````\n")) << "a fence that is longer";
  EXPECT_THAT(text, HasSubstr("```\njudge a.bad again\n```"));
  EXPECT_THAT(text, Not(HasSubstr("a.holds")));
}

TEST(Markdown, SaysWhereImplementationsDiffer) {
  const std::string text =
      markdown_summary({results("x", {{"a.same", {}}, {"a.other", {}}, {"a.alone", {}}}),
                        results("y", {{"a.same", {}}, {"a.other", kUnsupported}})});
  EXPECT_THAT(text, HasSubstr("### They differ in 1 claim\n"));
  EXPECT_THAT(text, HasSubstr("| claim | level | x | y |\n|---|---|---|---|\n"
                              "| `a.other` | MUST | holds | unsupported |\n"));
  EXPECT_THAT(markdown_summary({results("x", {{"a.same", {}}})}), Not(HasSubstr("differ")));
}

}  // namespace
}  // namespace mpcheck
