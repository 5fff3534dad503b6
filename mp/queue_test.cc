#include "mp/queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <set>
#include <thread>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Queue, ExampleOfTheHeader) {
  Queue<std::string> queue(/*maxsize=*/2);
  queue.put("a");
  queue.put("b");
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(queue.get(), "a");
  EXPECT_EQ(queue.try_get(10ms), "b");
  EXPECT_THROW(queue.get_nowait(), Empty);

  EXPECT_EQ(queue.put_many({"c", "d", "e"}, 10ms), 2u);
  EXPECT_EQ(queue.get_many(/*most=*/10), (std::vector<std::string>{"c", "d"}));
}

TEST(Queue, ItemsOfAnyTypeReachAnotherProcess) {
  using Item = std::map<std::string, std::vector<double>>;
  Queue<Item> there;
  Queue<size_t> back;
  TestProcess child([&] {
    back.put(there.get().at("numbers").size());
    return true;
  });
  there.put({{"numbers", {1.5, 2.5, 3.5}}});
  EXPECT_EQ(back.get(), 3u);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Queue, ItemIsVisibleWhenPutReturns) {
  Queue<int> queue;
  for (int i = 0; i < 100; ++i) {
    queue.put(i);
    EXPECT_EQ(queue.get_nowait(), i);
  }
}

TEST(Queue, PutRaisesFullWithinItsTimeAndPutsNothing) {
  Queue<int> queue(1);
  queue.put(1);
  EXPECT_THROW(queue.put_nowait(2), Full);
  EXPECT_THROW(queue.put(2, 10ms), Full);
  EXPECT_THROW(queue.put(2, -1s), Full);
  EXPECT_FALSE(queue.try_put(2));
  EXPECT_EQ(queue.qsize(), 1);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_TRUE(queue.try_put(3));
}

TEST(Queue, GetRaisesEmptyWithinItsTime) {
  Queue<int> queue;
  EXPECT_THROW(queue.get(10ms), Empty);
  EXPECT_THROW(queue.get(0s), Empty);
  EXPECT_THROW(queue.get(-1s), Empty);
  EXPECT_EQ(queue.try_get(), std::nullopt);
}

TEST(Queue, MaxsizeOfZeroOrLessIsNoLimit) {
  for (int maxsize : {0, -1}) {
    Queue<int> queue(maxsize);
    for (int i = 0; i < 5000; ++i) queue.put_nowait(i);
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(queue.qsize(), 5000);
  }
}

TEST(Queue, ClosedQueueRefusesHereAndServesOthers) {
  Queue<int> queue;
  Queue<int> copy = queue;
  TestProcess child([&] { return queue.get() == 1 && queue.get() == 2; });
  queue.put(1);
  queue.put(2);
  EXPECT_THROW(queue.join_thread(), AssertionError);
  queue.close();
  EXPECT_THROW(queue.put(3), ValueError);
  EXPECT_THROW(copy.get(), ValueError);
  queue.join_thread();
  queue.cancel_join_thread();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Queue, ItemsOfAProcessThatHasEndedStay) {
  Queue<std::string> queue;
  TestProcess child([&] {
    queue.put(std::string(1000000, 'x'));
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(queue.get_nowait().size(), 1000000u);
}

TEST(Queue, ManyGoAndComeInOrder) {
  Queue<std::string> queue;
  std::vector<std::string> items;
  for (int i = 0; i < 3000; ++i) items.push_back("item " + std::to_string(i));
  EXPECT_EQ(queue.put_many(items), 3000u);
  EXPECT_EQ(queue.qsize(), 3000);
  std::vector<std::string> got;
  while (got.size() < 3000) {
    for (std::string& each : queue.get_many(700)) got.push_back(std::move(each));
  }
  EXPECT_EQ(got, items);
}

TEST(Queue, ManyMayBeOfAnyRangeAndNone) {
  Queue<bool> queue(3);
  EXPECT_EQ(queue.put_many(std::vector<bool>{true, false}), 2u);
  EXPECT_EQ(queue.put_many(std::set<bool>{}), 0u);
  EXPECT_EQ(queue.put_many(std::set<bool>{true}), 1u);
  EXPECT_EQ(queue.put_many(std::set<bool>{}, 0s), 0u);
  EXPECT_EQ(queue.get_many(9), (std::vector<bool>{true, false, true}));
}

TEST(Queue, PutManyRaisesFullOnlyIfThereWasRoomForNone) {
  Queue<int> queue(3);
  EXPECT_EQ(queue.put_many({1, 2}, 0s), 2u);
  EXPECT_EQ(queue.put_many({3, 4}, 0s), 1u);
  EXPECT_THROW(queue.put_many({4}, 10ms), Full);
  EXPECT_EQ(queue.try_put_many({4}), 0u);
  EXPECT_EQ(queue.get_many(10), (std::vector<int>{1, 2, 3}));
}

TEST(Queue, PutManyWaitsForRoomAsOftenAsNeedBe) {
  Queue<int> queue(2);
  TestProcess child([&] { return queue.put_many({1, 2, 3, 4, 5}) == 5; });
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(child.sleeps());
    EXPECT_EQ(queue.get(), i);
  }
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(queue.get_many(10), (std::vector<int>{4, 5}));
}

TEST(Queue, GetManyWaitsForTheFirstOnly) {
  Queue<int> queue;
  EXPECT_THROW(queue.get_many(10, 10ms), Empty);
  EXPECT_EQ(queue.try_get_many(10), std::vector<int>());
  TestProcess child([&] { return queue.get_many(10) == std::vector<int>{1}; });
  EXPECT_TRUE(child.sleeps());
  queue.put(1);
  EXPECT_EQ(child.wait(), base::Exited{0});
  queue.put_many({1, 2, 3});
  EXPECT_EQ(queue.get_many(2), (std::vector<int>{1, 2}));
  EXPECT_EQ(queue.get_many(2, 0s), std::vector<int>{3});
  EXPECT_THROW(queue.get_many(0), ValueError);
}

TEST(Queue, ClosedQueueRefusesManyToo) {
  Queue<int> queue;
  queue.close();
  EXPECT_THROW(queue.put_many({1}), ValueError);
  EXPECT_THROW(queue.get_many(1), ValueError);
}

TEST(JoinableQueue, EachOfManyIsToBeDone) {
  JoinableQueue<int> jobs;
  jobs.put_many({1, 2, 3});
  jobs.get_many(3);
  for (int i = 0; i < 3; ++i) jobs.task_done();
  jobs.join();
  EXPECT_THROW(jobs.task_done(), ValueError);
}

TEST(JoinableQueue, JoinWaitsUntilAllIsDone) {
  JoinableQueue<int> jobs;
  jobs.join();
  for (int i = 0; i < 3; ++i) jobs.put(i);
  TestProcess joiner([&] {
    jobs.join();
    return true;
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(joiner.sleeps());
    EXPECT_EQ(jobs.get(), i);
    jobs.task_done();
  }
  EXPECT_EQ(joiner.wait(), base::Exited{0});
  EXPECT_THROW(jobs.task_done(), ValueError);
}

TEST(JoinableQueue, KilledJoinerHindersNobody) {
  JoinableQueue<int> jobs;
  jobs.put(1);
  auto join = [&] {
    jobs.join();
    return true;
  };
  TestProcess victim(join), survivor(join);
  EXPECT_TRUE(victim.sleeps());
  EXPECT_TRUE(survivor.sleeps());
  victim.kill();
  victim.wait();
  jobs.get();
  jobs.task_done();
  EXPECT_EQ(survivor.wait(), base::Exited{0});
}

TEST(SimpleQueue, PutsGetsAndIsEmpty) {
  SimpleQueue<std::string> queue;
  EXPECT_TRUE(queue.empty());
  queue.put("a");
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.get(), "a");
  queue.close();
  EXPECT_THROW(queue.put("b"), OSError);
  EXPECT_THROW(queue.get(), OSError);
  EXPECT_THROW(queue.empty(), OSError);
}

TEST(Queue, ClosedUnusedQueueWorksInALaterChild) {
  Queue<int> queue;
  queue.close();
  TestProcess child([&] {
    queue.put(1);
    return queue.get() == 1;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_THROW(queue.put(2), ValueError);
}

TEST(Queue, CloseGivesTheDescriptorOfAUsedQueueBack) {
  const int next = ::dup(0);
  ::close(next);
  Queue<int> queue;
  queue.put(1);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_NE(::fcntl(next, F_GETFD), -1);
  queue.close();
  EXPECT_EQ(::fcntl(next, F_GETFD), -1);
  queue.close();
}

// And does not work on whatever has the descriptor's number by then.
TEST(Queue, GetThatWaitsWhileAnotherThreadClosesRaises) {
  Queue<int> queue;
  queue.put(1);
  queue.get();
  os::Shared<os::Word> closed(0);
  TestProcess other([&] {
    while (closed->load() == 0) os::sleep_on(*closed, 0);
    queue.put(2);
    return true;
  });
  std::thread waiter([&] {
    try {
      queue.get();
      ADD_FAILURE() << "it got what came after close()";
    } catch (const ValueError&) {  // it came too late to wait
    } catch (const OSError&) {
    }
  });
  queue.close();
  os::set_and_wake_all(*closed, 1);
  waiter.join();
  EXPECT_EQ(other.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp
