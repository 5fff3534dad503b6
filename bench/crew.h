// Processes that do a piece of work together, and how long it takes them.
//
//   Duration took = time_crew({{.work = [&](uint64_t n) { while (n-- > 0) queue.put(1); }, .times = 1000000},
//                              {.work = [&](uint64_t n) { while (n-- > 0) queue.get(); }, .times = 1000000}});
#ifndef BENCH_CREW_H_
#define BENCH_CREW_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bench {

using Duration = std::chrono::nanoseconds;

struct Worker {
  std::function<void(uint64_t times)> work;
  uint64_t times = 0;
  // Before the clock starts: for pages that are touched for the first time, and caches.
  uint64_t warm_up = 0;
  std::optional<int> cpu = {};  // absent: whichever
};

// Forks the workers and lets them begin at the same moment, when all are warm. From when the first begins to when the
// last is done; neither their start nor their end is part of it.
// Raises: std::runtime_error if one of them fails, or takes more than a minute.
Duration time_crew(const std::vector<Worker>& crew);

// Where the two sides of some work run.
enum class Placement { kTwoCores, kOneCore, kAnywhere };

// The CPU of a side, 0 or 1, among those that this process may use.
std::optional<int> cpu_of(int side, Placement placement);
// Whether there are enough.
bool can_place(Placement placement);

// Only there the calling thread runs from now on. Raises: base::OsError
void stay_on(int cpu);

}  // namespace bench

#endif  // BENCH_CREW_H_
