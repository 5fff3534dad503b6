#include "mp/os/spin.h"

#include <sched.h>

namespace mp::os {
namespace {

bool may_use_one_cpu_only() {
  static const bool one = [] {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    return ::sched_getaffinity(0, sizeof(usable), &usable) == 0 && CPU_COUNT(&usable) < 2;
  }();
  return one;
}

}  // namespace

// Who may use one CPU only has perhaps been pinned there, and the others elsewhere; that is known once somebody was seen.
bool SpinHint::is_in_vain() const {
  const int32_t last = cpu_.load(std::memory_order_relaxed);
  return last == kNobodyYet ? may_use_one_cpu_only() : last == my_cpu();
}

}  // namespace mp::os
