// Children by fork(2), for the adapters of implementations that leave processes to their users. C++17 and POSIX only.
//
//   mpcheck::add_forked_processes(adapter);      // process.new, .start, .join, .exitcode, ...
//
// List `isolated`, `inherits_memory` and `process.kill` as features with it.
#ifndef MPCHECK_FORK_H_
#define MPCHECK_FORK_H_

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "mpcheck_adapter.h"

namespace mpcheck {

// A child, as its maker sees it. Threads: any of its maker's.
class ForkedProcess {
 public:
  explicit ForkedProcess(std::function<int()> work) : work_(std::move(work)), maker_(::getpid()) {}
  ForkedProcess(const ForkedProcess&) = delete;
  ForkedProcess& operator=(const ForkedProcess&) = delete;
  ~ForkedProcess() {
    if (pidfd_ >= 0) ::close(pidfd_);
  }

  void start() {
    require_maker();
    if (pid_ != 0) throw Raise("AssertionError", "a process starts only once");
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) std::_Exit(work_());  // its own streams are flushed by then
    pid_ = pid;
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  }

  // Waits for its end; with a timeout (in seconds) no longer than that.
  void join(std::optional<double> timeout = {}) {
    require_start();
    const auto begin = std::chrono::steady_clock::now();
    pollfd end{pidfd_, POLLIN, 0};
    while (!exitcode()) {
      const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
      if (timeout && waited.count() >= *timeout) return;
      ::poll(&end, 1, timeout ? static_cast<int>((*timeout - waited.count()) * 1000) + 1 : -1);
    }
  }

  bool is_alive() {
    require_maker();
    return pid_ != 0 && !exitcode();
  }

  // As Python counts: the negative number of a signal that ended it. Absent while it runs, or was not started.
  std::optional<int> exitcode() {
    std::scoped_lock turn(turn_);
    int status;
    if (!exitcode_ && pid_ != 0 && ::waitpid(pid_, &status, WNOHANG) == pid_)
      exitcode_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return exitcode_;
  }

  void signal(int number) {
    require_start();
    if (!exitcode()) ::kill(pid_, number);
  }

  std::optional<pid_t> pid() const { return pid_ == 0 ? std::nullopt : std::optional<pid_t>(pid_); }

 private:
  void require_maker() const {
    if (maker_ != ::getpid()) throw Raise("AssertionError", "the process was made by another one");
  }
  void require_start() const {
    require_maker();
    if (pid_ == 0) throw Raise("AssertionError", "the process was not started");
  }

  std::function<int()> work_;
  pid_t maker_, pid_ = 0;
  int pidfd_ = -1;
  std::mutex turn_;
  std::optional<int> exitcode_;
};

inline void add_forked_processes(Adapter& adapter) {
  adapter.makes("process.new{puppet,func,objects,args,kwargs}", [&adapter](const Args& a) {
    return std::make_shared<ForkedProcess>(adapter.target(a));
  });
  const auto on = [&adapter](const std::string& written, auto function) {
    adapter.on<ForkedProcess>(written, function);
  };
  const auto or_null = [](const auto& value) { return value ? Value(*value) : Value(); };
  on("process.start", [](ForkedProcess& p, const Args&) { p.start(); });
  on("process.join{timeout}", [](ForkedProcess& p, const Args& a) { p.join(a.seconds("timeout")); });
  on("process.is_alive", [](ForkedProcess& p, const Args&) { return p.is_alive(); });
  on("process.terminate", [](ForkedProcess& p, const Args&) { p.signal(SIGTERM); });
  on("process.kill", [](ForkedProcess& p, const Args&) { p.signal(SIGKILL); });
  on("process.exitcode", [or_null](ForkedProcess& p, const Args&) { return or_null(p.exitcode()); });
  on("process.pid", [or_null](ForkedProcess& p, const Args&) { return or_null(p.pid()); });
  on("process.ident", [or_null](ForkedProcess& p, const Args&) { return or_null(p.pid()); });
}

}  // namespace mpcheck

#endif  // MPCHECK_FORK_H_
