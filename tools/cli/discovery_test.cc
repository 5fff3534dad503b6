#include "tools/cli/discovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

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
}

TEST(Discovery, DependsOnTheAdapterButNotOnItsTestsWaiversAndProfiles) {
  const fs::path folder = fs::path(testing::TempDir()) / "adapter_files";
  for (const char* name : {"adapter.py", "adapter_test.py", "BUILD", "waivers/cpython-fork.txt"}) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << "x";
  }
  const Implementation one =
      implementations_of({cpython({3, 11, 2})}, (folder / "adapter.py").string())[0];
  EXPECT_THAT(one.depends_on, UnorderedElementsAre((folder / "adapter.py").string(),
                                                   (folder / "in_chroot").string(),
                                                   (folder / "../kit/python").string()));
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

// A folder of this test's own in PATH, with programs in it that answer as interpreters do.
class DiscoveryOfPrograms : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    const char* path = std::getenv("PATH");
    path_ = path == nullptr ? "" : path;
    ASSERT_EQ(::setenv("PATH", absl::StrCat(path_, ":", folder_.string()).c_str(), 1), 0);
  }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  void make_pipe(const std::string& name) const {
    ASSERT_EQ(::mkfifo((folder_ / name).c_str(), 0600), 0);
  }

  // CPython 3.99.0, which does something before it says so.
  void add(const std::string& name, const std::string& first) const {
    std::ofstream(folder_ / name) << "#!/bin/sh\ncd " << folder_ << "\n"
                                  << first << "\necho '"
                                  << R"({"path":")" << (folder_ / name).string()
                                  << R"(","family":"cpython","version":[3,99,0],"language":[3,99],)"
                                  << R"("start_methods":["fork"]})"
                                  << "'\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / absl::StrCat("found", ::getpid());

 private:
  std::string path_;
};

TEST_F(DiscoveryOfPrograms, AreAskedSideBySide) {
  make_pipe("one");
  make_pipe("other");
  // Each answers when the other one has been asked.
  add("python3.98", "echo >one; read word <other");
  add("python3.99", "read word <one; echo >other");
  std::vector<std::string> found;
  for (const Implementation& each : discover({.adapter = "adapter.py"})) found.push_back(each.name);
  EXPECT_THAT(found, IsSupersetOf({"cpython-3.99.0-fork", "cpython-3.99.0-fork-2"}));
}

TEST_F(DiscoveryOfPrograms, AreTakenInTheOrderOfTheirFolderWhoeverAnswersFirst) {
  std::vector<std::string> order;
  for (const std::string hurried : {"python3.98", "python3.99"}) {
    make_pipe("turn");
    for (const std::string name : {"python3.98", "python3.99"})
      add(name, name == hurried ? "echo >turn" : "read word <turn");
    for (const Implementation& each : discover({.adapter = "adapter.py"})) {
      if (each.name == "cpython-3.99.0-fork") order.push_back(each.where);
    }
    fs::remove(folder_ / "turn");
  }
  ASSERT_EQ(order.size(), 2u);
  EXPECT_EQ(order[0], order[1]);
}

}  // namespace
}  // namespace mpcheck
