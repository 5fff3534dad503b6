#include "mp/os/thread_id.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os_error.h"

namespace mp::os {
namespace {

thread_local pid_t t_mine = 0;

// The thread that forked is another one in the child.
void forget_in_child() { t_mine = 0; }

}  // namespace

pid_t my_thread() {
  static const bool prepared = [] {
    if (int error = ::pthread_atfork(nullptr, nullptr, forget_in_child))
      throw base::OsError(error, "prepare for forks");
    return true;
  }();
  if (prepared && t_mine == 0) t_mine = static_cast<pid_t>(::syscall(SYS_gettid));
  return t_mine;
}

}  // namespace mp::os
