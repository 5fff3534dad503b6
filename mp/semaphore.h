// Semaphores that processes share: so many of them at a time go on.
//
// Permits have no owner: anybody may give one back. Those that a process held when it ended are gone with it, as in
// Python; a process that is killed while it waits takes none.
//
// Processes: every one that holds the semaphore may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies of one semaphore; it goes with the last one.
//
//   mp::Semaphore two(2);
//   two.acquire();
//   two.acquire();
//   two.acquire(/*block=*/false);  // false
//   two.release();
//   two.get_value();               // 1
#ifndef MP_SEMAPHORE_H_
#define MP_SEMAPHORE_H_

#include <utility>

#include "mp/errors.h"
#include "mp/lock.h"
#include "mp/os/arena.h"
#include "mp/semaphore_core.h"
#include "mp/shared_handle.h"
#include "mp/timeout.h"
#include "mp/wire/travels.h"

namespace mp {

class Semaphore : public wire::Handle {
 public:
  // Raises: ValueError if `value` is negative.
  Semaphore() : Semaphore(1) {}
  explicit Semaphore(int value) : Semaphore(value, SemaphoreCore::kMost) {}

  // Takes a permit. False: there was none until the time was up.
  bool acquire(bool block = true, Timeout timeout = {}) {
    return shared_->acquire(deadline_of(block, timeout));
  }
  // Gives one back. Raises: ValueError if there are 2^31 - 1.
  void release() {
    if (!shared_->release()) throw ValueError("release() of a semaphore that is full");
  }
  // Of a moment that has passed when it returns.
  int get_value() const { return static_cast<int>(shared_->value()); }

  void lock() { acquire(); }
  bool try_lock() { return acquire(false); }
  void unlock() { release(); }

  void pack(Writer& out) const { pack_object(out, shared_); }
  static Semaphore unpack(Reader& in) { return Semaphore(unpack_object<SemaphoreCore>(in)); }

 protected:
  explicit Semaphore(os::SharedObject<SemaphoreCore> shared) : shared_(std::move(shared)) {}
  Semaphore(int value, uint32_t most)
      : shared_(os::SharedObject<SemaphoreCore>::make(checked(value), most)) {}

 private:
  static uint32_t checked(int value) {
    if (value < 0) throw ValueError("a semaphore of less than no permits");
    return static_cast<uint32_t>(value);
  }

  os::SharedObject<SemaphoreCore> shared_;
};

// One that never has more permits than it began with.
//
//   mp::BoundedSemaphore one(1);
//   one.release();  // raises mp::ValueError
class BoundedSemaphore : public Semaphore {
 public:
  BoundedSemaphore() : BoundedSemaphore(1) {}
  explicit BoundedSemaphore(int value)
      : Semaphore(value, static_cast<uint32_t>(value < 0 ? 0 : value)) {}

  static BoundedSemaphore unpack(Reader& in) {
    return BoundedSemaphore(unpack_object<SemaphoreCore>(in));
  }

 private:
  using Semaphore::Semaphore;
};

}  // namespace mp

#endif  // MP_SEMAPHORE_H_
