#include "mp/barrier_core.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>
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

using Last = BarrierCore::Last;

// As Barrier's wait() does it, without an action. False: broken.
bool pass(BarrierCore& barrier, Deadline deadline, uint32_t* index = nullptr) {
  const std::optional<BarrierCore::Arrival> here = barrier.arrive(deadline, Last::kEndsIt);
  if (!here) return false;
  if (index != nullptr) *index = here->index;
  return here->is_last || barrier.await(*here, deadline);
}
// With one.
bool act_and_pass(BarrierCore& barrier, Deadline deadline) {
  const std::optional<BarrierCore::Arrival> here = barrier.arrive(deadline, Last::kActs);
  if (!here) return false;
  return here->is_last ? barrier.finish(*here) : barrier.await(*here, deadline);
}

class BarrierCoreTest : public testing::Test {
 protected:
  BarrierCoreTest() { os::my_token(); }

  // A child that waits; it ends well if it passes, or if it finds the barrier broken and should.
  TestProcess party(bool passes) {
    TestProcess child([&, passes] { return pass(barrier_, never()) == passes; });
    EXPECT_TRUE(child.sleeps());
    return child;
  }

  Shared<BarrierCore> shared_{3u};
  BarrierCore& barrier_ = *shared_;
};

TEST_F(BarrierCoreTest, NobodyPassesBeforeAllAreThere) {
  TestProcess first = party(true), second = party(true);
  EXPECT_EQ(barrier_.waiting(), 2u);
  EXPECT_EQ(first.wait(at_once()), base::StillRunning{});
  EXPECT_TRUE(pass(barrier_, never()));
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_EQ(barrier_.waiting(), 0u);
  EXPECT_FALSE(barrier_.broken());
}

TEST_F(BarrierCoreTest, OnePartyNeverWaits) {
  Shared<BarrierCore> alone(1u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(pass(*alone, at_once()));
    EXPECT_TRUE(act_and_pass(*alone, at_once()));
  }
}

TEST_F(BarrierCoreTest, NobodyPassesBeforeTheActionHasEnded) {
  TestProcess first = party(true), second = party(true);
  const auto here = barrier_.arrive(never(), Last::kActs);
  EXPECT_TRUE(here->is_last);
  EXPECT_TRUE(first.sleeps());
  EXPECT_TRUE(second.sleeps());
  EXPECT_TRUE(barrier_.finish(*here));
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
}

TEST_F(BarrierCoreTest, EachIndexComesOnceARound) {
  constexpr uint32_t kRounds = 2000;
  Shared<std::atomic<uint32_t>> sums[kRounds / 500];
  auto go = [&] {
    for (uint32_t round = 0; round < kRounds; ++round) {
      uint32_t index = 0;
      if (!pass(barrier_, never(), &index)) return false;
      sums[round / 500]->fetch_add(1u << (10 * index));
    }
    return true;
  };
  TestProcess first(go), second(go), third(go);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_EQ(third.wait(), base::Exited{0});
  for (auto& each : sums) EXPECT_EQ((*each).load(), 500u | 500u << 10 | 500u << 20);
}

TEST_F(BarrierCoreTest, NobodyIsARoundAhead) {
  constexpr int kRounds = 3000;
  struct Progress {
    std::atomic<int> round[3] = {};
    std::atomic<bool> ahead{false};
  };
  Shared<Progress> progress;
  auto go = [&](int me) {
    for (int round = 1; round <= kRounds; ++round) {
      progress->round[me] = round;
      if (!pass(barrier_, never())) return false;
      for (const auto& each : progress->round) {
        if (each.load() < round || each.load() > round + 1) progress->ahead = true;
      }
    }
    return true;
  };
  TestProcess first([&] { return go(0); }), second([&] { return go(1); });
  // The third party is a thread of this process.
  std::thread third([&] { EXPECT_TRUE(go(2)); });
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  third.join();
  EXPECT_FALSE(progress->ahead);
}

TEST_F(BarrierCoreTest, TimeThatIsUpBreaksItForAll) {
  TestProcess other = party(false);
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(pass(barrier_, Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_EQ(other.wait(), base::Exited{0});
  EXPECT_TRUE(barrier_.broken());
  EXPECT_FALSE(pass(barrier_, never()));
}

TEST_F(BarrierCoreTest, LastOneNeedsNoTime) {
  TestProcess first = party(true), second = party(true);
  EXPECT_TRUE(pass(barrier_, at_once()));
  EXPECT_EQ(first.wait(), base::Exited{0});
}

TEST_F(BarrierCoreTest, AbortAndResetTurnWaitersAway) {
  for (const bool aborts : {true, false}) {
    TestProcess first = party(false), second = party(false);
    aborts ? barrier_.abort() : barrier_.reset();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
    EXPECT_EQ(barrier_.broken(), aborts);
    barrier_.reset();
    EXPECT_FALSE(barrier_.broken());
    TestProcess again = party(true), too = party(true);
    EXPECT_TRUE(pass(barrier_, never()));
    EXPECT_EQ(again.wait(), base::Exited{0});
    EXPECT_EQ(too.wait(), base::Exited{0});
  }
}

TEST_F(BarrierCoreTest, OneTooManyWaitsForTheNextRound) {
  Shared<Word> may_finish(0u);
  TestProcess first = party(true), second = party(true);
  TestProcess last([&] {
    const auto here = barrier_.arrive(never(), Last::kActs);
    while (may_finish->load() == 0) os::sleep_on(*may_finish, 0);
    return here->is_last && barrier_.finish(*here);
  });
  EXPECT_TRUE(last.sleeps());
  EXPECT_EQ(barrier_.waiting(), 0u);
  TestProcess extra = party(true);
  os::set_and_wake_all(*may_finish, 1);
  for (TestProcess* each : {&first, &second, &last}) EXPECT_EQ(each->wait(), base::Exited{0});
  EXPECT_TRUE(extra.sleeps());
  EXPECT_EQ(barrier_.waiting(), 1u);
  TestProcess more = party(true);
  EXPECT_TRUE(pass(barrier_, never()));
  EXPECT_EQ(extra.wait(), base::Exited{0});
}

TEST_F(BarrierCoreTest, DeathOfAPartyThatCameFirstOrLaterBreaksIt) {
  for (const bool first_dies : {true, false}) {
    barrier_.reset();
    std::vector<TestProcess> parties;
    for (int i = 0; i < 2; ++i) {
      const bool dies = (i == 0) == first_dies;
      parties.push_back(party(dies));  // what the dead would find does not matter
    }
    TestProcess& victim = parties[first_dies ? 0 : 1];
    victim.kill();
    victim.wait();
    EXPECT_EQ(parties[first_dies ? 1 : 0].wait(), base::Exited{0});
    EXPECT_TRUE(barrier_.broken());
  }
}

TEST_F(BarrierCoreTest, DeathInTheActionBreaksIt) {
  TestProcess first = party(false), second = party(false);
  TestProcess last([&] {
    barrier_.arrive(never(), Last::kActs);
    return true;  // and ends without finish()
  });
  EXPECT_EQ(last.wait(), base::Exited{0});
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
}

struct Interrupted : std::exception {};

TEST_F(BarrierCoreTest, InterruptedPartyLeavesItsPlaceToAnother) {
  Shared<Word> interrupted(0u);
  TestProcess child([&]() -> bool {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, nullptr);
    os::set_interrupt_check([] { throw Interrupted(); });
    try {
      pass(barrier_, never());
    } catch (const Interrupted&) {
      *interrupted = 1;
    }
    while (true) ::pause();
  });
  EXPECT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGUSR1);
  while (interrupted->load() == 0) ::sched_yield();
  EXPECT_EQ(barrier_.waiting(), 0u);
  TestProcess first = party(true), second = party(true);
  EXPECT_TRUE(pass(barrier_, never()));
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
}

// A party, an aborter and a resetter die at each point of what they do; the others end, and reset() mends.
TEST_F(BarrierCoreTest, KilledAtAnyPointHindersNobody) {
  const std::function<void()> acts[] = {
      [&] { pass(barrier_, never()); }, [&] { act_and_pass(barrier_, never()); },
      [&] { barrier_.abort(); }, [&] { barrier_.reset(); }, [&] { pass(barrier_, at_once()); }};
  for (const auto& act : acts) {
    for (const int others : {1, 2}) {
      bool survived = false;
      for (int point = 1; !survived; ++point) {
        SCOPED_TRACE(std::to_string(&act - acts) + " beside " + std::to_string(others) +
                     " at point " + std::to_string(point));
        barrier_.reset();
        std::vector<TestProcess> parties;
        for (int i = 0; i < others; ++i) {
          parties.emplace_back([&] {
            pass(barrier_, never());
            return true;
          });
          EXPECT_TRUE(parties.back().sleeps());
        }
        TestProcess victim([&] {
          os::die_at_kill_point(point);
          act();
          return true;
        });
        victim.sleeps();  // or has ended
        if (victim.wait(at_once()).still_running()) {
          barrier_.abort();
          victim.wait();
        }
        survived = victim.wait() == base::Exited{0};
        // Who arrives next notices what nobody has noticed yet.
        if (!barrier_.broken()) barrier_.abort();
        for (TestProcess& each : parties) EXPECT_EQ(each.wait(), base::Exited{0});
        barrier_.reset();
        EXPECT_FALSE(barrier_.broken());
        EXPECT_EQ(barrier_.waiting(), 0u);
      }
    }
  }
  TestProcess first = party(true), second = party(true);
  EXPECT_TRUE(pass(barrier_, never()));
}

TEST_F(BarrierCoreTest, KilledAgainAndAgainUnderTraffic) {
  Shared<std::atomic<long>> turns(0l);
  Crew crew(4, [&](size_t) -> bool {
    while (true) {
      if (turns->load() % 2 == 0 ? pass(barrier_, never()) : act_and_pass(barrier_, never())) {
        turns->fetch_add(1);
      } else if (barrier_.broken()) {
        // Not if somebody else has just done it: to reset it again would turn away who waits already, who would do the
        // same, and so on.
        barrier_.reset();
      }
    }
  });
  crew.kill_at_random(1000);
  EXPECT_TRUE(grows(*turns, 300l)) << "they are stuck";
}

}  // namespace
}  // namespace mp
