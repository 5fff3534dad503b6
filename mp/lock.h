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

#include "mp/any_lock.h"
#include "mp/shared_handle.h"

namespace mp {

// Not recursive; anybody may release it.
class Lock : public AnyLock {
 public:
  Lock() : AnyLock(/*recursive=*/false) {}

  static Lock unpack(Reader& in) { return Lock(unpack_object<OwnedLock>(in)); }

 private:
  using AnyLock::AnyLock;
};

// Whoever has it may acquire it again, and releases it as often; nobody else may.
class RLock : public AnyLock {
 public:
  RLock() : AnyLock(/*recursive=*/true) {}

  static RLock unpack(Reader& in) { return RLock(unpack_object<OwnedLock>(in)); }

 private:
  using AnyLock::AnyLock;
};

}  // namespace mp

#endif  // MP_LOCK_H_
