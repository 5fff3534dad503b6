#include "tools/cli/testees_command.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

Implementation one(const std::string& group, const std::string& method, const std::string& kind,
                   bool usual = true) {
  return {.name = group + "-" + method,
          .command = {"/p/python", "a.py"},
          .usual = usual,
          .group = group,
          .method = method,
          .kind = kind,
          .version = "3.11.2",
          .where = "/p/python"};
}

const std::vector<Implementation> kFound = {
    one("cpython-3.11.2", "fork", "cpython"), one("cpython-3.11.2", "spawn", "cpython"),
    one("cpython-3.11.2", "dummy", "dummy"), one("mp", "fork", "mp", false)};
const std::vector<KnownImplementation> kKnown = {{.name = "cpython"},
                                                 {.name = "pypy",
                                                  .what = "of its own",
                                                  .how = "fork, spawn",
                                                  .get = "tools/testees install pypy"}};

TEST(TesteesCommand, TablesTellWhatIsHereAndHowToGetTheRest) {
  EXPECT_EQ(testees_text(kFound, kKnown),
            "here                         version  where\n"
            "cpython-3.11.2-{fork,spawn}  3.11.2   /p/python\n"
            "cpython-3.11.2-dummy         3.11.2   /p/python\n"
            "mp-fork                      3.11.2   /p/python  *\n"
            "\n"
            "*: judged when named, or with --all. A name may hold *: tools/mpcheck run '*-spawn'\n"
            "\n"
            "known, and not here  judged under  how to get it               what it is\n"
            "pypy                 fork, spawn   tools/testees install pypy  of its own\n");
}

TEST(TesteesCommand, WhereAllIsHereThereIsOneTable) {
  EXPECT_THAT(testees_text(kFound, {{.name = "mp"}}),
              testing::Not(testing::HasSubstr("known, and not here")));
}

TEST(TesteesCommand, JsonNamesEachByItself) {
  const nlohmann::json told = nlohmann::json::parse(testees_json(kFound, kKnown));
  ASSERT_EQ(told["here"].size(), 4u);
  EXPECT_EQ(told["here"][1]["name"], "cpython-3.11.2-spawn");
  EXPECT_EQ(told["here"][1]["method"], "spawn");
  EXPECT_EQ(told["here"][1]["waivers"], nullptr);
  EXPECT_EQ(told["here"][3]["usual"], false);
  ASSERT_EQ(told["not_here"].size(), 1u);
  EXPECT_EQ(told["not_here"][0]["get"], "tools/testees install pypy");
}

}  // namespace
}  // namespace mpcheck
