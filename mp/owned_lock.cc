#include "mp/owned_lock.h"

#include <exception>

#include "base/os_error.h"
#include "mp/os/thread_id.h"

namespace mp {

uint32_t OwnedLock::release_all() {
  const uint32_t levels = levels_;
  levels_ = 1;
  release();
  return levels;
}

void OwnedLock::acquire_again(uint32_t levels) {
  std::exception_ptr interrupted;
  os::Locked locked = os::Locked::kNot;
  while (locked == os::Locked::kNot) {
    try {
      locked = core_.acquire(base::Deadline::never());
    } catch (const base::OsError&) {
      throw;
    } catch (...) {
      interrupted = std::current_exception();
    }
  }
  took_over_ = locked == os::Locked::kOwnerDied;
  levels_ = levels;
  thread_.store(os::my_thread(), std::memory_order_relaxed);
  if (interrupted) std::rethrow_exception(interrupted);
}

}  // namespace mp
