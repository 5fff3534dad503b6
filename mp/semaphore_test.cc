#include "mp/semaphore.h"

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Semaphore, ExampleOfTheHeader) {
  Semaphore two(2);
  two.acquire();
  two.acquire();
  EXPECT_FALSE(two.acquire(/*block=*/false));
  two.release();
  EXPECT_EQ(two.get_value(), 1);
}

TEST(Semaphore, ReleaseByAnotherProcessLetsAWaiterIn) {
  Semaphore none(0);
  TestProcess waiter([&] { return none.acquire(); });
  EXPECT_TRUE(waiter.sleeps());
  TestProcess giver([&] {
    none.release();
    return true;
  });
  EXPECT_EQ(waiter.wait(), base::Exited{0});
  EXPECT_EQ(giver.wait(), base::Exited{0});
}

TEST(Semaphore, MayExceedItsFirstValue) {
  Semaphore one;
  one.release();
  EXPECT_EQ(one.get_value(), 2);
}

TEST(Semaphore, NegativeValueIsRefused) {
  EXPECT_THROW(Semaphore(-1), ValueError);
  EXPECT_THROW(BoundedSemaphore(-1), ValueError);
}

TEST(BoundedSemaphore, NeverHasMoreThanItBeganWith) {
  BoundedSemaphore one(1);
  EXPECT_THROW(one.release(), ValueError);
  EXPECT_TRUE(one.acquire(true, 10ms));
  one.release();
  EXPECT_EQ(one.get_value(), 1);
}

}  // namespace
}  // namespace mp
