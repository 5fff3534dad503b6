#include "mp/os/pace.h"

#include <gtest/gtest.h>

namespace mp::os {
namespace {

Pace slow_one() {
  Pace pace;
  for (int i = 0; i < Pace::kInARow; ++i) pace.found(1);
  return pace;
}

TEST(Pace, IsFastAtFirst) { EXPECT_FALSE(Pace().is_slow()); }

TEST(Pace, IsSlowAfterSeveralLooksThatFoundFew) {
  for (const size_t few : {size_t{1}, Pace::kFew}) {
    Pace pace;
    for (int i = 0; i < Pace::kInARow; ++i) {
      EXPECT_FALSE(pace.is_slow());
      pace.found(few);
    }
    EXPECT_TRUE(pace.is_slow());
  }
}

TEST(Pace, WhoFindsNothingOrManyInBetweenIsNotSlowed) {
  for (const size_t other : {size_t{0}, Pace::kFew + 1}) {
    Pace pace;
    for (int i = 0; i < 10 * Pace::kInARow; ++i) {
      pace.found(i % Pace::kInARow == 0 ? other : 1);
      EXPECT_FALSE(pace.is_slow());
    }
  }
}

// A question and its answer.
TEST(Pace, WhoFindsNothingAndThenOneIsNotSlowed) {
  Pace pace;
  for (int i = 0; i < 100; ++i) {
    pace.found(0);
    pace.found(1);
    EXPECT_FALSE(pace.is_slow());
  }
}

TEST(Pace, StaysSlowWhileItPays) {
  Pace pace = slow_one();
  for (size_t things : {2, 100, 3}) {
    pace.found(things);
    EXPECT_TRUE(pace.is_slow());
  }
}

TEST(Pace, IsFastAgainWhenAWaitWasInVain) {
  for (size_t things : {0, 1}) {
    Pace pace = slow_one();
    pace.found(things);
    EXPECT_FALSE(pace.is_slow());
  }
}

}  // namespace
}  // namespace mp::os
