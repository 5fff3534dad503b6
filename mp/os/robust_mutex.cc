#include "mp/os/robust_mutex.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/os_error.h"

namespace mp::os {
namespace {

// Who holds one is about to let go of it, if it runs on another CPU.
constexpr int kSpins = 64;

bool is_held(uint32_t word) { return (word & FUTEX_TID_MASK) != 0; }

}  // namespace

thread_local constinit robust_list_head* RobustMutex::List::t_head = nullptr;

// The C library has told the kernel of it when the thread began.
robust_list_head* RobustMutex::List::find() {
  static_assert(sizeof(void*) == 8, "the C library's list has no way back on this machine");
  robust_list_head* head = nullptr;
  size_t size = 0;
  base::check(::syscall(SYS_get_robust_list, 0, &head, &size), "find the list of robust mutexes");
  const long offset = static_cast<long>(offsetof(RobustMutex, word_)) -
                      static_cast<long>(offsetof(RobustMutex, links_) + offsetof(Links, next));
  if (head == nullptr || head->futex_offset != offset)
    throw base::OsError(ENOTSUP, "put a mutex into the C library's list of robust mutexes");
  return t_head = head;
}

// Also one that is marked.
Locked RobustMutex::try_lock_slowly() {
  const auto me = static_cast<uint32_t>(my_thread());
  List list = List::mine();
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (!is_held(word)) {
    const bool owner_died = (word & FUTEX_OWNER_DIED) != 0;
    list.begin(*this);
    const bool locked =
        word_.compare_exchange_strong(word, me | (word & FUTEX_WAITERS), std::memory_order_acquire);
    MP_KILL_POINT();
    if (locked) list.add(*this);
    list.end();
    if (locked) return owner_died ? Locked::kOwnerDied : Locked::kClean;
  }
  return Locked::kNot;
}

Locked RobustMutex::lock_slowly(base::Deadline deadline) {
  for (int i = 0; i < kSpins && is_held(word_.load(std::memory_order_relaxed)); ++i) relax();
  while (true) {
    if (const Locked locked = try_lock_slowly(); locked != Locked::kNot) return locked;
    if (deadline.passed()) return Locked::kNot;
    uint32_t word = word_.load(std::memory_order_relaxed);
    if (!is_held(word)) continue;
    const uint32_t marked = word | FUTEX_WAITERS;
    if (word == marked || word_.compare_exchange_strong(word, marked))
      sleep_through(word_, marked, deadline);
  }
}

void RobustMutex::unlock_and_wake() {
  if ((word_.load(std::memory_order_relaxed) & FUTEX_TID_MASK) !=
      static_cast<uint32_t>(my_thread()))
    throw base::OsError(EPERM, "unlock a mutex in shared memory");
  List list = List::mine();
  list.begin(*this);
  list.remove(*this);
  // All of them: one that is killed as soon as it is woken must not leave the others asleep.
  set_and_wake_all(word_, 0);
  MP_KILL_POINT();
  list.end();
}

}  // namespace mp::os
