#include "mp/semaphore_core.h"

#include "mp/os/kill_point.h"

namespace mp {
namespace {

constexpr int kSpins = 100;

}  // namespace

bool SemaphoreCore::try_acquire() {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (word >= 2) {
    if (word_.compare_exchange_weak(word, word - 2, std::memory_order_acquire)) return true;
  }
  return false;
}

bool SemaphoreCore::acquire_slowly(base::Deadline deadline) {
  for (int i = 0; i < kSpins && value() == 0; ++i) os::relax();
  while (true) {
    MP_KILL_POINT();
    if (try_acquire()) return true;
    if (deadline.passed()) return false;
    uint32_t none = 0;
    if (!word_.compare_exchange_strong(none, 1) && none != 1) continue;
    MP_KILL_POINT();
    os::sleep_on(word_, 1, deadline);
  }
}

bool SemaphoreCore::release() {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (word % 2 == 0) {
    if (word / 2 >= most_) return false;
    MP_KILL_POINT();
    if (word_.compare_exchange_weak(word, word + 2, std::memory_order_release)) return true;
  }
  os::RobustLock hold(waking_);
  MP_KILL_POINT();
  // Only under this mutex is the mark cleared, so the sum below finds it where it is.
  word = word_.load(std::memory_order_relaxed);
  while (word % 2 == 0) {
    if (word / 2 >= most_) return false;
    if (word_.compare_exchange_weak(word, word + 2, std::memory_order_release)) return true;
  }
  if (word / 2 >= most_) return false;
  MP_KILL_POINT();
  os::add_and_wake_all(word_, 1);  // one more permit, and no mark: twice the number, plus 1, plus 1
  MP_KILL_POINT();
  return true;
}

}  // namespace mp
