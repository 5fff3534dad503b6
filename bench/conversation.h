// A number there and one back, through an mp::Connection.
#ifndef BENCH_CONVERSATION_H_
#define BENCH_CONVERSATION_H_

#include <benchmark/benchmark.h>

#include <cstdint>
#include <utility>

#include "mp/connection.h"

namespace bench {

// For add_round_trip() of traffic.h.
class Conversation {
 public:
  void ask(uint64_t n) {
    while (n-- > 0) {
      ends_.first.send(12345678);
      benchmark::DoNotOptimize(ends_.first.recv());
    }
  }
  void answer(uint64_t n) {
    while (n-- > 0) ends_.second.send(ends_.second.recv());
  }

 private:
  std::pair<mp::Connection<int64_t>, mp::Connection<int64_t>> ends_ = mp::Pipe<int64_t>();
};

}  // namespace bench

#endif  // BENCH_CONVERSATION_H_
