// Events, conditions and barriers: two processes that wait for each other.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "bench/limits.h"
#include "bench/traffic.h"
#include "mp/barrier.h"
#include "mp/condition.h"
#include "mp/event.h"
#include "mp/os/test_processes.h"

namespace bench {
namespace {

class Events {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      there_.set();
      back_.wait();
      back_.clear();
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) {
      there_.wait();
      there_.clear();
      back_.set();
    }
  }

 private:
  mp::Event there_, back_;
};

class Turns {
 public:
  void ask(uint64_t n) { take(n, 0); }
  void answer(uint64_t n) { take(n, 1); }

 private:
  void take(uint64_t n, int mine) {
    while (n-- > 0) {
      std::scoped_lock hold(changed_);
      changed_.wait_for([&] { return *turn_ == mine; });
      *turn_ = 1 - mine;
      changed_.notify();
    }
  }

  mp::Condition changed_;
  mp::os::Shared<int> turn_;
};

class Barrier {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) benchmark::DoNotOptimize(both_.wait());
  }
  void answer(uint64_t n) { ask(n); }

 private:
  mp::Barrier both_ = mp::Barrier(2);
};

void set_and_clear(benchmark::State& state) {
  mp::Event event;
  for (auto _ : state) {
    event.set();
    event.clear();
  }
}

void add_all() {
  benchmark::RegisterBenchmark("BM_EventSetClear/mp", set_and_clear);
  for (const auto& [place, placement] :
       {std::pair{"two_cores", Placement::kTwoCores}, std::pair{"one_core", Placement::kOneCore}}) {
    const std::string where = std::string("/") + place;
    add_round_trip<Events>("EventRoundTrip" + where, "mp", placement);
    add_round_trip<Turns>("ConditionRoundTrip" + where, "mp", placement);
    add_round_trip<Barrier>("BarrierWait" + where, "mp", placement);
    for (const char* operation : {"EventRoundTrip", "ConditionRoundTrip", "BarrierWait"}) {
      add_round_trip<FutexWords>(operation + where, "futex", placement);
      if (placement == Placement::kTwoCores)
        add_round_trip<SpinningWords>(operation + where, "spinning", placement);
    }
  }
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
