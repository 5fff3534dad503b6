#include "mp/os/gate.h"

#include <pthread.h>

#include "base/os_error.h"

namespace mp::os {
namespace {

std::atomic<uint32_t> g_forks{0};

void count_a_fork() { g_forks.fetch_add(1, std::memory_order_relaxed); }

uint32_t forks() { return g_forks.load(std::memory_order_relaxed); }

}  // namespace

Gate::Gate() : state_(forks() * kFork) {
  static const bool counted = [] {
    if (int error = ::pthread_atfork(nullptr, nullptr, count_a_fork))
      throw base::OsError(error, "prepare for forks");
    return true;
  }();
  static_cast<void>(counted);
}

bool Gate::enter() {
  uint64_t state = state_.load(std::memory_order_relaxed), entered;
  do {
    if ((state & kClosed) != 0) return false;
    // Of those who were inside at a fork nobody is in the child.
    entered = (state / kFork == forks() ? state : forks() * kFork) + kOne;
  } while (!state_.compare_exchange_weak(state, entered, std::memory_order_acquire));
  return true;
}

bool Gate::leave() {
  uint64_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state / kFork != forks() || state % kClosed == 0) return false;
  } while (!state_.compare_exchange_weak(state, state - kOne, std::memory_order_acq_rel));
  return state % kFork == kClosed + kOne;
}

bool Gate::close() {
  uint64_t state = state_.load(std::memory_order_relaxed), closed;
  do {
    if ((state & kClosed) != 0) return false;
    closed = (state / kFork == forks() ? state : forks() * kFork) | kClosed;
  } while (!state_.compare_exchange_weak(state, closed, std::memory_order_acq_rel));
  return closed % kClosed == 0;
}

}  // namespace mp::os
