#include "mp/child.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/os_error.h"
#include "mp/os/readable.h"

namespace mp {
namespace {

// In Python's words.
int exitcode_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Child::Child(pid_t pid, base::UniqueFd end, base::UniqueFd status)
    : pid_(pid), end_(std::move(end)), status_(std::move(status)) {}

bool Child::wait(base::Deadline deadline) {
  if (!os::wait_readable(end_.get(), deadline)) return false;
  exitcode();
  return true;
}

std::optional<int> Child::exitcode() {
  std::scoped_lock hold(mutex_);
  if (exitcode_) return exitcode_;
  if (!os::wait_readable(end_.get(), base::Deadline::after(std::chrono::seconds(0))))
    return std::nullopt;
  exitcode_ = reap();
  status_.reset();
  return exitcode_;
}

// Requires: it has ended.
int Child::reap() {
  int status = 0;
  if (status_) {
    const ssize_t got =
        base::retry_eintr([&] { return ::read(status_.get(), &status, sizeof(status)); });
    return got == sizeof(status) ? exitcode_of(status) : kLost;
  }
  const pid_t reaped = base::retry_eintr([&] { return ::waitpid(pid_, &status, 0); });
  if (reaped == -1 && errno == ECHILD) return kLost;
  base::check(reaped, "ask for a child's exit code");
  return exitcode_of(status);
}

void Child::send_signal(int number) {
  const long sent = ::syscall(SYS_pidfd_send_signal, end_.get(), number, nullptr, 0);
  if (sent == -1 && errno == ESRCH) return;
  base::check(sent, "send a signal to a child");
}

}  // namespace mp
