#include "mp/os/turn.h"

#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

using namespace std::chrono_literals;

TEST(Turn, IsOneThreadsAtATime) {
  Turn turn;
  int counter = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10000; ++j) {
        InTurn in_turn(&turn);
        ++counter;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(counter, 40000);
}

TEST(Turn, IsWaitedForUntilTheDeadline) {
  Turn turn;
  const InTurn first(&turn);
  const InTurn second(&turn, base::Deadline::after(20ms));
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
}

TEST(Turn, OfAThreadThatAForkedChildHasNotIsFree) {
  Turn turn;
  const InTurn ours(&turn);
  TestProcess child([&] {
    const InTurn childs(&turn);
    return static_cast<bool>(childs) && !InTurn(&turn, base::Deadline::after(1ms));
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp::os
