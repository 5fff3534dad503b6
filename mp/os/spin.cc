#include "mp/os/spin.h"

#include <sched.h>

namespace mp::os {

bool SpinHint::has_one_cpu() {
  static const bool one = [] {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    return ::sched_getaffinity(0, sizeof(usable), &usable) == 0 && CPU_COUNT(&usable) < 2;
  }();
  return one;
}

void SpinHint::leave() {
  if (const int here = ::sched_getcpu(); cpu_.load(std::memory_order_relaxed) != here)
    cpu_.store(here, std::memory_order_relaxed);
}

bool SpinHint::was_left_here() const {
  return cpu_.load(std::memory_order_relaxed) == ::sched_getcpu();
}

}  // namespace mp::os
