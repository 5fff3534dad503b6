// The semaphore under Semaphore and BoundedSemaphore: a number in shared memory that waits at 0.
//
// Permits have no owner: anybody may give one back, and those of a process that ends are gone with it, as in
// Python. A process that is killed while it waits takes none, and one that is killed in acquire() or release() has
// taken or given a permit, or has not.
//
// Processes: any that map it. Threads: any. Lifetime: constructed once, in place.
//
//   SemaphoreCore semaphore(2);
//   if (semaphore.acquire(deadline)) semaphore.release();
#ifndef MP_SEMAPHORE_CORE_H_
#define MP_SEMAPHORE_CORE_H_

#include <cstdint>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/robust_mutex.h"

namespace mp {

class SemaphoreCore {
 public:
  static constexpr uint32_t kMost = (uint32_t{1} << 31) - 1;

  // Requires: value, most <= kMost.
  explicit SemaphoreCore(uint32_t value, uint32_t most = kMost) : word_(value * 2), most_(most) {}
  SemaphoreCore(const SemaphoreCore&) = delete;
  SemaphoreCore& operator=(const SemaphoreCore&) = delete;

  // Takes a permit. False: there was none until the deadline.
  bool acquire(base::Deadline deadline) { return try_acquire() || acquire_slowly(deadline); }
  // Gives one back. False: there are as many as there may be.
  bool release();

  uint32_t value() const { return word_.load(std::memory_order_relaxed) / 2; }

 private:
  bool try_acquire();
  bool acquire_slowly(base::Deadline deadline);

  os::Word word_;  // twice the number of permits, and 1 if somebody sleeps
  const uint32_t most_;
  os::RobustMutex waking_;  // who clears the mark of the sleepers
};

}  // namespace mp

#endif  // MP_SEMAPHORE_CORE_H_
