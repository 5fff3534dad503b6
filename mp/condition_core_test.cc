#include "mp/condition_core.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <vector>

#include "base/os_error.h"
#include "gtest/gtest.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using base::Deadline;
using os::Crew;
using os::grows;
using os::Shared;
using os::TestProcess;
using os::Word;
using namespace std::chrono_literals;

class ConditionCoreTest : public testing::Test {
 protected:
  ConditionCoreTest() { os::my_token(); }

  // A child that has entered and sleeps; it ends well when it is notified.
  TestProcess waiter() {
    TestProcess child([&] { return condition_.sleep(condition_.enter(), Deadline::never()); });
    EXPECT_TRUE(child.sleeps());
    return child;
  }
  bool still_waits(TestProcess& child) {
    return child.sleeps() && child.wait(Deadline::after(0s)) == base::StillRunning{};
  }

  Shared<ConditionCore> shared_;
  ConditionCore& condition_ = *shared_;
};

TEST_F(ConditionCoreTest, SleepEndsWithItsTimeAndNotBefore) {
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(condition_.sleep(condition_.enter(), Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_FALSE(condition_.sleep(condition_.enter(), Deadline::after(0s)));
}

TEST_F(ConditionCoreTest, NotificationBetweenEnterAndSleepCounts) {
  const ConditionCore::Place place = condition_.enter();
  condition_.notify(1);
  EXPECT_TRUE(condition_.sleep(place, Deadline::after(0s)));
}

TEST_F(ConditionCoreTest, NotificationIsNotKeptForLater) {
  condition_.notify_all();
  EXPECT_FALSE(condition_.sleep(condition_.enter(), Deadline::after(0s)));
}

TEST_F(ConditionCoreTest, NotifyWakesThoseWhoWaitLongest) {
  std::vector<TestProcess> waiters;
  for (int i = 0; i < 4; ++i) waiters.push_back(waiter());
  condition_.notify(1);
  EXPECT_EQ(waiters[0].wait(), base::Exited{0});
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(still_waits(waiters[i]));
  condition_.notify(2);
  EXPECT_EQ(waiters[1].wait(), base::Exited{0});
  EXPECT_EQ(waiters[2].wait(), base::Exited{0});
  EXPECT_TRUE(still_waits(waiters[3]));
  // A place that is taken anew is the end of the row.
  TestProcess last = waiter();
  condition_.notify(1);
  EXPECT_EQ(waiters[3].wait(), base::Exited{0});
  EXPECT_TRUE(still_waits(last));
  condition_.notify_all();
  EXPECT_EQ(last.wait(), base::Exited{0});
}

TEST_F(ConditionCoreTest, WhoHasGivenUpTakesNoNotification) {
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(condition_.sleep(condition_.enter(), Deadline::after(0s)));
  TestProcess child = waiter();
  condition_.notify(1);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST_F(ConditionCoreTest, WhoWasKilledTakesNoNotification) {
  TestProcess victim = waiter(), survivor = waiter();
  victim.kill();
  victim.wait();
  condition_.notify(1);
  EXPECT_EQ(survivor.wait(), base::Exited{0});
}

struct Interrupted : std::exception {};

TEST_F(ConditionCoreTest, WhoWasInterruptedTakesNoNotification) {
  Shared<Word> interrupted(0u);
  TestProcess child([&]() -> bool {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, nullptr);
    os::set_interrupt_check([] { throw Interrupted(); });
    try {
      condition_.sleep(condition_.enter(), Deadline::never());
    } catch (const Interrupted&) {
      *interrupted = 1;
    }
    while (true) ::pause();
  });
  EXPECT_TRUE(child.sleeps());
  TestProcess other = waiter();
  ::kill(child.pid(), SIGUSR1);
  while (interrupted->load() == 0) ::sched_yield();
  condition_.notify(1);
  EXPECT_EQ(other.wait(), base::Exited{0});
}

TEST_F(ConditionCoreTest, PlacesOfTheDeadAreTakenAgain) {
  for (uint32_t i = 0; i < ConditionCore::kMostWaiters + 100; ++i) {
    TestProcess child([&] {
      condition_.enter();
      return true;
    });
    EXPECT_EQ(child.wait(), base::Exited{0});
  }
  TestProcess child = waiter();
  condition_.notify(1);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST_F(ConditionCoreTest, MoreWaitersThanPlacesIsAnError) {
  for (uint32_t i = 0; i < ConditionCore::kMostWaiters; ++i) condition_.enter();
  EXPECT_THROW(condition_.enter(), base::OsError);
}

TEST_F(ConditionCoreTest, WaiterKilledAtAnyPointTakesNoNotificationFromTheLiving) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    TestProcess first = waiter();
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return condition_.sleep(condition_.enter(), Deadline::never());
    });
    const bool waits = victim.sleeps();
    TestProcess last = waiter();
    condition_.notify(1);
    EXPECT_EQ(first.wait(), base::Exited{0});
    if (waits) condition_.notify(1);  // which may kill it
    survived = victim.wait() == base::Exited{0};
    condition_.notify(1);
    EXPECT_EQ(last.wait(), base::Exited{0});
  }
}

TEST_F(ConditionCoreTest, NotifierKilledAtAnyPointHindersNobody) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    TestProcess first = waiter(), second = waiter(), third = waiter();
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      condition_.notify(2);
      return true;
    });
    survived = victim.wait() == base::Exited{0};
    // Whom it reached has ended; for the others we go on.
    if (survived) {
      EXPECT_EQ(second.wait(), base::Exited{0});
      EXPECT_TRUE(still_waits(third));
    }
    condition_.notify_all();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
    EXPECT_EQ(third.wait(), base::Exited{0});
    EXPECT_FALSE(condition_.sleep(condition_.enter(), Deadline::after(0s)));
  }
}

// The waiter gives up while the notifier stands still: its notification goes to the next one.
TEST_F(ConditionCoreTest, NotificationThatComesTooLateGoesToTheNext) {
  bool passed_all = false;
  for (int point = 1; !passed_all; ++point) {
    SCOPED_TRACE(point);
    Shared<Word> may_end(0u);
    TestProcess first([&] {
      const ConditionCore::Place place = condition_.enter();
      while (may_end->load() == 0) os::sleep_on(*may_end, 0);
      condition_.sleep(place, Deadline::after(0s));
      return true;
    });
    EXPECT_TRUE(first.sleeps());
    TestProcess second = waiter();
    TestProcess notifier([&] {
      os::stop_at_kill_point(point);
      condition_.notify(1);
      return true;
    });
    passed_all = !notifier.stands_still();
    os::set_and_wake_all(*may_end, 1);
    EXPECT_EQ(first.wait(), base::Exited{0});
    notifier.go_on();
    EXPECT_EQ(notifier.wait(), base::Exited{0});
    if (point == 1) {
      EXPECT_EQ(second.wait(), base::Exited{0}) << "the notification went to one who had left";
    }
    condition_.notify_all();
    EXPECT_EQ(second.wait(), base::Exited{0});
  }
}

TEST_F(ConditionCoreTest, KilledAgainAndAgainUnderTraffic) {
  Shared<std::atomic<long>> turns(0l);
  auto wait = [&]() -> bool {
    std::mt19937 random(static_cast<unsigned>(::getpid()));
    while (true) {
      condition_.sleep(condition_.enter(),
                       Deadline::after(std::chrono::microseconds(random() % 500)));
      condition_.sleep(condition_.enter(), Deadline::never());
      turns->fetch_add(1);
    }
  };
  auto notify = [&]() -> bool {
    while (true) condition_.notify(1);
  };
  Crew crew(4, [&](size_t i) { return i < 3 ? wait() : notify(); });
  crew.kill_at_random(1000);
  EXPECT_TRUE(grows(*turns, 100l)) << "they are stuck";
}

}  // namespace
}  // namespace mp
