// A lock of either kind: a Lock or an RLock, whichever it was made of. What a Value's get_lock() is.
//
// Processes, threads: as the lock that it is. Lifetime: handles are cheap copies of one lock; it goes with the last
// one.
//
//   mp::Lock lock;
//   mp::AnyLock same = lock;
//   std::scoped_lock hold(same);
//   lock.locked();                    // true
#ifndef MP_ANY_LOCK_H_
#define MP_ANY_LOCK_H_

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/deadline.h"
#include "mp/errors.h"
#include "mp/os/arena.h"
#include "mp/owned_lock.h"
#include "mp/shared_handle.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

class AnyLock : public wire::Handle {
 public:
  // A recursive lock of its own, and zeros that stand close to it in memory: who takes the one has the other at hand.
  struct WithRoom;
  static WithRoom make_with_room(size_t size, size_t alignment);

  // False: somebody had it until the time was up.
  bool acquire(bool block = true, Timeout timeout = {}) {
    return shared_->acquire(deadline_of(block, timeout));
  }
  // Raises: ValueError if nobody has it; a recursive one AssertionError if this thread does not have it.
  void release() {
    if (shared_->is_recursive() && !shared_->is_mine())
      throw AssertionError("release() of a recursive lock of another");
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
  static AnyLock unpack(Reader& in) { return AnyLock(unpack_object<OwnedLock>(in)); }

 protected:
  explicit AnyLock(bool recursive) : shared_(os::SharedObject<OwnedLock>::make(recursive)) {}
  explicit AnyLock(os::SharedObject<OwnedLock> shared) : shared_(std::move(shared)) {}

 private:
  friend class Condition;
  friend class HeldLock;

  os::SharedObject<OwnedLock> shared_;
};

struct AnyLock::WithRoom {
  AnyLock lock;
  os::SharedRoom room;
};

inline AnyLock::WithRoom AnyLock::make_with_room(size_t size, size_t alignment) {
  const size_t behind_lock = os::rounded_up(sizeof(OwnedLock), alignment);
  os::SharedRoom room = os::make_room(behind_lock + size, std::max(alignof(OwnedLock), alignment));
  AnyLock lock(os::SharedObject<OwnedLock>::make_in(room, /*recursive=*/true));
  room.offset += behind_lock;
  return {std::move(lock), std::move(room)};
}

// Has a lock while it lives.
//
// What somebody else released in the meantime, as anybody may release a Lock, stays released.
class [[nodiscard]] HeldLock {
 public:
  // Requires: the lock outlives it.
  explicit HeldLock(const AnyLock& lock) : lock_(*lock.shared_) {
    lock_.acquire(base::Deadline::never());
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  ~HeldLock() { lock_.release(); }

 private:
  OwnedLock& lock_;
};

}  // namespace mp

#endif  // MP_ANY_LOCK_H_
