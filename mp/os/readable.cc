#include "mp/os/readable.h"

#include <cerrno>

#include "base/os_error.h"
#include "mp/os/futex.h"

namespace mp::os {
namespace {

bool wait_for(int fd, short events, base::Deadline deadline) {
  pollfd polled{.fd = fd, .events = events, .revents = 0};
  return wait_for_any({&polled, 1}, deadline);
}

}  // namespace

bool wait_readable(int fd, base::Deadline deadline) { return wait_for(fd, POLLIN, deadline); }

bool wait_writable(int fd, base::Deadline deadline) { return wait_for(fd, POLLOUT, deadline); }

bool wait_for_any(std::span<pollfd> polled, base::Deadline deadline) {
  while (true) {
    const int ready = ::poll(polled.data(), polled.size(), deadline.poll_timeout());
    if (ready > 0) return true;
    if (ready == 0 && deadline.passed()) return false;
    if (ready == 0) continue;
    if (errno != EINTR) throw base::OsError(errno, "wait for a descriptor");
    check_interrupt();
  }
}

}  // namespace mp::os
