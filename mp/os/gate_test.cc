#include "mp/os/gate.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

TEST(Gate, KeepsNewcomersOutWhenItIsClosed) {
  Gate gate;
  EXPECT_TRUE(gate.enter());
  EXPECT_FALSE(gate.leave());
  EXPECT_FALSE(gate.is_closed());
  EXPECT_TRUE(gate.close());
  EXPECT_TRUE(gate.is_closed());
  EXPECT_FALSE(gate.enter());
  EXPECT_FALSE(gate.close());
}

TEST(Gate, TellsTheLastOneWhoLeaves) {
  Gate gate;
  gate.enter();
  gate.enter();
  EXPECT_FALSE(gate.close());
  EXPECT_FALSE(gate.leave());
  EXPECT_TRUE(gate.leave());
}

TEST(Gate, ForkedChildIsNotHeldUpByTheThreadsOfItsParent) {
  Gate gate;
  std::atomic<bool> inside{false}, done{false};
  std::thread other([&] {
    gate.enter();
    inside = true;
    inside.notify_one();
    done.wait(false);
  });
  inside.wait(false);
  TestProcess closes([&] { return gate.close() && !gate.enter(); });
  TestProcess enters_and_closes(
      [&] { return gate.enter() && !gate.leave() && gate.close() && gate.is_closed(); });
  EXPECT_EQ(closes.wait(), base::Exited{0});
  EXPECT_EQ(enters_and_closes.wait(), base::Exited{0});
  done = true;
  done.notify_one();
  other.join();
  EXPECT_FALSE(gate.close());
  EXPECT_TRUE(gate.leave());
}

TEST(Gate, ExactlyOneOfManyThreadsClearsAway) {
  for (int round = 0; round < 200; ++round) {
    Gate gate;
    std::atomic<int> cleared{0};
    std::vector<std::thread> users;
    for (int i = 0; i < 3; ++i) {
      users.emplace_back([&] {
        while (gate.enter()) cleared += gate.leave();
      });
    }
    std::this_thread::yield();
    cleared += gate.close();
    for (std::thread& each : users) each.join();
    EXPECT_EQ(cleared, 1);
  }
}

}  // namespace
}  // namespace mp::os
