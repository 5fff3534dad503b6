// Locks and semaphores: taken and given back, by one process and by two that want them.
#include <benchmark/benchmark.h>
#include <semaphore.h>

#include <memory>

#include "bench/mutual_exclusion.h"
#include "mp/lock.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/test_processes.h"
#include "mp/semaphore.h"

namespace bench {
namespace {

struct Lock {
  void pair() {
    lock.acquire();
    lock.release();
  }
  mp::Lock lock;
};

struct RLock {
  void pair() {
    lock.acquire();
    lock.release();
  }
  mp::RLock lock;
};

struct Semaphore {
  void pair() {
    semaphore.acquire();
    semaphore.release();
  }
  mp::Semaphore semaphore;
};

// glibc's own, which outlives its owner, too.
struct RobustMutex {
  void pair() {
    mutex->lock();
    mutex->unlock();
  }
  mp::os::Shared<mp::os::RobustMutex> mutex;
};

struct PosixSemaphore {
  PosixSemaphore() { ::sem_init(&*semaphore, /*pshared=*/1, 1); }
  void pair() {
    ::sem_wait(&*semaphore);
    ::sem_post(&*semaphore);
  }
  mp::os::Shared<sem_t> semaphore;
};

void add_all() {
  add_pair<Lock>(kLockPair, "mp");
  add_pair<RobustMutex>(kLockPair, "robust_mutex");
  add_pair<RLock>("RLockPair", "mp");
  add_pair<Semaphore>(kSemaphorePair, "mp");
  add_pair<PosixSemaphore>(kSemaphorePair, "sem_t");
  add_contended_pair<Lock>(kContendedLockPair, "mp");
  add_contended_pair<RobustMutex>(kContendedLockPair, "robust_mutex");
  add_contended_pair<RLock>("RLockPair/two_processes", "mp");
  add_contended_pair<Semaphore>(kContendedSemaphorePair, "mp");
  add_contended_pair<PosixSemaphore>(kContendedSemaphorePair, "sem_t");
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
