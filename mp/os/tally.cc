#include "mp/os/tally.h"

#include <sched.h>

#include "mp/os/kill_point.h"

namespace mp::os {
namespace {

// About what a sleep and a wake-up across CPUs cost, in pauses (bench/): to spin longer than that would cost
// more than to have slept at once.
constexpr int kSpins = 2000;

bool has_one_cpu() {
  static const bool one = [] {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    return ::sched_getaffinity(0, sizeof(usable), &usable) == 0 && CPU_COUNT(&usable) < 2;
  }();
  return one;
}

}  // namespace

void Tally::advance() {
  if (const int here = ::sched_getcpu(); cpu_.load(std::memory_order_relaxed) != here)
    cpu_.store(here, std::memory_order_relaxed);
  MP_KILL_POINT();
  uint32_t word = word_.load(std::memory_order_relaxed);
  // Nobody sleeps: two more. Somebody does: one more counts and clears the mark of the sleepers.
  if (word % 2 == 1 || !word_.compare_exchange_strong(word, word + 2, std::memory_order_release)) {
    add_and_wake_all(word_, 1);
  }
  MP_KILL_POINT();
}

bool Tally::spin_beyond(uint32_t seen) const {
  if (has_one_cpu()) return false;
  for (int i = 0; i < kSpins; ++i) {
    if (number() != seen) return true;
    // The one we wait for can't run while we do.
    if (i % 64 == 0 && cpu_.load(std::memory_order_relaxed) == ::sched_getcpu()) return false;
    relax();
  }
  return false;
}

bool Tally::wait_beyond(uint32_t seen, base::Deadline deadline) {
  if (deadline.passed()) return number() != seen;
  if (spin_beyond(seen)) return true;
  while (true) {
    uint32_t word = word_.load(std::memory_order_acquire);
    if (word / 2 != seen) return true;
    if (word % 2 == 0 && !word_.compare_exchange_strong(word, word + 1)) continue;
    MP_KILL_POINT();
    if (!sleep_on(word_, seen * 2 + 1, deadline)) return number() != seen;
  }
}

}  // namespace mp::os
