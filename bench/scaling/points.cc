// Measures one point: how long some workers take for some tasks. points.py does the same for CPython.
//
//   points --kernel=compute --executor=mp_pool --workers=2 --tasks=100 --size=1000000
//
//   --kernel=NAME           kernels.h has them; --size=N is theirs
//   --executor=NAME         serial, mp_pool, mp_process_queue, std_thread
//   --lengths=1,2,10        tasks of so many times the size, by turns
//   --files=FILE            a file of paths, each ended by a NUL byte: what sha512 reads
//   --chunksize=N           tasks that go to a worker at once; 0: as a pool's map() does
//   --call=NAME             of mp_pool: map, apply (each is waited for) or apply_async
//   --start_included        the clock runs from before the workers' start to after their end; otherwise they have started
//                           and warmed up before it runs
//
//   --version               only prints whether this was built with optimisation
//
// Prints one line of JSON: the seconds, the sum of the results modulo 2^64, and the number of tasks.
// Exit codes: 0; 1 if it failed; 64 bad usage.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/scaling/kernels.h"
#include "mp/barrier.h"
#include "mp/pool.h"
#include "mp/process.h"
#include "mp/queue.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

#ifdef __OPTIMIZE__
constexpr bool kOptimised = true;
#else
constexpr bool kOptimised = false;
#endif

constexpr int kMostWorkers = 900;  // a barrier has room for a thousand

struct Point {
  Work work;
  std::string executor, call = "map";
  int workers = 1, chunksize = 1;
  uint64_t tasks = 0;
  bool start_included = false;
};

// Set before any worker starts; forked ones have it, too.
Point point;

uint64_t do_task_of_point(uint64_t task) { return do_task(point.work, task); }

uint64_t chunksize() {
  const uint64_t shares = 4 * static_cast<uint64_t>(point.workers);
  if (point.chunksize > 0) return static_cast<uint64_t>(point.chunksize);
  return std::max<uint64_t>(1, (point.tasks + shares - 1) / shares);
}
uint64_t chunks() { return (point.tasks + chunksize() - 1) / chunksize(); }

std::vector<uint64_t> do_chunk(uint64_t chunk) {
  std::vector<uint64_t> results;
  const uint64_t end = std::min(point.tasks, (chunk + 1) * chunksize());
  for (uint64_t task = chunk * chunksize(); task < end; ++task)
    results.push_back(do_task_of_point(task));
  return results;
}

uint64_t sum(const std::vector<uint64_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), uint64_t{0});
}

struct Outcome {
  double seconds;
  uint64_t sum;
};

// Of a crew of workers, which has start(), do_all() and end().
template <class Crew>
Outcome timed(Crew crew) {
  const auto created = Clock::now();
  crew.start();
  const auto began = Clock::now();
  const uint64_t results = crew.do_all();
  auto ended = Clock::now();
  crew.end();
  if (point.start_included) ended = Clock::now();
  const std::chrono::duration<double> took = ended - (point.start_included ? created : began);
  return {took.count(), results};
}

// ---------------------------------------------------------------- executors

struct Serial {
  void start() {
    if (!point.start_included) do_task_of_point(0);
  }
  uint64_t do_all() {
    uint64_t results = 0;
    for (uint64_t task = 0; task < point.tasks; ++task) results += do_task_of_point(task);
    return results;
  }
  void end() {}
};

class MpPool {
 public:
  void start() {
    if (point.start_included) {
      pool_.emplace(options());
      return;
    }
    mp::Barrier warm(point.workers + 1);
    mp::PoolOptions with_warm_up = options();
    with_warm_up.initializer = mp::Initializer(
        [](mp::Barrier all_warm) {
          do_task_of_point(0);
          all_warm.wait();
        },
        warm);
    pool_.emplace(with_warm_up);
    warm.wait();
  }
  uint64_t do_all() {
    std::vector<uint64_t> tasks(point.tasks);
    std::iota(tasks.begin(), tasks.end(), uint64_t{0});
    if (point.call == "apply") return apply(tasks);
    if (point.call == "apply_async") return apply_async(tasks);
    const mp::Chunksize each =
        point.chunksize > 0 ? mp::Chunksize(point.chunksize) : mp::Chunksize();
    return sum(pool_->map(do_task_of_point, tasks, each));
  }
  void end() {
    pool_->close();
    pool_->join();
  }

 private:
  static mp::PoolOptions options() {
    return {.processes = point.workers, .start_method = mp::StartMethod::kFork};
  }
  uint64_t apply(const std::vector<uint64_t>& tasks) {
    uint64_t results = 0;
    for (const uint64_t task : tasks) results += pool_->apply(do_task_of_point, task);
    return results;
  }
  uint64_t apply_async(const std::vector<uint64_t>& tasks) {
    std::vector<mp::AsyncResult<uint64_t>> later;
    for (const uint64_t task : tasks)
      later.push_back(pool_->apply_async(do_task_of_point, uint64_t{task}));
    uint64_t results = 0;
    for (const auto& one : later) results += one.get();
    return results;
  }

  std::optional<mp::Pool> pool_;
};

// Processes that get the numbers of chunks through one queue and put the results into another.
class MpProcessQueue {
 public:
  void start() {
    mp::Barrier warm(point.workers + 1);
    for (int i = 0; i < point.workers; ++i) {
      processes_.emplace_back(
          mp::ProcessOptions{.daemon = true, .start_method = mp::StartMethod::kFork}, work, chunks_,
          results_, warm);
      processes_.back().start();
    }
    if (!point.start_included) warm.wait();
  }
  uint64_t do_all() {
    const uint64_t count = chunks();
    for (uint64_t chunk = 0; chunk < count; ++chunk) chunks_.put(chunk);
    uint64_t results = 0;
    for (uint64_t chunk = 0; chunk < count; ++chunk) results += sum(results_.get());
    return results;
  }
  void end() {
    for (size_t i = 0; i < processes_.size(); ++i) chunks_.put(kNoMore);
    for (mp::Process& process : processes_) process.join();
  }

 private:
  static constexpr uint64_t kNoMore = std::numeric_limits<uint64_t>::max();

  static void work(mp::Queue<uint64_t> chunks, mp::Queue<std::vector<uint64_t>> results,
                   mp::Barrier warm) {
    if (!point.start_included) {
      do_task_of_point(0);
      warm.wait();
    }
    for (uint64_t chunk = chunks.get(); chunk != kNoMore; chunk = chunks.get())
      results.put(do_chunk(chunk));
  }

  mp::Queue<uint64_t> chunks_;
  mp::Queue<std::vector<uint64_t>> results_;
  std::vector<mp::Process> processes_;
};

class StdThread {
 public:
  void start() {
    const auto warm = std::make_shared<std::barrier<>>(point.workers + 1);
    for (int i = 0; i < point.workers; ++i) {
      threads_.emplace_back([warm, shared = shared_] {
        if (!point.start_included) do_task_of_point(0);
        warm->arrive_and_wait();  // here all begin together
        uint64_t results = 0;
        for (uint64_t chunk; (chunk = shared->next++) < chunks();) results += sum(do_chunk(chunk));
        shared->sum += results;
        warm->arrive_and_wait();
      });
    }
    warm_ = warm;
  }
  uint64_t do_all() {
    warm_->arrive_and_wait();
    warm_->arrive_and_wait();
    return shared_->sum;
  }
  void end() {
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  struct Shared {
    std::atomic<uint64_t> next{0}, sum{0};
  };

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::shared_ptr<std::barrier<>> warm_;
  std::vector<std::thread> threads_;
};

const std::map<std::string, Outcome (*)()> kExecutors = {
    {"serial", [] { return timed(Serial()); }},
    {"mp_pool", [] { return timed(MpPool()); }},
    {"mp_process_queue", [] { return timed(MpProcessQueue()); }},
    {"std_thread", [] { return timed(StdThread()); }},
};

// ---------------------------------------------------------------- flags

// A sentence about what is wrong with the flags.
struct BadUsage {
  std::string why;
};

uint64_t number(std::string_view flag, const std::string& text) {
  char* end = nullptr;
  const uint64_t value = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || text[0] == '-' || *end != '\0')
    throw BadUsage{std::string(flag) + " wants a number: " + text};
  return value;
}

std::vector<uint64_t> numbers(std::string_view flag, const std::string& text) {
  std::vector<uint64_t> all;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) all.push_back(number(flag, part));
  if (all.empty()) throw BadUsage{std::string(flag) + " wants numbers"};
  return all;
}

std::vector<std::string> paths_in(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::string> paths;
  for (std::string path; std::getline(in, path, '\0');) paths.push_back(path);
  if (paths.empty()) throw BadUsage{"--files names a file without paths: " + file};
  return paths;
}

int small(std::string_view flag, const std::string& text, uint64_t most) {
  const uint64_t value = number(flag, text);
  if (value > most)
    throw BadUsage{std::string(flag) + " is " + std::to_string(most) + " at most: " + text};
  return static_cast<int>(value);
}

void set(const std::string& flag, const std::string& value) {
  if (flag == "--kernel") {
    point.work.kernel = value;
  } else if (flag == "--executor") {
    point.executor = value;
  } else if (flag == "--workers") {
    point.workers = small(flag, value, kMostWorkers);
  } else if (flag == "--tasks") {
    point.tasks = number(flag, value);
  } else if (flag == "--size") {
    point.work.size = number(flag, value);
  } else if (flag == "--lengths") {
    point.work.lengths = numbers(flag, value);
  } else if (flag == "--files") {
    point.work.files = paths_in(value);
  } else if (flag == "--chunksize") {
    point.chunksize = small(flag, value, std::numeric_limits<int>::max());
  } else if (flag == "--call") {
    point.call = value;
  } else if (flag == "--start_included") {
    point.start_included = true;
  } else {
    throw BadUsage{"unknown flag " + flag};
  }
}

void check_point() {
  if (!is_kernel(point.work.kernel)) throw BadUsage{"no kernel is called " + point.work.kernel};
  if (!kExecutors.contains(point.executor))
    throw BadUsage{"no executor is called " + point.executor};
  if (point.call != "map" && point.call != "apply" && point.call != "apply_async")
    throw BadUsage{"--call wants map, apply or apply_async: " + point.call};
  if (point.call != "map" && point.executor != "mp_pool")
    throw BadUsage{"--call is for mp_pool only"};
  if (point.workers < 1 || point.tasks < 1) throw BadUsage{"--workers and --tasks are at least 1"};
  if (point.work.kernel == "sha512" && point.work.files.empty())
    throw BadUsage{"sha512 wants --files"};
  if (point.work.kernel == "triad" && (point.work.size == 0 || point.work.lengths.size() > 1))
    throw BadUsage{"triad wants a --size, and no --lengths"};
}

void parse(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    set(argument.substr(0, equals), equals == std::string::npos ? "" : argument.substr(equals + 1));
  }
  check_point();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  mp::run_if_child(argc, argv);
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::puts(bench::kOptimised ? "optimised" : "not optimised");
    return 0;
  }
  try {
    bench::parse(argc, argv);
    // A file that can't be read is better told of here than by each worker's warm-up. (Other kernels would leave memory
    // behind that workers then share.)
    if (bench::point.work.kernel == "sha512") bench::do_task_of_point(0);
    const bench::Outcome outcome = bench::kExecutors.at(bench::point.executor)();
    std::printf("{\"seconds\": %.9f, \"sum\": %llu, \"tasks\": %llu}\n", outcome.seconds,
                static_cast<unsigned long long>(outcome.sum),
                static_cast<unsigned long long>(bench::point.tasks));
  } catch (const bench::BadUsage& usage) {
    std::fprintf(stderr, "points: %s\n", usage.why.c_str());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "points: %s\n", error.what());
    return 1;
  }
}
