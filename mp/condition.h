// A lock, and waiting for what others do while they have it.
//
// Unlike Python: a waiter that was killed takes no notification from the living
// (condition.killed_waiter_takes_no_notification).
//
// Processes: every one that holds the condition may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies of one condition; it goes with the last one. At most a thousand wait at a time.
//
//   mp::Condition changed;
//   {
//     std::scoped_lock hold(changed);
//     changed.wait(10ms);                              // false: nobody notified
//     changed.wait_for([&] { return ready; }, 10ms);   // what ready is then
//     changed.notify_all();
//   }
#ifndef MP_CONDITION_H_
#define MP_CONDITION_H_

#include <cstdint>
#include <utility>

#include "mp/condition_core.h"
#include "mp/errors.h"
#include "mp/lock.h"
#include "mp/os/arena.h"
#include "mp/shared_handle.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

class Condition : public wire::Handle {
 public:
  // With a recursive lock of its own, or with this one.
  Condition() : Condition(RLock()) {}
  explicit Condition(const AnyLock& lock) : lock_(lock) {}

  bool acquire(bool block = true, Timeout timeout = {}) { return lock_.acquire(block, timeout); }
  // Raises: as the lock's release().
  void release() { lock_.release(); }

  // Lets go of the lock, waits until it is notified, and has the lock again, as often as before.
  // False: nobody notified it until the time was up. Raises: AssertionError if this thread does not have the lock.
  bool wait(Timeout timeout = {}) { return wait_until(deadline_of(timeout)); }

  // Waits until `ready()` is true, which is asked with the lock held, first and after each notification.
  // What it was at last.
  template <class Ready>
  bool wait_for(Ready ready, Timeout timeout = {}) {
    const base::Deadline deadline = deadline_of(timeout);
    while (!ready()) {
      if (!wait_until(deadline)) return ready();
    }
    return true;
  }

  // Wakes those that have waited longest, as soon as this thread lets go of the lock.
  // Raises: AssertionError if this thread does not have the lock.
  void notify(int n = 1) {
    check_mine();
    if (n > 0) waiters_->notify(static_cast<uint32_t>(n));
  }
  void notify_all() {
    check_mine();
    waiters_->notify_all();
  }

  void lock() { acquire(); }
  bool try_lock() { return acquire(false); }
  void unlock() { release(); }

  void pack(Writer& out) const {
    lock_.pack(out);
    pack_object(out, waiters_);
  }
  static Condition unpack(Reader& in) {
    AnyLock lock = AnyLock::unpack(in);
    return Condition(std::move(lock), unpack_object<ConditionCore>(in));
  }

 private:
  Condition(AnyLock lock, os::SharedObject<ConditionCore> waiters)
      : lock_(std::move(lock)), waiters_(std::move(waiters)) {}

  void check_mine() const {
    if (!lock_.shared_->is_mine())
      throw AssertionError("wait() or notify() without the condition's lock");
  }

  bool wait_until(base::Deadline deadline) {
    check_mine();
    const ConditionCore::Place place = waiters_->enter();
    const uint32_t levels = lock_.shared_->release_all();
    bool notified;
    try {
      notified = waiters_->sleep(place, deadline);
    } catch (...) {  // a signal's handler has thrown
      lock_.shared_->acquire_again(levels);
      throw;
    }
    lock_.shared_->acquire_again(levels);
    return notified;
  }

  AnyLock lock_;
  os::SharedObject<ConditionCore> waiters_ = os::SharedObject<ConditionCore>::make();
};

}  // namespace mp

#endif  // MP_CONDITION_H_
