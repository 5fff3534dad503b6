// An adapter for mpcheck is a table of operations; this is the rest of it. C++17, its standard library and POSIX
// only: copy the three headers.
//
//   int main() {
//     mpcheck::Adapter adapter({"mine", "1.0", "C++", "fork", "https://example.org"}, {"isolated"});
//     adapter.makes("queue.new{maxsize}", [](const mpcheck::Args& a) {
//       return std::make_shared<mine::Queue>(a.integer("maxsize", 0));
//     });
//     adapter.on<mine::Queue>("queue.put{item,block,timeout}", [](mine::Queue& q, const mpcheck::Args& a) {
//       q.put(mpcheck::pack(a.value("item")), a.wait());        // what it throws, the runner hears of
//     });
//     adapter.on<mine::Queue>("queue.get{block,timeout}", [](mine::Queue& q, const mpcheck::Args& a) {
//       return mpcheck::unpack(q.get(a.wait()));
//     });
//     return adapter.run();
//   }
//
// The first word of each operation is its name and its arguments as PROTOCOL.md writes them: a command with another
// argument is answered as unsupported, and so is one that throws Unsupported. Every area that has a `new` becomes a
// feature; the list behind About names the others.
//
// A failure is a Raise, which names the Python exception that it stands for; translates() says it for exceptions of
// the implementation's own.
//
// Where a child process begins, call what target() returned: it is the puppet, and its result is the exit code.
//
// Threads: a puppet runs in the thread that it was made for; the table of objects is locked for the moment of a look.
// Processes: a forked child lets go of its parent's connections and begins with an empty table.
//
// Exit code 99: the runner is gone or broken.
#ifndef MPCHECK_ADAPTER_H_
#define MPCHECK_ADAPTER_H_

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "mpcheck_json.h"
#include "mpcheck_value.h"

namespace mpcheck {

// What main's hello tells of the implementation (PROTOCOL.md, section 3).
struct About {
  std::string name, version, language, start_method, home;
};

// A failure, by the name of the Python exception that it stands for.
struct Raise : std::runtime_error {
  explicit Raise(std::string type) : Raise(std::move(type), "") {}
  Raise(std::string type, const std::string& message)
      : std::runtime_error(message), type(std::move(type)), args(message.empty() ? Value::List() : Value::List{message}) {}
  Raise(std::string type, Value::List args) : std::runtime_error(text_of(args)), type(std::move(type)), args(std::move(args)) {}

  std::string type;
  Value::List args;

 private:
  static std::string text_of(const Value::List& args) {
    if (args.empty()) return "";
    const auto* text = args[0].get_if<std::string>();
    return text != nullptr ? *text : encode(args[0]).dump();
  }
};

// How long an operation may wait, as `block` and `timeout` say.
struct Wait {
  bool block = true;
  std::optional<double> timeout = {};  // seconds; absent: for ever
};

namespace internal {
// A plain list of this process stands for its content, wherever it is named in a value; other objects stay names.
Value with_lists_filled_in(Value value);
}  // namespace internal

// A command's arguments. Each function throws Unsupported for one of a form that it cannot take.
class Args {
 public:
  explicit Args(const Json* command_args) : json_(command_args) {}

  const Json* find(std::string_view name) const { return json_ == nullptr ? nullptr : json_->find(name); }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // Null if it is absent.
  Value value(std::string_view name) const {
    return has(name) ? internal::with_lists_filled_in(decode(*find(name))) : Value();
  }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const { return get(name, otherwise); }
  bool flag(std::string_view name, bool otherwise) const { return get(name, otherwise); }
  std::string text(std::string_view name, std::string otherwise = "") const { return get(name, std::move(otherwise)); }
  // Absent for null as well.
  std::optional<double> seconds(std::string_view name) const {
    const Value given = value(name);
    if (const auto* whole = given.get_if<std::int64_t>()) return static_cast<double>(*whole);
    if (given == Value()) return std::nullopt;
    return as<double>(name, given);
  }
  Wait wait() const { return {flag("block", true), seconds("timeout")}; }
  // A list or tuple; empty if it is absent.
  Value::List list(std::string_view name) const {
    const Value given = value(name);
    if (given == Value()) return {};
    if (const auto* tuple = given.get_if<Value::Tuple>()) return tuple->items;
    return as<Value::List>(name, given);
  }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> out;
    for (const Value& each : list(name)) out.push_back(as<std::string>(name, each));
    return out;
  }

 private:
  template <typename T>
  static T as(std::string_view name, const Value& value) {
    if (const T* form = value.get_if<T>()) return *form;
    throw Unsupported("\"" + std::string(name) + "\" that is " + encode(value).dump());
  }
  template <typename T>
  T get(std::string_view name, T otherwise) const {
    return has(name) ? as<T>(name, value(name)) : std::move(otherwise);
  }

  const Json* json_;
};

class Adapter;

namespace internal {

constexpr std::size_t kLongestLine = 1 << 20;  // with the newline

// The runner is gone or broken.
[[noreturn]] inline void give_up() { ::_exit(99); }

inline std::int64_t now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1000000000 + t.tv_nsec;
}

inline void create_file(const std::string& name) {
  ::close(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
}

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Python's own exceptions and their parents, as far as an adapter may want to raise or to be told to raise them.
inline const std::map<std::string, std::string>& parents() {
  static const std::map<std::string, std::string> kParents = {
      {"ArithmeticError", "Exception"},     {"AssertionError", "Exception"},
      {"AttributeError", "Exception"},      {"AuthenticationError", "ProcessError"},
      {"BaseException", "object"},          {"BlockingIOError", "OSError"},
      {"BrokenBarrierError", "RuntimeError"}, {"BrokenPipeError", "ConnectionError"},
      {"BufferTooShort", "ProcessError"},   {"ChildProcessError", "OSError"},
      {"ConnectionError", "OSError"},       {"ConnectionRefusedError", "ConnectionError"},
      {"ConnectionResetError", "ConnectionError"}, {"EOFError", "Exception"},
      {"Exception", "BaseException"},       {"FileExistsError", "OSError"},
      {"FileNotFoundError", "OSError"},     {"GeneratorExit", "BaseException"},
      {"IndexError", "LookupError"},
      {"InterruptedError", "OSError"},      {"KeyError", "LookupError"},
      {"KeyboardInterrupt", "BaseException"}, {"LookupError", "Exception"},
      {"MemoryError", "Exception"},         {"NotImplementedError", "RuntimeError"},
      {"OSError", "Exception"},             {"OverflowError", "ArithmeticError"},
      {"PermissionError", "OSError"},       {"ProcessError", "Exception"},
      {"ProcessLookupError", "OSError"},    {"RuntimeError", "Exception"},
      {"StopIteration", "Exception"},       {"SystemExit", "BaseException"},
      {"TypeError", "Exception"},           {"UnicodeError", "ValueError"},
      {"ValueError", "Exception"},          {"ZeroDivisionError", "ArithmeticError"}};
  return kParents;
}

inline std::vector<std::string> bases_of(const std::string& type) {
  std::vector<std::string> out = {type};
  while (out.back() != "object") {
    const auto parent = parents().find(out.back());
    out.push_back(parent == parents().end() ? "Exception" : parent->second);
  }
  return out;
}

struct Object {
  std::shared_ptr<void> thing;
  std::type_index type = typeid(void);
};
using Objects = std::map<std::string, Object>;

// What belongs to this process, as opposed to the one that it was forked from.
struct Here {
  std::mutex mutex;
  Objects objects;
  std::map<std::string, Value> globals;
  std::vector<int> connections;
  std::vector<std::thread> threads;  // that the process waits for at its end
};
inline Here* g_here = new Here;
inline std::array<volatile sig_atomic_t, 65> g_noted{};
inline std::vector<std::string> g_exit_markers;

// What was inherited stays in memory as it is, but for the connections.
inline void begin_anew_in_child() {
  for (const int each : g_here->connections) ::close(each);
  Here* mine = new Here;
  mine->globals = g_here->globals;
  g_here = mine;
}

inline void note(int signal) { g_noted[static_cast<std::size_t>(signal)] = g_noted[static_cast<std::size_t>(signal)] + 1; }

inline void join_threads() {
  while (true) {
    std::vector<std::thread> threads;
    {
      std::scoped_lock hold(g_here->mutex);
      threads.swap(g_here->threads);
    }
    if (threads.empty()) return;
    for (std::thread& each : threads) each.join();
  }
}

inline Value with_lists_filled_in(Value value) {
  const auto all = [](const Value::List& items) {
    Value::List out;
    for (const Value& each : items) out.push_back(with_lists_filled_in(each));
    return out;
  };
  if (const auto* items = value.get_if<Value::List>()) return Value::list(all(*items));
  if (const auto* tuple = value.get_if<Value::Tuple>()) return Value::tuple(all(tuple->items));
  const auto* object = value.get_if<Value::Object>();
  if (object == nullptr) return value;
  std::scoped_lock hold(g_here->mutex);
  const auto found = g_here->objects.find(object->name);
  if (found == g_here->objects.end() || found->second.type != typeid(Value::List)) return value;
  return Value::list(*std::static_pointer_cast<Value::List>(found->second.thing));
}

// The language's orderly exit from within.
struct ExitAsTold {
  Value code;
};

}  // namespace internal

// One operation that is being done, for operations that on() and makes() are too simple for.
class Call {
 public:
  const Args& args() const { return args_; }

  // The object that the operation is on. Throws Unsupported if there is none of this type.
  template <typename T>
  std::shared_ptr<T> on() const {
    return object<T>(on_);
  }
  template <typename T>
  std::shared_ptr<T> object(const std::string& name) const {
    std::scoped_lock hold(internal::g_here->mutex);
    const auto found = internal::g_here->objects.find(name);
    if (found == internal::g_here->objects.end()) throw Unsupported("no object named '" + name + "'");
    if (found->second.type != typeid(T)) throw Unsupported("'" + name + "' is another kind of object");
    return std::static_pointer_cast<T>(found->second.thing);
  }

  // Gives the next of the names in `as` to what the operation has made.
  template <typename T>
  void names(std::shared_ptr<T> made) {
    if (named_ == as_.size()) throw Unsupported("an operation that makes something, without a name in \"as\"");
    std::scoped_lock hold(internal::g_here->mutex);
    internal::g_here->objects[as_[named_++]] = {std::move(made), typeid(T)};
  }

 private:
  friend class Adapter;
  Call(const Json& command)
      : args_(command.find("args")), on_(command.find("on") == nullptr ? "" : command.find("on")->text()) {
    const Json* as = command.find("as");
    if (as == nullptr) return;
    if (const auto* one = as->get_if<std::string>()) {
      as_.push_back(*one);
    } else {
      for (const Json& each : as->items()) as_.push_back(each.text());
    }
  }

  Args args_;
  std::string on_;
  std::vector<std::string> as_;
  std::size_t named_ = 0;
};

class Adapter {
 public:
  using Operation = std::function<Value(Call&)>;

  Adapter(About about, std::vector<std::string> features = {}) : about_(std::move(about)), features_(std::move(features)) {
    ::pthread_atfork(nullptr, nullptr, internal::begin_anew_in_child);
    add_operations_of_puppets();
    add_lists_and_globals();
  }
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  // An operation as PROTOCOL.md writes it: "queue.put{item,block,timeout}".
  void does(const std::string& written, Operation operation) {
    const std::size_t brace = written.find('{');
    Entry& entry = operations_[written.substr(0, brace)];
    entry.operation = std::move(operation);
    for (std::size_t at = brace; at < written.size() && written[at] != '}';) {
      const std::size_t end = written.find_first_of(",}", at + 1);
      entry.parameters.insert(written.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  // One on an object of type T: a function of it and of the arguments. What it returns, a Value is made of.
  template <typename T, typename F>
  void on(const std::string& written, F function) {
    does(written, [function](Call& call) {
      const std::shared_ptr<T> object = call.on<T>();
      return value_of([&] { return function(*object, call.args()); });
    });
  }
  // One that makes an object: a function of the arguments which returns a std::shared_ptr.
  template <typename F>
  void makes(const std::string& written, F function) {
    does(written, [function](Call& call) {
      call.names(function(call.args()));
      return Value();
    });
  }
  // An exception of type E stands for Python's `type`. Of several that fit, the first that was told.
  template <typename E>
  void translates(std::string type) {
    translators_.push_back([type](const std::exception_ptr& error) -> std::optional<Raise> {
      try {
        std::rethrow_exception(error);
      } catch (const E& e) {
        return Raise(type, std::string(e.what()));
      } catch (...) {
        return std::nullopt;
      }
    });
  }

  // What process.new's arguments (puppet or func, objects, args, kwargs) tell a child to do. Call it in the child;
  // its result is the exit code. Nothing that it does is thrown.
  std::function<int()> target(const Args& args) {
    Puppet puppet{args.text("puppet"), args.list("args"), args.value("kwargs"), {}, {}};
    const std::string func = args.text("func");
    internal::Objects objects = objects_named(args.texts("objects"));
    if (!func.empty() && func != "puppet") (void)function_named(func);
    return [this, puppet, func, objects]() mutable {
      return ending([&] {
        {
          std::scoped_lock hold(internal::g_here->mutex);
          internal::g_here->objects.merge(objects);
        }
        if (!puppet.name.empty()) {
          obey(puppet);
        } else if (!func.empty()) {
          (void)function_named(func)(puppet.args);
        }
      });
    };
  }

  // A task or a callback that is a puppet: returns, or throws, what the runner says.
  Value obey_as(const std::string& puppet, Value::List args = {}) {
    Puppet one{puppet, std::move(args), Value(), {}, {}};
    return obey(one);
  }

  // A function of PROTOCOL.md's table (section 9). Throws Unsupported if this kit has none of that name.
  std::function<Value(Value::List)> function_named(const std::string& name) {
    const auto found = functions_.find(name);
    if (found == functions_.end()) throw Unsupported("no function named '" + name + "'");
    return found->second;
  }

  // The main program: returns its exit code.
  int run() {
    if (internal::environment("MPCHECK_ADDRESS").empty()) {
      std::fprintf(stderr, "MPCHECK_ADDRESS is not set; mpcheck starts this program\n");
      return 64;
    }
    return ending([&] { obey_as("main"); });
  }

 private:
  struct Entry {
    Operation operation;
    std::set<std::string> parameters;
  };
  struct Puppet {
    std::string name;
    Value::List args;
    Value kwargs;
    std::vector<std::string> markers;  // files to create when its loop is left
    std::string received;
    int socket = -1;
  };

  template <typename F>
  static Value value_of(F function) {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return Value();
    } else {
      return Value(function());
    }
  }

  static internal::Objects objects_named(const std::vector<std::string>& names) {
    internal::Objects out;
    std::scoped_lock hold(internal::g_here->mutex);
    for (const std::string& name : names) {
      const auto found = internal::g_here->objects.find(name);
      if (found == internal::g_here->objects.end()) throw Unsupported("no object named '" + name + "'");
      out.insert(*found);
    }
    return out;
  }

  // The exit code of a process whose main function this is.
  template <typename F>
  int ending(F function) {
    int code = 0;
    try {
      function();
    } catch (const internal::ExitAsTold& told) {
      code = exit_code(told.code);
    } catch (...) {
      const Raise error = translated(std::current_exception());
      std::fprintf(stderr, "%s: %s\n", error.type.c_str(), error.what());
      code = 1;
    }
    internal::join_threads();
    std::cout.flush();
    std::fflush(nullptr);
    return code;
  }

  static int exit_code(const Value& code) {
    if (code == Value()) return 0;
    if (const auto* number = code.get_if<std::int64_t>()) return static_cast<int>(*number & 0xff);
    if (const bool* b = code.get_if<bool>()) return *b ? 1 : 0;
    const auto* text = code.get_if<std::string>();
    std::fprintf(stderr, "%s\n", text != nullptr ? text->c_str() : encode(code).dump().c_str());
    return 1;
  }

  // ---- The connection ----

  static void connect(Puppet* puppet) {
    const std::string address = internal::environment("MPCHECK_ADDRESS");
    int connected = -1;
    if (address.rfind("unix:", 0) == 0) {
      sockaddr_un un{};
      un.sun_family = AF_UNIX;
      std::strncpy(un.sun_path, address.c_str() + 5, sizeof(un.sun_path) - 1);
      puppet->socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      connected = ::connect(puppet->socket, reinterpret_cast<sockaddr*>(&un), sizeof(un));
    } else {
      sockaddr_in in{};
      in.sin_family = AF_INET;
      in.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1)));
      in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      puppet->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      connected = ::connect(puppet->socket, reinterpret_cast<sockaddr*>(&in), sizeof(in));
      const int on = 1;
      ::setsockopt(puppet->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (connected != 0) internal::give_up();
    std::scoped_lock hold(internal::g_here->mutex);
    internal::g_here->connections.push_back(puppet->socket);
  }

  static void disconnect(const Puppet& puppet) {
    for (const std::string& each : puppet.markers) internal::create_file(each);
    std::scoped_lock hold(internal::g_here->mutex);
    std::vector<int>& all = internal::g_here->connections;
    all.erase(std::remove(all.begin(), all.end(), puppet.socket), all.end());
    ::close(puppet.socket);
  }

  static Json::Members ids() {
    return {{"pid", std::int64_t{::getpid()}},
            {"ppid", std::int64_t{::getppid()}},
            {"tid", std::int64_t{::syscall(SYS_gettid)}}};
  }

  std::vector<std::string> features() const {
    std::set<std::string> all(features_.begin(), features_.end());
    all.insert({"batch.if", "batch.journal"});
    for (const auto& [op, entry] : operations_) {
      const std::size_t dot = op.rfind('.');
      if (op.substr(dot + 1) == "new" && op != "list.new") all.insert(op.substr(0, dot));
    }
    if (all.count("pipe") > 0) all.insert("connection");
    return {all.begin(), all.end()};
  }

  void say_hello(const Puppet& puppet) const {
    Json::Members hello = {{"mpcheck", 1}, {"token", internal::environment("MPCHECK_TOKEN")}, {"puppet", puppet.name}};
    for (auto& each : ids()) hello.push_back(std::move(each));
    if (puppet.name == "main") {
      hello.emplace_back("about", Json::object({{"name", about_.name},
                                                {"version", about_.version},
                                                {"language", about_.language},
                                                {"start_method", about_.start_method},
                                                {"home", about_.home}}));
      Json::Array names;
      for (const std::string& each : features()) names.push_back(each);
      hello.emplace_back("features", std::move(names));
    }
    send(puppet, Json::object(std::move(hello)));
  }

  static void send(const Puppet& puppet, const Json& message) {
    std::string line = message.dump() + "\n";
    if (line.size() > internal::kLongestLine) {
      line = Json::object({{"id", *message.find("id")},
                           {"unsupported", "a reply of " + std::to_string(line.size()) + " bytes"}})
                 .dump() +
             "\n";
    }
    for (std::size_t sent = 0; sent < line.size();) {
      const ssize_t n = ::send(puppet.socket, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) internal::give_up();
      sent += static_cast<std::size_t>(n);
    }
  }

  // The next command. Where there is none, or the line is none, the process ends.
  static Json read(Puppet* puppet) {
    std::size_t end;
    while ((end = puppet->received.find('\n')) == std::string::npos) {
      if (puppet->received.size() >= internal::kLongestLine) internal::give_up();
      char part[1 << 16];
      const ssize_t got = ::recv(puppet->socket, part, sizeof(part), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) internal::give_up();
      puppet->received.append(part, static_cast<std::size_t>(got));
    }
    try {
      Json command = parse_json(std::string_view(puppet->received).substr(0, end));
      puppet->received.erase(0, end + 1);
      const Json* id = command.find("id");
      const Json* op = command.find("op");
      const Json* args = command.find("args");
      if (end < internal::kLongestLine && id != nullptr && id->get_if<std::int64_t>() != nullptr && op != nullptr &&
          op->get_if<std::string>() != nullptr && (args == nullptr || args->get_if<Json::Members>() != nullptr))
        return command;
    } catch (const BadJson&) {
    }
    internal::give_up();
  }

  // ---- From a command to its reply ----

  Value obey(Puppet& puppet) {
    connect(&puppet);
    struct Leaving {
      const Puppet& puppet;
      ~Leaving() { disconnect(puppet); }
    } leaving{puppet};
    say_hello(puppet);
    while (true) {
      const Json command = read(&puppet);
      std::function<Value()> end;
      Json::Members reply = {{"id", *command.find("id")}};
      for (auto& each : answer(puppet, command, &end)) reply.push_back(std::move(each));
      send(puppet, Json::object(std::move(reply)));
      if (end) return end();
    }
  }

  // The reply without its id; in `end` what to do once it is sent, if that is the puppet's end.
  Json::Members answer(Puppet& puppet, const Json& command, std::function<Value()>* end) {
    const std::string& op = command.find("op")->text();
    const Args args(command.find("args"));
    try {
      if (op == "puppet.return") {
        *end = [value = args.value("value")] { return value; };
      } else if (op == "puppet.raise") {
        if (internal::parents().count(args.text("type")) == 0)
          throw Unsupported("no exception that is called " + args.text("type"));
        const Raise error(args.text("type"), args.has("message") ? Value::List{args.value("message")} : Value::List());
        *end = [error]() -> Value { throw error; };
      } else if (op == "puppet.exit") {
        *end = [code = args.value("code")]() -> Value { throw internal::ExitAsTold{code}; };
      } else if (op == "puppet._exit") {
        *end = [code = args.integer("code", 0)]() -> Value { ::_exit(static_cast<int>(code)); };
      } else {
        return perform(puppet, command);
      }
      return {{"ok", nullptr}};
    } catch (const std::exception& error) {
      return {{"unsupported", error.what()}};
    }
  }

  Json::Members perform(Puppet& puppet, const Json& command) {
    const std::string& op = command.find("op")->text();
    std::int64_t t0 = internal::now();
    try {
      if (op == "batch") return batch(puppet, command);
      const auto found = operations_.find(op);
      if (found == operations_.end()) throw Unsupported("unknown operation " + op);
      if (const Json* args = command.find("args")) {
        for (const auto& [name, value] : args->members()) {
          if (found->second.parameters.count(name) == 0) throw Unsupported(op + " with " + name);
        }
      }
      Call call(command);
      current_puppet() = &puppet;
      t0 = internal::now();
      Value result = found->second.operation(call);
      const std::int64_t t1 = internal::now();
      if (call.named_ < call.as_.size()) result = name_result(call, std::move(result));
      return {{"ok", encode(result)}, {"t0", t0}, {"t1", t1}};
    } catch (const Unsupported& error) {
      return {{"unsupported", error.what()}};
    } catch (const BadJson& error) {
      return {{"unsupported", "malformed " + op + ": " + error.what()}};
    } catch (...) {
      const std::int64_t t1 = internal::now();
      return {{"raise", described(translated(std::current_exception()))}, {"t0", t0}, {"t1", t1}};
    }
  }

  // What came out of an operation that makes nothing, under the name that it shall have: a list is one from then on.
  static Value name_result(Call& call, Value result) {
    if (const auto* items = result.get_if<Value::List>()) {
      call.names(std::make_shared<Value::List>(*items));
    } else {
      call.names(std::make_shared<Value>(std::move(result)));
    }
    return Value();
  }

  Json::Members batch(Puppet& puppet, const Json& command) {
    const Args args(command.find("args"));
    const Json* commands = args.find("commands");
    if (commands == nullptr) throw BadJson("a batch without commands");
    int journal = -1;
    if (args.has("journal"))
      journal = ::open(args.text("journal").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    Json::Array replies;
    const std::int64_t t0 = internal::now();
    for (std::int64_t round = args.integer("times", 1); round > 0; --round) {
      const std::size_t first = replies.size();
      for (const Json& each : commands->items()) {
        replies.push_back(is_due(each, replies, first) ? Json(perform(puppet, each)) : Json::object({{"ok", false}}));
        if (journal >= 0) write_journal(journal, replies);
      }
    }
    if (journal >= 0) ::close(journal);
    return {{"ok", std::move(replies)}, {"t0", t0}, {"t1", internal::now()}};
  }

  // Whether the command that this one depends on, so many places before it, returned, and not false.
  static bool is_due(const Json& command, const Json::Array& done, std::size_t first) {
    const Json* back = command.find("if");
    if (back == nullptr || back->integer() == 0) return true;
    const auto places = static_cast<std::size_t>(back->integer());
    if (places > done.size() - first) return false;
    const Json* ok = done[done.size() - places].find("ok");
    return ok != nullptr && (ok->get_if<bool>() == nullptr || *ok->get_if<bool>());
  }

  static void write_journal(int file, const Json::Array& replies) {
    Json::Members line = {{"id", static_cast<std::int64_t>(replies.size() - 1)}};
    for (const auto& each : replies.back().members()) line.push_back(each);
    const std::string text = Json::object(std::move(line)).dump() + "\n";
    if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) internal::give_up();
  }

  Raise translated(const std::exception_ptr& error) const {
    for (const auto& each : translators_) {
      if (std::optional<Raise> found = each(error)) return *found;
    }
    try {
      std::rethrow_exception(error);
    } catch (const Raise& e) {
      return e;
    } catch (const Unserialisable& e) {
      return Raise("TypeError", std::string(e.what()));
    } catch (const std::bad_alloc& e) {
      return Raise("MemoryError", std::string(e.what()));
    } catch (const std::invalid_argument& e) {
      return Raise("ValueError", std::string(e.what()));
    } catch (const std::out_of_range& e) {
      return Raise("IndexError", std::string(e.what()));
    } catch (const std::system_error& e) {
      return Raise("OSError", Value::List{e.code().value(), e.what()});
    } catch (const std::exception& e) {
      return Raise("RuntimeError", std::string(e.what()));
    } catch (...) {
      return Raise("RuntimeError", "something that is no std::exception");
    }
  }

  static Json described(const Raise& error) {
    Json::Array bases;
    for (const std::string& each : internal::bases_of(error.type)) bases.push_back(each);
    return Json::object({{"type", error.type},
                         {"bases", std::move(bases)},
                         {"message", error.what()},
                         {"args", encode(Value::list(error.args))}});
  }

  // ---- The operations that every adapter has ----

  // Of this thread.
  static Puppet*& current_puppet() {
    thread_local Puppet* current = nullptr;
    return current;
  }

  void start_thread(const std::string& puppet, bool daemon) {
    std::thread thread([this, puppet] {
      try {
        obey_as(puppet);
      } catch (const internal::ExitAsTold&) {
      } catch (...) {
        const Raise error = translated(std::current_exception());
        std::fprintf(stderr, "in thread %s: %s: %s\n", puppet.c_str(), error.type.c_str(), error.what());
      }
    });
    if (daemon) return thread.detach();
    std::scoped_lock hold(internal::g_here->mutex);
    internal::g_here->threads.push_back(std::move(thread));
  }

  static Value sorted_names() {
    Value::List names;
    std::scoped_lock hold(internal::g_here->mutex);
    for (const auto& [name, object] : internal::g_here->objects) names.push_back(name);
    return Value::list(std::move(names));
  }

  static void drop(const std::string& name) {
    internal::Objects dropped;  // destroyed without the lock
    std::scoped_lock hold(internal::g_here->mutex);
    internal::Objects& all = internal::g_here->objects;
    const auto found = all.find(name);
    if (found == all.end()) throw Unsupported("no object named '" + name + "'");
    const std::shared_ptr<void> thing = found->second.thing;
    for (auto each = all.begin(); each != all.end();) {
      const auto next = std::next(each);
      if (each->second.thing == thing) dropped.insert(all.extract(each));
      each = next;
    }
  }

  static void on_signal(int signal, const std::string& action) {
    struct sigaction how {};
    if (action == "ignore") {
      how.sa_handler = SIG_IGN;
    } else if (action == "default") {
      how.sa_handler = SIG_DFL;
    } else if (action == "note") {
      how.sa_handler = internal::note;
      how.sa_flags = SA_RESTART;
    } else {
      throw Unsupported("the action " + action);
    }
    if (::sigaction(signal, &how, nullptr) != 0) throw std::system_error(errno, std::generic_category());
  }

  static void at_exit(const std::string& marker) {
    internal::g_exit_markers.push_back(marker);
    if (internal::g_exit_markers.size() > 1) return;
    std::atexit([] {
      for (const std::string& each : internal::g_exit_markers) internal::create_file(each);
    });
  }

  static Value arguments_of(const Puppet& puppet) {
    const Value kwargs = puppet.kwargs == Value() ? Value::dict({}) : puppet.kwargs;
    return Value::dict({{"args", Value::list(puppet.args)}, {"kwargs", kwargs}});
  }

  void add_operations_of_puppets() {
    does("puppet.thread{puppet,daemon}", [this](Call& c) {
      start_thread(c.args().text("puppet"), c.args().flag("daemon", false));
      return Value();
    });
    does("puppet.arguments", [](Call&) { return arguments_of(*current_puppet()); });
    does("puppet.ids", [](Call&) {
      Value::Pairs out;
      for (const auto& [name, id] : ids()) out.emplace_back(name, id.integer());
      return Value::dict(std::move(out));
    });
    does("puppet.names", [](Call&) { return sorted_names(); });
    does("puppet.drop", [](Call& c) {
      drop(c.on_);
      return Value();
    });
    does("puppet.getcwd", [](Call&) {
      const std::unique_ptr<char, decltype(&std::free)> path(::getcwd(nullptr, 0), std::free);
      return Value(path.get());
    });
    does("puppet.chdir{path}", [](Call& c) {
      if (::chdir(c.args().text("path").c_str()) != 0) throw std::system_error(errno, std::generic_category());
      return Value();
    });
    does("puppet.stdin", [](Call&) {
      return Value(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    });
    does("puppet.print{text,stream,flush}", [](Call& c) {
      std::FILE* stream = c.args().text("stream", "stdout") == "stderr" ? stderr : stdout;
      std::fputs(c.args().text("text").c_str(), stream);
      if (c.args().flag("flush", false)) std::fflush(stream);
      return Value();
    });
    does("puppet.on_signal{signal,action}", [](Call& c) {
      on_signal(static_cast<int>(c.args().integer("signal", 0)), c.args().text("action"));
      return Value();
    });
    does("puppet.noted{signal}", [](Call& c) {
      return Value(std::int64_t{internal::g_noted.at(static_cast<std::size_t>(c.args().integer("signal", 0)))});
    });
    does("puppet.at_exit{marker}", [](Call& c) {
      at_exit(c.args().text("marker"));
      return Value();
    });
    does("puppet.finally{marker}", [](Call& c) {
      current_puppet()->markers.push_back(c.args().text("marker"));
      return Value();
    });
    does("puppet.until{at}", [](Call& c) {
      while (internal::now() < c.args().integer("at", 0)) {
      }
      return Value();
    });
  }

  void add_lists_and_globals() {
    makes("list.new{items}", [](const Args& a) { return std::make_shared<Value::List>(a.list("items")); });
    on<Value::List>("list.append{item}", [](Value::List& l, const Args& a) { l.push_back(a.value("item")); });
    on<Value::List>("list.get", [](Value::List& l, const Args&) { return Value::list(l); });
    does("global.set{name,value}", [](Call& c) {
      const std::string name = c.args().text("name");
      Value value = c.args().value("value");
      std::scoped_lock hold(internal::g_here->mutex);
      internal::g_here->globals[name] = std::move(value);
      return Value();
    });
    does("global.get{name}", [](Call& c) {
      const std::string name = c.args().text("name");
      std::scoped_lock hold(internal::g_here->mutex);
      const auto found = internal::g_here->globals.find(name);
      return found == internal::g_here->globals.end() ? Value() : found->second;
    });
  }

  // ---- Functions that travel by name ----

  static const Value& only(const Value::List& args) {
    if (args.size() != 1) throw Raise("TypeError", "one argument, please");
    return args[0];
  }
  static std::int64_t number(const Value::List& args) {
    const auto* number = only(args).get_if<std::int64_t>();
    if (number == nullptr) throw Raise("TypeError", "an integer, please");
    return *number;
  }
  static Value remember(Value::List args) {
    std::scoped_lock hold(internal::g_here->mutex);
    Value& remembered = internal::g_here->globals["remembered"];
    Value::List all = remembered == Value() ? Value::List() : *remembered.get_if<Value::List>();
    all.push_back(Value::list(std::move(args)));
    remembered = Value::list(std::move(all));
    return Value();
  }

  About about_;
  std::vector<std::string> features_;
  std::map<std::string, Entry> operations_;
  std::vector<std::function<std::optional<Raise>(const std::exception_ptr&)>> translators_;
  std::map<std::string, std::function<Value(Value::List)>> functions_ = {
      {"identity", [](Value::List args) { return only(args); }},
      {"square", [](Value::List args) { return Value(number(args) * number(args)); }},
      {"fail", [](Value::List args) -> Value { throw Raise("ValueError", Value::List{only(args)}); }},
      {"nothing", [](Value::List) { return Value(); }},
      {"arguments", [](Value::List args) { return Value::list(std::move(args)); }},
      {"remember", remember},
      {"pid", [](Value::List) { return Value(std::int64_t{::getpid()}); }},
      {"positive",
       [](Value::List args) {
         if (number(args) < 0) throw Raise("ValueError", Value::List{only(args)});
         return only(args);
       }},
      {"exit_with_count",
       [](Value::List args) -> Value {
         throw internal::ExitAsTold{Value(static_cast<std::int64_t>(args.size()))};
       }},
  };
};

}  // namespace mpcheck

#endif  // MPCHECK_ADAPTER_H_
