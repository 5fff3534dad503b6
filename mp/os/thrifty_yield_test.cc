#include "mp/os/thrifty_yield.h"

#include <chrono>
#include <cstdint>

#include "gtest/gtest.h"

namespace mp::os {
namespace {

using namespace std::chrono_literals;

int64_t waits_without(ThriftyYield& yield) {
  int64_t waits = 0;
  while (!yield.is_due()) ++waits;
  return waits;
}

TEST(ThriftyYield, EveryWaitHasOneWhileTheyAreShort) {
  ThriftyYield yield;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(waits_without(yield), 0);
    yield.took(2us);
  }
}

TEST(ThriftyYield, TurnOfAThirdOneIsDividedAmongManyWaits) {
  ThriftyYield yield;
  yield.took(3ms);
  EXPECT_EQ(waits_without(yield), 30'000);
  yield.took(60us);
  EXPECT_EQ(waits_without(yield), 600);
  yield.took(2us);
  EXPECT_EQ(waits_without(yield), 0);
}

}  // namespace
}  // namespace mp::os
