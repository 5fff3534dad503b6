#include "mp/condition.h"

#include <mutex>
#include <thread>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Condition, ExampleOfTheHeader) {
  bool ready = false;
  Condition changed;
  {
    std::scoped_lock hold(changed);
    EXPECT_FALSE(changed.wait(10ms));
    EXPECT_FALSE(changed.wait_for([&] { return ready; }, 10ms));
    changed.notify_all();
  }
}

TEST(Condition, WaiterReturnsWithTheLockWhenTheNotifierHasLetGo) {
  Condition changed;
  auto value = os::SharedObject<os::Word>::make(0u);
  TestProcess waiter([&] {
    std::scoped_lock hold(changed);
    return changed.wait_for([&] { return value->load() == 2; });
  });
  EXPECT_TRUE(waiter.sleeps());
  for (uint32_t next : {1u, 2u}) {
    std::scoped_lock hold(changed);
    *value = next;
    changed.notify();
    EXPECT_TRUE(waiter.sleeps());
    EXPECT_EQ(waiter.wait(base::Deadline::after(0s)), base::StillRunning{});
  }
  EXPECT_EQ(waiter.wait(), base::Exited{0});
}

TEST(Condition, WithoutItsLockEverythingIsRefused) {
  Condition changed;
  EXPECT_THROW(changed.wait(0s), AssertionError);
  EXPECT_THROW(changed.notify(), AssertionError);
  EXPECT_THROW(changed.notify_all(), AssertionError);
  std::scoped_lock hold(changed);
  std::thread([&] { EXPECT_THROW(changed.notify(), AssertionError); }).join();
  TestProcess child([&] {
    try {
      changed.wait(0s);
    } catch (const AssertionError&) {
      return true;
    }
    return false;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Condition, WaitGivesUpEveryLevelAndHasThemAgain) {
  RLock lock;
  Condition changed(lock);
  lock.acquire();
  changed.acquire();
  TestProcess child([&] {
    std::scoped_lock hold(lock);  // only while the parent waits
    changed.notify();
    return true;
  });
  EXPECT_TRUE(changed.wait());
  EXPECT_EQ(child.wait(), base::Exited{0});
  changed.release();
  EXPECT_TRUE(lock.locked());
  lock.release();
  EXPECT_FALSE(lock.locked());
  EXPECT_THROW(changed.release(), AssertionError);
}

TEST(Condition, WaitGivesUpAPlainLock) {
  Lock lock;
  Condition changed(lock);
  lock.acquire();
  TestProcess child([&] {
    std::scoped_lock hold(changed);
    changed.notify();
    return true;
  });
  EXPECT_TRUE(changed.wait());
  EXPECT_TRUE(lock.locked());
  EXPECT_EQ(child.wait(), base::Exited{0});
  lock.release();
}

}  // namespace
}  // namespace mp
