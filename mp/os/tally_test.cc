#include "mp/os/tally.h"

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

using base::Deadline;
using namespace std::chrono_literals;

class TallyTest : public testing::Test {
 protected:
  explicit TallyTest(uint32_t first = 0) : shared_(first) {}

  Shared<Tally> shared_;
  Tally& tally_ = *shared_;
};

TEST_F(TallyTest, CountsByOne) {
  EXPECT_EQ(tally_.number(), 0u);
  tally_.advance();
  tally_.advance();
  EXPECT_EQ(tally_.number(), 2u);
}

TEST_F(TallyTest, WaitEndsWithItsTimeAndNotBefore) {
  EXPECT_FALSE(tally_.wait_beyond(0, Deadline::after(0s)));
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(tally_.wait_beyond(0, Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  tally_.advance();
  EXPECT_TRUE(tally_.wait_beyond(0, Deadline::after(0s)));
}

TEST_F(TallyTest, EveryAdvanceWakesEverySleeper) {
  for (uint32_t seen = 0; seen < 5; ++seen) {
    auto wait = [&] {
      return tally_.wait_beyond(seen, Deadline::never()) && tally_.number() == seen + 1;
    };
    TestProcess first(wait), second(wait);
    EXPECT_TRUE(first.sleeps());
    EXPECT_TRUE(second.sleeps());
    tally_.advance();
    EXPECT_EQ(first.wait(), base::Exited{0});
    EXPECT_EQ(second.wait(), base::Exited{0});
  }
}

TEST_F(TallyTest, AdvancesByManyInOneActWithAndWithoutSleepers) {
  uint32_t seen = 0;
  for (uint32_t by : {1u, 2u, 3u, 64u, 1023u, Tally::kMostAtOnce}) {
    tally_.advance(by);
    EXPECT_EQ(tally_.number(), seen += by);
    TestProcess sleeper([&] {
      return tally_.wait_beyond(seen, Deadline::never()) && tally_.number() == seen + by;
    });
    EXPECT_TRUE(sleeper.sleeps());
    tally_.advance(by);
    EXPECT_EQ(sleeper.wait(), base::Exited{0});
    EXPECT_EQ(tally_.number(), seen += by);
  }
}

TEST_F(TallyTest, KilledSleeperHindersNobody) {
  auto wait = [&] { return tally_.wait_beyond(0, Deadline::never()); };
  TestProcess victim(wait), survivor(wait);
  EXPECT_TRUE(victim.sleeps());
  EXPECT_TRUE(survivor.sleeps());
  victim.kill();
  victim.wait();
  tally_.advance();
  EXPECT_EQ(survivor.wait(), base::Exited{0});
  tally_.advance();
  EXPECT_EQ(tally_.number(), 2u);
}

class TallyAtItsEnd : public TallyTest {
 protected:
  TallyAtItsEnd() : TallyTest(Tally::kModulus - 1) {}
};

TEST_F(TallyAtItsEnd, WrapsAroundWithAndWithoutSleepers) {
  EXPECT_EQ(tally_.number(), Tally::kModulus - 1);
  TestProcess sleeper(
      [&] { return tally_.wait_beyond(Tally::kModulus - 1, Deadline::after(10s)); });
  EXPECT_TRUE(sleeper.sleeps());
  tally_.advance();
  EXPECT_EQ(sleeper.wait(), base::Exited{0});
  EXPECT_EQ(tally_.number(), 0u);
  EXPECT_EQ(Tally::distance(Tally::kModulus - 1, tally_.number()), 1u);
}

TEST_F(TallyAtItsEnd, WrapsAroundInTheMiddleOfMany) {
  TestProcess sleeper(
      [&] { return tally_.wait_beyond(Tally::kModulus - 1, Deadline::after(10s)); });
  EXPECT_TRUE(sleeper.sleeps());
  tally_.advance(Tally::kMostAtOnce);
  EXPECT_EQ(sleeper.wait(), base::Exited{0});
  EXPECT_EQ(tally_.number(), Tally::kMostAtOnce - 1);
}

// Two processes pass a turn to and fro, spinning and sleeping as it comes.
TEST_F(TallyTest, NoTurnIsMissed) {
  constexpr uint32_t kTurns = 100000;
  auto take_turns = [&](uint32_t first) {
    for (uint32_t mine = first; mine < kTurns; mine += 2) {
      for (uint32_t now = tally_.number(); now != mine; now = tally_.number()) {
        if (!tally_.wait_beyond(now, Deadline::after(10s))) return false;
      }
      tally_.advance();
    }
    return true;
  };
  TestProcess even([&] { return take_turns(0); }), odd([&] { return take_turns(1); });
  EXPECT_EQ(even.wait(), base::Exited{0});
  EXPECT_EQ(odd.wait(), base::Exited{0});
  EXPECT_EQ(tally_.number(), kTurns);
}

}  // namespace
}  // namespace mp::os
