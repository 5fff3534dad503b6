#include "mp/semaphore_core.h"

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
using os::Shared;
using os::TestProcess;
using os::Word;
using namespace std::chrono_literals;

Deadline at_once() { return Deadline::after(0s); }
Deadline never() { return Deadline::never(); }

TEST(SemaphoreCore, LetsInAsManyAsItHasPermits) {
  Shared<SemaphoreCore> semaphore(2u);
  EXPECT_TRUE(semaphore->acquire(at_once()));
  EXPECT_TRUE(semaphore->acquire(at_once()));
  EXPECT_EQ(semaphore->value(), 0u);
  EXPECT_FALSE(semaphore->acquire(at_once()));
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(semaphore->acquire(Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_TRUE(semaphore->release());
  EXPECT_EQ(semaphore->value(), 1u);
}

TEST(SemaphoreCore, ReleaseBeyondTheMostIsRefusedAndChangesNothing) {
  Shared<SemaphoreCore> semaphore(2u, 2u);
  EXPECT_FALSE(semaphore->release());
  EXPECT_EQ(semaphore->value(), 2u);
  Shared<SemaphoreCore> full(SemaphoreCore::kMost);
  EXPECT_FALSE(full->release());
  EXPECT_EQ(full->value(), SemaphoreCore::kMost);
}

TEST(SemaphoreCore, EachReleaseLetsOneSleeperIn) {
  Shared<SemaphoreCore> semaphore(0u);
  Shared<Word> in(0u);
  std::vector<TestProcess> sleepers;
  for (int i = 0; i < 3; ++i) {
    sleepers.emplace_back([&] {
      semaphore->acquire(never());
      in->fetch_add(1);
      return true;
    });
    EXPECT_TRUE(sleepers.back().sleeps());
  }
  for (uint32_t released = 1; released <= 3; ++released) {
    EXPECT_TRUE(semaphore->release());
    while (in->load() < released) ::sched_yield();
    for (TestProcess& each : sleepers) each.sleeps();
    EXPECT_EQ(in->load(), released);
    EXPECT_EQ(semaphore->value(), 0u);
  }
  for (TestProcess& each : sleepers) EXPECT_EQ(each.wait(), base::Exited{0});
}

TEST(SemaphoreCore, SleeperIsWokenAfterTheMarkOfAKilledOneWasLeft) {
  Shared<SemaphoreCore> semaphore(0u);
  TestProcess victim([&] { return semaphore->acquire(never()); });
  EXPECT_TRUE(victim.sleeps());
  victim.kill();
  victim.wait();
  EXPECT_TRUE(semaphore->release());
  EXPECT_EQ(semaphore->value(), 1u);
  EXPECT_TRUE(semaphore->acquire(at_once()));
  TestProcess next([&] { return semaphore->acquire(never()); });
  EXPECT_TRUE(next.sleeps());
  EXPECT_TRUE(semaphore->release());
  EXPECT_EQ(next.wait(), base::Exited{0});
}

TEST(SemaphoreCore, NoPermitIsLostOrMadeUnderContention) {
  constexpr int kEach = 20000;
  Shared<SemaphoreCore> semaphore(2u);
  Shared<Word> inside(0u), broken(0u);
  auto work = [&] {
    for (int i = 0; i < kEach; ++i) {
      semaphore->acquire(never());
      if (inside->fetch_add(1) >= 2) *broken = 1;
      inside->fetch_sub(1);
      semaphore->release();
    }
    return true;
  };
  auto twice = [&] {
    std::thread other(work);
    work();
    other.join();
    return true;
  };
  TestProcess first(twice), second(twice);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_EQ(semaphore->value(), 2u);
  EXPECT_EQ(broken->load(), 0u);
}

// One that dies in release() has released or has not; who sleeps gets the permit if it was given.
TEST(SemaphoreCore, ReleaserKilledAtAnyPointLeavesNobodyAsleepBesideAPermit) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    Shared<SemaphoreCore> semaphore(0u);
    TestProcess sleeper([&] { return semaphore->acquire(never()); });
    EXPECT_TRUE(sleeper.sleeps());
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      return semaphore->release();
    });
    survived = victim.wait() == base::Exited{0};
    if (sleeper.sleeps() && semaphore->value() == 0) semaphore->release();
    EXPECT_EQ(sleeper.wait(), base::Exited{0});
    EXPECT_LE(semaphore->value(), 1u);
  }
}

TEST(SemaphoreCore, TwoReleasesAreTwoPermitsWhereverOneStandsStill) {
  bool passed_all = false;
  for (int point = 1; !passed_all; ++point) {
    SCOPED_TRACE(point);
    Shared<SemaphoreCore> semaphore(0u);
    TestProcess sleeper([&] { return semaphore->acquire(never()); });
    EXPECT_TRUE(sleeper.sleeps());
    TestProcess slow([&] {
      os::stop_at_kill_point(point);
      return semaphore->release();
    });
    passed_all = !slow.stands_still();
    TestProcess fast([&] { return semaphore->release(); });
    fast.sleeps();  // or has ended
    slow.go_on();
    EXPECT_EQ(slow.wait(), base::Exited{0});
    EXPECT_EQ(fast.wait(), base::Exited{0});
    EXPECT_EQ(sleeper.wait(), base::Exited{0});
    EXPECT_EQ(semaphore->value(), 1u);
  }
}

TEST(SemaphoreCore, AcquirerKilledAtAnyPointTakesOnePermitAtMost) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE(point);
    Shared<SemaphoreCore> semaphore(0u);
    Shared<Word> told(0u);
    TestProcess victim([&] {
      os::die_at_kill_point(point);
      *told = 1;
      return semaphore->acquire(never());
    });
    while (told->load() == 0) ::sched_yield();
    victim.sleeps();  // unless it has died before that
    TestProcess other([&] { return semaphore->acquire(never()); });
    EXPECT_TRUE(other.sleeps());
    semaphore->release();
    semaphore->release();
    survived = victim.wait() == base::Exited{0};
    EXPECT_EQ(other.wait(), base::Exited{0});
    EXPECT_EQ(semaphore->value(), survived ? 0u : 1u);
  }
}

TEST(SemaphoreCore, KilledAgainAndAgainUnderTraffic) {
  Shared<SemaphoreCore> semaphore(2u);
  Shared<std::atomic<long>> turns(0l);
  Crew crew(4, [&](size_t) -> bool {
    while (true) {
      semaphore->acquire(never());
      turns->fetch_add(1);
      semaphore->release();
    }
  });
  // What the dead held is gone with them; so that somebody goes on, we give as many as can be gone.
  int killed = 0;
  crew.kill_at_random(1000, [&](size_t) {
    if (++killed % 10 == 0) semaphore->release();
  });
  for (int i = 0; i < 4; ++i) semaphore->release();
  EXPECT_TRUE(grows(*turns, 1000l)) << "they are stuck";
}

}  // namespace
}  // namespace mp
