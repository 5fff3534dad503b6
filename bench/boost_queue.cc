// Boost.Interprocess's message queue on the work of queue_bench.cc.
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/queue_loads.h"
#include "bench/traffic.h"

namespace bench {
namespace {

namespace ipc = boost::interprocess;

// Has no name from the beginning: forked children have its memory.
class Queue {
 public:
  Queue(size_t bytes, int bound) : queue_(ipc::create_only, name().c_str(), bound, bytes) {
    ipc::message_queue::remove(name().c_str());
  }

  void send(const std::string& item) { queue_.send(item.data(), item.size(), /*priority=*/0); }
  void receive(std::string& item) {
    ipc::message_queue::size_type size;
    unsigned priority;
    queue_.receive(item.data(), item.size(), size, priority);
  }

 private:
  static std::string name() { return "mpcheck-bench-" + std::to_string(::getpid()); }

  ipc::message_queue queue_;
};

void add_all() {
  for (const Load& load :
       {kTiny, kTinyAnywhere, kTinyOfTwoPairs, kTinyMany, kSmall, kLarge, kHuge}) {
    add_one_way<StreamOf<Queue>>("boost", load);
  }
  add_round_trip<PairOf<Queue, 16>>(kQueueRoundTripTwoCores, "boost", Placement::kTwoCores);
  add_round_trip<PairOf<Queue, 16>>(kQueueRoundTripOneCore, "boost", Placement::kOneCore);
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
