#include "mp/thread_queue.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace mp::queue {
namespace {

using namespace std::chrono_literals;

TEST(ThreadQueue, ExampleOfTheHeader) {
  PriorityQueue<std::pair<int, std::string>> jobs(/*maxsize=*/2);
  jobs.put({2, "later"});
  jobs.put({1, "now"});
  EXPECT_FALSE(jobs.try_put({3, "never"}));
  EXPECT_EQ(jobs.get().second, "now");
  jobs.task_done();
  EXPECT_EQ(jobs.get(10ms).second, "later");
  jobs.task_done();
  jobs.join();
  EXPECT_THROW(jobs.get_nowait(), Empty);
}

template <class Q>
std::vector<int> in_and_out(const std::vector<int>& items) {
  Q queue;
  for (int each : items) queue.put(each);
  std::vector<int> out;
  while (!queue.empty()) out.push_back(queue.get());
  return out;
}

TEST(ThreadQueue, EachHasItsOrder) {
  const std::vector<int> items = {3, 1, 4, 1, 5, 9, 2, 6};
  EXPECT_EQ(in_and_out<Queue<int>>(items), items);
  EXPECT_EQ(in_and_out<LifoQueue<int>>(items), (std::vector<int>{6, 2, 9, 5, 1, 4, 1, 3}));
  EXPECT_EQ(in_and_out<PriorityQueue<int>>(items), (std::vector<int>{1, 1, 2, 3, 4, 5, 6, 9}));
}

template <class Q>
class EachKind : public testing::Test {};
using Kinds = testing::Types<Queue<int>, LifoQueue<int>, PriorityQueue<int>>;
TYPED_TEST_SUITE(EachKind, Kinds);

TYPED_TEST(EachKind, FullQueueRaisesWithinItsTimeAndTakesNothing) {
  TypeParam queue(1);
  EXPECT_FALSE(queue.full());
  queue.put(1);
  EXPECT_TRUE(queue.full());
  EXPECT_THROW(queue.put_nowait(2), Full);
  const auto start = base::Deadline::Clock::now();
  EXPECT_THROW(queue.put(2, 20ms), Full);
  EXPECT_GE(base::Deadline::Clock::now() - start, 20ms);
  EXPECT_EQ(queue.qsize(), 1);
  EXPECT_EQ(queue.get(), 1);
}

TYPED_TEST(EachKind, EmptyQueueRaisesWithinItsTime) {
  TypeParam queue;
  EXPECT_THROW(queue.get_nowait(), Empty);
  EXPECT_EQ(queue.try_get(), std::nullopt);
  const auto start = base::Deadline::Clock::now();
  EXPECT_THROW(queue.get(20ms), Empty);
  EXPECT_GE(base::Deadline::Clock::now() - start, 20ms);
}

TYPED_TEST(EachKind, NegativeTimeoutRaisesValueError) {
  TypeParam queue(1);
  EXPECT_THROW(queue.get(-1s), ValueError);
  EXPECT_THROW(queue.put(1, -1s), ValueError);
  EXPECT_TRUE(queue.empty());
}

TYPED_TEST(EachKind, MaxsizeOfZeroOrLessIsNoLimit) {
  for (int maxsize : {0, -1}) {
    TypeParam queue(maxsize);
    for (int i = 0; i < 5000; ++i) queue.put_nowait(i);
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(queue.qsize(), 5000);
  }
}

TYPED_TEST(EachKind, WaitingThreadsGoOnWhenThereIsAnItemOrRoom) {
  TypeParam queue(1);
  std::future<int> got = std::async(std::launch::async, [&] { return queue.get(); });
  queue.put(1);
  EXPECT_EQ(got.get(), 1);
  queue.put(2);
  std::future<void> put = std::async(std::launch::async, [&] { queue.put(3, 20s); });
  EXPECT_EQ(queue.get(), 2);
  put.get();
  EXPECT_EQ(queue.get(20s), 3);
}

TYPED_TEST(EachKind, JoinWaitsUntilAllIsDone) {
  TypeParam queue;
  queue.join();
  for (int i = 0; i < 3; ++i) queue.put(i);
  std::atomic<int> done{0};
  std::thread worker([&] {
    for (int i = 0; i < 3; ++i) {
      queue.get();
      ++done;
      queue.task_done();
    }
  });
  queue.join();
  EXPECT_EQ(done, 3);
  worker.join();
  EXPECT_THROW(queue.task_done(), ValueError);
}

TYPED_TEST(EachKind, NothingIsLostOrTwiceBetweenManyThreads) {
  constexpr int kEach = 20000;
  TypeParam queue(10);
  std::atomic<long long> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) queue.put(t * kEach + i);
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        sum += queue.get();
        queue.task_done();
      }
    });
  }
  queue.join();
  for (std::thread& each : threads) each.join();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(sum, 3ll * kEach * (3ll * kEach - 1) / 2);
}

TEST(ThreadQueue, ItemsMayBeMovedOnlyAndStayIfTheQueueIsFull) {
  Queue<std::unique_ptr<int>> queue(1);
  queue.put(std::make_unique<int>(1));
  auto two = std::make_unique<int>(2);
  EXPECT_FALSE(queue.try_put(std::move(two)));
  ASSERT_NE(two, nullptr);
  EXPECT_EQ(*queue.get(), 1);
  EXPECT_TRUE(queue.try_put(std::move(two)));
  EXPECT_EQ(two, nullptr);
  EXPECT_EQ(**queue.try_get(), 2);
}

}  // namespace
}  // namespace mp::queue
