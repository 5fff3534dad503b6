// What benchmarks of queues and pipes do: items that go one way, and items that go to and fro, through any channel.
//
// A row is called BM_OPERATION/WHO. Who is measured on the same operation under the same name: that is how
// compare.py pairs them.
//
//   // Made in the benchmark; its methods are called in processes of their own.
//   struct MyChannel {
//     explicit MyChannel(const Load& load);
//     void put(uint64_t n);
//     void get(uint64_t n);
//   };
//   add_one_way<MyChannel>("mine", {.operation = "QueuePutGet/8B", .bytes = 8, .bound = 1000});
#ifndef BENCH_TRAFFIC_H_
#define BENCH_TRAFFIC_H_

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "bench/crew.h"

namespace bench {

// What goes one way.
struct Load {
  std::string operation;
  size_t bytes;   // of an item
  int bound;      // how many may wait
  int pairs = 1;  // of a producer and a consumer
  Placement placement = Placement::kTwoCores;
};

// The channels of a queue of bytes that is made of an item's size and of how many may wait, and has send() and receive().
template <class Queue>
class StreamOf {
 public:
  explicit StreamOf(const Load& load) : item_(load.bytes, 'x'), queue_(load.bytes, load.bound) {}

  void put(uint64_t n) {
    while (n-- > 0) queue_.send(item_);
  }
  void get(uint64_t n) {
    while (n-- > 0) queue_.receive(item_);
  }

 private:
  std::string item_;
  Queue queue_;
};

template <class Queue, int kBound>
class PairOf {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      there_.send(item_);
      back_.receive(item_);
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) {
      there_.receive(item_);
      back_.send(item_);
    }
  }

 private:
  std::string item_ = std::string(8, 'x');
  Queue there_ = Queue(8, kBound), back_ = Queue(8, kBound);
};

// Reports what one of state.max_iterations takes, if `run` takes so long for all of them. A benchmark that can't be
// run says why.
template <class Run>
void report_time_of_all(benchmark::State& state, Placement placement, Run run) {
  if (!can_place(placement)) {
    state.SkipWithError("needs two CPUs");
    return;
  }
  const auto all = state.max_iterations;
  try {
    while (state.KeepRunningBatch(all))
      state.SetIterationTime(
          std::chrono::duration<double>(run(static_cast<uint64_t>(all))).count());
  } catch (const std::exception& e) {
    state.SkipWithError(e.what());
  }
  state.SetItemsProcessed(all);
}

inline void add(const std::string& operation, const char* who,
                const std::function<void(benchmark::State&)>& run) {
  benchmark::RegisterBenchmark(("BM_" + operation + "/" + who).c_str(), run)->UseManualTime();
}

// The limits and the peers of a row are added likewise.
template <class Channel>
void add_one_way(const char* who, const Load& load) {
  add(load.operation, who, [load](benchmark::State& state) {
    report_time_of_all(state, load.placement, [&load](uint64_t all) {
      Channel channel(load);
      const auto pairs = static_cast<uint64_t>(load.pairs);
      const uint64_t each = (all + pairs - 1) / pairs,
                     warm_up = static_cast<uint64_t>(4 * load.bound);
      std::vector<Worker> crew;
      for (uint64_t i = 0; i < pairs; ++i) {
        crew.push_back({.work = [&channel](uint64_t n) { channel.get(n); },
                        .times = each,
                        .warm_up = warm_up,
                        .cpu = cpu_of(1, load.placement)});
        crew.push_back({.work = [&channel](uint64_t n) { channel.put(n); },
                        .times = each,
                        .warm_up = warm_up,
                        .cpu = cpu_of(0, load.placement)});
      }
      return time_crew(crew);
    });
  });
}

// A Channel here has a constructor without arguments, and ask(n) and answer(n): one side sends and receives so
// many times, the other one receives and sends.
template <class Channel>
void add_round_trip(const std::string& operation, const char* who, Placement placement) {
  add(operation, who, [placement](benchmark::State& state) {
    report_time_of_all(state, placement, [placement](uint64_t all) {
      Channel channel;
      constexpr uint64_t kWarmUp = 100;
      return time_crew({{.work = [&channel](uint64_t n) { channel.ask(n); },
                         .times = all,
                         .warm_up = kWarmUp,
                         .cpu = cpu_of(0, placement)},
                        {.work = [&channel](uint64_t n) { channel.answer(n); },
                         .times = all,
                         .warm_up = kWarmUp,
                         .cpu = cpu_of(1, placement)}});
    });
  });
}

// Two processes, each of which does half of the work.
template <class Work>
void add_rivals(const std::string& operation, const char* who, Work make_work) {
  add(operation, who, [make_work](benchmark::State& state) {
    report_time_of_all(state, Placement::kTwoCores, [&make_work](uint64_t all) {
      const std::function<void(uint64_t)> work = make_work();
      const uint64_t each = (all + 1) / 2;
      return time_crew({{.work = work, .times = each, .cpu = cpu_of(0, Placement::kTwoCores)},
                        {.work = work, .times = each, .cpu = cpu_of(1, Placement::kTwoCores)}});
    });
  });
}

}  // namespace bench

#endif  // BENCH_TRAFFIC_H_
