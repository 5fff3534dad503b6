// A lock that knows which thread of which process has it, and how often: what Lock, RLock and Condition share.
//
// Processes: any that map it. Threads: any. Lifetime: constructed once, in place.
#ifndef MP_OWNED_LOCK_H_
#define MP_OWNED_LOCK_H_

#include <atomic>
#include <cstdint>

#include "base/deadline.h"
#include "mp/lock_core.h"
#include "mp/os/thread_id.h"

namespace mp {

class OwnedLock {
 public:
  explicit OwnedLock(bool recursive) : recursive_(recursive) {}

  bool is_recursive() const { return recursive_; }

  // False: somebody had it until the deadline.
  bool acquire(base::Deadline deadline) {
    if (recursive_ && is_mine()) {
      ++levels_;
      return true;
    }
    const os::Locked locked = core_.acquire(deadline);
    if (locked == os::Locked::kNot) return false;
    took_over_ = locked == os::Locked::kOwnerDied;
    levels_ = 1;
    thread_.store(os::my_thread(), std::memory_order_relaxed);
    return true;
  }
  // One level less. False: nobody has it.
  bool release() {
    if (!core_.locked()) return false;
    if (recursive_ && --levels_ > 0) return true;
    thread_.store(0, std::memory_order_relaxed);
    return core_.release();
  }

  // Gives up all levels, and says how many. Requires: is_mine().
  uint32_t release_all();
  // Has them again. What a signal's handler throws meanwhile is thrown when it has.
  void acquire_again(uint32_t levels);

  bool locked() const { return core_.locked(); }
  // Whether the calling thread acquired it.
  bool is_mine() const {
    return thread_.load(std::memory_order_relaxed) == os::my_thread() && core_.is_mine();
  }
  // Requires: is_mine(). Whether the last owner ended without releasing it.
  bool took_over() const { return took_over_; }

 private:
  const bool recursive_;
  LockCore core_;
  // Of the owner, who alone writes them while it has the lock; of nobody while nobody has it.
  std::atomic<pid_t> thread_{0};
  uint32_t levels_ = 0;
  bool took_over_ = false;
};

}  // namespace mp

#endif  // MP_OWNED_LOCK_H_
