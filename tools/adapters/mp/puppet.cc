#include "tools/adapters/mp/puppet.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/deadline.h"
#include "mp/errors.h"
#include "mp/interrupt.h"
#include "tools/adapters/mp/features.h"
#include "tools/adapters/mp/operations.h"

namespace adapter {
namespace {

constexpr size_t kLongestLine = 1 << 20;

// The runner is gone, or broken.
[[noreturn]] void give_up() { ::_exit(99); }

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) give_up();
  return value;
}

Here* g_here = nullptr;

// What was inherited stays in memory as it is, but for the parent's connections.
void begin_anew_in_child() {
  for (int fd : g_here->connections) ::close(fd);
  Here* mine = new Here;
  mine->globals = g_here->globals;
  g_here = mine;
}

std::atomic<bool> g_interrupted{false};
void note_interrupt(int) { g_interrupted = true; }
void throw_if_interrupted() {
  if (g_interrupted.exchange(false)) throw PythonError("KeyboardInterrupt", "");
}

// Raises what "puppet.raise" says.
[[noreturn]] void raise_as_told(const Json& args) {
  Value::List about;
  if (args.contains("message")) about.push_back(conformance::from_json(args["message"]));
  const std::string type = conformance::text_member(args, "type");
  // The library's own, where it has that one: as a C++ program would.
  const auto* text = about.empty() ? nullptr : about[0].get_if<std::string>();
  if (type == "ValueError" && text != nullptr) throw mp::ValueError(*text);
  throw PythonError(type, std::move(about));
}

// Python's sys.exit().
[[noreturn]] void exit_as_told(const Json& args) {
  const Json code = args.contains("code") ? args["code"] : Json();
  if (code.is_null()) throw mp::SystemExit{0};
  if (code.is_boolean()) throw mp::SystemExit{code.get<bool>() ? 1 : 0};
  if (code.is_number_integer()) throw mp::SystemExit{code.get<int>()};
  throw mp::SystemExit{1, code.is_string() ? code.get<std::string>() : code.dump()};
}

bool is_ending(const std::string& op) {
  return op == "puppet.return" || op == "puppet.raise" || op == "puppet.exit" ||
         op == "puppet._exit";
}

}  // namespace

Here& here() {
  static const bool first = [] {
    g_here = new Here;
    return ::pthread_atfork(nullptr, nullptr, begin_anew_in_child) == 0;
  }();
  if (!first) give_up();
  return *g_here;
}

ThreadsJoined::~ThreadsJoined() {
  while (true) {
    std::vector<std::thread> threads;
    {
      std::scoped_lock hold(here().mutex);
      threads.swap(here().threads);
    }
    if (threads.empty()) return;
    for (std::thread& each : threads) each.join();
  }
}

Value ids() {
  return Value::dict({{"pid", int64_t{::getpid()}},
                      {"ppid", int64_t{::getppid()}},
                      {"tid", int64_t{::syscall(SYS_gettid)}}});
}

void create_file(const std::string& name) {
  base::UniqueFd(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
}

void raise_at(int signal) {
  struct sigaction action = {};
  action.sa_handler = note_interrupt;
  ::sigaction(signal, &action, nullptr);
  mp::set_interrupt_check(throw_if_interrupted);
}

void raise_on_interrupt() {
  struct sigaction action = {};
  ::sigaction(SIGINT, nullptr, &action);
  if (action.sa_handler != SIG_IGN) raise_at(SIGINT);
}

void Puppet::connect() {
  const std::string address = environment("MPCHECK_ADDRESS");
  int connected = -1;
  if (address.rfind("unix:", 0) == 0) {
    sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = address.substr(5);
    std::strncpy(un.sun_path, path.c_str(), sizeof(un.sun_path) - 1);
    socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connected = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&un), sizeof(un));
  } else {
    sockaddr_in in = {};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connected = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&in), sizeof(in));
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  if (connected != 0) give_up();
  std::scoped_lock hold(here().mutex);
  here().connections.push_back(socket_.get());
}

void Puppet::say_hello() {
  Json hello = {{"mpcheck", 1}, {"token", environment("MPCHECK_TOKEN")}, {"puppet", name_}};
  const Value numbers = ids();
  for (const auto& [name, id] : numbers.get_if<Value::Items>()->pairs)
    hello[*name.get_if<std::string>()] = *id.get_if<int64_t>();
  if (name_ == "main") {
    hello["about"] = about();
    hello["features"] = features();
  }
  send(hello);
}

Json Puppet::read() {
  size_t end;
  while ((end = received_.find('\n')) == std::string::npos) {
    if (received_.size() >= kLongestLine) give_up();
    char part[1 << 16];
    const ssize_t got = ::recv(socket_.get(), part, sizeof(part), 0);
    if (got == -1 && errno == EINTR) {
      throw_if_interrupted();
      continue;
    }
    if (got <= 0) give_up();
    received_.append(part, static_cast<size_t>(got));
  }
  Json command = Json::parse(received_.substr(0, end), nullptr, /*allow_exceptions=*/false);
  received_.erase(0, end + 1);
  const bool well_formed = command.is_object() && command.contains("id") &&
                           command["id"].is_number_integer() && command.contains("op") &&
                           command["op"].is_string() &&
                           (!command.contains("args") || command["args"].is_object());
  if (!well_formed || end >= kLongestLine) give_up();
  return command;
}

void Puppet::send(const Json& message) {
  const std::string line = message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (line.size() > kLongestLine) {
    return send({{"id", message["id"]},
                 {"unsupported", "a reply of " + std::to_string(line.size()) + " bytes"}});
  }
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t sent = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent == -1 && errno == EINTR) continue;
    if (sent <= 0) give_up();
    left.remove_prefix(static_cast<size_t>(sent));
  }
}

Value Puppet::obey() {
  struct Leaving {
    Puppet& puppet;
    ~Leaving() {
      for (const std::string& each : puppet.markers_) create_file(each);
      std::scoped_lock hold(here().mutex);
      std::erase(here().connections, puppet.socket_.get());
      puppet.socket_.reset();
    }
  };
  connect();
  Leaving leaving{*this};
  say_hello();
  while (true) {
    const Json command = read();
    const std::string op = command["op"].get<std::string>();
    const Json args = command.contains("args") ? command["args"] : Json::object();
    Json reply = is_ending(op) ? Json{{"ok", nullptr}} : perform(command);
    if (op == "puppet.raise" && !is_builtin_exception(args.value("type", "")))
      reply = {{"unsupported", "no builtin exception " + args.value("type", "")}};
    reply["id"] = command["id"];
    send(reply);
    if (!is_ending(op) || !reply.contains("ok")) continue;
    if (op == "puppet.return")
      return args.contains("value") ? with_blobs_made(conformance::from_json(args["value"]))
                                    : Value();
    if (op == "puppet.raise") raise_as_told(args);
    if (op == "puppet.exit") exit_as_told(args);
    ::_exit(args["code"].get<int>());
  }
}

// A main program is the runner's child, as an orphan is: a process in the middle goes at once.
void Puppet::be_nursery() {
  (void)conformance::sha256_hex(
      "");  // OpenSSL's first use takes a millisecond, here for all of them
  connect();
  say_hello();
  while (true) {
    const Json command = read();
    int adoption[2];
    if (::pipe2(adoption, O_CLOEXEC) != 0) give_up();
    base::UniqueFd adopted(adoption[0]), tell(adoption[1]);
    const pid_t middle = ::fork();
    if (middle == 0) {
      tell.reset();
      if (::fork() != 0) ::_exit(0);
      char nothing;
      (void)!::read(adopted.get(), &nothing, 1);  // ends when the nursery has reaped the middle one
      ::setsid();
      (void)socket_.release();  // closed already: begin_anew_in_child()
      return;
    }
    adopted.reset();
    if (middle == -1 || ::waitpid(middle, nullptr, 0) != middle) give_up();
    tell.reset();
    send({{"id", command["id"]}, {"ok", nullptr}});
  }
}

Json Puppet::perform(const Json& command) {
  const auto now = [] { return base::monotonic_now().count(); };
  int64_t t0 = now();
  try {
    Call call(*this, command);
    t0 = now();
    Json result = call.run();
    return {{"ok", std::move(result)}, {"t0", t0}, {"t1", now()}};
  } catch (const Unsupported& e) {
    return {{"unsupported", e.why}};
  } catch (const conformance::Malformed& e) {
    return {{"unsupported", e.what()}};
  } catch (...) {
    const int64_t t1 = now();
    return {{"raise", describe(std::current_exception())}, {"t0", t0}, {"t1", t1}};
  }
}

}  // namespace adapter
