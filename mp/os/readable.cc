#include "mp/os/readable.h"

#include <poll.h>

#include <cerrno>

#include "base/os_error.h"
#include "mp/os/futex.h"

namespace mp::os {

bool wait_readable(int fd, base::Deadline deadline) {
  while (true) {
    pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, deadline.poll_timeout());
    if (ready == 1) return true;
    if (ready == 0 && deadline.passed()) return false;
    if (ready == 0) continue;
    if (errno != EINTR) throw base::OsError(errno, "wait for a descriptor");
    check_interrupt();
  }
}

}  // namespace mp::os
