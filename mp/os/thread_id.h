// The calling thread's number in the system, at the cost of a load.
#ifndef MP_OS_THREAD_ID_H_
#define MP_OS_THREAD_ID_H_

#include <sys/types.h>

namespace mp::os {

pid_t my_thread();

}  // namespace mp::os

#endif  // MP_OS_THREAD_ID_H_
