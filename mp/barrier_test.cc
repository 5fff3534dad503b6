#include "mp/barrier.h"

#include <set>
#include <stdexcept>
#include <thread>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Barrier, ExampleOfTheHeader) {
  Barrier alone(1);
  EXPECT_EQ(alone.wait(), 0);
  Barrier both(2, {.timeout = 10ms});
  EXPECT_THROW(both.wait(), BrokenBarrierError);
  both.reset();
  EXPECT_FALSE(both.broken());
}

TEST(Barrier, ProcessesAndThreadsMeet) {
  Barrier barrier(3);
  TestProcess child([&] { return barrier.wait() < 3; });
  std::thread other([&] { EXPECT_LT(barrier.wait(), 3); });
  EXPECT_LT(barrier.wait(), 3);
  other.join();
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(barrier.n_waiting(), 0);
}

os::Word& runs() {
  static auto& word = *new os::SharedObject<os::Word>(os::SharedObject<os::Word>::make(0u));
  return *word;
}

TEST(Barrier, ActionHasRunOnceWhenAnybodyGoesOn) {
  runs() = 0;
  Barrier barrier(2, {.action = [] { runs().fetch_add(1); }});
  TestProcess child([&] {
    for (uint32_t round = 1; round <= 100; ++round) {
      barrier.wait();
      if (runs().load() < round || runs().load() > round + 1) return false;
    }
    return true;
  });
  for (uint32_t round = 1; round <= 100; ++round) {
    barrier.wait();
    EXPECT_GE(runs().load(), round);
    EXPECT_LE(runs().load(), round + 1);
  }
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(runs().load(), 100u);
}

TEST(Barrier, ActionThatRaisesBreaksItForTheOthers) {
  Barrier barrier(2, {.action = [] { throw std::logic_error("no"); }});
  TestProcess child([&] {
    try {
      barrier.wait();
    } catch (const BrokenBarrierError&) {
      return true;
    }
    return false;
  });
  EXPECT_TRUE(child.sleeps());
  EXPECT_THROW(barrier.wait(), std::logic_error);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Barrier, PartiesOutOfRangeAreRefused) {
  EXPECT_THROW(Barrier(0), ValueError);
  EXPECT_THROW(Barrier(-1), ValueError);
  EXPECT_THROW(Barrier(1001), ValueError);
}

}  // namespace
}  // namespace mp
