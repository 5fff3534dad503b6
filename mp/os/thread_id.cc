#include "mp/os/thread_id.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os_error.h"

namespace mp::os {
namespace {

// The thread that forked is another one in the child.
void forget_in_child() { t_my_thread = 0; }

}  // namespace

constinit thread_local pid_t t_my_thread = 0;

pid_t ask_for_my_thread() {
  static const bool prepared = [] {
    if (int error = ::pthread_atfork(nullptr, nullptr, forget_in_child))
      throw base::OsError(error, "prepare for forks");
    return true;
  }();
  if (prepared) t_my_thread = static_cast<pid_t>(::syscall(SYS_gettid));
  return t_my_thread;
}

}  // namespace mp::os
