#include "mp/owned_lock.h"

#include <exception>

#include "base/os_error.h"
#include "mp/os/thread_id.h"

namespace mp {

bool OwnedLock::is_mine() const {
  return thread_.load(std::memory_order_relaxed) == os::my_thread() && core_.is_mine();
}

bool OwnedLock::acquire(base::Deadline deadline) {
  if (recursive_ && is_mine()) {
    ++levels_;
    return true;
  }
  const os::Locked locked = core_.acquire(deadline);
  if (locked == os::Locked::kNot) return false;
  took_over_ = locked == os::Locked::kOwnerDied;
  levels_ = 1;
  thread_.store(os::my_thread(), std::memory_order_relaxed);
  return true;
}

bool OwnedLock::release() {
  if (!core_.locked()) return false;
  if (recursive_ && --levels_ > 0) return true;
  thread_.store(0, std::memory_order_relaxed);
  return core_.release();
}

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
