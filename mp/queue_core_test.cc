#include "mp/queue_core.h"

#include <fcntl.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using base::Deadline;
using os::TestProcess;
using namespace std::chrono_literals;

Deadline never() { return Deadline::never(); }
Deadline at_once() { return Deadline::after(0s); }

std::string must_get(QueueCore& queue) {
  std::string record = "nothing";
  EXPECT_TRUE(queue.get(&record, Deadline::after(10s)));
  return record;
}

TEST(QueueCore, ExampleOfTheHeader) {
  QueueCore queue(/*maxsize=*/2);
  queue.put("a", Deadline::never());
  std::string record;
  queue.get(&record, Deadline::never());
  EXPECT_EQ(record, "a");
}

TEST(QueueCore, ExampleOfTheHeaderWithMany) {
  QueueCore queue;
  const std::string_view both[] = {"b", "c"};
  queue.put_many(both, Deadline::never());
  Records records;
  queue.get_many(&records, /*most=*/10, Deadline::never());
  EXPECT_EQ(records[1], "c");
}

TEST(Records, AreAsTheyWereAdded) {
  Records records;
  EXPECT_TRUE(records.empty());
  records.add_written([](std::string* bytes) { bytes->append("abc"); });
  records.add_written([](std::string*) {});
  records.add_written([](std::string* bytes) { *bytes += "de"; });
  EXPECT_EQ(records.views(), (std::vector<std::string_view>{"abc", "", "de"}));
}

TEST(QueueCore, RecordsComeInOrderAndWhole) {
  QueueCore queue;
  const std::vector<size_t> sizes = {0,    1,     7,     8,     9,      4095,
                                     4096, 65527, 65528, 65529, 200000, 5000000};
  for (size_t i = 0; i < sizes.size(); ++i)
    ASSERT_TRUE(queue.put(text(sizes[i], static_cast<uint32_t>(i)), never()));
  EXPECT_EQ(queue.size(), sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i)
    EXPECT_TRUE(must_get(queue) == text(sizes[i], static_cast<uint32_t>(i))) << sizes[i];
  EXPECT_TRUE(queue.empty());
}

TEST(QueueCore, GetOfAnEmptyQueueEndsWithItsTime) {
  QueueCore queue;
  std::string record;
  EXPECT_FALSE(queue.get(&record, at_once()));
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(queue.get(&record, Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST(QueueCore, PutIntoAFullQueueEndsWithItsTimeAndPutsNothing) {
  QueueCore queue(2);
  EXPECT_TRUE(queue.put("a", at_once()));
  EXPECT_FALSE(queue.full());
  EXPECT_TRUE(queue.put("b", at_once()));
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.put("c", at_once()));
  EXPECT_FALSE(queue.put("c", Deadline::after(20ms)));
  EXPECT_EQ(must_get(queue), "a");
  EXPECT_TRUE(queue.put("d", at_once()));
  EXPECT_EQ(must_get(queue), "b");
  EXPECT_EQ(must_get(queue), "d");
}

TEST(QueueCore, SleepingConsumerWakesForARecord) {
  QueueCore queue;
  TestProcess consumer([&] { return must_get(queue) == "x"; });
  EXPECT_TRUE(consumer.sleeps());
  queue.put("x", never());
  EXPECT_EQ(consumer.wait(), base::Exited{0});
}

TEST(QueueCore, SleepingProducerWakesForRoom) {
  QueueCore queue(1);
  queue.put("a", never());
  TestProcess producer([&] { return queue.put("b", Deadline::after(10s)); });
  EXPECT_TRUE(producer.sleeps());
  EXPECT_EQ(must_get(queue), "a");
  EXPECT_EQ(producer.wait(), base::Exited{0});
  EXPECT_EQ(must_get(queue), "b");
}

TEST(QueueCore, SeveralSleepersGetOneRecordEach) {
  QueueCore queue;
  std::vector<TestProcess> consumers;
  for (int i = 0; i < 3; ++i) consumers.emplace_back([&] { return must_get(queue).size() == 1; });
  for (TestProcess& each : consumers) EXPECT_TRUE(each.sleeps());
  for (const char* record : {"a", "b", "c"}) queue.put(record, never());
  for (TestProcess& each : consumers) EXPECT_EQ(each.wait(), base::Exited{0});
  EXPECT_TRUE(queue.empty());
}

TEST(QueueCore, AnotherProcessFollowsIntoLargerRings) {
  QueueCore queue;
  queue.put("first", never());
  TestProcess consumer([&] {
    if (must_get(queue) != "first") return false;
    for (uint32_t i = 0; i < 100; ++i) {
      if (must_get(queue) != text(10000 * (i % 7), i)) return false;
    }
    return true;
  });
  for (uint32_t i = 0; i < 100; ++i) queue.put(text(10000 * (i % 7), i), never());
  EXPECT_EQ(consumer.wait(), base::Exited{0});
}

TEST(QueueCore, IsTheSameForWhoAdoptsItsDescriptor) {
  QueueCore queue(3);
  queue.put("for you", never());
  QueueCore same = QueueCore::adopt(base::UniqueFd(::fcntl(queue.fd(), F_DUPFD_CLOEXEC, 0)));
  EXPECT_EQ(same.maxsize(), 3u);
  EXPECT_EQ(must_get(same), "for you");
  same.put(text(300000, 1), never());
  EXPECT_TRUE(must_get(queue) == text(300000, 1));
}

TEST(QueueCore, IdleQueueTakesAFewPages) {
  QueueCore queue;
  EXPECT_LE(queue.memory_in_use(), 4u * 4096);
  queue.put("a", never());
  must_get(queue);
  EXPECT_LE(queue.memory_in_use(), 5u * 4096);
}

TEST(QueueCore, DrainedQueueGivesItsMemoryBack) {
  QueueCore queue;
  for (uint32_t i = 0; i < 300; ++i) queue.put(text(100000, i), never());
  EXPECT_GT(queue.memory_in_use(), 30000000u);
  for (uint32_t i = 0; i < 300; ++i) ASSERT_TRUE(must_get(queue) == text(100000, i));
  EXPECT_LE(queue.memory_in_use(), QueueCore::kKeptRing + 100000);
  queue.put("small", never());
  EXPECT_EQ(must_get(queue), "small");
  EXPECT_LE(queue.memory_in_use(), QueueCore::kKeptRing + 100000);
}

TEST(QueueCore, MemoryStaysNearWhatWaits) {
  QueueCore queue;
  uint64_t most = 0;
  for (uint32_t i = 0; i < 5000; ++i) {
    queue.put(text(20000, i), never());
    if (i >= 3) {
      ASSERT_TRUE(must_get(queue) == text(20000, i - 3));
    }
    most = std::max(most, queue.memory_in_use());
  }
  EXPECT_LT(most, 400000u);
}

TEST(QueueCore, MemoryStaysNearWhatWaitsInBatchesToo) {
  QueueCore queue;
  const std::string large = text(100000, 1), small = text(10, 2);
  std::vector<std::string_view> batch;
  for (int i = 0; i < 30; ++i) batch.push_back(i % 2 == 0 ? large : small);
  uint64_t most = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(queue.put_many(batch, never()), batch.size());
    Records records;
    ASSERT_TRUE(queue.get_many(&records, batch.size(), never()));
    ASSERT_EQ(records.size(), batch.size());
    most = std::max(most, queue.memory_in_use());
  }
  EXPECT_LT(most, 6u << 20);
  EXPECT_LE(queue.memory_in_use(), QueueCore::kKeptRing + 100000);
}

TEST(QueueCore, BatchesOfAnyLengthAndSizeComeInOrderAndWhole) {
  for (size_t size : {0, 5, 3000, 100000}) {
    for (size_t length : {1, 2, 3, 64, 1023, 1024, 1025, 5000}) {
      if (size * length > 100000000) continue;
      QueueCore queue;
      Records all;
      for (size_t i = 0; i < length; ++i) {
        const std::string record = text(size, static_cast<uint32_t>(i));
        all.add_written([&](std::string* bytes) { *bytes += record; });
      }
      ASSERT_EQ(queue.put_many(all.views(), never()), length);
      ASSERT_EQ(queue.size(), length);
      Records got;
      ASSERT_TRUE(queue.get_many(&got, length, never()));
      ASSERT_TRUE(got.views() == all.views()) << length << " of " << size;
      EXPECT_TRUE(queue.empty());
    }
  }
}

// Also if it has to take them in several pieces.
TEST(QueueCore, GetManyTakesNoMoreThanItIsAskedFor) {
  constexpr size_t kAll = 5000;
  QueueCore queue;
  queue.put_many(std::vector<std::string_view>(kAll, "record"), never());
  size_t left = kAll;
  for (size_t most : {1, 1023, 1025, 2000}) {
    Records got;
    ASSERT_TRUE(queue.get_many(&got, most, never()));
    EXPECT_EQ(got.size(), most);
    left -= most;
    EXPECT_EQ(queue.size(), left);
  }
}

// Against a model: any mixture of sizes, of bursts and of draining.
TEST(QueueCore, BehavesLikeADequeOfStrings) {
  std::mt19937 random(20);
  for (uint32_t maxsize : {0u, 1u, 5u, 1000u}) {
    QueueCore queue(maxsize);
    std::deque<std::string> model;
    for (uint32_t i = 0; i < 4000; ++i) {
      const bool many_wait = model.size() > random() % 40;
      if (random() % 4 == 0) {
        std::vector<std::string> batch(random() % 70);
        for (std::string& each : batch)
          each = text(random() % (i % 10 == 0 ? 20000 : 100), static_cast<uint32_t>(random()));
        const std::vector<std::string_view> views(batch.begin(), batch.end());
        const size_t fit =
            maxsize == 0 ? batch.size() : std::min(batch.size(), maxsize - model.size());
        ASSERT_EQ(queue.put_many(views, at_once()), fit);
        model.insert(model.end(), batch.begin(), batch.begin() + static_cast<ptrdiff_t>(fit));
      } else if (random() % 4 == 0) {
        Records records;
        const size_t most = 1 + random() % 150;
        ASSERT_EQ(queue.get_many(&records, most, at_once()), !model.empty());
        ASSERT_EQ(records.size(), std::min(most, model.size()));
        for (size_t k = 0; k < records.size(); ++k) {
          ASSERT_TRUE(records[k] == model.front());
          model.pop_front();
        }
      } else if (random() % 3 != 0 && !many_wait) {
        const size_t size = random() % 20 == 0 ? random() % 300000 : random() % 300;
        const bool fits = maxsize == 0 || model.size() < maxsize;
        ASSERT_EQ(queue.put(text(size, i), at_once()), fits);
        if (fits) model.push_back(text(size, i));
      } else {
        std::string record;
        ASSERT_EQ(queue.get(&record, at_once()), !model.empty());
        if (model.empty()) continue;
        ASSERT_TRUE(record == model.front());
        model.pop_front();
      }
      ASSERT_EQ(queue.size(), model.size());
    }
  }
}

TEST(QueueCore, NothingIsLostOrTwiceBetweenManyProcesses) {
  constexpr int kEach = 20000;
  QueueCore queue(50);
  std::vector<TestProcess> producers;
  for (int p = 0; p < 2; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i)
        queue.put(std::to_string(p) + " " + std::to_string(i), never());
      return true;
    });
  }
  std::vector<TestProcess> consumers;
  QueueCore report;
  for (int c = 0; c < 2; ++c) {
    consumers.emplace_back([&] {
      long long sum = 0;
      int last[2] = {-1, -1};
      for (int i = 0; i < kEach; ++i) {
        const std::string record = must_get(queue);
        const int producer = record[0] - '0', number = std::stoi(record.substr(2));
        if (number <= last[producer]) return false;  // not in the order put
        last[producer] = number;
        sum += number + 1;
      }
      return report.put(std::to_string(sum), never());
    });
  }
  for (TestProcess& each : producers) EXPECT_EQ(each.wait(), base::Exited{0});
  for (TestProcess& each : consumers) EXPECT_EQ(each.wait(), base::Exited{0});
  EXPECT_EQ(std::stoll(must_get(report)) + std::stoll(must_get(report)),
            2ll * kEach * (kEach + 1) / 2);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace mp
