#include "tools/cli/summary.h"

#include "gtest/gtest.h"

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

}  // namespace
}  // namespace mpcheck
