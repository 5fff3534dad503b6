#include "base/subprocess.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/os_error.h"

namespace base {
namespace {

// ---- Between parent and child, over a socket that closes when the program replaces the child:
//
//   child:  0                        ready to execute the program
//   parent: one byte                 go
//   child:  errno value, step, end   failed; instead of the 0, or after the parent's byte
//   child:  end                      the program runs, or the child is dead
//
// An end of file instead of the parent's byte tells the child that nobody wants it any more.

constexpr int kReady = 0;

std::pair<UniqueFd, UniqueFd> make_socket_pair() {
  std::array<int, 2> ends;
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "make a socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Nothing if the child has closed the socket, or died with our byte unread.
std::optional<int> receive_int(int socket) {
  int value = 0;
  const ssize_t size =
      retry_eintr([&] { return ::recv(socket, &value, sizeof value, MSG_WAITALL); });
  return size == sizeof value ? std::optional(value) : std::nullopt;
}

std::string receive_rest(int socket) {
  std::string text;
  std::array<char, 256> part;
  while (true) {
    const ssize_t size = retry_eintr([&] { return ::recv(socket, part.data(), part.size(), 0); });
    if (size <= 0) return text;
    text.append(part.data(), size);
  }
}

// ---- The child

// The paths to try for a program, as execvp(3) has it.
std::vector<std::string> candidates_for(const std::string& program) {
  if (program.find('/') != std::string::npos) return {program};
  const char* path = ::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/bin:/usr/bin";
  std::vector<std::string> candidates;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    candidates.push_back((folder.empty() ? "." : std::string(folder)) + "/" + program);
    if (colon == std::string_view::npos) return candidates;
    rest.remove_prefix(colon + 1);
  }
}

// execve(2) takes the strings as mutable and leaves them alone.
std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The child from fork to exec.
//
// The constructor runs in the parent and makes all that needs memory. run() and what it calls make
// only async-signal-safe calls: other threads of the parent may have held any lock during the fork.
class Child {
 public:
  explicit Child(const SubprocessOptions& options)
      : options_(options),
        candidates_(candidates_for(options.argv.front())),
        argv_(pointers_to(options.argv)),
        execute_step_("execute " + options.argv.front()),
        directory_step_("enter the directory " + options.directory) {
    if (options.environment) environment_ = pointers_to(*options.environment);
  }

  [[noreturn]] void run(int socket) {
    socket_ = socket;
    socket_ = lift(socket, "keep the socket to the parent");
    reset_signals();
    if (options_.new_session) must(::setsid(), "start a session");
    redirect();
    if (!options_.directory.empty())
      must(::chdir(options_.directory.c_str()), directory_step_.c_str());
    must(::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), "keep our descriptors from the program");
    if (options_.in_child) {
      if (const std::optional<FailedStep> failed = options_.in_child()) fail(*failed);
    }
    // After in_child: a change of credentials would clear it. Before the handshake, which ends this
    // process if the parent is dead already.
    must(::prctl(PR_SET_PDEATHSIG, options_.parent_death_signal), "arrange a parent death signal");
    wait_for_parent();
    execute();
  }

 private:
  [[noreturn]] void fail(FailedStep failed) {
    ::send(socket_, &failed.error, sizeof failed.error, MSG_NOSIGNAL);
    ::send(socket_, failed.step, std::strlen(failed.step), MSG_NOSIGNAL);
    ::_exit(127);
  }

  int must(int result, const char* step) {
    if (result == -1) fail({errno, step});
    return result;
  }

  // A copy of `fd` that is out of the way of standard input, output and error.
  int lift(int fd, const char* step) { return must(::fcntl(fd, F_DUPFD_CLOEXEC, 3), step); }

  void reset_signals() {
    // The kernel's own struct sigaction, all zero, which is SIG_DFL. glibc's sigaction(2) refuses
    // 32 and 33, which Java, and so Bazel, leaves ignored. SIGKILL and SIGSTOP cannot be changed.
    constexpr std::array<unsigned long, 4> kDefault = {};
    for (int signal = 1; signal < NSIG; ++signal) {
      ::syscall(SYS_rt_sigaction, signal, kDefault.data(), nullptr, (NSIG - 1) / 8);
    }
    sigset_t none;
    ::sigemptyset(&none);
    must(::sigprocmask(SIG_SETMASK, &none, nullptr), "unblock signals");
  }

  // Copies all three before it places the first: a source may be another's target.
  void redirect() {
    const char* step = "redirect the standard descriptors";
    std::array<int, 3> sources = {options_.stdin_fd, options_.stdout_fd, options_.stderr_fd};
    if (sources[0] == -1) sources[0] = must(::open("/dev/null", O_RDONLY | O_CLOEXEC), step);
    for (int& source : sources) {
      if (source != -1) source = lift(source, step);
    }
    for (int target = 0; target < 3; ++target) {
      if (sources[target] != -1) must(::dup2(sources[target], target), step);
    }
  }

  void wait_for_parent() {
    ::send(socket_, &kReady, sizeof kReady, MSG_NOSIGNAL);
    char go;
    if (retry_eintr([&] { return ::recv(socket_, &go, sizeof go, 0); }) != sizeof go) ::_exit(127);
  }

  [[noreturn]] void execute() {
    char** environment = options_.environment ? environment_.data() : ::environ;
    int error = ENOENT;
    for (const std::string& candidate : candidates_) {
      ::execve(candidate.c_str(), argv_.data(), environment);
      // As execvp(3): look on, but a program that was there and forbidden is the better reason.
      if (errno == ENOENT || errno == ENOTDIR) continue;
      error = errno;
      if (error != EACCES) break;
    }
    fail({error, execute_step_.c_str()});
  }

  const SubprocessOptions& options_;
  const std::vector<std::string> candidates_;
  const std::vector<char*> argv_;
  std::vector<char*> environment_;
  const std::string execute_step_;
  const std::string directory_step_;
  int socket_ = -1;
};

// Keeps our signal handlers from running in the child.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// ---- Pidfds: glibc 2.36 has functions for these, but its header lacks the extern "C".

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

int pidfd_send_signal(int pidfd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

// ---- Waiting and reading

void wait_until_readable(std::span<pollfd> fds, Deadline deadline) {
  check(retry_eintr([&] { return ::poll(fds.data(), fds.size(), deadline.poll_timeout()); }),
        "wait for a program");
}

// One output of a program, as it arrives. It never comes to an end, since we hold the write end,
// too: that the program has ended is the pidfd's to tell.
class Capture {
 public:
  Capture() {
    std::array<int, 2> ends;
    check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
  }

  int write_end() const { return write_end_.get(); }

  pollfd readable() const { return {.fd = read_end_.get(), .events = POLLIN, .revents = 0}; }

  // Reads what is there. Requires: something is.
  void read_some() {
    std::array<char, 65536> part;
    const ssize_t size =
        check(retry_eintr([&] { return ::read(read_end_.get(), part.data(), part.size()); }),
              "read a program's output");
    text_.append(part.data(), size);
  }

  // Reads what has been written until now, and nothing that somebody writes meanwhile.
  void read_rest() {
    int left = 0;
    check(::ioctl(read_end_.get(), FIONREAD, &left), "size a program's output");
    for (const std::size_t end = text_.size() + left; text_.size() < end;) read_some();
  }

  std::string take() { return std::move(text_); }

 private:
  UniqueFd read_end_;
  UniqueFd write_end_;
  std::string text_;
};

}  // namespace

Subprocess Subprocess::start(const SubprocessOptions& options) {
  assert(!options.argv.empty());
  try {
    return launch(options);
  } catch (const OsError& error) {
    return Subprocess(NeverStarted{error.code(), std::string(error.step())});
  }
}

Subprocess Subprocess::launch(const SubprocessOptions& options) {
  Child child(options);
  auto [ours, theirs] = make_socket_pair();
  Subprocess process;
  {
    const AllSignalsBlocked blocked;
    process.pid_ = check(::fork(), "start a process");
    if (process.pid_ == 0) {
      ours.reset();
      child.run(theirs.get());
    }
  }
  theirs.reset();
  process.pidfd_.reset(check(pidfd_open(process.pid_), "watch the process"));

  std::optional<int> word = receive_int(ours.get());
  if (word == kReady) {
    if (options.before_exec_in_parent) options.before_exec_in_parent(process.pid_);
    ::send(ours.get(), "", 1, MSG_NOSIGNAL);  // If the child is dead, it is its ending that tells.
    word = receive_int(ours.get());
  }
  if (word) return Subprocess(NeverStarted{*word, receive_rest(ours.get())});
  return process;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      ending_(std::move(other.ending_)) {}

Subprocess& Subprocess::operator=(Subprocess other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(ending_, other.ending_);
  return *this;
}

Subprocess::~Subprocess() {
  if (!is_ours()) return;
  // A program out of our reach, such as sudo, is not waited for.
  if (pidfd_send_signal(pidfd_.get(), SIGKILL) == -1) return;
  retry_eintr([&] { return ::waitpid(pid_, nullptr, 0); });
}

const Ending& Subprocess::poll() {
  if (!is_ours()) return ending_;
  int status = 0;
  const pid_t reaped = check(retry_eintr([&] { return ::waitpid(pid_, &status, WNOHANG); }),
                             "learn how the program ended");
  if (reaped == pid_) ending_ = ending_from_wait_status(status);
  return ending_;
}

Ending Subprocess::wait(Deadline deadline) {
  while (poll().still_running() && !deadline.passed()) {
    pollfd end = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    wait_until_readable({&end, 1}, deadline);
  }
  return ending_;
}

void Subprocess::kill(int signal) {
  if (!is_ours()) return;
  check(pidfd_send_signal(pidfd_.get(), signal), "send a signal to the program");
}

RunResult run(SubprocessOptions options, Deadline deadline) {
  assert(options.stdout_fd == -1 && options.stderr_fd == -1);
  Capture out;
  Capture err;
  options.stdout_fd = out.write_end();
  options.stderr_fd = err.write_end();
  Subprocess process = Subprocess::start(options);

  while (process.poll().still_running() && !deadline.passed()) {
    std::array<pollfd, 3> events = {
        {out.readable(), err.readable(), {.fd = process.pidfd(), .events = POLLIN, .revents = 0}}};
    wait_until_readable(events, deadline);
    if (events[0].revents != 0) out.read_some();
    if (events[1].revents != 0) err.read_some();
  }
  out.read_rest();
  err.read_rest();
  return {process.ending(), out.take(), err.take()};
}

}  // namespace base
