// Waiting for a descriptor in which something happens: an end of a process, an answer.
#ifndef MP_OS_READABLE_H_
#define MP_OS_READABLE_H_

#include <poll.h>

#include <span>

#include "base/deadline.h"

namespace mp::os {

// All of them: signals' handlers may end the wait (set_interrupt_check()). Raises: base::OsError

// Waits until `fd` can be read, or its other end is gone. False: neither was so until the deadline.
bool wait_readable(int fd, base::Deadline deadline);
// The same for writing.
bool wait_writable(int fd, base::Deadline deadline);

// poll(2) until something has happened to one of them. False: nothing has until the deadline.
bool wait_for_any(std::span<pollfd> polled, base::Deadline deadline);

}  // namespace mp::os

#endif  // MP_OS_READABLE_H_
