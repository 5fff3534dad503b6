// Connections: messages one way, and to and fro.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>

#include "bench/conversation.h"
#include "bench/crew.h"
#include "bench/kernel_channels.h"
#include "bench/limits.h"
#include "bench/traffic.h"
#include "mp/connection.h"

namespace bench {
namespace {

template <class Item>
class Messages {
 public:
  explicit Messages(const Load& load) : item_(make_item(load.bytes)) {}

  void put(uint64_t n) {
    while (n-- > 0) ends_.second.send(item_);
  }
  void get(uint64_t n) {
    while (n-- > 0) benchmark::DoNotOptimize(ends_.first.recv());
  }

 private:
  static Item make_item([[maybe_unused]] size_t bytes) {
    if constexpr (std::is_same_v<Item, std::string>) {
      return std::string(bytes, 'x');
    } else {
      return Item(12345678);
    }
  }

  std::pair<mp::Connection<Item>, mp::Connection<Item>> ends_ = mp::Pipe<Item>();
  const Item item_;
};

// How many wait is for the pipe to say; it is for the warm-up here.
void add_one_way_rows() {
  const Load tiny = {.operation = "PipeSendRecv/8B", .bytes = 8, .bound = 1024};
  const Load small = {.operation = "PipeSendRecv/1KiB", .bytes = 1 << 10, .bound = 128};
  const Load large = {.operation = "PipeSendRecv/64KiB", .bytes = 64 << 10, .bound = 2};
  add_one_way<Messages<int64_t>>("mp", tiny);
  add_one_way<Messages<std::string>>("mp", small);
  add_one_way<Messages<std::string>>("mp", large);
  for (const Load& load : {tiny, small, large}) {
    add_one_way<PipeStream>("pipe", load);
    add_one_way<SocketStream>("unix_socket", load);
  }
}

void add_round_trips(const std::string& operation, Placement placement) {
  add_round_trip<Conversation>(operation, "mp", placement);
  add_round_trip<PipePair>(operation, "pipe", placement);
  add_round_trip<SocketPair>(operation, "unix_socket", placement);
}

void add_all() {
  add_one_way_rows();
  add_round_trips("PipeRoundTrip/two_cores", Placement::kTwoCores);
  add_round_trip<SpinningWords>("PipeRoundTrip/two_cores", "spinning", Placement::kTwoCores);
  add_round_trips("PipeRoundTrip/one_core", Placement::kOneCore);
  add_round_trip<FutexWords>("PipeRoundTrip/one_core", "futex", Placement::kOneCore);
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
