#include "mp/os/robust_mutex.h"

#include <sched.h>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
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
