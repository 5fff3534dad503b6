// Records through a queue: from one process to another, and to and fro.
#include <benchmark/benchmark.h>

#include <string>

#include "mp/os/test_processes.h"
#include "mp/queue_core.h"

namespace mp {
namespace {

using base::Deadline;
using os::TestProcess;

Deadline never() { return Deadline::never(); }

// One producer in another process, the consumer here.
void BM_QueuePutGet(benchmark::State& state) {
  const std::string record(static_cast<size_t>(state.range(0)), 'x');
  QueueCore queue(/*maxsize=*/1000);
  TestProcess producer([&] {
    while (true) queue.put(record, never());
    return true;
  });
  std::string got;
  for (auto _ : state) queue.get(&got, never());
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_QueuePutGet)
    ->ArgName("bytes")
    ->Arg(8)
    ->Arg(1 << 10)
    ->Arg(64 << 10)
    ->Arg(1 << 20)
    ->UseRealTime();

void BM_QueueRoundTrip(benchmark::State& state) {
  QueueCore there, back;
  TestProcess echo([&] {
    std::string record;
    while (true) {
      there.get(&record, never());
      back.put(record, never());
    }
    return true;
  });
  std::string got;
  for (auto _ : state) {
    there.put("12345678", never());
    back.get(&got, never());
  }
}
BENCHMARK(BM_QueueRoundTrip)->UseRealTime();

void BM_QueuePutGetInOneProcess(benchmark::State& state) {
  QueueCore queue;
  std::string got;
  for (auto _ : state) {
    queue.put("12345678", never());
    queue.get(&got, never());
  }
}
BENCHMARK(BM_QueuePutGetInOneProcess);

}  // namespace
}  // namespace mp
