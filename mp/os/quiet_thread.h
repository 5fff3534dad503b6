// A thread that the program's signals are no business of: they go to the others.
//
//   std::thread thread = quiet_thread([] { ... });
#ifndef MP_OS_QUIET_THREAD_H_
#define MP_OS_QUIET_THREAD_H_

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace mp::os {

// Raises: std::system_error if there can't be one more.
template <class Run>
std::thread quiet_thread(Run run) {
  struct Blocked {
    Blocked() {
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~Blocked() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before;
  };
  const Blocked until_it_is_born;
  return std::thread(std::move(run));
}

}  // namespace mp::os

#endif  // MP_OS_QUIET_THREAD_H_
