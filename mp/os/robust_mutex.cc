#include "mp/os/robust_mutex.h"

#include <time.h>

#include "base/os_error.h"
#include "mp/os/futex.h"

namespace mp::os {
namespace {

// pthread functions return what others put into errno.
void check_pthread(int error, const char* step) {
  if (error != 0) throw base::OsError(error, step);
}

// Who holds one is about to let go of it, if it runs on another CPU.
constexpr int kSpins = 64;

}  // namespace

RobustMutex::RobustMutex() {
  pthread_mutexattr_t attributes;
  check_pthread(::pthread_mutexattr_init(&attributes), "prepare a mutex");
  check_pthread(::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
                "make a mutex that processes share");
  check_pthread(::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST),
                "make a mutex that outlives its owner");
  check_pthread(::pthread_mutex_init(&mutex_, &attributes), "make a mutex");
  ::pthread_mutexattr_destroy(&attributes);
}

Locked RobustMutex::understood(int error) {
  if (error == 0) return Locked::kClean;
  if (error == EBUSY || error == ETIMEDOUT) return Locked::kNot;
  if (error != EOWNERDEAD) throw base::OsError(error, "lock a mutex in shared memory");
  check_pthread(::pthread_mutex_consistent(&mutex_), "take over a dead process's mutex");
  return Locked::kOwnerDied;
}

Locked RobustMutex::try_lock() { return understood(::pthread_mutex_trylock(&mutex_)); }

Locked RobustMutex::lock(base::Deadline deadline) {
  for (int i = 0; i < kSpins; ++i) {
    const Locked locked = try_lock();
    if (locked != Locked::kNot) return locked;
    relax();
  }
  if (deadline.is_never()) return understood(::pthread_mutex_lock(&mutex_));
  const timespec when = deadline.absolute();
  return understood(::pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &when));
}

void RobustMutex::unlock() {
  check_pthread(::pthread_mutex_unlock(&mutex_), "unlock a mutex in shared memory");
}

}  // namespace mp::os
