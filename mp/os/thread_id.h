// The calling thread's number in the system, at the cost of a load.
#ifndef MP_OS_THREAD_ID_H_
#define MP_OS_THREAD_ID_H_

#include <sys/types.h>

namespace mp::os {

// 0: it has not asked yet.
extern constinit thread_local pid_t t_my_thread;
pid_t ask_for_my_thread();

inline pid_t my_thread() { return t_my_thread != 0 ? t_my_thread : ask_for_my_thread(); }

}  // namespace mp::os

#endif  // MP_OS_THREAD_ID_H_
