// Locks, semaphores and values that nobody else wants, and that two processes want.
#include <benchmark/benchmark.h>

#include "mp/lock_core.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/test_processes.h"
#include "mp/semaphore_core.h"
#include "mp/value.h"

namespace mp {
namespace {

using base::Deadline;
using os::Shared;
using os::TestProcess;

Deadline never() { return Deadline::never(); }

void BM_LockPair(benchmark::State& state) {
  Shared<LockCore> lock;
  for (auto _ : state) {
    lock->acquire(never());
    lock->release();
  }
}
BENCHMARK(BM_LockPair);

void BM_ValueIncrement(benchmark::State& state) {
  Value<int64_t> value;
  for (auto _ : state) *value.lock() += 1;
}
BENCHMARK(BM_ValueIncrement);

void BM_LockPairWithARival(benchmark::State& state) {
  Shared<LockCore> lock;
  TestProcess rival([&] {
    while (true) {
      lock->acquire(never());
      lock->release();
    }
    return true;
  });
  for (auto _ : state) {
    lock->acquire(never());
    lock->release();
  }
}
BENCHMARK(BM_LockPairWithARival)->UseRealTime();

void BM_SemaphorePair(benchmark::State& state) {
  Shared<SemaphoreCore> semaphore(1u);
  for (auto _ : state) {
    semaphore->acquire(never());
    semaphore->release();
  }
}
BENCHMARK(BM_SemaphorePair);

// The limit: a robust mutex of glibc's.
void BM_RobustMutexPair(benchmark::State& state) {
  Shared<os::RobustMutex> mutex;
  for (auto _ : state) {
    mutex->lock();
    mutex->unlock();
  }
}
BENCHMARK(BM_RobustMutexPair);

}  // namespace
}  // namespace mp
