// Waiting for a descriptor in which something happens: an end of a process, an answer.
#ifndef MP_OS_READABLE_H_
#define MP_OS_READABLE_H_

#include "base/deadline.h"

namespace mp::os {

// Waits until `fd` can be read, or its other end is gone. False: neither was so until the deadline.
// Signals' handlers may end the wait (set_interrupt_check()). Raises: base::OsError
bool wait_readable(int fd, base::Deadline deadline);

}  // namespace mp::os

#endif  // MP_OS_READABLE_H_
