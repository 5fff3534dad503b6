#include "mp/os/spin.h"

#include <sched.h>

#include "mp/os/thread_id.h"

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

void MutualSpinHint::leave() {
  const uint64_t me =
      packed({static_cast<uint32_t>(my_thread()), static_cast<uint32_t>(my_cpu()) + 1});
  const uint64_t last = last_.load(std::memory_order_relaxed);
  if (last == me) return;
  if (unpacked(last).thread != unpacked(me).thread) before_.store(last, std::memory_order_relaxed);
  last_.store(me, std::memory_order_relaxed);
}

int32_t MutualSpinHint::cpu_of_another() const {
  const auto me = static_cast<uint32_t>(my_thread());
  for (const std::atomic<uint64_t>* each : {&last_, &before_}) {
    const Seen seen = unpacked(each->load(std::memory_order_relaxed));
    if (seen.cpu != 0 && seen.thread != me) return static_cast<int32_t>(seen.cpu) - 1;
  }
  return SpinHint::kNobodyYet;
}

}  // namespace mp::os
