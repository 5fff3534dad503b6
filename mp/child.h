// A process that was started: whether it lives, how it ended, and its sentinel.
//
// Its end is seen through a descriptor of the process itself (pidfd_open(2)), so nobody else's copy of anything delays
// it. A child of our own is reaped by the first question about its end; the exit code of one that the fork
// server has made comes from the server.
//
// Processes: that which started it. Threads: any.
#ifndef MP_CHILD_H_
#define MP_CHILD_H_

#include <sys/types.h>

#include <mutex>
#include <optional>

#include "base/deadline.h"
#include "base/unique_fd.h"

namespace mp {

class Child {
 public:
  // The exit code of a child whose status is lost: with its fork server, or by SIG_IGN for SIGCHLD.
  static constexpr int kLost = 255;

  // `end` is its pidfd. `status`: where the fork server will write its wait status; -1 if it is our own.
  Child(pid_t pid, base::UniqueFd end, base::UniqueFd status = base::UniqueFd());

  pid_t pid() const { return pid_; }
  // Can be read from when the process has ended.
  int sentinel() const { return end_.get(); }

  // False: it had not ended until the deadline.
  bool wait(base::Deadline deadline);
  // Absent while it lives; minus the number of the signal that killed it.
  std::optional<int> exitcode();
  // Nothing happens if it has ended.
  void send_signal(int number);

 private:
  int reap();

  const pid_t pid_;
  const base::UniqueFd end_;
  std::mutex mutex_;  // over the rest
  base::UniqueFd status_;
  std::optional<int> exitcode_;
};

}  // namespace mp

#endif  // MP_CHILD_H_
