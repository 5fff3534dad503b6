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

class Stream {
 public:
  explicit Stream(const Load& load) : item_(load.bytes, 'x'), queue_(load.bytes, load.bound) {}

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

class Pair {
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
  Queue there_ = Queue(8, 16), back_ = Queue(8, 16);
};

void add_all() {
  for (const Load& load :
       {kTiny, kTinyAnywhere, kTinyOfTwoPairs, kTinyMany, kSmall, kLarge, kHuge}) {
    add_one_way<Stream>("boost", load);
  }
  add_round_trip<Pair>(kQueueRoundTripTwoCores, "boost", Placement::kTwoCores);
  add_round_trip<Pair>(kQueueRoundTripOneCore, "boost", Placement::kOneCore);
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
