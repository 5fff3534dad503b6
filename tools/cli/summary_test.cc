#include "tools/cli/summary.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

std::string line(const std::string& claim, const std::string& verdict,
                 const std::string& more = "") {
  return "{\"claim\":\"" + claim + "\",\"area\":\"" + claim.substr(0, claim.find('.')) +
         "\",\"verdict\":\"" + verdict + "\",\"hygiene\":{\"verdict\":\"clean\"}" + more + "}";
}

TEST(Summary, CountsVerdictsByArea) {
  Summary s{.name = "x"};
  EXPECT_TRUE(s.add_line(R"({"mpcheck_results":1,"testee":"x"})"));
  EXPECT_TRUE(s.add_line(line("queue.a", "holds")));
  EXPECT_TRUE(s.add_line(line("queue.b", "violated")));
  EXPECT_TRUE(s.add_line(line("lock.c", "unsupported")));
  EXPECT_TRUE(s.add_line(line("lock.d", "holds", ",\"level\":\"VARIATION\"")));
  EXPECT_TRUE(s.add_line(line("lock.e", "adapter_error")));
  EXPECT_EQ(s.areas["queue"].holds, 1);
  EXPECT_EQ(s.areas["queue"].violated, 1);
  EXPECT_EQ(s.areas["lock"].unsupported, 1);
  EXPECT_EQ(s.areas["lock"].variation, 1);
  EXPECT_EQ(s.areas["lock"].unknown, 1);
  EXPECT_EQ(s.all().total(), 5);
}

TEST(Summary, GarbledLineIsRefused) {
  Summary s;
  EXPECT_FALSE(s.add_line("{\"claim\":\"queue.a\",\"ver"));
  EXPECT_FALSE(s.add_line("{}"));
  EXPECT_EQ(s.all().total(), 0);
}

TEST(Summary, KeepsWhatWasUnexpectedAndWhatCouldNotBeJudged) {
  Summary s;
  s.add_line(line("queue.a", "violated",
                  R"(,"standing":"unexpected","complaints":["the claim is violated"])"));
  s.add_line(line("queue.b", "adapter_error",
                  R"(,"standing":"could_not_judge","failures":["hung: main"])"));
  s.add_line(line("queue.c", "violated", R"(,"standing":"as_expected","waived":true)"));
  EXPECT_EQ(s.unexpected, std::vector<std::string>{"queue.a: the claim is violated"});
  EXPECT_EQ(s.not_judged, std::vector<std::string>{"queue.b: hung: main"});
  EXPECT_EQ(s.waived, 1);
}

TEST(Summary, SlowestClaimsComeFirstOverAllImplementations) {
  Summary a{.name = "a"}, b{.name = "b"};
  a.add_line(line("queue.x", "holds", ",\"took_ms\":12.4"));
  a.add_line(line("queue.y", "holds", ",\"took_ms\":3"));
  b.add_line(line("queue.x", "violated", ",\"took_ms\":40"));
  EXPECT_EQ(slowest({a, b}, 2),
            "\nThe slowest claims\n      40 ms  queue.x  b\n      12 ms  queue.x  a\n");
  EXPECT_EQ(slowest({a}, 9).find("queue.y") != std::string::npos, true);
}

TEST(Summary, TablesShowEveryImplementationAndArea) {
  Summary a{.name = "cpython-3.11.2-fork", .seconds = 4.25};
  a.add_line(line("queue.a", "holds"));
  a.add_line(
      R"({"claim":"lock.b","area":"lock","verdict":"violated","hygiene":{"verdict":"dirty"}})");
  a.add_line(
      R"({"claim":"lock.c","area":"lock","verdict":"holds","hygiene":{"verdict":"not_judged"}})");
  Summary b{.name = "other"};
  std::string text = tables({a, b}, {"queue", "lock"}, 80);
  EXPECT_NE(text.find("cpython-3.11.2-fork      2         1          0            0        0  1 "
                      "dirty ?1     4.2 s\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("queue  1/0/0/0"), std::string::npos) << text;
  EXPECT_NE(text.find("lock   1/1/0/0 !1"), std::string::npos) << text;
}

TEST(Summary, NarrowTerminalGetsSeveralBlocks) {
  Summary a{.name = "first-implementation"}, b{.name = "second-implementation"};
  std::string text = tables({a, b}, {"queue"}, 40);
  EXPECT_GT(text.rfind("second-implementation"),
            text.rfind("queue  -", text.rfind("queue  -") - 1));
}

TEST(Tables, WideNamesKeepTheColumnsStraight) {
  Summary wide{.name = "实现-进程-线程-队列"}, narrow{.name = "cpython-3.11.2-fork"};
  for (Summary* each : {&wide, &narrow}) each->areas["queue"].holds = 7;
  size_t first = 0;
  for (const std::string& line : std::vector<std::string>(
           absl::StrSplit(tables({wide, narrow}, {}, 120), absl::MaxSplits('\n', 3)))) {
    if (!absl::StrContains(line, " 7 ")) continue;
    const size_t column = columns(std::string_view(line).substr(0, line.find(" 7 ")));
    if (first == 0) first = column;
    EXPECT_EQ(column, first) << line;
  }
  EXPECT_GT(first, 0u);
}

TEST(Tables, HaveColoursOnlyWhereTheyAreWanted) {
  Summary one{.name = "one"};
  one.areas["queue"].unknown = 3;
  EXPECT_EQ(tables({one}, {"queue"}, 120).find('\033'), std::string::npos);
  EXPECT_NE(tables({one}, {"queue"}, 120, Colours(true)).find("\033[33m       3\033[0m"),
            std::string::npos);
}

}  // namespace
}  // namespace mpcheck
