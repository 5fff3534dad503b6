// A mutex in shared memory that outlives its owner.
//
// When the thread that holds it is killed, the kernel wakes the next one, and lock() tells it so. It then
// owns the mutex like any other owner, over data that may be half changed: whoever uses a RobustMutex writes
// such that there is nothing to repair (see ../queue_core.h), or repairs.
//
// It stands in the same list of the thread's as the C library's robust mutexes (get_robust_list(2)), which the kernel
// goes through when the thread ends. It is an own one because theirs takes half as long again, and twice as long when
// two processes want it, of which a queue feels every nanosecond.
//
// For short stretches: nobody calls user code while it holds one. The thread that locked it unlocks it; a fork in
// between leaves it with the parent. No signal ends the wait for it.
//
// Processes and threads: any that map it. Lifetime: constructed once, in place, by whoever makes the shared
// memory; never destroyed while somebody may use it, and the memory never unmapped by a thread that is in
// unlock().
#ifndef MP_OS_ROBUST_MUTEX_H_
#define MP_OS_ROBUST_MUTEX_H_

#include <linux/futex.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"
#include "mp/os/thread_id.h"

namespace mp::os {

enum class Locked {
  kNot,       // the deadline has passed
  kClean,     // and the last owner unlocked it
  kOwnerDied  // and the last owner died while it held it
};

class RobustMutex {
 public:
  // Of the calling thread.
  class List;

  RobustMutex() = default;
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  Locked lock(base::Deadline deadline = base::Deadline::never());
  Locked try_lock();
  // Raises: base::OsError (EPERM) if another thread has locked it, or another process before it forked this one.
  void unlock();

 private:
  // What the kernel follows from one mutex of a thread's to the next, and the C library back. Pointers are to `next`.
  struct Links {
    void* previous;
    void* next;
  };
  // Adds it to the thread's list if it is free and not left by a dead owner.
  bool try_lock_fast();
  Locked try_lock_slowly();
  Locked lock_slowly(base::Deadline deadline);
  void unlock_and_wake();

  // The thread that holds it; and FUTEX_WAITERS, FUTEX_OWNER_DIED. The place of all three is the kernel's and the C
  // library's agreement for all mutexes of a list.
  Word word_{0};
  [[maybe_unused]] uint32_t unused_[5] = {};
  Links links_ = {};
};

// The thread's list: see "struct robust_list_head" in get_robust_list(2).
class RobustMutex::List {
 public:
  static List mine() {
    robust_list_head* head = t_head;
    return List(head != nullptr ? head : find());
  }

  // From here to end() the kernel looks at this mutex, too, in whatever state the list is.
  void begin(RobustMutex& mutex) {
    head_->list_op_pending = reinterpret_cast<robust_list*>(&mutex.links_.next);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void end() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    head_->list_op_pending = nullptr;
  }

  void add(RobustMutex& mutex) {
    mutex.links_ = {.previous = head_, .next = head_->list.next};
    MP_KILL_POINT();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    links_at(head_->list.next).previous = &mutex.links_.next;
    head_->list.next = reinterpret_cast<robust_list*>(&mutex.links_.next);
    MP_KILL_POINT();
  }
  void remove(RobustMutex& mutex) {
    links_at(mutex.links_.next).previous = mutex.links_.previous;
    MP_KILL_POINT();
    links_at(mutex.links_.previous).next = mutex.links_.next;
    MP_KILL_POINT();
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

 private:
  explicit List(robust_list_head* head) : head_(head) {}

  static robust_list_head* find();
  // The lowest bit of a pointer to a mutex says that it lends its holder its priority.
  static Links& links_at(void* next) {
    return *reinterpret_cast<Links*>((reinterpret_cast<uintptr_t>(next) & ~uintptr_t{1}) -
                                     offsetof(Links, next));
  }

  static thread_local constinit robust_list_head* t_head;
  robust_list_head* head_;
};

inline bool RobustMutex::try_lock_fast() {
  List list = List::mine();
  list.begin(*this);
  uint32_t free = 0;
  const bool locked = word_.compare_exchange_strong(free, static_cast<uint32_t>(my_thread()),
                                                    std::memory_order_acquire);
  MP_KILL_POINT();
  if (locked) list.add(*this);
  list.end();
  return locked;
}

inline Locked RobustMutex::lock(base::Deadline deadline) {
  return try_lock_fast() ? Locked::kClean : lock_slowly(deadline);
}

inline Locked RobustMutex::try_lock() {
  return try_lock_fast() ? Locked::kClean : try_lock_slowly();
}

inline void RobustMutex::unlock() {
  const auto me = static_cast<uint32_t>(my_thread());
  uint32_t word = word_.load(std::memory_order_relaxed);
  if (word != me) return unlock_and_wake();
  List list = List::mine();
  list.begin(*this);
  list.remove(*this);
  if (!word_.compare_exchange_strong(word, 0, std::memory_order_release))
    set_and_wake_all(word_, 0);
  MP_KILL_POINT();
  list.end();
}

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
