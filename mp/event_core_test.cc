#include "mp/event_core.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

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
using namespace std::chrono_literals;

Deadline at_once() { return Deadline::after(0s); }
Deadline never() { return Deadline::never(); }

TestProcess waiter(EventCore& event) {
  TestProcess child([&] { return event.wait(never()); });
  EXPECT_TRUE(child.sleeps());
  return child;
}

TEST(EventCore, IsSetUntilItIsCleared) {
  Shared<EventCore> event;
  EXPECT_FALSE(event->is_set());
  EXPECT_FALSE(event->wait(at_once()));
  event->set();
  event->set();
  EXPECT_TRUE(event->is_set());
  EXPECT_TRUE(event->wait(at_once()));
  event->clear();
  EXPECT_FALSE(event->is_set());
  EXPECT_FALSE(event->wait(at_once()));
  event->clear();
  EXPECT_FALSE(event->is_set());
}

TEST(EventCore, WaitEndsWithItsTimeAndNotBefore) {
  Shared<EventCore> event;
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(event->wait(Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST(EventCore, SetWakesEverySleeper) {
  Shared<EventCore> event;
  for (int round = 0; round < 3; ++round) {
    TestProcess first = waiter(*event), second = waiter(*event);
    event->set();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
    event->clear();
  }
}

TEST(EventCore, PulseReleasesThoseWhoWaitAndNobodyElse) {
  Shared<EventCore> event;
  for (int round = 0; round < 50; ++round) {
    TestProcess first = waiter(*event), second = waiter(*event);
    event->set();
    event->clear();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
    EXPECT_FALSE(event->wait(at_once()));
  }
}

TEST(EventCore, ClearDoesNotEndAWait) {
  Shared<EventCore> event;
  TestProcess child = waiter(*event);
  event->clear();
  EXPECT_TRUE(child.sleeps());
  EXPECT_EQ(child.wait(at_once()), base::StillRunning{});
  event->set();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(EventCore, SetterKilledAtAnyPointHasSetItAndToldEverybodyOrNeither) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    Shared<EventCore> event;
    TestProcess first = waiter(*event), second = waiter(*event);
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      event->set();
      return true;
    });
    survived = victim.wait() == base::Exited{0};
    if (!event->is_set()) event->set();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
    event->clear();
    EXPECT_FALSE(event->is_set());
  }
}

TEST(EventCore, TwoWhoSetItSetItOnceWhereverOneStandsStill) {
  bool passed_all = false;
  for (int point = 1; !passed_all; ++point) {
    SCOPED_TRACE(point);
    Shared<EventCore> event;
    TestProcess sleeper = waiter(*event);
    auto set = [&] {
      event->set();
      return true;
    };
    TestProcess slow([&] {
      os::stop_at_kill_point(point);
      return set();
    });
    passed_all = !slow.stands_still();
    TestProcess fast(set);
    fast.sleeps();  // or has ended
    slow.go_on();
    EXPECT_EQ(slow.wait(), base::Exited{0});
    EXPECT_EQ(fast.wait(), base::Exited{0});
    EXPECT_EQ(sleeper.wait(), base::Exited{0});
    EXPECT_TRUE(event->is_set());
    event->clear();
    EXPECT_FALSE(event->is_set());
  }
}

TEST(EventCore, KilledAgainAndAgainUnderTraffic) {
  Shared<EventCore> event;
  Shared<std::atomic<long>> turns(0l);
  auto wait = [&]() -> bool {
    while (true) {
      event->wait(never());
      turns->fetch_add(1);
    }
  };
  auto pulse = [&]() -> bool {
    while (true) {
      event->set();
      event->clear();
    }
  };
  Crew crew(4, [&](size_t i) { return i < 2 ? wait() : pulse(); });
  crew.kill_at_random(1000);
  EXPECT_TRUE(grows(*turns, 100l)) << "they are stuck";
}

}  // namespace
}  // namespace mp
