#include "tools/cli/discovery.h"

#include "gtest/gtest.h"

namespace mpcheck {
namespace {

Interpreter cpython(std::vector<int> version, std::vector<std::string> modules = {}) {
  return {.path = "/p/python",
          .family = "cpython",
          .version = std::move(version),
          .start_methods = {"fork", "spawn"},
          .modules = std::move(modules)};
}

std::vector<std::string> names(const std::vector<Interpreter>& interpreters) {
  std::vector<std::string> out;
  for (const Implementation& each : implementations_of(interpreters, "adapter.py", "/nonexistent"))
    out.push_back(each.name);
  return out;
}

TEST(Discovery, EveryStartMethodIsAnImplementationAndDummyComesOnce) {
  EXPECT_EQ(names({cpython({3, 11, 2}), cpython({3, 9, 0})}),
            (std::vector<std::string>{"cpython-3.11.2-fork", "cpython-3.11.2-spawn",
                                      "cpython-3.11.2-dummy", "cpython-3.9.0-fork",
                                      "cpython-3.9.0-spawn"}));
}

TEST(Discovery, OthersFollowTheFirstByVersion) {
  std::vector<std::string> all =
      names({cpython({3, 11, 2}), cpython({3, 6, 15}), cpython({3, 13, 0})});
  EXPECT_EQ(all[3], "cpython-3.13.0-fork");
  EXPECT_EQ(all[5], "cpython-3.6.15-fork");
}

TEST(Discovery, ModulesOfAnInterpreterAreImplementations) {
  std::vector<std::string> all = names({cpython({3, 11, 2}, {"billiard", "loky"})});
  EXPECT_EQ(all[3], "cpython-3.11.2-billiard-fork");
  EXPECT_EQ(all.back(), "cpython-3.11.2-loky-loky");
}

TEST(Discovery, SameVersionTwiceHasTwoNames) {
  EXPECT_EQ(names({cpython({3, 11, 2}), cpython({3, 11, 2})}).back(), "cpython-3.11.2-spawn-2");
}

TEST(Discovery, CommandNamesModuleAndMethod) {
  EXPECT_EQ(implementations_of({cpython({3, 11, 2})}, "a.py", "/nonexistent")[0].command,
            (std::vector<std::string>{"/p/python", "a.py", "--module=multiprocessing",
                                      "--start-method=fork"}));
}

TEST(Discovery, UsualOnesComeBeforeNewerOnesThatAreNot) {
  Interpreter beside = cpython({3, 13, 0});
  beside.usual = false;
  std::vector<Implementation> all =
      implementations_of({cpython({3, 11, 2}), beside, cpython({3, 10, 0})}, "d/a.py", "/x");
  EXPECT_EQ(all[3].name, "cpython-3.10.0-fork");
  EXPECT_TRUE(all[3].usual);
  EXPECT_EQ(all[5].name, "cpython-3.13.0-fork");
  EXPECT_FALSE(all[5].usual);
  EXPECT_EQ(all[5].depends_on.back(), "d");
}

TEST(Discovery, AnswerOfAnInterpreter) {
  Interpreter python = parse_interpreter(
      R"({"path":"/usr/bin/python3.11","family":"cpython","version":[3,11,2],"language":[3,11],)"
      R"("start_methods":["fork"],"modules":["billiard"]})");
  EXPECT_EQ(python.path, "/usr/bin/python3.11");
  EXPECT_EQ(python.version_text(), "3.11.2");
  EXPECT_EQ(python.modules, std::vector<std::string>{"billiard"});
}

TEST(Discovery, TooOldOrGarbledAnswerIsNone) {
  EXPECT_EQ(parse_interpreter(R"({"path":"/p","language":[3,5]})").path, "");
  EXPECT_EQ(parse_interpreter("Traceback").path, "");
}

}  // namespace
}  // namespace mpcheck
