// A mutex in shared memory that outlives its owner.
//
// When the process that holds it is killed, the kernel wakes the next one, and lock() tells it so. It then
// owns the mutex like any other owner, over data that may be half changed: whoever uses a RobustMutex writes
// such that there is nothing to repair (see ../queue_core.h), or repairs.
//
// For short stretches: nobody sleeps, waits or calls user code while it holds one. The thread that locked
// it unlocks it; a fork in between leaves it with the parent.
//
// Processes and threads: any that map it. Lifetime: constructed once, in place, by whoever makes the shared
// memory; never destroyed while somebody may use it, and the memory never unmapped by a thread that is in
// unlock().
#ifndef MP_OS_ROBUST_MUTEX_H_
#define MP_OS_ROBUST_MUTEX_H_

#include <pthread.h>

#include "base/deadline.h"

namespace mp::os {

enum class Locked {
  kNot,       // the deadline has passed
  kClean,     // and the last owner unlocked it
  kOwnerDied  // and the last owner died while it held it
};

class RobustMutex {
 public:
  RobustMutex();
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  Locked lock(base::Deadline deadline = base::Deadline::never());
  Locked try_lock();
  void unlock();

 private:
  Locked understood(int error);

  pthread_mutex_t mutex_;
};

// Holds a RobustMutex while it lives.
class [[nodiscard]] RobustLock {
 public:
  explicit RobustLock(RobustMutex& mutex) : mutex_(mutex), how_(mutex.lock()) {}
  RobustLock(const RobustLock&) = delete;
  RobustLock& operator=(const RobustLock&) = delete;
  ~RobustLock() { mutex_.unlock(); }

  bool owner_died() const { return how_ == Locked::kOwnerDied; }

 private:
  RobustMutex& mutex_;
  Locked how_;
};

}  // namespace mp::os

#endif  // MP_OS_ROBUST_MUTEX_H_
