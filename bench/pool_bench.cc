// Pools of two workers: calls that wait for their result, maps of many items, and the memory that millions of tasks take.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <numeric>
#include <ranges>
#include <string>
#include <vector>

#include "bench/limits.h"
#include "bench/traffic.h"
#include "mp/pool.h"
#include "mp/process.h"

namespace bench {
namespace {

constexpr int kWorkers = 2;
constexpr double kMiB = 1 << 20;

int same(int n) { return n; }

std::vector<int> items(int64_t count) {
  std::vector<int> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void start_and_end(benchmark::State& state) {
  for (auto _ : state) {
    mp::Pool pool(kWorkers);
    benchmark::DoNotOptimize(pool.apply(same, 12345678));
  }
}

void apply(benchmark::State& state) {
  mp::Pool pool(kWorkers);
  for (auto _ : state) benchmark::DoNotOptimize(pool.apply(same, 12345678));
}

void apply_async(benchmark::State& state) {
  mp::Pool pool(kWorkers);
  for (auto _ : state) benchmark::DoNotOptimize(pool.apply_async(same, 12345678).get());
}

// Of so many items at once that they take the time.
template <class Map>
void map_items(benchmark::State& state, Map map) {
  mp::Pool pool(kWorkers);
  const auto all = state.max_iterations;
  const std::vector<int> input = items(all);
  map(pool, items(std::min<int64_t>(all, 1000)));
  while (state.KeepRunningBatch(all)) map(pool, input);
  state.SetItemsProcessed(all);
}

void map_one_by_one(benchmark::State& state) {
  map_items(state, [](mp::Pool& pool, const std::vector<int>& input) {
    benchmark::DoNotOptimize(pool.map(same, input, 1));
  });
}
// Of a size at which a chunk is of 1024, again and again: one that grew with the speed would measure memory.
void map_by_default(benchmark::State& state) {
  constexpr int64_t kItems = 8 * 1024;
  mp::Pool pool(kWorkers);
  const std::vector<int> input = items(kItems);
  pool.map(same, input);
  while (state.KeepRunningBatch(kItems)) benchmark::DoNotOptimize(pool.map(same, input));
  state.SetItemsProcessed(state.iterations());
}
template <int kChunksize>
void imap_unordered(benchmark::State& state) {
  map_items(state, [](mp::Pool& pool, std::vector<int> input) {
    for (int n : pool.imap_unordered(same, std::move(input), kChunksize))
      benchmark::DoNotOptimize(n);
  });
}

// Of this program's memory. Not getrusage()'s, which counts what the program was that became this one by exec().
double peak_in_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    double kilobytes = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lf kB", &kilobytes) == 1) return kilobytes * 1024;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

// Ten million tasks that do nothing, each by itself.
void ten_million_tasks(benchmark::State& state) {
  constexpr int kTasks = 10'000'000;
  mp::Pool pool(kWorkers);
  while (state.KeepRunningBatch(kTasks)) {
    int64_t sum = 0;
    for (int n : pool.imap_unordered(same, std::views::iota(0, kTasks))) sum += n;
    if (sum != int64_t{kTasks} * (kTasks - 1) / 2) state.SkipWithError("results are missing");
  }
  state.counters["owner_peak_MiB"] = peak_in_bytes() / kMiB;
}

// Seven tasks of 40 ms on five workers: two rounds at best, and seven if each is waited for.
void seven_tasks(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kEach = std::chrono::milliseconds(40);
  const auto task = [](int milliseconds) {
    ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
  };
  mp::Pool pool(5);
  double best = 0;
  for (auto _ : state) {
    const auto start = Clock::now();
    std::vector<mp::AsyncResult<void>> results;
    for (int i = 0; i < 7; ++i) results.push_back(pool.apply_async(task, int{kEach.count()}));
    for (const auto& result : results) result.get();
    const auto between = Clock::now();
    for (int i = 0; i < 7; ++i) pool.apply(task, int{kEach.count()});
    const std::chrono::duration<double> async = between - start, waiting = Clock::now() - between;
    best = std::max(best, waiting / async);
    state.SetIterationTime(async.count());
  }
  state.counters["times_slower_than_best"] = 3.5 / best;
}

void add_all() {
  auto add = [](const char* row, void (*run)(benchmark::State&)) {
    return benchmark::RegisterBenchmark((std::string("BM_") + row + "/mp").c_str(), run)
        ->UseRealTime();
  };
  // First, for the peak is the whole program's.
  add("PoolMemory/10M_tasks", ten_million_tasks)->Iterations(1);
  add("PoolStartEnd", start_and_end);
  add("PoolApply", apply);
  add_round_trip<SpinningWords>("PoolApply", "spinning", Placement::kTwoCores);
  add_round_trip<FutexWords>("PoolApply", "futex", Placement::kTwoCores);
  add("PoolApplyAsyncGet", apply_async);
  add("PoolMap/chunksize_1", map_one_by_one);
  add("PoolMap/default", map_by_default);
  add("PoolImapUnordered/chunksize_1", imap_unordered<1>);
  add("PoolImapUnordered/chunksize_20", imap_unordered<20>);
  benchmark::RegisterBenchmark("BM_PoolSevenTasks/mp", seven_tasks)->UseManualTime()->Iterations(3);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  mp::run_if_child(argc, argv);
  bench::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
