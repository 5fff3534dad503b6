#include "tools/cli/catalogue_commands.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using conformance::Catalogue;
using conformance::Claims;
using conformance::Level;
using testing::HasSubstr;
using testing::Not;

const Claims& claims() {
  static const Claims& all = *new Claims{
      {.id = "queue.fifo",
       .level = Level::kMust,
       .says = "It is one.",
       .notes = {"queue.order"},
       .documented = {"QUE-01"},
       .needs = {"queue", "process"}},
      {.id = "queue.lasts", .level = Level::kBeyond, .says = "It lasts.", .documented = {"QUE-01"}},
      {.id = "lock.locks", .level = Level::kMust, .says = "It locks.", .documented = {"LOCK-01"}}};
  return all;
}

Catalogue catalogue() {
  return std::get<Catalogue>(Catalogue::parse(
      R"({"id":"queue.order","area":"queue","says":"Any order.","where":[{"file":"n.txt","lines":[2]}],)"
      R"("verdict":"refuted","correction":"FIFO.","refuted_by":["queue.fifo"]})",
      R"({"id":"QUE-01","area":"queue","level":"MUST","versions":"3.8+","says":"A queue."})"
      "\n"
      R"({"id":"LOCK-01","area":"lock","level":"MUST","versions":"all","says":"A lock."})"
      "\n"
      R"({"id":"LOCK-02","area":"lock","level":"MAY","versions":"all","says":"Fast.","measured":"bench/x"})"
      "\n"
      R"({"id":"LOCK-03","area":"lock","level":"MAY","versions":"all","says":"Nice."})"));
}

std::string text(const std::variant<std::string, base::UsageError>& given) {
  const auto* error = std::get_if<base::UsageError>(&given);
  return error != nullptr ? "error: " + error->what : std::get<std::string>(given);
}

TEST(List, GroupsClaimsByAreaWithTheirLevels) {
  EXPECT_EQ(text(list_text(claims(), {}, "")),
            "\nqueue: MUST 1, BEYOND 1\n"
            "queue.fifo  MUST  It is one.\n"
            "queue.lasts  BEYOND  It lasts.\n"
            "\nlock: MUST 1\n"
            "lock.locks  MUST  It locks.\n");
}

TEST(List, ChoosesByPatternAreaAndLevel) {
  EXPECT_EQ(text(list_text(claims(), {"*.la*"}, "")),
            "\nqueue: BEYOND 1\nqueue.lasts  BEYOND  It lasts.\n");
  EXPECT_EQ(text(list_text(claims(), {"queue"}, "must")),
            "\nqueue: MUST 1\nqueue.fifo  MUST  It is one.\n");
  EXPECT_THAT(text(list_text(claims(), {"pipe.*"}, "")), HasSubstr("error: no claim is called"));
  EXPECT_THAT(text(list_text(claims(), {"qeue"}, "")), HasSubstr("did you mean queue?"));
}

TEST(Show, ClaimTellsWhatItCovers) {
  const std::string shown = text(show_text("queue.fifo", claims(), catalogue(), ""));
  for (const char* part :
       {"queue.fifo  MUST\n  It is one.\n  Needs: queue, process\n", "queue.order  refuted\n",
        "n.txt:2\n", "the note says: Any order.\n", "true is:       FIFO.\n",
        "shown by:      queue.fifo\n", "QUE-01  MUST  (versions: 3.8+)\n    A queue.\n"})
    EXPECT_THAT(shown, HasSubstr(part));
}

TEST(Show, StatementTellsItsClaimsOrWhyThereIsNone) {
  EXPECT_THAT(text(show_text("QUE-01", claims(), catalogue(), "")),
              HasSubstr("covered by queue.lasts: It lasts."));
  EXPECT_THAT(text(show_text("LOCK-02", claims(), catalogue(), "")),
              HasSubstr("measured by bench/x"));
}

TEST(Show, QuotesTheNotesWhereTheyAreToBeHad) {
  const std::string folder = testing::TempDir();
  std::ofstream(std::filesystem::path(folder) / "n.txt") << "one\n  two \nthree\n";
  const std::string shown = text(show_text("queue.fifo", claims(), catalogue(), folder));
  EXPECT_THAT(shown, HasSubstr("   2 | two\n"));
  EXPECT_THAT(shown, Not(HasSubstr("three")));
}

TEST(Show, UnknownIdGetsASuggestion) {
  EXPECT_THAT(text(show_text("FIFO", claims(), catalogue(), "")),
              HasSubstr("'FIFO'; did you mean queue.fifo?"));
  EXPECT_THAT(text(show_text("xyz", claims(), catalogue(), "")), HasSubstr("mpcheck list"));
}

TEST(Scenario, StepsTellWhatIsAcceptedAndWhatCame) {
  constexpr char kResult[] = R"json({"claim":"queue.fifo","verdict":"holds","variation":"early",
      "failures":["odd"],"trace":[
      {"puppet":"main","op":"q1 = queue.new()","accepted":["returns"],"outcome":"returned null"},
      {"puppet":"main","op":"q1.put(item=1)","accepted":["blocks","returns"],"outcome":"returned null"},
      {"puppet":"p1","op":"q1.get()","accepted":[],"outcome":null}]})json";
  EXPECT_EQ(scenario_text(kResult, "x"),
            "\nScenario, as x played it (holds)\n"
            "   1. main: q1 = queue.new()\n"
            "   2. main: q1.put(item=1)\n"
            "        accepted: blocks; then returns\n"
            "        it returned null\n"
            "   3. p1: q1.get()\n"
            "  Of the accepted outcomes this was seen: early\n"
            "  odd\n");
  EXPECT_EQ(scenario_text("{\"mpcheck_results\":1}", "x"), "");
}

TEST(Coverage, CountsByAreaLevelAndVerdict) {
  const std::string told = coverage_text(claims(), catalogue());
  for (const char* line :
       {"queue                         1        1         0           0        0\n",
        "refuted                       1        1         0           0        0\n",
        "lock                          3        1         1           0        1\n",
        "MAY                           2        0         1           0        1\n",
        "1 notes are refuted or imprecise: claims show it of 1, no program can show it of 0.",
        "3 claims: MUST 2, BEYOND 1\n", "LOCK-03 is covered by no claim"})
    EXPECT_THAT(told, HasSubstr(line));
}

}  // namespace
}  // namespace mpcheck
