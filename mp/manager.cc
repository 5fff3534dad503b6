#include "mp/manager.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "base/os_error.h"
#include "mp/connection.h"
#include "mp/errors.h"
#include "mp/process.h"
#include "mp/self.h"

namespace mp {
namespace {

using namespace std::chrono_literals;

// A server that has not ended by then of its own accord is killed.
constexpr auto kPatience = 1s;

// Of this process, if it is a server's.
std::atomic<managed::Server*> g_server = nullptr;

// A child of the server's ends by SIGTERM as others do. One that comes while it still has the server's
// handler would ask a server to stop that it is none of: it waits until the child has its own.
thread_local sigset_t t_mask_before_fork;

void hold_sigterm() {
  sigset_t sigterm;
  sigemptyset(&sigterm);
  sigaddset(&sigterm, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &sigterm, &t_mask_before_fork);
}
void let_sigterm_go() { ::pthread_sigmask(SIG_SETMASK, &t_mask_before_fork, nullptr); }
void let_sigterm_end_the_child() {
  ::signal(SIGTERM, SIG_DFL);
  let_sigterm_go();
}

void mind_the_signals(managed::Server* server) {
  g_server = server;
  struct sigaction stop = {};
  stop.sa_handler = [](int) { g_server.load()->stop(); };
  stop.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &stop, nullptr);
  const int error = ::pthread_atfork(hold_sigterm, let_sigterm_go, let_sigterm_end_the_child);
  if (error != 0) throw base::OsError(error, "prepare for forks");
}

// Its creator ends it as a daemon; for the rest it is none, and may have children.
void be_no_daemon() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  me.record->daemon = false;
}

struct Orders {
  std::optional<std::string> path, host;
  int port = 0;
  std::string authkey;

  std::optional<Address> address() const {
    if (path) return Address(*path);
    if (host) return Address(*host, port);
    return std::nullopt;
  }
};

Orders orders_for(const std::optional<Address>& address, const std::string& authkey) {
  Orders orders{.authkey = authkey};
  if (!address) return orders;
  if (address->family() == Family::kUnix) {
    orders.path = address->path();
  } else {
    orders.host = address->host();
    orders.port = address->port();
  }
  return orders;
}

// What a server tells its creator when it listens, or cannot.
struct Report {
  std::optional<Failure> failure;
  Orders address = {};
};

// The server's process.
void run_server(Orders orders, Connection<Report> creator, Initializer initializer) {
  be_no_daemon();
  ::signal(SIGINT, SIG_IGN);  // its creator decides what Ctrl-C means, unless the initializer does
  managed::Server* server = nullptr;
  try {
    if (initializer) initializer.run();
    current_process().set_authkey(orders.authkey);
    server = new managed::Server(orders.address(), orders.authkey);  // to the end of this process
  } catch (const SystemExit&) {
    throw;
  } catch (...) {
    creator.send({.failure = current_failure()});
    return;
  }
  mind_the_signals(server);
  creator.send({.failure = {}, .address = orders_for(server->address(), "")});
  creator.close();
  server->serve({parent_process()->sentinel()});
}

}  // namespace

// The server's process, for its creator.
class ServerProcess {
 public:
  ServerProcess(const ManagerOptions& options, const std::string& authkey, Initializer initializer)
      : creator_(::getpid()) {
    auto [ours, its] = Pipe<Report>(/*duplex=*/false);
    process_.emplace(
        ProcessOptions{.name = name(), .daemon = true, .start_method = options.start_method},
        run_server, orders_for(options.address, authkey), its, std::move(initializer));
    process_->start();
    its.close();
    const std::optional<Report> report = ours.try_recv();
    if (report && !report->failure) {
      address_ = report->address.address();
      return;
    }
    process_->join();
    if (report) std::rethrow_exception(exception_of(*report->failure));
    throw RuntimeError("the manager's server ended before it served, with exit code " +
                       std::to_string(process_->exitcode().value_or(0)));
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() { end(); }

  const Address& address() const { return *address_; }
  pid_t pid() const { return *process_->pid(); }
  bool join(Timeout timeout) { return process_->join(timeout); }

  void end() {
    if (::getpid() != creator_) return;
    std::scoped_lock hold(mutex_);
    process_->terminate();
    if (!process_->join(kPatience)) process_->kill();
    process_->join();
  }

 private:
  static std::string name() {
    static std::atomic<int> made = 0;
    return "SyncManager-" + std::to_string(++made);
  }

  const pid_t creator_;
  std::mutex mutex_;
  std::optional<Process> process_;
  std::optional<Address> address_;
};

class SyncManager::Core {
 public:
  explicit Core(ManagerOptions given) : options(std::move(given)) {}

  const ManagerOptions options;
  std::mutex mutex;  // over the rest
  bool is_shut_down = false;
  bool is_server = false;
  std::shared_ptr<ServerProcess> process;
  std::shared_ptr<managed::Link> link;

  std::string authkey() const { return options.authkey.value_or(current_process().authkey()); }
  // Raises: ProcessError
  void require_new() const {
    if (is_shut_down) throw ProcessError("the manager has shut down");
    if (link != nullptr) throw ProcessError("the manager has a server already");
    if (is_server) throw ProcessError("the manager is a server already");
  }
};

SyncManager::SyncManager(ManagerOptions options)
    : core_(std::make_shared<Core>(std::move(options))) {}

void SyncManager::start(Initializer initializer) {
  std::scoped_lock hold(core_->mutex);
  core_->require_new();
  auto process =
      std::make_shared<ServerProcess>(core_->options, core_->authkey(), std::move(initializer));
  core_->link = managed::link_to(process->address(), core_->authkey(), process);
  core_->process = std::move(process);
}

void SyncManager::connect() {
  std::scoped_lock hold(core_->mutex);
  core_->require_new();
  if (!core_->options.address) throw ValueError("connect() needs an address");
  core_->link = managed::link_to(*core_->options.address, core_->authkey());
}

ManagerServer SyncManager::get_server() {
  std::scoped_lock hold(core_->mutex);
  core_->require_new();
  core_->is_server = true;
  return ManagerServer(*new managed::Server(core_->options.address, core_->authkey()));
}

void ManagerServer::serve_forever() { server_.serve(); }

void SyncManager::shutdown() {
  std::scoped_lock hold(core_->mutex);
  if (core_->process == nullptr) return;
  core_->is_shut_down = true;
  core_->process->end();
}

bool SyncManager::join(Timeout timeout) {
  std::shared_ptr<ServerProcess> process;
  {
    std::scoped_lock hold(core_->mutex);
    process = core_->process;
  }
  if (process == nullptr)
    throw AssertionError("join() of a manager that this process has not started");
  return process->join(timeout);
}

Address SyncManager::address() const {
  std::scoped_lock hold(core_->mutex);
  if (core_->process != nullptr) return core_->process->address();
  if (core_->options.address) return *core_->options.address;
  throw AssertionError("address() of a manager that is not started");
}

std::optional<pid_t> SyncManager::pid() const {
  std::scoped_lock hold(core_->mutex);
  if (core_->process == nullptr) return std::nullopt;
  return core_->process->pid();
}

std::shared_ptr<managed::Link> SyncManager::link() const {
  std::scoped_lock hold(core_->mutex);
  if (core_->link == nullptr) throw AssertionError("the manager is not started");
  return core_->link;
}

SyncManager Manager(ManagerOptions options) {
  SyncManager manager(std::move(options));
  manager.start();
  return manager;
}

}  // namespace mp
