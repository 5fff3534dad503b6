#include "mp/self.h"

#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/os_error.h"

namespace mp {
namespace {

constexpr size_t kKeySize = 32;

std::string random_key() {
  std::string key(kKeySize, '\0');
  base::check(::getrandom(key.data(), key.size(), 0), "make an authentication key");
  return key;
}

std::shared_ptr<ProcessRecord> main_program() {
  return std::make_shared<ProcessRecord>(ProcessRecord{.role = ProcessRecord::Role::kSelf,
                                                       .creator = ::getpid(),
                                                       .identity = {},
                                                       .target = nullptr,
                                                       .name = "MainProcess",
                                                       .authkey = random_key()});
}

Self* g_self = nullptr;

void lock_for_fork() { g_self->mutex.lock(); }
void unlock_in_parent() { g_self->mutex.unlock(); }

// The copy that the child got is whole, for nobody but the forking thread was at it.
void begin_anew_in_child() {
  g_self->mutex.unlock();
  const Self& was = *g_self;
  auto* fresh = new Self;
  fresh->inherited = &was;
  fresh->record = std::make_shared<ProcessRecord>(*was.record);
  fresh->parent = was.parent;
  fresh->method = was.method;
  fresh->made = was.made;
  fresh->server = was.server;
  g_self = fresh;
}

}  // namespace

Self& self() {
  static const bool first = [] {
    g_self = new Self;
    g_self->record = main_program();
    if (int error = ::pthread_atfork(lock_for_fork, unlock_in_parent, begin_anew_in_child))
      throw base::OsError(error, "prepare for forks");
    return true;
  }();
  (void)first;
  return *g_self;
}

void be_born(const Birth& birth, std::shared_ptr<Target> target, base::UniqueFd parent_end,
             std::shared_ptr<const base::UniqueFd> server) {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  me.record = std::make_shared<ProcessRecord>(ProcessRecord{.role = ProcessRecord::Role::kSelf,
                                                            .creator = ::getpid(),
                                                            .identity = birth.identity,
                                                            .target = std::move(target),
                                                            .name = birth.name,
                                                            .daemon = birth.daemon,
                                                            .authkey = birth.authkey});
  me.parent = std::make_shared<ProcessRecord>(
      ProcessRecord{.role = ProcessRecord::Role::kParent,
                    .creator = ::getpid(),
                    .identity = {},
                    .target = nullptr,
                    .name = birth.parent_name,
                    .child = std::make_shared<Child>(birth.parent_pid, std::move(parent_end))});
  me.method = birth.method;
  me.made = 0;
  me.server = std::move(server);
}

std::shared_ptr<const base::UniqueFd> own_end() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (me.end == nullptr) {
    me.end = std::make_shared<base::UniqueFd>(static_cast<int>(base::check(
        ::syscall(SYS_pidfd_open, ::getpid(), 0), "open a descriptor of this process")));
  }
  return me.end;
}

std::vector<std::shared_ptr<ProcessRecord>> living_children() {
  Self& me = self();
  std::vector<std::shared_ptr<ProcessRecord>> children;
  {
    std::scoped_lock hold(me.mutex);
    children = me.children;
  }
  const auto ended = std::stable_partition(children.begin(), children.end(), [](const auto& each) {
    return !each->child->exitcode().has_value();
  });
  {
    std::scoped_lock hold(me.mutex);
    std::erase_if(me.children, [&](const auto& each) {
      return std::find(ended, children.end(), each) != children.end();
    });
  }
  children.erase(ended, children.end());
  return children;
}

void finish() {
  const auto children = living_children();
  for (const auto& each : children) {
    if (each->daemon) each->child->send_signal(SIGTERM);
  }
  for (const bool daemons : {true, false}) {
    for (const auto& each : children) {
      if (each->daemon == daemons) each->child->wait(base::Deadline::never());
    }
  }
}

void finish_at_exit() {
  static const bool registered = std::atexit(finish) == 0;
  if (!registered) throw base::OsError(ENOMEM, "register what is done at the program's end");
}

}  // namespace mp
