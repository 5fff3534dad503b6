#include "mp/lock_core.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using base::Deadline;
using os::Crew;
using os::grows;
using os::Locked;
using os::TestProcess;
using namespace std::chrono_literals;

Deadline at_once() { return Deadline::after(0s); }

struct Guarded {
  LockCore lock;
  std::atomic<int> inside{0};
  std::atomic<long> entered{0};
  std::atomic<bool> broken{false};
  long counter = 0;
  os::Word told{0};
};

class LockCoreTest : public testing::Test {
 protected:
  LockCoreTest() { os::my_token(); }

  // A child that owns the lock until it is killed.
  TestProcess owner() {
    shared_.told = 0;
    TestProcess child([&]() -> bool {
      shared_.lock.acquire(Deadline::never());
      shared_.told = 1;
      while (true) ::pause();
    });
    while (shared_.told.load() == 0) ::sched_yield();
    return child;
  }
  TestProcess waiter(Locked expected) {
    TestProcess child(
        [&, expected] { return shared_.lock.acquire(Deadline::never()) == expected; });
    EXPECT_TRUE(child.sleeps());
    return child;
  }

  os::Shared<Guarded> object_;
  Guarded& shared_ = *object_;
  LockCore& lock_ = shared_.lock;
};

TEST_F(LockCoreTest, IsFreeAtFirstAndAfterItsRelease) {
  EXPECT_FALSE(lock_.locked());
  EXPECT_EQ(lock_.acquire(at_once()), Locked::kClean);
  EXPECT_TRUE(lock_.locked());
  EXPECT_TRUE(lock_.is_mine());
  EXPECT_TRUE(lock_.release());
  EXPECT_FALSE(lock_.locked());
  EXPECT_FALSE(lock_.release());
}

TEST_F(LockCoreTest, IsNotRecursive) {
  lock_.acquire(at_once());
  EXPECT_EQ(lock_.acquire(at_once()), Locked::kNot);
  const auto start = Deadline::Clock::now();
  EXPECT_EQ(lock_.acquire(Deadline::after(20ms)), Locked::kNot);
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST_F(LockCoreTest, AnybodyMayReleaseIt) {
  lock_.acquire(at_once());
  TestProcess child([&] { return !lock_.is_mine() && lock_.release(); });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(lock_.acquire(at_once()), Locked::kClean);
}

TEST_F(LockCoreTest, ReleaseLetsOneSleeperInAtATime) {
  lock_.acquire(at_once());
  auto enter = [&] {
    lock_.acquire(Deadline::never());
    shared_.entered.fetch_add(1);
    while (shared_.told.load() == 0) os::sleep_on(shared_.told, 0);
    return lock_.release();
  };
  TestProcess first(enter), second(enter);
  EXPECT_TRUE(first.sleeps());
  EXPECT_TRUE(second.sleeps());
  lock_.release();
  while (shared_.entered == 0) ::sched_yield();
  EXPECT_TRUE(first.sleeps());
  EXPECT_TRUE(second.sleeps());
  EXPECT_EQ(shared_.entered, 1);
  os::set_and_wake_all(shared_.told, 1);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_FALSE(lock_.locked());
}

TEST_F(LockCoreTest, DeadOwnersLockIsTakenOver) {
  TestProcess child = owner();
  EXPECT_EQ(lock_.acquire(at_once()), Locked::kNot);
  child.kill();
  child.wait();
  EXPECT_EQ(lock_.acquire(Deadline::never()), Locked::kOwnerDied);
  EXPECT_TRUE(lock_.release());
  EXPECT_EQ(lock_.acquire(at_once()), Locked::kClean);
}

TEST_F(LockCoreTest, DeathOfTheOwnerWakesASleeper) {
  TestProcess child = owner();
  TestProcess next = waiter(Locked::kOwnerDied);
  child.kill();
  EXPECT_EQ(next.wait(), base::Exited{0});
}

TEST_F(LockCoreTest, KilledSleeperHindersNobody) {
  TestProcess child = owner();
  TestProcess victim = waiter(Locked::kClean), survivor = waiter(Locked::kOwnerDied);
  victim.kill();
  victim.wait();
  child.kill();
  EXPECT_EQ(survivor.wait(), base::Exited{0});
}

TEST_F(LockCoreTest, SleeperGetsTheLockThoughEveryOwnerBeforeItDies) {
  for (int deaths = 0; deaths < 20; ++deaths) {
    TestProcess child = owner();
    TestProcess first = waiter(Locked::kOwnerDied), second = waiter(Locked::kOwnerDied);
    child.kill();
    // Both end as owners, one after the other: the second takes over from the first.
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
  }
}

TEST_F(LockCoreTest, ExcludesProcessesAndThreads) {
  constexpr int kEach = 20000;
  auto count = [&] {
    for (int i = 0; i < kEach; ++i) {
      lock_.acquire(Deadline::never());
      if (shared_.inside.fetch_add(1) != 0) shared_.broken = true;
      ++shared_.counter;
      shared_.inside.fetch_sub(1);
      lock_.release();
    }
  };
  auto twice = [&] {
    std::thread other(count);
    count();
    other.join();
    return true;
  };
  TestProcess first(twice), second(twice);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_FALSE(shared_.broken);
  EXPECT_EQ(shared_.counter, 4 * kEach);
}

// A process dies at each point of acquire() and release(), with and without others that sleep.
TEST_F(LockCoreTest, KilledAtAnyPointHindersNobody) {
  for (const bool contended : {false, true}) {
    bool survived = false;
    for (int point = 1; !survived; ++point) {
      SCOPED_TRACE(point);
      lock_.acquire(Deadline::never());
      shared_.told = 0;
      TestProcess victim([&] {
        os::my_token();
        os::die_at_kill_point(point);
        shared_.told = 1;
        lock_.acquire(Deadline::never());
        return lock_.release();
      });
      while (shared_.told.load() == 0) ::sched_yield();
      victim.sleeps();  // unless it has died before that
      std::vector<TestProcess> others;
      for (int i = 0; contended && i < 2; ++i) {
        others.emplace_back([&] {
          lock_.acquire(Deadline::never());
          return lock_.release();
        });
        EXPECT_TRUE(others.back().sleeps());
      }
      lock_.release();
      const base::Ending ending = victim.wait();
      survived = ending == base::Exited{0};
      ASSERT_TRUE(survived || ending.killed_by(SIGKILL)) << ending;
      for (TestProcess& each : others) EXPECT_EQ(each.wait(), base::Exited{0});
      EXPECT_NE(lock_.acquire(Deadline::after(20s)), Locked::kNot);
      lock_.release();
    }
  }
}

TEST_F(LockCoreTest, KilledAgainAndAgainUnderTraffic) {
  Crew crew(4, [&](size_t) -> bool {
    while (true) {
      lock_.acquire(Deadline::never());
      shared_.inside = static_cast<int>(::getpid());
      for (int i = 0; i < 20; ++i) {
        if (shared_.inside.load() != ::getpid()) shared_.broken = true;
      }
      shared_.entered.fetch_add(1);
      lock_.release();
    }
  });
  crew.kill_at_random(1500);
  EXPECT_TRUE(grows(shared_.entered, 1000l)) << "they are stuck";
  EXPECT_FALSE(shared_.broken);
}

}  // namespace
}  // namespace mp
