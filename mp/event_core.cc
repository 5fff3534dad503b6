#include "mp/event_core.h"

#include "mp/os/kill_point.h"

namespace mp {

void EventCore::set() {
  uint32_t word = word_.load(std::memory_order_relaxed);
  if (is_set(word)) return;
  setter_.leave();
  while (!is_set(word) && (word & kSleepers) == 0) {
    MP_KILL_POINT();
    if (word_.compare_exchange_weak(word, word + kOnce + kSet, std::memory_order_release)) return;
  }
  if (is_set(word)) return;
  os::RobustLock hold(waking_);
  MP_KILL_POINT();
  // With a sleeper's mark on it the word of a clear event changes under this mutex only.
  if (is_set(word_.load(std::memory_order_relaxed))) return;
  MP_KILL_POINT();
  os::add_and_wake_all(word_, kOnce + kSet - kSleepers);
  MP_KILL_POINT();
}

void EventCore::clear() {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (is_set(word)) {
    MP_KILL_POINT();
    if (word_.compare_exchange_weak(word, word - kSet, std::memory_order_acq_rel)) return;
  }
}

bool EventCore::wait(base::Deadline deadline) {
  const uint32_t times = word_.load(std::memory_order_acquire) / kOnce;
  const auto is_over = [&](uint32_t word) { return is_set(word) || word / kOnce != times; };
  if (!deadline.passed()) {
    if (setter_.spin_until([&] { return is_over(word_.load(std::memory_order_acquire)); }))
      return true;
    os::check_interrupt();  // no sleep was there to be interrupted
  }
  while (true) {
    uint32_t word = word_.load(std::memory_order_acquire);
    if (is_over(word)) return true;
    if (deadline.passed()) return false;
    if ((word & kSleepers) == 0 && !word_.compare_exchange_weak(word, word | kSleepers)) continue;
    MP_KILL_POINT();
    os::sleep_on(word_, word | kSleepers, deadline);
  }
}

}  // namespace mp
