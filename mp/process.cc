#include "mp/process.h"

#include <cxxabi.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <typeinfo>

#include "base/os_error.h"
#include "mp/os/life.h"
#include "mp/os/named_file.h"
#include "mp/os/socket_file.h"
#include "mp/self.h"
#include "mp/type_name.h"

namespace mp {
namespace {

using Role = ProcessRecord::Role;

void tell(const std::string& name, const std::string& error) {
  std::fprintf(stderr, "Process %s:\n%s\n", name.c_str(), error.c_str());
}

// Runs the target, and returns what the process exits with.
template <class Run>
int exitcode_of(const Run& run) {
  try {
    run();
    return 0;
  } catch (const SystemExit& exit) {
    if (exit.text) std::fprintf(stderr, "%s\n", exit.text->c_str());
    return exit.code;
  } catch (const std::exception& error) {
    tell(current_process().name(), class_name(typeid(error)) + ": " + error.what());
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    tell(current_process().name(), type != nullptr ? readable_name(*type) : "an exception");
  }
  return 1;
}

// What is waiting at standard input is the main program's.
void empty_standard_input() {
  if (const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC); null != -1) {
    ::dup2(null, STDIN_FILENO);
    ::close(null);
  }
  ::__fpurge(stdin);
  std::cin.clear();
}

void flush_streams() {
  std::cout.flush();
  std::clog.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

Birth birth_of(const ProcessRecord& record, StartMethod method) {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  return {.name = *record.name,
          .daemon = record.daemon,
          .authkey = record.authkey,
          .identity = record.identity,
          .parent_name = *me.record->name,
          .parent_pid = ::getpid(),
          .method = method};
}

std::string current_directory() {
  char* name = ::getcwd(nullptr, 0);
  const std::unique_ptr<char, decltype(&std::free)> owner(name, &std::free);
  return name != nullptr ? name : "";  // it may have been removed: the child has none to go to
}

std::shared_ptr<Target> make_no_target(Reader&) { return nullptr; }

}  // namespace

// ---------------------------------------------------------------- making

Process::Process(std::shared_ptr<Target> target, ProcessOptions options) {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  std::vector<int> identity = me.record->identity;
  identity.push_back(++me.made);
  record_ = std::make_shared<ProcessRecord>(
      ProcessRecord{.role = Role::kChild,
                    .creator = ::getpid(),
                    .identity = std::move(identity),
                    .target = std::move(target),
                    .daemon = options.daemon.value_or(me.record->daemon),
                    .authkey = me.record->authkey,
                    .method = options.start_method});
  if (!options.name.empty()) record_->name = std::move(options.name);
}

std::string Process::default_name() const {
  std::string name = class_name(typeid(*this));
  char separator = '-';
  for (int number : record_->identity) {
    name += separator + std::to_string(number);
    separator = ':';
  }
  return name;
}

// ---------------------------------------------------------------- starting

void Process::start() { start(nullptr); }

// As a copy of the nursery, if there is one, where it would be one of this process.
void Process::start(const Nursery* nursery) {
  ProcessRecord& record = open();
  if (record.role != Role::kChild || record.creator != ::getpid())
    throw AssertionError("start() of a process that this process has not made");
  set_name(name());
  StartMethod method;
  {
    Self& me = self();
    std::scoped_lock hold(me.mutex);
    if (record.child != nullptr)
      throw AssertionError("start() of a process that was started before");
    if (me.record->daemon) throw AssertionError("start() in a daemon, which has no children");
  }
  method = record.method ? *record.method : get_start_method();
  living_children();  // those that have ended are gone then
  finish_at_exit();
  // What this process has printed and not yet flushed is its own: a copy would print it again.
  flush_streams();
  std::shared_ptr<Child> child = begin(method, nursery);
  std::shared_ptr<Target> passed_on;  // goes when nothing is locked
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  passed_on.swap(record.target);
  record.child = std::move(child);
  me.children.push_back(record_);
}

std::shared_ptr<Child> Process::begin(StartMethod method, const Nursery* nursery) {
  const Birth birth = birth_of(*record_, method);
  const auto end = own_end();
  os::share_lives();
  if (method == StartMethod::kFork && nursery == nullptr) {
    return fork_child([&]() noexcept {
      const auto server = self().server;
      // The copy of `end` that the creator's Self has left here is never closed.
      be_born(birth, record_->target, base::UniqueFd(end->get()), server);
      live();
    });
  }
  // Three servers that die at once will not be the last.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto server = method == StartMethod::kForkserver ? fork_server() : self().server;
    Luggage luggage(Luggage::Way::kInheritance);
    std::string parcel;
    Writer out(&parcel, &luggage);
    out.write(birth);
    out.write(current_directory());
    out.write(luggage.add(os::lives_fd()));
    out.write(luggage.add(end->get()));
    out.write(server ? std::optional(luggage.add(server->get())) : std::nullopt);
    pack(out);
    if (method == StartMethod::kSpawn) return spawn_child(parcel, luggage);
    if (method == StartMethod::kFork) {
      auto child = serve_child(nursery->requests(), parcel, luggage);
      if (child != nullptr) return child;
      return begin(method, nullptr);  // somebody has killed it
    }
    if (auto child = serve_child(*server, parcel, luggage)) return child;
    forget_fork_server(server);
  }
  throw OSError(ECONNRESET,
                "start a child by the fork server, which dies as soon as it is started");
}

void Process::pack(Writer& out) const {
  if (typeid(*this) != typeid(Process)) {
    throw RuntimeError(
        "a class derived from mp::Process does not reach a child that is not "
        "forked: derive it from mp::SpawnableProcess");
  }
  if (record_->target != nullptr) {
    record_->target->pack(out);
  } else {
    out.write(os::place_of(reinterpret_cast<const void*>(&make_no_target)));
  }
}

void Process::become_current() { record_ = self().record; }

// A child from its target to its end.
void Process::live() {
  become_current();
  empty_standard_input();
  int code = exitcode_of([&] { run(); });
  if (const int at_end = exitcode_of(finish); at_end != 0) code = at_end;
  os::SocketFile::remove_all();
  os::remove_all_named();
  flush_streams();
  ::_exit(code & 0xff);
}

void live_by_parcel(std::string_view parcel, ArrivedLuggage arrived) {
  std::optional<Process> process;
  const int code = exitcode_of([&] {
    // Gone with this block: nothing of it stays open but what the arguments have taken.
    const ArrivedLuggage luggage = std::move(arrived);
    Reader in(parcel, &luggage);
    const auto birth = in.read<Birth>();
    // One that a server has made may be elsewhere; where its creator can't say where it is, it stays.
    if (const auto directory = in.read<std::string>(); !directory.empty())
      base::check(::chdir(directory.c_str()), "go to the creator's directory " + directory);
    os::adopt_lives(luggage.take(in.read<uint32_t>()));
    base::UniqueFd parent_end = luggage.take(in.read<uint32_t>());
    std::shared_ptr<const base::UniqueFd> server;
    if (const auto number = in.read<std::optional<uint32_t>>())
      server = std::make_shared<base::UniqueFd>(luggage.take(*number));
    std::shared_ptr<Target> target = unpack_target(in);
    be_born(birth, std::move(target), std::move(parent_end), std::move(server));
    finish_at_exit();
    process.emplace(current_process());
  });
  if (!process) {
    flush_streams();
    ::_exit(code);
  }
  process->live();
}

void Process::run() {
  std::shared_ptr<Target> target;
  {
    std::scoped_lock hold(self().mutex);
    target = record_->target;
  }
  if (target != nullptr) target->run();
}

// ---------------------------------------------------------------- its end

ProcessRecord& Process::record() const {
  if (record_ == nullptr) throw ValueError("this Process was moved from");
  return *record_;
}

// Of one that is not closed.
ProcessRecord& Process::open() const {
  ProcessRecord& all = record();
  std::scoped_lock hold(self().mutex);
  if (all.closed) throw ValueError("the process is closed");
  return all;
}

// Null until it is started. Another thread may start or close it meanwhile.
std::shared_ptr<Child> Process::child() const {
  ProcessRecord& all = open();
  std::scoped_lock hold(self().mutex);
  return all.child;
}

// Started by this process.
std::shared_ptr<Child> Process::my_child(const char* what) const {
  ProcessRecord& all = open();
  if (all.creator != ::getpid() || all.role == Role::kSelf)
    throw AssertionError(std::string(what) + " of a process that this process has not started");
  std::shared_ptr<Child> started = child();
  if (started == nullptr)
    throw AssertionError(std::string(what) + " of a process that was not started");
  return started;
}

bool Process::join(Timeout timeout) {
  const bool ended = my_child("join()")->wait(deadline_of(timeout));
  if (ended) living_children();
  return ended;
}

bool Process::is_alive() const {
  ProcessRecord& record = open();
  if (record.role == Role::kSelf) return true;
  if (record.creator != ::getpid())
    throw AssertionError("is_alive() of a process that this process has not started");
  const auto started = child();
  return started != nullptr && !started->wait(base::Deadline::after(std::chrono::seconds(0)));
}

std::optional<int> Process::exitcode() const {
  ProcessRecord& record = open();
  // Only who has started it hears of it.
  if (record.role != Role::kChild || record.creator != ::getpid()) return std::nullopt;
  const auto started = child();
  return started != nullptr ? started->exitcode() : std::nullopt;
}

std::optional<pid_t> Process::pid() const {
  ProcessRecord& record = open();
  if (record.role == Role::kSelf) return ::getpid();
  const auto started = child();
  return started != nullptr ? std::optional(started->pid()) : std::nullopt;
}

int Process::sentinel() const {
  const auto started = child();
  if (started == nullptr) throw ValueError("sentinel() of a process that was not started");
  return started->sentinel();
}

void Process::stop(int signal) {
  const auto started = my_child(signal == SIGKILL  ? "kill()"
                                : signal == SIGINT ? "interrupt()"
                                                   : "terminate()");
  if (record().role == Role::kParent) throw AssertionError("a child does not stop its parent");
  started->send_signal(signal);
}

void Process::terminate() { stop(SIGTERM); }
void Process::kill() { stop(SIGKILL); }
void Process::interrupt() { stop(SIGINT); }

void Process::close() {
  if (record_ == nullptr || record_->role != Role::kChild) return;
  Self& me = self();
  std::shared_ptr<Child> started;  // if it was, and goes when nothing is locked
  {
    std::scoped_lock hold(me.mutex);
    started = record_->child;
  }
  if (started != nullptr && !started->exitcode())
    throw ValueError("close() of a process that runs: join() or terminate() it first");
  living_children();
  std::scoped_lock hold(me.mutex);
  record_->child = nullptr;
  record_->closed = true;
}

// ---------------------------------------------------------------- what it is

std::string Process::name() const {
  ProcessRecord& all = record();
  std::scoped_lock hold(self().mutex);
  return all.name ? *all.name : default_name();
}

void Process::set_name(std::string name) {
  ProcessRecord& all = record();
  std::scoped_lock hold(self().mutex);
  all.name = std::move(name);
}

bool Process::daemon() const {
  ProcessRecord& all = record();
  std::scoped_lock hold(self().mutex);
  return all.daemon;
}

void Process::set_daemon(bool daemon) {
  ProcessRecord& record = open();
  std::scoped_lock hold(self().mutex);
  if (record.role != Role::kChild || record.child != nullptr)
    throw AssertionError("set_daemon() of a process that was started");
  record.daemon = daemon;
}

std::string Process::authkey() const {
  ProcessRecord& record = open();
  std::scoped_lock hold(self().mutex);
  return record.authkey;
}

void Process::set_authkey(std::string key) {
  ProcessRecord& record = open();
  std::scoped_lock hold(self().mutex);
  record.authkey = std::move(key);
}

// ---------------------------------------------------------------- relatives

Process current_process() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  return Process(me.record);
}

std::optional<Process> parent_process() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (me.parent == nullptr) return std::nullopt;
  return Process(me.parent);
}

std::vector<Process> active_children() {
  std::vector<Process> children;
  for (auto& record : living_children()) children.push_back(Process(std::move(record)));
  return children;
}

int cpu_count() { return static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)); }

}  // namespace mp
