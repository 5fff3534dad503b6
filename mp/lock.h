// Locks that processes share: one of them at a time goes on.
//
// The lock of a process that ended, killed or not, without releasing it goes to the next one that wants it.
//
// Unlike Python: there such a lock stays locked for ever
// (lock.death_of_its_holder_does_not_block_the_next). took_over() tells the new owner that what the lock guards may be
// half changed.
//
// Processes: every one that holds the lock may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies of one lock; it goes with the last one.
//
//   mp::Lock lock;
//   {
//     std::scoped_lock hold(lock);
//     lock.locked();                      // true
//   }
//   lock.acquire(/*block=*/false);        // true
//   lock.acquire(/*block=*/true, 10ms);   // false, after ten milliseconds
//   lock.release();
#ifndef MP_LOCK_H_
#define MP_LOCK_H_

#include <utility>

#include "mp/errors.h"
#include "mp/os/arena.h"
#include "mp/owned_lock.h"
#include "mp/shared_handle.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

// What acquire(block, timeout) of every kind waits for: without `block` the timeout means nothing.
inline base::Deadline deadline_of(bool block, const Timeout& timeout) {
  return block ? deadline_of(timeout) : base::Deadline::after(std::chrono::seconds(0));
}

// Not recursive; anybody may release it.
class Lock : public wire::Handle {
 public:
  Lock() : shared_(os::SharedObject<OwnedLock>::make(/*recursive=*/false)) {}

  // False: somebody had it until the time was up.
  bool acquire(bool block = true, Timeout timeout = {}) {
    return shared_->acquire(deadline_of(block, timeout));
  }
  // Raises: ValueError if nobody has it.
  void release() {
    if (!shared_->release()) throw ValueError("release() of a lock that nobody has");
  }
  bool locked() const { return shared_->locked(); }
  // Requires: this thread has it. Whether its last owner ended without releasing it.
  bool took_over() const { return shared_->took_over(); }

  // For std::scoped_lock and its like.
  void lock() { acquire(); }
  bool try_lock() { return acquire(false); }
  void unlock() { release(); }

  void pack(Writer& out) const { pack_object(out, shared_); }
  static Lock unpack(Reader& in) { return Lock(unpack_object<OwnedLock>(in)); }

 private:
  friend class AnyLock;
  friend class Condition;
  explicit Lock(os::SharedObject<OwnedLock> shared) : shared_(std::move(shared)) {}

  os::SharedObject<OwnedLock> shared_;
};

// Whoever has it may acquire it again, and releases it as often; nobody else may.
class RLock : public wire::Handle {
 public:
  RLock() : shared_(os::SharedObject<OwnedLock>::make(/*recursive=*/true)) {}

  bool acquire(bool block = true, Timeout timeout = {}) {
    return shared_->acquire(deadline_of(block, timeout));
  }
  // Raises: AssertionError if this thread does not have it.
  void release() {
    if (!shared_->is_mine()) throw AssertionError("release() of a recursive lock of another");
    shared_->release();
  }
  bool locked() const { return shared_->locked(); }
  bool took_over() const { return shared_->took_over(); }

  void lock() { acquire(); }
  bool try_lock() { return acquire(false); }
  void unlock() { release(); }

  void pack(Writer& out) const { pack_object(out, shared_); }
  static RLock unpack(Reader& in) { return RLock(unpack_object<OwnedLock>(in)); }

 private:
  friend class AnyLock;
  friend class Condition;
  explicit RLock(os::SharedObject<OwnedLock> shared) : shared_(std::move(shared)) {}

  os::SharedObject<OwnedLock> shared_;
};

}  // namespace mp

#endif  // MP_LOCK_H_
