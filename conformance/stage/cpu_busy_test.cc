#include "conformance/stage/process_tree.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

// Milliseconds on a CPU and waiting for one.
ThreadReading reading(pid_t tid, int on_cpu, int waiting) {
  return {.pid = 1,
          .tid = tid,
          .schedstat = std::to_string(on_cpu) + "000000 " + std::to_string(waiting) + "000000 7",
          .state = 'R'};
}

TEST(KeptCpuBusy, ALoopOnAQuietMachine) {
  EXPECT_TRUE(kept_cpu_busy({reading(1, 50, 0)}, {reading(1, 1050, 0)}, 1s));
}

TEST(KeptCpuBusy, ALoopThatMostlyWaitsForACpu) {
  EXPECT_TRUE(kept_cpu_busy({reading(1, 50, 20)}, {reading(1, 200, 860)}, 1s));
}

TEST(KeptCpuBusy, SeveralThreadsInTurn) {
  EXPECT_TRUE(kept_cpu_busy({reading(1, 0, 0), reading(2, 0, 0)},
                            {reading(1, 300, 0), reading(2, 300, 0)}, 1s));
}

TEST(KeptCpuBusy, NotAPollerWhetherOrNotItMustWait) {
  EXPECT_FALSE(kept_cpu_busy({reading(1, 0, 0)}, {reading(1, 50, 0)}, 1s));
  EXPECT_FALSE(kept_cpu_busy({reading(1, 0, 0)}, {reading(1, 50, 800)}, 1s));
}

TEST(KeptCpuBusy, NotAThreadThatHardlyEverGotACpu) {
  EXPECT_FALSE(kept_cpu_busy({reading(1, 0, 0)}, {reading(1, 5, 995)}, 1s));
}

TEST(KeptCpuBusy, NotWhatRanBeforeTheFirstReading) {
  EXPECT_FALSE(kept_cpu_busy({reading(1, 5000, 9000)}, {reading(1, 5010, 9000)}, 1s));
}

}  // namespace
}  // namespace conformance
