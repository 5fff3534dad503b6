// Queues: items one way and to and fro, one at a time and many at once, and the memory that it takes.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "bench/crew.h"
#include "bench/kernel_channels.h"
#include "bench/limits.h"
#include "bench/queue_loads.h"
#include "bench/traffic.h"
#include "mp/os/test_processes.h"
#include "mp/queue.h"

namespace bench {
namespace {

template <class Item>
Item item_of([[maybe_unused]] const Load& load) {
  if constexpr (std::is_same_v<Item, std::string>) {
    return std::string(load.bytes, 'x');
  } else {
    return Item(12345678);
  }
}

template <class Item>
class Queue {
 public:
  explicit Queue(const Load& load) : queue_(load.bound), item_(item_of<Item>(load)) {}

  void put(uint64_t n) {
    while (n-- > 0) queue_.put(item_);
  }
  void get(uint64_t n) {
    while (n-- > 0) benchmark::DoNotOptimize(queue_.get());
  }

 private:
  mp::Queue<Item> queue_;
  const Item item_;
};

class ManyAtOnce {
 public:
  explicit ManyAtOnce(const Load& load) : queue_(load.bound), items_(kMany, 12345678) {}

  void put(uint64_t n) {
    const std::span<const int64_t> all(items_);
    for (uint64_t more; n > 0; n -= more) {
      more = std::min<uint64_t>(n, kMany);
      queue_.put_many(all.first(more));
    }
  }
  void get(uint64_t n) {
    while (n > 0) {
      const auto most = static_cast<int>(std::min<uint64_t>(n, kMany));
      n -= queue_.get_many(most).size();
    }
  }

 private:
  static constexpr size_t kMany = 64;

  mp::Queue<int64_t> queue_;
  const std::vector<int64_t> items_;
};

class Joinable {
 public:
  explicit Joinable(const Load& load) : queue_(load.bound) {}

  void put(uint64_t n) {
    while (n-- > 0) queue_.put(12345678);
    queue_.join();
  }
  void get(uint64_t n) {
    while (n-- > 0) {
      benchmark::DoNotOptimize(queue_.get());
      queue_.task_done();
    }
  }

 private:
  mp::JoinableQueue<int64_t> queue_;
};

class QueuePair {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      there_.put(12345678);
      benchmark::DoNotOptimize(back_.get());
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) back_.put(there_.get());
  }

 private:
  mp::Queue<int64_t> there_, back_;
};

// ---------------------------------------------------------------- memory

constexpr double kMiB = 1 << 20;
constexpr size_t kRecord = 64 << 10;

// How much shared memory it takes.
class MeasuredQueue : public mp::Queue<std::string> {
 public:
  using Queue::Queue;

  double memory() { return static_cast<double>(core().memory_in_use()) / kMiB; }
};

double peak_resident() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// A gigabyte goes through; of it 1 MiB may wait.
void one_gigabyte(benchmark::State& state) {
  constexpr uint64_t kRecords = (uint64_t{1} << 30) / kRecord;
  MeasuredQueue queue(/*maxsize=*/16);
  struct Peaks {
    double queue = 0, producer = 0, consumer = 0;
  };
  mp::os::Shared<Peaks> peaks;
  auto put = [&](uint64_t n) {
    const std::string record(kRecord, 'x');
    while (n-- > 0) queue.put(record);
    peaks->producer = peak_resident();
  };
  auto get = [&](uint64_t n) {
    for (double most = 0; n-- > 0;) {
      benchmark::DoNotOptimize(queue.get());
      if (n % 64 == 0) peaks->queue = most = std::max(most, queue.memory());
    }
    peaks->consumer = peak_resident();
  };
  while (state.KeepRunningBatch(kRecords)) {
    state.SetIterationTime(
        std::chrono::duration<double>(
            time_crew({{.work = put, .times = kRecords}, {.work = get, .times = kRecords}}))
            .count());
  }
  state.counters["queue_MiB"] = peaks->queue;
  state.counters["producer_peak_MiB"] = peaks->producer;
  state.counters["consumer_peak_MiB"] = peaks->consumer;
}

void idle_queue(benchmark::State& state) {
  std::vector<std::unique_ptr<MeasuredQueue>> queues;
  for (auto _ : state) queues.push_back(std::make_unique<MeasuredQueue>());
  state.counters["queue_MiB"] = queues.back()->memory();
}

// One hundred megabytes wait, and then none.
void filled_and_drained(benchmark::State& state) {
  constexpr int kRecords = (100 << 20) / kRecord;
  const std::string record(kRecord, 'x');
  double filled = 0, drained = 0;
  while (state.KeepRunningBatch(kRecords)) {
    MeasuredQueue queue;
    for (int i = 0; i < kRecords; ++i) queue.put(record);
    filled = queue.memory();
    for (int i = 0; i < kRecords; ++i) benchmark::DoNotOptimize(queue.get());
    drained = queue.memory();
  }
  state.counters["filled_MiB"] = filled;
  state.counters["queue_MiB"] = drained;
}

// ---------------------------------------------------------------- the rows

void add_all() {
  for (const Load& load : {kTiny, kTinyAnywhere, kTinyOfTwoPairs}) {
    add_one_way<Queue<int64_t>>("mp", load);
    add_one_way<PosixQueueStream>("posix_mq", load);
  }
  add_one_way<SpscRing>("spsc", kTiny);
  add_one_way<PipeStream>("pipe", kTiny);
  add_one_way<SocketStream>("unix_socket", kTiny);
  add_one_way<ManyAtOnce>("mp", kTinyMany);
  add_one_way<SpscRing>("spsc", kTinyMany);
  for (const Load& load : {kSmall, kLarge, kHuge}) {
    add_one_way<Queue<std::string>>("mp", load);
    add_one_way<SpscRing>("spsc", load);
    add_one_way<PipeStream>("pipe", load);
    add_one_way<SocketStream>("unix_socket", load);
  }
  add_one_way<PosixQueueStream>("posix_mq", kSmall);
  add_one_way<Joinable>("mp", kJoinable);

  add_round_trip<QueuePair>(kQueueRoundTripTwoCores, "mp", Placement::kTwoCores);
  add_round_trip<SpinningWords>(kQueueRoundTripTwoCores, "spinning", Placement::kTwoCores);
  add_round_trip<PosixQueuePair>(kQueueRoundTripTwoCores, "posix_mq", Placement::kTwoCores);
  add_round_trip<QueuePair>(kQueueRoundTripOneCore, "mp", Placement::kOneCore);
  add_round_trip<FutexWords>(kQueueRoundTripOneCore, "futex", Placement::kOneCore);
  add_round_trip<PosixQueuePair>(kQueueRoundTripOneCore, "posix_mq", Placement::kOneCore);

  benchmark::RegisterBenchmark("BM_QueueMemory/1GiB_through_1MiB/mp", one_gigabyte)
      ->UseManualTime()
      ->Iterations(1);
  benchmark::RegisterBenchmark("BM_QueueMemory/idle/mp", idle_queue)->Iterations(100);
  benchmark::RegisterBenchmark("BM_QueueMemory/filled_and_drained/mp", filled_and_drained)
      ->UseRealTime()
      ->Iterations(1);
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
