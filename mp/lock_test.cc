#include "mp/lock.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Lock, ExampleOfTheHeader) {
  Lock lock;
  {
    std::scoped_lock hold(lock);
    EXPECT_TRUE(lock.locked());
  }
  EXPECT_TRUE(lock.acquire(/*block=*/false));
  EXPECT_FALSE(lock.acquire(/*block=*/true, 10ms));
  lock.release();
}

TEST(Lock, AnotherProcessHasItOrWaits) {
  Lock lock;
  lock.acquire();
  TestProcess child([&] { return !lock.acquire(false) && lock.acquire(); });
  EXPECT_TRUE(child.sleeps());
  lock.release();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Lock, AnybodyMayReleaseIt) {
  Lock lock;
  lock.acquire();
  TestProcess child([&] {
    lock.release();
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_FALSE(lock.locked());
  EXPECT_THROW(lock.release(), ValueError);
}

TEST(Lock, TimeoutWithoutBlockMeansNothing) {
  Lock lock;
  lock.acquire();
  EXPECT_FALSE(lock.acquire(false, 1000s));
  EXPECT_FALSE(lock.acquire(true, -1s));
}

TEST(Lock, NextOwnerIsToldThatTheLastOneDied) {
  Lock lock;
  EXPECT_TRUE(lock.acquire());
  EXPECT_FALSE(lock.took_over());
  lock.release();
  TestProcess child([&] { return lock.acquire(); });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.took_over());
  lock.release();
  EXPECT_TRUE(lock.acquire());
  EXPECT_FALSE(lock.took_over());
}

TEST(RLock, OwnerAcquiresItAgainAndReleasesItAsOften) {
  RLock lock;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lock.acquire(false));
  for (int i = 0; i < 3; ++i) {
    TestProcess child([&] { return !lock.acquire(false); });
    EXPECT_EQ(child.wait(), base::Exited{0}) << i;
    std::thread([&] { EXPECT_FALSE(lock.acquire(false)); }).join();
    lock.release();
  }
  EXPECT_FALSE(lock.locked());
  EXPECT_THROW(lock.release(), AssertionError);
}

TEST(RLock, NobodyElseMayReleaseIt) {
  RLock lock;
  lock.acquire();
  auto is_refused = [&] {
    try {
      lock.release();
    } catch (const AssertionError&) {
      return true;
    }
    return false;
  };
  TestProcess child(is_refused);
  EXPECT_EQ(child.wait(), base::Exited{0});
  std::thread([&] { EXPECT_TRUE(is_refused()); }).join();
  EXPECT_TRUE(lock.locked());
}

TEST(RLock, DeadOwnersLevelsAreGone) {
  RLock lock;
  TestProcess child([&] { return lock.acquire() && lock.acquire() && lock.acquire(); });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.took_over());
  lock.release();
  EXPECT_FALSE(lock.locked());
}

// Of the owner's levels, too, nothing is left that could mislead the next one.
TEST(RLock, OwnersKilledAgainAndAgain) {
  struct Shared {
    std::atomic<int> inside{0};
    std::atomic<long> entered{0};
    std::atomic<bool> broken{false};
  };
  RLock lock;
  os::Shared<Shared> shared;
  os::Crew crew(3, [&](size_t) -> bool {
    while (true) {
      for (int level = 0; level < 3; ++level) lock.acquire();
      shared->inside = static_cast<int>(::getpid());
      for (int i = 0; i < 20; ++i) {
        if (shared->inside.load() != ::getpid()) shared->broken = true;
      }
      shared->entered.fetch_add(1);
      for (int level = 0; level < 3; ++level) lock.release();
    }
  });
  crew.kill_at_random(700);
  EXPECT_TRUE(os::grows(shared->entered, 1000l)) << "they are stuck";
  EXPECT_FALSE(shared->broken);
  for (size_t i = 0; i < 3; ++i) crew.end(i);
  EXPECT_TRUE(lock.acquire());
  lock.release();
  EXPECT_FALSE(lock.locked()) << "levels of a dead owner are left";
}

// Each child would have had a table of lives of its own, for their creator had never asked for one.
TEST(Lock, HolderThatDiesHandsOnALockThatItsCreatorHasNeverUsed) {
  Lock lock;
  os::Shared<os::Word> held(0);
  TestProcess holder([&] {
    lock.acquire();
    os::set_and_wake_all(*held, 1);
    while (true) ::pause();
    return true;
  });
  TestProcess next([&] {
    while (held->load() == 0) os::sleep_on(*held, 0);
    return lock.acquire() && lock.took_over();
  });
  while (held->load() == 0) os::sleep_on(*held, 0);
  EXPECT_TRUE(next.sleeps());
  holder.kill();
  EXPECT_EQ(next.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp
