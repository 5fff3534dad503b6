#include "conformance/stage/testee.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/deadline.h"
#include "conformance/stage/process_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool eventually(const std::function<bool()>& holds) {
  base::Deadline deadline = base::Deadline::after(std::chrono::seconds(30));
  while (!holds()) {
    if (deadline.passed()) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

// A shell script as the testee, waited for.
struct Script : Testee {
  explicit Script(const std::string& text, std::vector<std::string> environment = {})
      : Testee({.name = "script", .command = {"/bin/sh", "-c", text}, .environment = environment}) {
    start({"ADDED=by the stage"});
  }
  base::Ending ending() {
    EXPECT_TRUE(eventually([&] { return !poll_ending().still_running(); }));
    return poll_ending();
  }
  std::string out() {
    ending();
    return read_file(scratch().file("stdout"));
  }
};

TEST(Testee, RunsInItsScratchFolder) {
  Script script("pwd; echo $TMPDIR");
  EXPECT_EQ(script.out(),
            absl::StrCat(script.scratch().file("cwd"), "\n", script.scratch().file("tmp"), "\n"));
}

TEST(Testee, ItsOutputsAreTwoFiles) {
  Script script("echo out; echo err >&2");
  EXPECT_EQ(script.out(), "out\n");
  EXPECT_EQ(read_file(script.scratch().file("stderr")), "err\n");
}

TEST(Testee, ItsInputIsOneLineThatNobodyElseMayRead) {
  EXPECT_EQ(Script("cat; echo end").out(), "input of the main program\nend\n");
}

TEST(Testee, LaterSettingsOfTheEnvironmentWin) {
  ::setenv("MPCHECK_TEST_OURS", "ours", 1);
  ::setenv("MPCHECK_TEST_BOTH", "ours", 1);
  Script script("echo $MPCHECK_TEST_OURS, $MPCHECK_TEST_BOTH, $ADDED",
                {"MPCHECK_TEST_BOTH=the spec's", "ADDED=by the spec"});
  EXPECT_EQ(script.out(), "ours, the spec's, by the stage\n");
}

TEST(Testee, HasASessionOfItsOwn) {
  Script script("sleep 1000");
  EXPECT_EQ(::getsid(script.pid()), script.pid());
}

TEST(Testee, TellsHowItEnded) {
  EXPECT_EQ(Script("exit 3").ending(), base::Exited{3});
  EXPECT_TRUE(Script("kill -9 $$").ending().killed_by(SIGKILL));
}

TEST(Testee, AProgramThatDoesNotExistNeverStarted) {
  Testee testee({.name = "nobody", .command = {"/no/such/program"}});
  testee.start({});
  EXPECT_TRUE(std::holds_alternative<base::NeverStarted>(testee.poll_ending()));
  EXPECT_THAT(descendants(), IsEmpty());
}

TEST(Testee, EndsWithItsObjectAndTakesItsTreeAlong) {
  std::string folder;
  {
    Script script("setsid sh -c 'sleep 1000 & sleep 1000' & sleep 1000 & wait");
    folder = script.scratch().path();
    ASSERT_TRUE(eventually([&] { return descendants().size() >= 4; }));
  }
  EXPECT_THAT(descendants(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Testee, ThatWasNeverStartedLeavesNothing) {
  std::string folder;
  {
    Testee testee({.name = "idle", .command = {"/bin/true"}});
    folder = testee.scratch().path();
    EXPECT_FALSE(testee.started());
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

// ---------------------------------------------------------------- a /dev/shm of its own

TEST(TesteeShm, WhatItLeavesThereIsSeenAndTheMachinesOwnIsUntouched) {
  const std::string name = absl::StrCat("mpcheck-test-", ::getpid());
  Script script(absl::StrCat("ls /dev/shm; echo x > /dev/shm/", name, " && echo written"));
  const std::string out = script.out();
  if (!script.shared_memory()) {
    std::filesystem::remove("/dev/shm/" + name);
    GTEST_SKIP() << "this kernel grants us no namespace";
  }
  EXPECT_EQ(out, "written\n") << "it began with entries of others";
  EXPECT_THAT(*script.shared_memory(), ElementsAre(name));
  EXPECT_FALSE(std::filesystem::exists("/dev/shm/" + name));
}

TEST(TesteeShm, IsEmptyIfItLeavesNothing) {
  Script script("echo x > /dev/shm/mine; rm /dev/shm/mine");
  script.ending();
  if (!script.shared_memory()) GTEST_SKIP() << "this kernel grants us no namespace";
  EXPECT_THAT(*script.shared_memory(), IsEmpty());
}

TEST(TesteeShm, CanBeReadWhenAllProcessesAreGone) {
  Script script("echo x > /dev/shm/left; kill -9 $$");
  script.ending();
  EXPECT_THAT(script.kill_everything(), IsEmpty());
  if (!script.shared_memory()) GTEST_SKIP() << "this kernel grants us no namespace";
  EXPECT_THAT(*script.shared_memory(), ElementsAre("left"));
}

TEST(TesteeShm, IsAnothersForTheNext) {
  Script first("echo x > /dev/shm/left");
  first.ending();
  if (!first.shared_memory()) GTEST_SKIP() << "this kernel grants us no namespace";
  Script second("ls /dev/shm");
  EXPECT_EQ(second.out(), "");
}

TEST(TesteeShm, LeavesTheTesteeItsUser) {
  EXPECT_EQ(Script("id -u; id -g").out(), absl::StrCat(::geteuid(), "\n", ::getegid(), "\n"));
}

}  // namespace
}  // namespace conformance
