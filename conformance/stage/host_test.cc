// A nursery's mains are as good as new: what one claim left does not reach the next.
#include "conformance/stage/host.h"

#include <signal.h>

#include <filesystem>

#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::IsEmpty;

TesteeSpec python() {
  return {
      .name = "python",
      .command = {"/usr/bin/python3", std::filesystem::absolute("tools/adapters/python/adapter.py"),
                  "--start-method=fork"}};
}

class WarmTesteeTest : public testing::Test {
 protected:
  WarmTestee warm_;
};

TEST_F(WarmTesteeTest, NextMainIsAnotherProcessOfTheSameNursery) {
  pid_t first, second, nursery;
  {
    Stage stage(python(), {.warm = &warm_});
    first = stage.main().pid();
    ASSERT_EQ(stage.processes(), std::vector<pid_t>{first});
    EXPECT_THAT(stage.finish().leftovers, IsEmpty());
  }
  {
    std::unique_ptr<Host> host = warm_.take(python());
    nursery = host->testee.nursery_lives() ? host->switchboard.pid_of(host->nursery) : 0;
    ASSERT_NE(nursery, 0);
    warm_.give_back(std::move(host));
  }
  Stage stage(python(), {.warm = &warm_});
  second = stage.main().pid();
  EXPECT_NE(first, second);
  EXPECT_EQ(stage.main().ppid(), ::getpid());
  EXPECT_EQ(::kill(nursery, 0), 0);
  EXPECT_THAT(stage.finish().leftovers, IsEmpty());
}

TEST_F(WarmTesteeTest, MemoryFilesAndOutputOfOneClaimDoNotReachTheNext) {
  {
    Stage stage(python(), {.warm = &warm_});
    Puppet& main = stage.main();
    main.must(self::sets_global("colour", "red"));
    main.must(self::prints("hello", "stdout", true));
    main.must(self::marks_finally("marker"));
    EXPECT_THAT(main.does(self::reads_stdin()), returns("input of the main program\n"));
    main.must(main.queue().put(1));
    stage.finish();
    EXPECT_TRUE(stage.has_file("marker"));
  }
  Stage stage(python(), {.warm = &warm_});
  Puppet& main = stage.main();
  EXPECT_THAT(main.does(self::gets_global("colour")), returns(nullptr));
  EXPECT_THAT(main.does(self::names()), returns(Value::list({})));
  EXPECT_THAT(main.does(self::reads_stdin()), returns("input of the main program\n"));
  EXPECT_EQ(stage.printed("stdout"), "");
  EXPECT_FALSE(stage.has_file("marker"));
  EXPECT_THAT(stage.finish().leftovers, IsEmpty());
}

TEST_F(WarmTesteeTest, MainThatEndsBrieflyWaitsForThreadsRunsExitFunctionsAndFlushes) {
  Stage stage(python(), {.warm = &warm_});
  Puppet& main = stage.main();
  Puppet& thread = stage.start_thread(main, /*daemon=*/false);
  main.must(self::prints("hello", "stdout", /*flush=*/false));
  main.must(self::marks_finally("left"));
  main.must(self::at_exit("ended"));
  main.must(self::returns_briefly());
  EXPECT_TRUE(stage.main_ends().still_running());
  EXPECT_TRUE(stage.has_file("left"));
  EXPECT_FALSE(stage.has_file("ended"));
  thread.must(self::returns());
  EXPECT_TRUE(stage.main_ends().succeeded());
  EXPECT_TRUE(stage.has_file("ended"));
  EXPECT_EQ(stage.printed("stdout"), "hello");
}

TEST_F(WarmTesteeTest, CallThatNobodyLookedAtMayEndBeforeItsPuppetDoes) {
  constexpr std::chrono::milliseconds kLong(100);
  Stage stage(python(), {.warm = &warm_});
  Puppet& thread = stage.start_thread(stage.main());
  const int64_t at = (base::monotonic_now() + kLong).count();
  thread.begins({.name = "puppet.until", .args = {{"at", at}}});
  const Hygiene hygiene = stage.finish();
  EXPECT_TRUE(hygiene.judged) << hygiene.why_not;
  EXPECT_THAT(hygiene.leftovers, IsEmpty());
}

TEST_F(WarmTesteeTest, CallThatNeverEndsLeavesNothingToJudge) {
  Stage stage(python(), {.warm = &warm_});
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  main.begins(q.get());
  const Hygiene hygiene = stage.finish();
  EXPECT_FALSE(hygiene.judged);
  EXPECT_THAT(hygiene.why_not, testing::HasSubstr("main is still in queue1.get()"));
}

TEST_F(WarmTesteeTest, KilledMainAndItsChildrenLeaveTheNurseryAsItWas) {
  {
    Stage stage(python(), {.warm = &warm_});
    stage.start_process(stage.main());
    stage.signal(stage.main(), SIGKILL);
    EXPECT_TRUE(stage.main_ends().killed_by(SIGKILL));
  }
  Stage stage(python(), {.warm = &warm_});
  EXPECT_THAT(stage.main().does(self::names()), returns(Value::list({})));
  EXPECT_THAT(stage.finish().leftovers, IsEmpty());
}

TEST_F(WarmTesteeTest, DeadNurseryIsReplaced) {
  {
    Stage stage(python(), {.warm = &warm_});
    stage.main();
    stage.finish();
  }
  std::unique_ptr<Host> host = warm_.take(python());
  pid_t nursery = host->switchboard.pid_of(host->nursery);
  ::kill(nursery, SIGKILL);
  while (host->testee.nursery_lives()) {
  }
  warm_.give_back(std::move(host));
  Stage stage(python(), {.warm = &warm_});
  EXPECT_THAT(stage.main().does(self::names()), returns(Value::list({})));
  EXPECT_THAT(stage.finish().leftovers, IsEmpty());
}

TEST_F(WarmTesteeTest, OtherTesteeGetsItsOwn) {
  {
    Stage stage(python(), {.warm = &warm_});
    stage.main();
    stage.finish();
  }
  TesteeSpec spawn = python();
  spawn.command.back() = "--start-method=spawn";
  Stage stage(spawn, {.warm = &warm_});
  EXPECT_EQ(stage.about().start_method, "spawn");
}

}  // namespace
}  // namespace conformance
