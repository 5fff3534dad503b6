#include "tools/cli/side_by_side.h"

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <vector>

#include "gtest/gtest.h"

namespace mpcheck {
namespace {

TEST(SideBySide, CallsEachOnce) {
  std::vector<std::atomic<int>> calls(100);
  side_by_side(calls.size(), 8, [&](size_t i) { ++calls[i]; });
  for (const std::atomic<int>& each : calls) EXPECT_EQ(each, 1);
}

TEST(SideBySide, AsManyAsAllowedRunTogether) {
  std::barrier all_three(3);  // one after the other, the first would wait for ever
  side_by_side(9, 3, [&](size_t) { all_three.arrive_and_wait(); });
}

TEST(SideBySide, NeverMoreThanAllowedRunTogether) {
  std::atomic<int> running = 0, most = 0;
  side_by_side(1000, 3, [&](size_t) {
    const int now = ++running;
    for (int known = most; now > known && !most.compare_exchange_weak(known, now);) continue;
    --running;
  });
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(SideBySide, NoneIsNothingToDo) {
  side_by_side(0, 3, [](size_t) { FAIL(); });
}

TEST(SideBySide, ErrorOfACallComesOut) {
  EXPECT_THROW(side_by_side(5, 2,
                            [](size_t i) {
                              if (i == 3) throw std::runtime_error("no");
                            }),
               std::runtime_error);
}

}  // namespace
}  // namespace mpcheck
