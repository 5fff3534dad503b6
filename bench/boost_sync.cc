// Boost.Interprocess's mutex and semaphore on the work of sync_bench.cc.
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>

#include "bench/mutual_exclusion.h"
#include "mp/os/test_processes.h"

namespace bench {
namespace {

namespace ipc = boost::interprocess;

struct Mutex {
  void pair() {
    mutex->lock();
    mutex->unlock();
  }
  mp::os::Shared<ipc::interprocess_mutex> mutex;
};

struct Semaphore {
  void pair() {
    semaphore->wait();
    semaphore->post();
  }
  mp::os::Shared<ipc::interprocess_semaphore> semaphore =
      mp::os::Shared<ipc::interprocess_semaphore>(1);
};

void add_all() {
  add_pair<Mutex>(kLockPair, "boost");
  add_pair<Semaphore>(kSemaphorePair, "boost");
  add_contended_pair<Mutex>(kContendedLockPair, "boost");
  add_contended_pair<Semaphore>(kContendedSemaphorePair, "boost");
}

const bool g_added = (add_all(), true);

}  // namespace
}  // namespace bench
