#ifndef BASE_SUBPROCESS_H_
#define BASE_SUBPROCESS_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/unique_fd.h"

namespace base {

// Why a step that prepares the program failed; `step` completes "trying to ...".
struct FailedStep {
  int error;  // an errno value, not 0
  const char* step;
};

// What to start, and what it finds when it starts. In this order the child
//   1. resets signals, and starts a session if asked to;
//   2. gets its standard descriptors and its directory;
//   3. runs `in_child`;
//   4. waits for the parent, which runs `before_exec_in_parent`;
//   5. executes the program, with default signal dispositions, an empty signal mask, and no
//      descriptor above 2, save one from which `in_child` removed FD_CLOEXEC.
struct SubprocessOptions {
  // The program, then its arguments. A program without a slash is looked up in our PATH; a relative
  // path counts from `directory`.
  std::vector<std::string> argv = {};

  // NAME=VALUE; ours if absent.
  std::optional<std::vector<std::string>> environment = std::nullopt;

  // Ours if empty.
  std::string directory = {};

  // Lent for the time of start(). -1: /dev/null for standard input, ours for the other two.
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;

  bool new_session = false;

  // The signal that the program gets when the thread that started it ends. 0: none.
  int parent_death_signal = 0;

  // For isolation: unshare(2), setrlimit(2) and the like. The process is a fork of ours, perhaps of
  // one thread among many: only async-signal-safe calls, no allocation, no lock, no exception.
  std::function<std::optional<FailedStep>()> in_child = nullptr;

  // For what only the parent may do, such as writing the child's uid_map. An OsError that it throws
  // makes NeverStarted; anything else passes through start(). The child is gone in both cases.
  std::function<void(pid_t)> before_exec_in_parent = nullptr;
};

// A program that we started, and how it ended.
//
// Threads:  any may start one and any may own it, one at a time.
// Lifetime: a program does not outlive its Subprocess: the destructor kills and reaps it.
// Requires: nobody else reaps it: SIGCHLD is not ignored, no waitpid(-1) runs elsewhere.
//
//   Subprocess shell = Subprocess::start({.argv = {"sh", "-c", "exit 3"}});
//   const Ending ending = shell.wait(Deadline::after(std::chrono::seconds(5)));
//   if (ending.still_running()) shell.kill(SIGKILL);
class Subprocess {
 public:
  // Then: the program has replaced the child, or ending() says NeverStarted. A child that dies on
  // the way is not one of these: its ending is the child's own. Requires: argv is not empty.
  static Subprocess start(const SubprocessOptions& options);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess other) noexcept;
  ~Subprocess();

  // -1 if it never started. Another process may have the same number once this one has ended.
  pid_t pid() const { return pid_; }

  // Readable, for poll(2), once the program has ended. Lent; -1 if it never started.
  int pidfd() const { return pidfd_.get(); }

  // As last seen by start(), poll() or wait().
  const Ending& ending() const { return ending_; }

  // Looks whether it has ended; does not wait.
  const Ending& poll();

  // Waits until it has ended; StillRunning if it has not by `deadline`.
  Ending wait(Deadline deadline);

  // Sends `signal`. No effect once the program has ended, even if its number lives on elsewhere.
  // Raises: OsError for no such signal, or a program that has gained privileges.
  void kill(int signal);

 private:
  Subprocess() = default;
  explicit Subprocess(NeverStarted failure) : ending_(std::move(failure)) {}

  static Subprocess launch(const SubprocessOptions& options);

  // Whether there is a process for us to signal and to reap.
  bool is_ours() const { return pid_ != -1 && ending_.still_running(); }

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  Ending ending_;
};

struct RunResult {
  Ending ending;
  std::string out;
  std::string err;
};

// Runs a program to its end and captures both outputs: everything that it wrote, and what its own
// children wrote until it ended; a child that keeps the outputs open is not waited for.
//
// At the deadline it is killed, and the ending is StillRunning: that is how it was found.
// Requires: stdout_fd and stderr_fd are -1.
//
//   const RunResult date = run({.argv = {"date", "+%Y"}}, Deadline::after(10s));
//   if (date.ending.succeeded()) use(date.out);
RunResult run(SubprocessOptions options, Deadline deadline);

}  // namespace base

#endif  // BASE_SUBPROCESS_H_
