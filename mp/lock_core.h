// The lock under Lock, RLock and Condition: a word in shared memory that holds its owner's token.
//
// A process that ends while it owns the lock, killed or not, hinders nobody: the next one takes the lock over,
// and is told. A process that is killed while it waits, takes it or lets go of it leaves the lock free or its
// own. Anybody may release it, as in Python.
//
// Processes: any that map it. Threads: any; the owner is the process. Lifetime: constructed once, in place.
//
//   LockCore lock;
//   if (lock.acquire(deadline) == os::Locked::kOwnerDied) repair();
//   lock.release();
#ifndef MP_LOCK_CORE_H_
#define MP_LOCK_CORE_H_

#include <atomic>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/life.h"
#include "mp/os/robust_mutex.h"

namespace mp {

class LockCore {
 public:
  // Who makes it sees to it that all who come to share it share their lives as well.
  LockCore() { os::share_lives(); }
  LockCore(const LockCore&) = delete;
  LockCore& operator=(const LockCore&) = delete;

  // kNot: somebody owned it until the deadline.
  os::Locked acquire(base::Deadline deadline) {
    os::Token nobody = 0;
    if (word_.compare_exchange_strong(nobody, os::my_token(), std::memory_order_acquire))
      return os::Locked::kClean;
    return acquire_slowly(deadline);
  }
  // False: nobody owned it.
  bool release() {
    os::Token me = os::my_token();
    return word_.compare_exchange_strong(me, 0, std::memory_order_release) || release_slowly();
  }

  // Of a moment that may have passed when they return.
  bool locked() const { return owner() != 0; }
  bool is_mine() const { return owner() == os::my_token(); }

 private:
  static constexpr uint32_t kSleepers = uint32_t{1} << 31;

  os::Token owner() const { return word_.load(std::memory_order_relaxed) & ~kSleepers; }
  os::Locked acquire_slowly(base::Deadline deadline);
  bool release_slowly();

  os::Word word_{0};  // the owner, and whether somebody sleeps
};

}  // namespace mp

#endif  // MP_LOCK_CORE_H_
