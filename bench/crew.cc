#include "bench/crew.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/os_error.h"
#include "mp/os/futex.h"
#include "mp/os/test_processes.h"

namespace bench {
namespace {

constexpr size_t kLargestCrew = 8;
constexpr std::chrono::minutes kLongest(1);

struct Stopwatch {
  // How many are ready; and from the last one on, that they may begin.
  std::atomic<uint32_t> ready{0};
  mp::os::Word begin{0};
  struct Lap {
    Duration began, ended;
  } laps[kLargestCrew] = {};
};

void begin_together(Stopwatch& watch, size_t crew_size) {
  if (watch.ready.fetch_add(1) + 1 == crew_size) mp::os::set_and_wake_all(watch.begin, 1);
  while (watch.begin.load() == 0) mp::os::sleep_on(watch.begin, 0);
}

std::vector<int> usable_cpus() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  base::check(::sched_getaffinity(0, sizeof(usable), &usable), "ask for the usable CPUs");
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &usable)) cpus.push_back(cpu);
  }
  return cpus;
}

}  // namespace

Duration time_crew(const std::vector<Worker>& crew) {
  if (crew.empty() || crew.size() > kLargestCrew)
    throw std::runtime_error("a crew of " + std::to_string(crew.size()));
  mp::os::Shared<Stopwatch> watch;
  std::vector<mp::os::TestProcess> processes;
  for (size_t i = 0; i < crew.size(); ++i) {
    processes.emplace_back([&crew, &watch, i] {
      const Worker& me = crew[i];
      if (me.cpu) stay_on(*me.cpu);
      me.work(me.warm_up);
      begin_together(*watch, crew.size());
      watch->laps[i].began = base::monotonic_now();
      me.work(me.times);
      watch->laps[i].ended = base::monotonic_now();
      return true;
    });
  }
  const base::Deadline deadline = base::Deadline::after(kLongest);
  for (mp::os::TestProcess& process : processes) {
    if (const base::Ending ending = process.wait(deadline); !ending.succeeded())
      throw std::runtime_error("a worker: " + base::describe(ending));
  }
  Duration began = Duration::max(), ended = Duration::zero();
  for (size_t i = 0; i < crew.size(); ++i) {
    began = std::min(began, watch->laps[i].began);
    ended = std::max(ended, watch->laps[i].ended);
  }
  return ended - began;
}

std::optional<int> cpu_of(int side, Placement placement) {
  if (placement == Placement::kAnywhere) return std::nullopt;
  return usable_cpus().at(placement == Placement::kTwoCores ? static_cast<size_t>(side) : 0);
}

bool can_place(Placement placement) {
  return placement != Placement::kTwoCores || usable_cpus().size() >= 2;
}

void stay_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  base::check(::sched_setaffinity(0, sizeof(only), &only), "stay on one CPU");
}

}  // namespace bench
