#include "mp/lock_core.h"

#include "mp/os/kill_point.h"

namespace mp {
namespace {

// An owner that runs on another CPU may be about to let go.
constexpr int kSpins = 100;

}  // namespace

os::Locked LockCore::acquire_slowly(base::Deadline deadline) {
  const os::Token me = os::my_token();
  for (int i = 0; i < kSpins && locked(); ++i) os::relax();
  while (true) {
    uint32_t word = word_.load(std::memory_order_relaxed);
    const os::Token owner = word & ~kSleepers;
    const bool died = owner != 0 && !os::is_alive(owner);
    if (owner == 0 || died) {
      MP_KILL_POINT();
      // Who sleeps is woken by the owner's death, too, and marks the word anew.
      if (word_.compare_exchange_strong(word, me, std::memory_order_acquire))
        return died ? os::Locked::kOwnerDied : os::Locked::kClean;
      continue;
    }
    if (deadline.passed()) return os::Locked::kNot;
    if (word == owner && !word_.compare_exchange_strong(word, owner | kSleepers)) continue;
    MP_KILL_POINT();
    os::sleep_on_word_or_life(word_, owner | kSleepers, owner, deadline);
    MP_KILL_POINT();
  }
}

// Somebody sleeps, or another process owns it.
bool LockCore::release_slowly() {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (word != 0) {
    MP_KILL_POINT();
    if ((word & kSleepers) != 0) {
      // All of them: one that is killed as soon as it is woken must not leave the others asleep.
      os::set_and_wake_all(word_, 0);
      MP_KILL_POINT();
      return true;
    }
    if (word_.compare_exchange_strong(word, 0, std::memory_order_release)) return true;
  }
  return false;
}

}  // namespace mp
