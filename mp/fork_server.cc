#include "mp/fork_server.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/os_error.h"
#include "mp/os/descriptors.h"
#include "mp/parcel.h"
#include "mp/start.h"
#include "mp/wire/codec.h"

namespace mp {
namespace {

class ForkServer {
 public:
  ForkServer(base::UniqueFd requests, int owner) : requests_(std::move(requests)), owner_(owner) {
    // What comes from the keyboard is meant for those who work; who asked may be gone when we answer; and if ends
    // were ignored, there would be no exit codes. SIGINT is held back, not ignored: a child that has not yet got its
    // own signals back would lose it.
    sigset_t held;
    ::sigemptyset(&held);
    ::sigaddset(&held, SIGINT);
    ::sigaddset(&held, SIGCHLD);
    base::check(::sigprocmask(SIG_BLOCK, &held, &mask_), "hold back signals");
    set_action(SIGPIPE, SIG_IGN, pipe_action_);
    set_action(SIGCHLD, SIG_DFL, end_action_);
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGCHLD);
    ends_.reset(base::check(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK),
                            "hear of the ends of children"));
  }

  // Returns when nobody is left who could ask.
  void serve() {
    while (true) {
      pollfd polls[] = {{.fd = requests_.get(), .events = POLLIN, .revents = 0},
                        {.fd = ends_.get(), .events = POLLIN, .revents = 0},
                        {.fd = owner_, .events = POLLIN, .revents = 0}};  // -1 is passed over
      base::check(base::retry_eintr([&] { return ::poll(polls, 3, -1); }), "wait for requests");
      if (polls[1].revents != 0) tell_of_ends();
      if (polls[2].revents != 0) return;
      if (polls[0].revents != 0 && !answer()) return;
    }
  }

 private:
  static void set_action(int signal, void (*handler)(int), struct sigaction& before) {
    struct sigaction action = {};
    action.sa_handler = handler;
    base::check(::sigaction(signal, &action, &before), "set the fork server's signals");
  }

  // False: there will be no more requests.
  bool answer() {
    os::Received request = os::receive_descriptors(requests_.get(), 1);
    if (request.bytes.empty()) return false;
    if (request.descriptors.size() != 2) return true;
    base::UniqueFd client = std::move(request.descriptors[0]);
    base::UniqueFd status = std::move(request.descriptors[1]);
    const pid_t pid = ::fork();
    if (pid == 0) be_child(std::move(client));
    const int32_t answer = pid == -1 ? -errno : pid;
    base::UniqueFd end;
    if (pid != -1) {
      end.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      statuses_[pid] = std::move(status);
    }
    // Who has died meanwhile hears nothing, and its child finds no parcel.
    const int fds[] = {end.get()};
    os::send_descriptors(client.get(), encode(answer),
                         std::span(fds, static_cast<size_t>(end.get() == -1 ? 0 : 1)));
    return true;
  }

  [[noreturn]] void be_child(base::UniqueFd client) {
    requests_.reset();
    ends_.reset();
    statuses_.clear();
    ::sigaction(SIGPIPE, &pipe_action_, nullptr);
    ::sigaction(SIGCHLD, &end_action_, nullptr);
    // What has been sent to this child meanwhile arrives now.
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    std::optional<Parcel> parcel = receive_parcel(client.get());
    if (!parcel) ::_exit(1);
    client.reset();
    live_by_parcel(parcel->bytes, ArrivedLuggage(std::move(parcel->descriptors)));
  }

  void tell_of_ends() {
    signalfd_siginfo info;
    while (::read(ends_.get(), &info, sizeof(info)) == sizeof(info)) {
    }
    int status;
    while (true) {
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid <= 0) return;
      const auto found = statuses_.find(pid);
      if (found == statuses_.end()) continue;
      // A pipe takes so little at once; and who asked may be gone.
      const ssize_t told = ::write(found->second.get(), &status, sizeof(status));
      static_cast<void>(told);
      statuses_.erase(found);
    }
  }

  base::UniqueFd requests_;
  const int owner_;
  base::UniqueFd ends_;                                  // a signalfd
  struct sigaction pipe_action_ = {}, end_action_ = {};  // as we began
  sigset_t mask_;                                        // as we began
  std::map<pid_t, base::UniqueFd> statuses_;
};

}  // namespace

void serve_forks(base::UniqueFd requests, int owner) {
  ForkServer(std::move(requests), owner).serve();
  ::_exit(0);
}

}  // namespace mp
