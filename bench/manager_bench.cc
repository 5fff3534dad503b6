// Managers: calls of methods that do next to nothing. Beside them the least that can go there and back: a message each
// way, and a word.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>

#include "bench/conversation.h"
#include "bench/crew.h"
#include "bench/limits.h"
#include "bench/traffic.h"
#include "mp/manager.h"

namespace bench {
namespace {

mp::SyncManager manager_on(std::optional<int> cpu) {
  mp::SyncManager manager;
  manager.start(cpu ? mp::Initializer(stay_on, *cpu) : mp::Initializer());
  return manager;
}

// One client. `make` makes what is called, of a manager, and returns what the client does again and again.
template <class Make>
void add_client(const std::string& operation, Placement placement, Make make) {
  add(operation, "mp", [placement, make](benchmark::State& state) {
    report_time_of_all(state, placement, [placement, &make](uint64_t all) {
      const mp::SyncManager manager = manager_on(cpu_of(1, placement));
      const auto once = make(manager);
      return time_crew({{.work =
                             [&once](uint64_t n) {
                               while (n-- > 0) once();
                             },
                         .times = all,
                         .warm_up = 100,
                         .cpu = cpu_of(0, placement)}});
    });
  });
}

auto get_first(const mp::SyncManager& manager) {
  return [list = manager.list<int>({12345678})] { benchmark::DoNotOptimize(list.at(0)); };
}

auto take_and_give_back(const mp::SyncManager& manager) {
  return [lock = manager.Lock()] {
    lock.acquire();
    lock.release();
  };
}

class Queue {
 public:
  explicit Queue(const Load& load) : queue_(manager_.Queue<int64_t>(load.bound)) {}

  void put(uint64_t n) {
    while (n-- > 0) queue_.put(12345678);
  }
  void get(uint64_t n) {
    while (n-- > 0) benchmark::DoNotOptimize(queue_.get());
  }

 private:
  const mp::SyncManager manager_ = mp::Manager();
  const mp::QueueProxy<int64_t> queue_;
};

void add_calls(const std::string& operation, Placement placement) {
  add_client(operation, placement, get_first);
  add_round_trip<Conversation>(operation, "connection", placement);
}

void add_all() {
  add_calls("ManagerCall/two_cores", Placement::kTwoCores);
  add_round_trip<SpinningWords>("ManagerCall/two_cores", "spinning", Placement::kTwoCores);
  add_calls("ManagerCall/one_core", Placement::kOneCore);
  add_round_trip<FutexWords>("ManagerCall/one_core", "futex", Placement::kOneCore);
  add_calls("ManagerCall/unpinned", Placement::kAnywhere);
  add_client("ManagerLockPair", Placement::kAnywhere, take_and_give_back);
  add_one_way<Queue>("mp", {.operation = "ManagerQueuePutGet",
                            .bytes = 8,
                            .bound = 1024,
                            .placement = Placement::kAnywhere});
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
