#include "mp/os/robust_mutex.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <cerrno>

#include "base/os_error.h"
#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

using base::Deadline;
using namespace std::chrono_literals;

struct Counted {
  RobustMutex mutex;
  Word told{0};
  long counter = 0;
};

class RobustMutexTest : public testing::Test {
 protected:
  // A child that holds the mutex until it is killed.
  TestProcess holder() {
    TestProcess child([&]() -> bool {
      shared_.mutex.lock();
      shared_.told = 1;
      while (true) sleep_on(shared_.told, 1);
    });
    while (shared_.told.load() == 0) ::sched_yield();
    return child;
  }

  Shared<Counted> object_;
  Counted& shared_ = *object_;
};

TEST_F(RobustMutexTest, ExcludesOtherProcesses) {
  TestProcess child = holder();
  EXPECT_EQ(shared_.mutex.try_lock(), Locked::kNot);
  const auto start = Deadline::Clock::now();
  EXPECT_EQ(shared_.mutex.lock(Deadline::after(20ms)), Locked::kNot);
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST_F(RobustMutexTest, DeadOwnerIsReportedOnceToWhoeverIsNext) {
  TestProcess child = holder();
  child.kill();
  child.wait();
  EXPECT_EQ(shared_.mutex.try_lock(), Locked::kOwnerDied);
  shared_.mutex.unlock();
  EXPECT_EQ(shared_.mutex.lock(), Locked::kClean);
  shared_.mutex.unlock();
}

TEST_F(RobustMutexTest, DeathOfTheOwnerWakesWhoWaits) {
  TestProcess owner = holder();
  TestProcess waiter([&] {
    RobustLock hold(shared_.mutex);
    return hold.owner_died();
  });
  EXPECT_TRUE(waiter.sleeps());
  owner.kill();
  EXPECT_EQ(waiter.wait(), base::Exited{0});
}

TEST_F(RobustMutexTest, LockWithinATimeTellsOfADeadOwner) {
  TestProcess owner = holder();
  TestProcess waiter(
      [&] { return shared_.mutex.lock(Deadline::after(10s)) == Locked::kOwnerDied; });
  EXPECT_TRUE(waiter.sleeps());
  owner.kill();
  EXPECT_EQ(waiter.wait(), base::Exited{0});
}

// Killed between any two stores of lock() and unlock(), with nobody else and while another one sleeps.
class KilledAnywhere : public RobustMutexTest, public testing::WithParamInterface<bool> {};

TEST_P(KilledAnywhere, HindersNobody) {
  int nth = 1;
  for (bool survived = false; !survived; ++nth) {
    ASSERT_LT(nth, 100);
    Shared<Counted> fresh;
    TestProcess victim([&] {
      if (!GetParam()) die_at_kill_point(nth);
      RobustLock hold(fresh->mutex);
      fresh->told = 1;
      if (GetParam()) {
        while (fresh->told.load() == 1) sleep_on(fresh->told, 1);
        die_at_kill_point(nth);
      }
      return true;
    });
    if (GetParam()) {
      while (fresh->told.load() == 0) ::sched_yield();
      TestProcess waiter([&] {
        RobustLock hold(fresh->mutex);
        return true;
      });
      ASSERT_TRUE(waiter.sleeps());
      set_and_wake_all(fresh->told, 2);
      survived = victim.wait() == base::Exited{0};
      EXPECT_EQ(waiter.wait(), base::Exited{0}) << "killed at point " << nth;
    } else {
      survived = victim.wait() == base::Exited{0};
    }
    EXPECT_NE(fresh->mutex.lock(Deadline::after(10s)), Locked::kNot) << "killed at point " << nth;
    fresh->mutex.unlock();
    EXPECT_EQ(fresh->mutex.try_lock(), Locked::kClean);
    fresh->mutex.unlock();
  }
  EXPECT_GT(nth, 4);
}

INSTANTIATE_TEST_SUITE_P(WithASleeper, KilledAnywhere, testing::Bool());

// The list is the thread's, and its other mutexes must not be lost to the kernel.
TEST_F(RobustMutexTest, AllThatAThreadHoldsAreTakenOverInWhateverOrderTheyWereUnlocked) {
  constexpr int kMutexes = 4;
  struct Several {
    RobustMutex mutexes[kMutexes];
  };
  for (int unlocked = 0; unlocked < kMutexes; ++unlocked) {
    Shared<Several> several;
    TestProcess owner([&] {
      for (RobustMutex& each : several->mutexes) each.lock();
      several->mutexes[unlocked].unlock();
      ::raise(SIGKILL);
      return false;
    });
    owner.wait();
    for (int i = 0; i < kMutexes; ++i)
      EXPECT_EQ(several->mutexes[i].try_lock(),
                i == unlocked ? Locked::kClean : Locked::kOwnerDied);
    for (RobustMutex& each : several->mutexes) each.unlock();
  }
}

// Mutexes of the C library's, before, between and behind.
TEST_F(RobustMutexTest, StandsInOneListWithTheCLibrarysMutexes) {
  struct Mixed {
    pthread_mutex_t theirs[2];
    RobustMutex ours[2];
  };
  Shared<Mixed> mixed;
  pthread_mutexattr_t attributes;
  ASSERT_EQ(::pthread_mutexattr_init(&attributes), 0);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  for (pthread_mutex_t& each : mixed->theirs) ::pthread_mutex_init(&each, &attributes);
  TestProcess owner([&] {
    ::pthread_mutex_lock(&mixed->theirs[0]);
    mixed->ours[0].lock();
    ::pthread_mutex_lock(&mixed->theirs[1]);
    mixed->ours[1].lock();
    ::pthread_mutex_unlock(&mixed->theirs[1]);
    mixed->ours[0].unlock();
    ::pthread_mutex_lock(&mixed->theirs[1]);
    mixed->ours[0].lock();
    ::pthread_mutex_unlock(&mixed->theirs[0]);
    ::raise(SIGKILL);
    return false;
  });
  owner.wait();
  EXPECT_EQ(::pthread_mutex_trylock(&mixed->theirs[0]), 0);
  EXPECT_EQ(::pthread_mutex_trylock(&mixed->theirs[1]), EOWNERDEAD);
  EXPECT_EQ(mixed->ours[0].try_lock(), Locked::kOwnerDied);
  EXPECT_EQ(mixed->ours[1].try_lock(), Locked::kOwnerDied);
  for (RobustMutex& each : mixed->ours) each.unlock();
  for (pthread_mutex_t& each : mixed->theirs) ::pthread_mutex_unlock(&each);
}

TEST_F(RobustMutexTest, IsUnlockedByItsOwnerOnly) {
  TestProcess child = holder();
  EXPECT_THROW(shared_.mutex.unlock(), base::OsError);
  RobustMutex free;
  EXPECT_THROW(free.unlock(), base::OsError);
}

TEST_F(RobustMutexTest, ForkLeavesItWithTheParent) {
  shared_.mutex.lock();
  TestProcess child([&] {
    try {
      shared_.mutex.unlock();
      return false;
    } catch (const base::OsError&) {
      return shared_.mutex.try_lock() == Locked::kNot;
    }
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  shared_.mutex.unlock();
  EXPECT_EQ(shared_.mutex.try_lock(), Locked::kClean);
  shared_.mutex.unlock();
}

TEST_F(RobustMutexTest, CountsRightUnderContention) {
  constexpr int kEach = 50000;
  auto count = [&] {
    for (int i = 0; i < kEach; ++i) {
      RobustLock hold(shared_.mutex);
      ++shared_.counter;
    }
    return true;
  };
  TestProcess first(count), second(count), third(count);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_EQ(third.wait(), base::Exited{0});
  EXPECT_EQ(shared_.counter, 3 * kEach);
}

}  // namespace
}  // namespace mp::os
