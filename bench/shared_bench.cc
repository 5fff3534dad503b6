// Shared values and arrays: incremented under their lock and without, by one process and by two; copied.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/traffic.h"
#include "mp/array.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/test_processes.h"
#include "mp/value.h"

namespace bench {
namespace {

struct LockedValue {
  void increment() { *value.lock() += 1; }
  mp::Value<int64_t> value;
};

// What each process stores is whole; of two that increment, one may be lost.
struct UnlockedValue {
  void increment() { value.store(value.load() + 1); }
  mp::RawValue<int64_t> value;
};

struct LockedArray {
  void increment() { counts.lock()[7] += 1; }
  mp::Array<int64_t> counts = mp::Array<int64_t>(1000);
};

// The limits.
struct UnderRobustMutex {
  void increment() {
    mp::os::RobustLock hold(shared->mutex);
    benchmark::DoNotOptimize(++shared->value);
  }
  struct Guarded {
    mp::os::RobustMutex mutex;
    int64_t value = 0;
  };
  mp::os::Shared<Guarded> shared;
};

struct AtomicAdd {
  void increment() { value->fetch_add(1); }
  mp::os::Shared<std::atomic<int64_t>> value;
};

template <class Counter>
void add_increment(const std::string& operation, const char* who) {
  benchmark::RegisterBenchmark(("BM_" + operation + "/" + who).c_str(),
                               [](benchmark::State& state) {
                                 Counter counter;
                                 for (auto _ : state) counter.increment();
                               });
  add_rivals(operation + "/two_processes", who, [] {
    return [counter = std::make_shared<Counter>()](uint64_t n) {
      while (n-- > 0) counter->increment();
    };
  });
}

void slice_of_1000(benchmark::State& state) {
  mp::Array<int32_t> numbers(1000);
  for (auto _ : state) benchmark::DoNotOptimize(numbers.slice());
}

void add_all() {
  add_increment<LockedValue>("ValueIncrement", "mp");
  add_increment<UnderRobustMutex>("ValueIncrement", "robust_mutex");
  add_increment<UnlockedValue>("RawValueIncrement", "mp");
  add_increment<AtomicAdd>("RawValueIncrement", "atomic_add");
  add_increment<LockedArray>("ArrayIncrement", "mp");
  benchmark::RegisterBenchmark("BM_ArraySlice/1000_int32/mp", slice_of_1000);
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
