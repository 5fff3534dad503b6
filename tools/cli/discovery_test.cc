#include "tools/cli/discovery.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

Interpreter cpython(std::vector<int> version, std::vector<Module> modules = {}) {
  return {.path = "/p/python",
          .family = "cpython",
          .version = version,
          .language = {version[0], version[1]},
          .start_methods = {"fork", "spawn"},
          .modules = std::move(modules)};
}

std::vector<std::string> names(const std::vector<Interpreter>& interpreters) {
  std::vector<std::string> out;
  for (const Implementation& each : implementations_of(interpreters, "adapter.py"))
    out.push_back(each.name);
  return out;
}

TEST(Discovery, EveryStartMethodIsAnImplementationAndDummyComesOnce) {
  EXPECT_THAT(names({cpython({3, 11, 2}), cpython({3, 9, 0})}),
              ElementsAre("cpython-3.11.2-fork", "cpython-3.11.2-spawn", "cpython-3.11.2-dummy",
                          "cpython-3.11.2-executor-fork", "cpython-3.11.2-executor-spawn",
                          "cpython-3.9.0-fork", "cpython-3.9.0-spawn",
                          "cpython-3.9.0-executor-fork", "cpython-3.9.0-executor-spawn"));
}

TEST(Discovery, OthersFollowTheFirstByVersion) {
  std::vector<std::string> all =
      names({cpython({3, 11, 2}), cpython({3, 6, 15}), cpython({3, 13, 0})});
  EXPECT_EQ(all[5], "cpython-3.13.0-fork");
  EXPECT_EQ(all[9], "cpython-3.6.15-fork");
}

TEST(Discovery, ExecutorOfPython36HasTheDefaultStartMethodOnly) {
  EXPECT_THAT(names({cpython({3, 11, 2}), cpython({3, 6, 15})}),
              AllOf(Contains("cpython-3.6.15-executor-fork"),
                    Not(Contains("cpython-3.6.15-executor-spawn"))));
}

TEST(Discovery, ModulesOfAnInterpreterAreImplementations) {
  std::vector<std::string> all =
      names({cpython({3, 11, 2}, {{.name = "billiard"}, {.name = "joblib"}, {.name = "mpi4py"}})});
  all.erase(all.begin(), all.begin() + 5);
  EXPECT_THAT(all, ElementsAre("cpython-3.11.2-billiard-fork", "cpython-3.11.2-billiard-spawn",
                               "cpython-3.11.2-loky", "cpython-3.11.2-executor-loky",
                               "cpython-3.11.2-mpi4py"));
}

TEST(Discovery, ModuleIsWhatItsPackageSaysAndNotItsInterpreter) {
  const auto all = implementations_of(
      {cpython({3, 11, 2}, {{.name = "billiard", .version = "4.1.0", .path = "/lib/billiard"}})},
      "d/adapter.py");
  EXPECT_EQ(all.back().group, "cpython-3.11.2-billiard");
  EXPECT_EQ(all.back().method, "spawn");
  EXPECT_EQ(all.back().version, "4.1.0");
  EXPECT_EQ(all.back().where, "/lib/billiard");
}

TEST(Discovery, SameVersionTwiceHasTwoNames) {
  EXPECT_THAT(names({cpython({3, 11, 2}), cpython({3, 11, 2})}),
              Contains("cpython-3.11.2-spawn-2"));
}

TEST(Discovery, CommandNamesModuleAndMethod) {
  EXPECT_THAT(implementations_of({cpython({3, 11, 2})}, "a.py")[0].command,
              ElementsAre("/p/python", "a.py", "--module=multiprocessing", "--start-method=fork"));
}

TEST(Discovery, InterpreterInAChrootIsRunThere) {
  Interpreter inside = cpython({3, 13, 5});
  inside.chroot = "/c/trixie";
  inside.depends_on = {"/p/lib"};
  const Implementation one = implementations_of({inside}, "/d/a.py")[0];
  EXPECT_THAT(one.command, ElementsAre("/d/in_chroot", "/c/trixie", "/p/python", "/d/a.py",
                                       "--module=multiprocessing", "--start-method=fork"));
  EXPECT_EQ(one.where, "/c/trixie/p/python");
  EXPECT_THAT(one.depends_on, Contains("/c/trixie/p/lib"));
}

TEST(Discovery, UsualOnesComeBeforeNewerOnesThatAreNot) {
  Interpreter beside = cpython({3, 13, 0});
  beside.usual = false;
  std::vector<Implementation> all =
      implementations_of({cpython({3, 11, 2}), beside, cpython({3, 10, 0})}, "d/a.py");
  EXPECT_EQ(all[5].name, "cpython-3.10.0-fork");
  EXPECT_TRUE(all[5].usual);
  EXPECT_EQ(all[9].name, "cpython-3.13.0-fork");
  EXPECT_FALSE(all[9].usual);
  EXPECT_THAT(all[9].depends_on, Contains("d"));
}

TEST(Discovery, AnswerOfAnInterpreter) {
  Interpreter python = parse_interpreter(
      R"({"path":"/usr/bin/python3.11","family":"cpython","version":[3,11,2],"language":[3,11],)"
      R"("start_methods":["fork"],"modules":{"billiard":{"version":"4.1.0","path":"/lib/billiard"}}})");
  EXPECT_EQ(python.path, "/usr/bin/python3.11");
  EXPECT_EQ(python.version_text(), "3.11.2");
  ASSERT_EQ(python.modules.size(), 1u);
  EXPECT_EQ(python.modules[0].name, "billiard");
  EXPECT_EQ(python.modules[0].version, "4.1.0");
}

TEST(Discovery, TooOldOrGarbledAnswerIsNone) {
  EXPECT_EQ(parse_interpreter(R"({"path":"/p","language":[3,5]})").path, "");
  EXPECT_EQ(parse_interpreter("Traceback").path, "");
}

}  // namespace
}  // namespace mpcheck
