// The waiters under Condition: a row of places in shared memory, of which each waiter takes one.
//
// notify(n) wakes the n that have waited longest and still wait: whoever was killed, or has given up, takes no
// notification from the others. A process that is killed at any instruction of enter(), sleep() or notify()
// hinders nobody.
//
// The lock is the caller's business: enter() and notify() are called by who owns it, sleep() by who has let go of
// it in between.
//
// Processes: any that map it. Threads: any. Lifetime: constructed once, in place, in memory that is zero.
//
//   ConditionCore condition;
//   const ConditionCore::Place place = condition.enter();
//   lock.release();
//   const bool notified = condition.sleep(place, deadline);
//   lock.acquire(Deadline::never());
#ifndef MP_CONDITION_CORE_H_
#define MP_CONDITION_CORE_H_

#include <cstdint>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/life.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/spin.h"

namespace mp {

class ConditionCore {
 public:
  static constexpr uint32_t kMostWaiters = 1000;
  using Place = uint32_t;

  ConditionCore() { os::share_lives(); }
  ConditionCore(const ConditionCore&) = delete;
  ConditionCore& operator=(const ConditionCore&) = delete;

  // Takes a place: from now on a notification may come. Raises: base::OsError (EAGAIN) if kMostWaiters wait.
  Place enter();
  // Waits for a notification, and gives the place up. False: none came until the deadline.
  bool sleep(Place place, base::Deadline deadline);

  void notify(uint32_t most);
  void notify_all() { notify(kMostWaiters); }

 private:
  // kMissed: a notification for who had left. To everybody but its notifier it is free.
  static constexpr uint32_t kFree = 0, kWaiting = 1, kMissed = 2, kNotified = 3;
  // What makes kNotified of kWaiting and kMissed of kFree.
  static constexpr uint32_t kNotification = 2;
  // Beside one of those: who waits there does so asleep.
  static constexpr uint32_t kAsleep = 4;
  static constexpr uint32_t kind(uint32_t state) { return state & ~kAsleep; }

  struct Waiter {
    os::Word state{kFree};
    os::Token owner = 0;
    uint32_t order = 0;  // later ones have higher numbers, modulo 2^32
  };

  bool waits(const Waiter& waiter) const {
    return kind(waiter.state.load()) == kWaiting && os::is_alive(waiter.owner);
  }
  Waiter* longest_waiting();
  bool notify_one();

  os::RobustMutex mutex_;
  uint32_t used_ = 0;        // places that have ever been taken
  uint32_t next_order_ = 0;  // under the mutex, as all but the states
  os::MutualSpinHint others_;
  Waiter waiters_[kMostWaiters];
};

}  // namespace mp

#endif  // MP_CONDITION_CORE_H_
