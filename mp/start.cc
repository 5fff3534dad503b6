#include "mp/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/fork_server.h"
#include "mp/os/descriptors.h"
#include "mp/parcel.h"
#include "mp/self.h"

namespace mp {
namespace {

constexpr std::string_view kChildFlag = "--mp-child";
constexpr std::string_view kServerFlag = "--mp-fork-server";
constexpr const char* kThisProgram = "/proc/self/exe";

bool g_run_if_child_called = false;

base::UniqueFd open_pidfd(pid_t pid) {
  return base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

// The child that was just made, or none: without its pidfd nobody could wait for it.
std::shared_ptr<Child> taken_over(pid_t pid) {
  base::UniqueFd end = open_pidfd(pid);
  if (end) return std::make_shared<Child>(pid, std::move(end));
  const int error = errno;
  ::kill(pid, SIGKILL);
  base::retry_eintr([&] { return ::waitpid(pid, nullptr, 0); });
  throw base::OsError(error, "open a descriptor of a new process");
}

// Holds one descriptor's place for what must not fail later.
base::UniqueFd spare_descriptor() {
  return base::UniqueFd(
      base::check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "make sure of a descriptor"));
}

// The program anew, with `flag` and the number of a descriptor, which it inherits beside the others.
pid_t begin_anew(std::string_view flag, int fd, const std::vector<int>& others) {
  if (!g_run_if_child_called) {
    throw RuntimeError(
        "main() must begin with mp::run_if_child(argc, argv): a child that is not forked begins "
        "there");
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  // Onto itself: takes the mark away that would close it.
  ::posix_spawn_file_actions_adddup2(&actions, fd, fd);
  for (int each : others) ::posix_spawn_file_actions_adddup2(&actions, each, each);
  std::string flag_text(flag), number = std::to_string(fd);
  char* argv[] = {::program_invocation_name, flag_text.data(), number.data(), nullptr};
  pid_t pid;
  const int error = ::posix_spawn(&pid, kThisProgram, &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw base::OsError(error, "start this program anew");
  return pid;
}

// How a parcel lies in the file that a spawned child inherits.
struct Inheritance {
  std::vector<int> descriptors;
  std::string parcel;
};

void own_from_now_on(int fd) {
  base::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "take over an inherited descriptor");
}

[[noreturn]] void be_spawned(int fd) {
  base::UniqueFd file(fd);
  own_from_now_on(fd);
  struct stat now;
  base::check(::fstat(fd, &now), "look at what a child was given");
  std::string bytes(static_cast<size_t>(now.st_size), '\0');
  const ssize_t got =
      base::check(::pread(fd, bytes.data(), bytes.size(), 0), "read what a child was given");
  const auto inheritance =
      decode<Inheritance>(std::string_view(bytes).substr(0, static_cast<size_t>(got)));
  std::vector<base::UniqueFd> descriptors;
  for (int each : inheritance.descriptors) {
    own_from_now_on(each);
    descriptors.emplace_back(each);
  }
  file.reset();
  live_by_parcel(inheritance.parcel, ArrivedLuggage(std::move(descriptors)));
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        base::check(base::retry_eintr([&] { return ::write(fd, bytes.data(), bytes.size()); }),
                    "fill a child's parcel");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

std::shared_ptr<Child> fork_child(const std::function<void()>& live) {
  base::UniqueFd spare = spare_descriptor();
  const pid_t pid = base::check(::fork(), "fork a child");
  if (pid == 0) live();
  spare.reset();
  return taken_over(pid);
}

std::shared_ptr<Child> spawn_child(std::string_view parcel, const Luggage& luggage) {
  base::UniqueFd spare = spare_descriptor();
  base::UniqueFd file(
      base::check(::memfd_create("mp-child", MFD_CLOEXEC), "make memory for a child's parcel"));
  write_all(file.get(), encode(Inheritance{luggage.fds(), std::string(parcel)}));
  const pid_t pid = begin_anew(kChildFlag, file.get(), luggage.fds());
  spare.reset();
  return taken_over(pid);
}

std::shared_ptr<const base::UniqueFd> fork_server() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (me.server != nullptr) return me.server;
  auto [ours, its] = os::socket_pair(SOCK_SEQPACKET);
  me.server_pid = begin_anew(kServerFlag, its.get(), {});
  return me.server = std::make_shared<base::UniqueFd>(std::move(ours));
}

void forget_fork_server(const std::shared_ptr<const base::UniqueFd>& server) {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (me.server != server) return;
  me.server = nullptr;
  if (const pid_t pid = std::exchange(me.server_pid, 0))
    base::retry_eintr([&] { return ::waitpid(pid, nullptr, 0); });
}

Nursery::Nursery() {
  const auto owner = own_end();
  auto [ours, its] = os::socket_pair(SOCK_SEQPACKET);
  process_ = fork_child([&, &ours = ours, &its = its]() noexcept {
    ours.reset();
    serve_forks(std::move(its), owner->get());
  });
  requests_ = std::move(ours);
}

Nursery::~Nursery() {
  process_->send_signal(SIGKILL);
  process_->wait(base::Deadline::never());
}

std::shared_ptr<Child> serve_child(const base::UniqueFd& server, std::string_view parcel,
                                   const Luggage& luggage) {
  auto [talk, its] = os::socket_pair(SOCK_STREAM);
  int ends[2];
  base::check(::pipe2(ends, O_CLOEXEC), "make a pipe for a child's exit code");
  base::UniqueFd status(ends[0]), tell(ends[1]);
  const int brought[] = {its.get(), tell.get()};
  if (!os::send_descriptors(server.get(), "f", brought)) return nullptr;
  its.reset();
  tell.reset();
  // Before the answer: so the child finds it, and need not wait until we have woken. If the child or the server has died
  // already, we shall see that.
  send_parcel(talk.get(), parcel, luggage.fds());
  os::Received answer = os::receive_descriptors(talk.get(), sizeof(int32_t));
  if (answer.bytes.size() != sizeof(int32_t)) return nullptr;
  const auto pid = decode<int32_t>(answer.bytes);
  if (pid < 0) throw base::OsError(-pid, "fork a child in the fork server");
  if (answer.descriptors.empty())
    throw base::OsError(EMFILE, "get the descriptor of a child from the fork server");
  return std::make_shared<Child>(pid, std::move(answer.descriptors[0]), std::move(status));
}

void run_if_child(int argc, char** argv) {
  g_run_if_child_called = true;
  if (argc != 3) return;
  const std::string_view flag = argv[1];
  if (flag == kChildFlag) be_spawned(std::stoi(argv[2]));
  if (flag == kServerFlag) {
    base::UniqueFd requests(std::stoi(argv[2]));
    own_from_now_on(requests.get());
    serve_forks(std::move(requests));
  }
}

}  // namespace mp
