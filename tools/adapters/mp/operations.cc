#include "tools/adapters/mp/operations.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>
#include <utility>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "tools/adapters/mp/features.h"
#include "tools/adapters/mp/inspected.h"
#include "tools/adapters/mp/managers.h"
#include "tools/adapters/mp/named_memory.h"
#include "tools/adapters/mp/pools.h"
#include "tools/adapters/mp/puppet.h"
#include "tools/adapters/mp/remotes.h"
#include "tools/adapters/mp/shared_values.h"
#include "tools/adapters/mp/target.h"

namespace adapter {
namespace {

template <class T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(int64_t{*value}) : Value();
}

// ---------------------------------------------------------------- queues and connections

Queue& queue(Call& c) {
  if (auto* joinable = std::get_if<JoinableQueue>(&c.on().it)) return *joinable;
  return c.on_a<Queue>();
}

// Its `with` block is of the end itself.
Answer enter_connection(Call& c) {
  if (with_connection(c, [](auto& end) { return end.closed(); }))
    throw mp::OSError(EBADF, "enter a block: handle is closed");
  return itself(c);
}

Answer recv_bytes_into(Call& c) {
  std::string buffer(static_cast<size_t>(c.whole("length", 0)), '.');
  const size_t count = with_connection(
      c, [&](auto& end) { return end.recv_bytes_into(std::span(buffer), c.whole("offset", 0)); });
  return Value::dict({{"count", static_cast<int64_t>(count)}, {"buffer", Value::bytes(buffer)}});
}

Answer send_bytes(Call& c) {
  std::optional<int64_t> size;
  if (c.find("size") != nullptr && !c.find("size")->is_null()) size = c.whole("size", 0);
  with_connection(c,
                  [&](auto& end) { end.send_bytes(c.bytes("data"), c.whole("offset", 0), size); });
  return {};
}

Answer recv_bytes(Call& c) {
  std::optional<int64_t> most;
  if (c.find("maxlength") != nullptr && !c.find("maxlength")->is_null())
    most = c.whole("maxlength", 0);
  return Value::bytes(with_connection(c, [&](auto& end) { return end.recv_bytes(most); }));
}

Answer wait_for_any(Call& c) {
  std::vector<std::shared_ptr<Object>> objects;
  std::vector<mp::Waitable> items;
  const Value::List names = c.list("objects");
  for (const Value& name : names) {
    objects.push_back(c.object_named(*name.get_if<std::string>()));
    if (auto* process = std::get_if<Process>(&objects.back()->it)) {
      items.emplace_back(process->it->sentinel());
    } else if (auto* remote = std::get_if<RemoteConnection>(&objects.back()->it)) {
      items.emplace_back(*remote);
    } else {
      items.emplace_back(std::get<Connection>(objects.back()->it));
    }
  }
  Value::List ready;
  for (size_t index : mp::wait(items, c.timeout())) ready.push_back(names[index]);
  return Value::list(ready);
}

// ---------------------------------------------------------------- locks and their like

// Calls `f` with a queue of threads, of this machine's processes or of a manager's.
template <class... Kinds, class F>
Answer with_any_queue(Call& c, F f) {
  return on_any<ThreadQueue, LifoQueue, PriorityQueue, Kinds...>(c, [&](auto& q) -> Answer {
    if constexpr (requires { q.it; }) {
      return f(*q.it);
    } else {
      return f(q);
    }
  });
}
template <class F>
Answer with_queue(Call& c, F f) {
  return with_any_queue<Queue, JoinableQueue, QueueProxy, JoinableQueueProxy>(c, f);
}
template <class F>
Answer with_joinable(Call& c, F f) {
  return with_any_queue<JoinableQueue, JoinableQueueProxy>(c, f);
}

// A queue for the threads of this process.
template <class Q>
Answer new_thread_queue(Call& c) {
  return made(Local<Q>{std::make_shared<Q>(static_cast<int>(c.whole("maxsize", 0)))});
}

// Calls `f` with whatever has acquire() and release().
template <class F>
Answer with_lock(Call& c, F f) {
  return std::visit(
      [&](auto& object) -> Answer {
        using T = std::decay_t<decltype(object)>;
        if constexpr (requires { object.acquire(); }) {
          return f(object);
        } else if constexpr (std::is_same_v<T, AnyValue> || std::is_same_v<T, AnyArray>) {
          mp::AnyLock lock = std::visit([](auto& each) { return each.get_lock(); }, object);
          return f(lock);
        } else {
          throw Unsupported{"this has no lock"};
        }
      },
      c.on().it);
}

Answer acquire(Call& c) {
  return with_lock(
      c, [&](auto& lock) { return Value(lock.acquire(c.flag("block", true), c.timeout())); });
}
Answer release(Call& c) {
  return with_lock(c, [](auto& lock) {
    lock.release();
    return Answer();
  });
}
Answer enter(Call& c) {
  return with_lock(c, [](auto& lock) {
    lock.acquire();
    return Answer();
  });
}

template <class S>
Answer new_semaphore(Call& c) {
  return made(c.find("value") == nullptr ? S() : S(static_cast<int>(c.whole("value", 1))));
}

Answer get_value(Call& c) {
  return on_any<mp::Semaphore, mp::BoundedSemaphore, mp::SemaphoreProxy, mp::BoundedSemaphoreProxy>(
      c, [](auto& s) { return Value(s.get_value()); });
}

Answer new_condition(Call& c) {
  const Value* lock = c.find("lock");
  if (lock == nullptr || lock->is_null()) return made(mp::Condition());
  const auto object = c.object_named(c.text("lock"));
  if (auto* plain = std::get_if<mp::Lock>(&object->it)) return made(mp::Condition(*plain));
  if (auto* recursive = std::get_if<mp::RLock>(&object->it)) return made(mp::Condition(*recursive));
  refuse_type("a condition's lock is a Lock or an RLock");
}

template <class F>
Answer with_condition(Call& c, F f) {
  return on_any<mp::Condition, mp::ConditionProxy>(c, f);
}

Answer wait_for(Call& c) {
  const auto value = c.object_named(c.text("value"));
  if (c.find("equals") == nullptr) throw Unsupported{"a predicate returns true or false"};
  const Value wanted = *c.find("equals");
  return with_condition(c, [&](auto& condition) {
    return Value(
        condition.wait_for([&] { return number_equals(get_shared(*value), wanted); }, c.timeout()));
  });
}

void add_one(std::shared_ptr<Object> value) { add_to_shared(*value, Value(1)); }
void pass_through(mp::Lock lock) { std::scoped_lock hold(lock); }
void raise_named(std::string type) { throw PythonError(type, "raised by the barrier's action"); }

Answer new_barrier(Call& c) {
  mp::BarrierOptions options{.timeout = c.timeout()};
  if (const Value* action = c.find("action"); action != nullptr && !action->is_null()) {
    if (const Value* target = action->find("add_to")) {
      options.action = {add_one, c.object_named(*target->get_if<std::string>())};
    } else if (const Value* name = action->find("acquire")) {
      const auto object = c.object_named(*name->get_if<std::string>());
      const auto* lock = std::get_if<mp::Lock>(&object->it);
      if (lock == nullptr) throw Unsupported{"the action takes a Lock"};
      options.action = {pass_through, *lock};
    } else {
      options.action = {raise_named, *action->find("raise")->get_if<std::string>()};
    }
  }
  return made(mp::Barrier(static_cast<int>(c.whole("parties", 0)), options));
}

// ---------------------------------------------------------------- processes

mp::Process& process(Call& c) { return *c.on_a<Process>().it; }

Answer new_process(Call& c) {
  if (c.find("group") != nullptr) throw Unsupported{"mp's processes have no group"};
  if (c.find("given_args") != nullptr) throw Unsupported{"other arguments do not compile"};
  mp::ProcessOptions options{.start_method = start_method()};
  if (const Value* name = c.find("name"); name != nullptr && !name->is_null())
    options.name = c.text("name");
  if (const Value* daemon = c.find("daemon"); daemon != nullptr && !daemon->is_null())
    options.daemon = c.flag("daemon", false);
  Task task;
  if (c.find("puppet") != nullptr) task.puppet = c.text("puppet");
  if (const Value* function = c.find("func")) {
    const auto* by_value = function->get_if<Value::Function>();
    task.function = by_value != nullptr ? by_value->name : c.text("func");
  }
  if (c.find("objects") != nullptr) {
    for (const Value& name : c.list("objects")) {
      const std::string& text = *name.get_if<std::string>();
      task.objects[text] = c.object_named(text);
      const bool copied = start_method().value_or(mp::StartMethod::kFork) == mp::StartMethod::kFork;
      if (!copied && std::holds_alternative<Process>(task.objects[text]->it))
        throw Unsupported{"an mp::Process does not travel"};
    }
  }
  if (c.find("args") != nullptr) task.args = c.list("args");
  const bool takes_one = task.function == "square" || task.function == "identity";
  if (takes_one && task.args.size() != 1)
    throw Unsupported{"a target that takes other arguments does not compile"};
  if (const Value* kwargs = c.find("kwargs"); kwargs != nullptr && !kwargs->is_null())
    task.kwargs = kwargs->get_if<Value::Items>()->pairs;
  const std::string style = c.find("style") == nullptr ? "function" : c.text("style");
  if (style != "function" && style != "subclass")
    throw Unsupported{"mp's processes are not made in the style " + style};
  const bool subclass = style == "subclass";
  return made(Process{make_process(std::move(options), std::move(task), subclass)});
}

Answer active_children(Call&) {
  Value::List children;
  for (const mp::Process& each : mp::active_children()) {
    children.push_back(Value::dict({{"name", each.name()}, {"pid", or_null(each.pid())}}));
  }
  return Value::list(children);
}

Answer parent_process(Call&) {
  std::optional<mp::Process> parent = mp::parent_process();
  if (!parent) return Value(false);
  Answer answer = made(Process{std::make_shared<mp::Process>(*std::move(parent))});
  answer.value = Value(true);
  return answer;
}

// ---------------------------------------------------------------- start methods

std::optional<mp::StartMethod> method_argument(Call& c) {
  const Value* method = c.find("method");
  if (method == nullptr || method->is_null()) return std::nullopt;
  return mp::start_method_named(c.text("method"));
}

Value name_of_method(mp::StartMethod method) { return std::string(mp::name_of(method)); }

Answer get_start_method(Call& c) {
  if (!c.flag("allow_none", false)) return name_of_method(mp::get_start_method());
  const auto chosen = mp::chosen_start_method();
  return chosen ? name_of_method(*chosen) : Value();
}

Answer get_all_start_methods(Call&) {
  Value::List all;
  for (mp::StartMethod each : mp::get_all_start_methods()) all.push_back(name_of_method(each));
  return Value::list(all);
}

// ---------------------------------------------------------------- the puppet's own

// Whether the command of a batch that this one depends on, so many places before it, returned, and not false.
bool is_due(const Json& command, const Json& done, size_t round_began) {
  const size_t back = command.value("if", size_t{0});
  if (back == 0) return true;
  if (back > done.size() - round_began) return false;
  const Json& before = done[done.size() - back];
  return before.contains("ok") && before["ok"] != false;
}

// A reply as a line at the end of a file.
void write_down(Json reply, size_t id, int fd) {
  reply["id"] = id;
  const std::string line = reply.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Unsupported{"the journal of a batch can't be written"};
}

Answer batch(Call& c) {
  const Json& args = c.command()["args"];
  Answer answer;
  answer.json = Json::array();
  Json& done = *answer.json;
  base::UniqueFd journal;
  if (args.contains("journal")) {
    const std::string name = conformance::text_member(args, "journal");
    journal.reset(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  }
  const int times = args.value("times", 1);
  for (int i = 0; i < times; ++i) {
    const size_t round_began = done.size();
    for (const Json& each : args["commands"]) {
      const bool due = is_due(each, done, round_began);
      done.push_back(due ? c.puppet().perform(each) : Json{{"ok", false}});
      if (journal) write_down(done.back(), done.size() - 1, journal.get());
    }
  }
  return answer;
}

// Nobody is to sleep until then: who is woken comes later.
Answer until(Call& c) {
  const std::chrono::nanoseconds at(c.whole("at", 0));
  while (base::monotonic_now() < at) {
  }
  return {};
}

Answer new_thread(Call& c) {
  const bool daemon = c.flag("daemon", false);
  std::thread thread([name = c.text("puppet")] { obey_in_thread(name); });
  if (daemon) {
    thread.detach();
    return {};
  }
  std::scoped_lock hold(here().mutex);
  here().threads.push_back(std::move(thread));
  return {};
}

Answer print(Call& c) {
  std::FILE* stream = c.find("stream") != nullptr && c.text("stream") == "stderr" ? stderr : stdout;
  std::fputs(c.text("text").c_str(), stream);
  if (c.flag("flush", false)) std::fflush(stream);
  return {};
}

volatile sig_atomic_t g_noted[NSIG];  // how often each signal came

Answer on_signal(Call& c) {
  const int number = static_cast<int>(c.whole("signal", 0));
  const std::string action = c.text("action");
  if (action == "interrupt") {
    raise_at(number);
    return {};
  }
  struct sigaction how = {};
  how.sa_handler = action == "ignore" ? SIG_IGN
                   : action == "default"
                       ? SIG_DFL
                       : +[](int signal) { g_noted[signal] = g_noted[signal] + 1; };
  ::sigaction(number, &how, nullptr);
  return {};
}

Answer stdin_or_a_part(Call& c) {
  if (c.find("size") != nullptr) {
    std::string part(static_cast<size_t>(c.whole("size", 0)), '\0');
    std::cin.read(part.data(), static_cast<std::streamsize>(part.size()));
    part.resize(static_cast<size_t>(std::cin.gcount()));
    return Value(part);
  }
  std::ostringstream all;
  all << std::cin.rdbuf();
  return Value(all.str());
}

std::vector<std::string>& exit_markers() {
  static auto& it = *new std::vector<std::string>();
  return it;
}

Answer at_exit(Call& c) {
  exit_markers().push_back(c.text("marker"));
  if (exit_markers().size() == 1) {
    std::atexit([] {
      for (const std::string& each : exit_markers()) create_file(each);
    });
  }
  return {};
}

Answer drop(Call& c) {
  std::shared_ptr<Object> object = c.object_named(c.command()["on"].get<std::string>());
  if (std::holds_alternative<Pool>(object->it))
    throw Unsupported{"who forgets a pool of C++'s ends its scope: pool.exit"};
  {
    std::scoped_lock hold(here().mutex);
    std::erase_if(here().objects, [&](const auto& each) { return each.second == object; });
  }
  forget_proxy(*object);
  return {};
}

Answer names(Call&) {
  std::scoped_lock hold(here().mutex);
  Value::List all;
  for (const auto& each : here().objects) all.push_back(each.first);
  return Value::list(all);
}

Answer set_global(Call& c) {
  std::scoped_lock hold(here().mutex);
  here().globals[c.text("name")] = *c.find("value");
  return {};
}
Answer get_global(Call& c) {
  std::scoped_lock hold(here().mutex);
  return here().globals[c.text("name")];
}

Answer arguments(Call& c) {
  return Value::dict({{"args", Value::list(c.puppet().arguments().args)},
                      {"kwargs", Value::dict(c.puppet().arguments().kwargs)}});
}

// ---------------------------------------------------------------- the table

// What a call that returns nothing answers.
#define DO(...)           \
  [](Call& c) -> Answer { \
    static_cast<void>(c); \
    __VA_ARGS__;          \
    return {};            \
  }
#define GIVE(...)              \
  [](Call& c) -> Answer {      \
    static_cast<void>(c);      \
    return Value(__VA_ARGS__); \
  }

// Of an object that is one of two kinds: this machine's, or a manager's.
#define ON(WITH, ...)                     \
  [](Call& c) -> Answer {                 \
    return WITH(c, [&](auto& it) {        \
      static_cast<void>(c);               \
      using R = decltype(it.__VA_ARGS__); \
      if constexpr (std::is_void_v<R>) {  \
        it.__VA_ARGS__;                   \
        return Answer();                  \
      } else {                            \
        return Answer(it.__VA_ARGS__);    \
      }                                   \
    });                                   \
  }
#define ON_EVENT(...) ON((on_any<mp::Event, mp::EventProxy>), __VA_ARGS__)
#define ON_BARRIER(...) ON((on_any<mp::Barrier, mp::BarrierProxy>), __VA_ARGS__)

// Of a connection of whatever kind.
#define ON_CONNECTION(...) with_connection(c, [&](auto& end) { return end.__VA_ARGS__; })

const std::map<std::string, Operation>& table() {
  static const auto& it = *new std::map<std::string, Operation>{
      {"context.get_start_method", get_start_method},
      {"context.get_all_start_methods", get_all_start_methods},
      {"context.set_start_method",
       DO(mp::set_start_method(method_argument(c), c.flag("force", false)))},
      {"context.get_context",
       [](Call& c) -> Answer {
         const auto method = method_argument(c);
         return name_of_method(method ? *method : mp::get_start_method());
       }},

      {"process.new", new_process},
      {"process.start", DO(process(c).start())},
      {"process.run", DO(process(c).run())},
      {"process.join", DO(process(c).join(c.timeout()))},
      {"process.is_alive", GIVE(process(c).is_alive())},
      {"process.terminate", DO(process(c).terminate())},
      {"process.kill", DO(process(c).kill())},
      {"process.interrupt", DO(process(c).interrupt())},
      {"process.close", DO(process(c).close())},
      {"process.exitcode", GIVE(or_null(process(c).exitcode()))},
      {"process.pid", GIVE(or_null(process(c).pid()))},
      {"process.ident", GIVE(or_null(process(c).ident()))},
      {"process.sentinel", GIVE(process(c).sentinel())},
      {"process.name", GIVE(process(c).name())},
      {"process.set_name", DO(process(c).set_name(c.text("name")))},
      {"process.daemon", GIVE(process(c).daemon())},
      {"process.set_daemon", DO(process(c).set_daemon(c.flag("daemon", false)))},
      {"process.authkey", [](Call& c) -> Answer { return Value::bytes(process(c).authkey()); }},
      {"process.set_authkey", DO(process(c).set_authkey(c.bytes("key")))},
      {"process.current",
       [](Call&) {
         return made(Process{std::make_shared<mp::Process>(mp::current_process())});
       }},
      {"process.parent", parent_process},
      {"process.active_children", active_children},
      {"process.cpu_count", GIVE(mp::cpu_count())},

      {"queue.new", [](Call& c) { return made(Queue(static_cast<int>(c.whole("maxsize", 0)))); }},
      {"queue.put", ON(with_queue, put(c.item("item"), c.wait()))},
      {"queue.get",
       [](Call& c) { return with_queue(c, [&](auto& q) { return arrived(q.get(c.wait())); }); }},
      {"queue.put_nowait", ON(with_queue, put_nowait(c.item("item")))},
      {"queue.get_nowait",
       [](Call& c) { return with_queue(c, [&](auto& q) { return arrived(q.get_nowait()); }); }},
      {"queue.qsize", ON(with_queue, qsize())},
      {"queue.empty", ON(with_queue, empty())},
      {"queue.full", ON(with_queue, full())},
      {"queue.close", DO(queue(c).close())},
      {"queue.join_thread", DO(queue(c).join_thread())},
      {"queue.cancel_join_thread", DO(queue(c).cancel_join_thread())},
      {"joinable_queue.new",
       [](Call& c) { return made(JoinableQueue(static_cast<int>(c.whole("maxsize", 0)))); }},
      {"joinable_queue.task_done", ON(with_joinable, task_done())},
      {"joinable_queue.join", ON(with_joinable, join())},
      {"thread_queue.new", new_thread_queue<mp::queue::Queue<Item>>},
      {"lifo_queue.new", new_thread_queue<mp::queue::LifoQueue<Item>>},
      {"priority_queue.new", new_thread_queue<mp::queue::PriorityQueue<Item>>},
      {"simple_queue.new", [](Call&) { return made(SimpleQueue()); }},
      {"simple_queue.put", DO(c.on_a<SimpleQueue>().put(c.item("item")))},
      {"simple_queue.get", [](Call& c) { return arrived(c.on_a<SimpleQueue>().get()); }},
      {"simple_queue.empty", GIVE(c.on_a<SimpleQueue>().empty())},
      {"simple_queue.close", DO(c.on_a<SimpleQueue>().close())},

      {"pipe.new",
       [](Call& c) {
         auto ends = mp::Pipe<Item>(c.flag("duplex", true));
         Answer answer = made(std::move(ends.first));
         answer.made.push_back(std::make_shared<Object>(Object{std::move(ends.second)}));
         return answer;
       }},
      {"connection.send", DO(ON_CONNECTION(send(c.item("item"))))},
      {"connection.recv", [](Call& c) { return arrived(ON_CONNECTION(recv())); }},
      {"connection.send_bytes", send_bytes},
      {"connection.recv_bytes", recv_bytes},
      {"connection.recv_bytes_into", recv_bytes_into},
      {"connection.poll", GIVE(c.find("timeout") == nullptr ? ON_CONNECTION(poll())
                                                            : ON_CONNECTION(poll(c.timeout())))},
      {"connection.close", DO(ON_CONNECTION(close()))},
      {"connection.fileno", GIVE(ON_CONNECTION(fileno()))},
      {"connection.closed", GIVE(ON_CONNECTION(closed()))},
      {"connection.readable", GIVE(ON_CONNECTION(readable()))},
      {"connection.writable", GIVE(ON_CONNECTION(writable()))},
      {"connection.enter", enter_connection},
      {"connection.exit", DO(ON_CONNECTION(close()))},
      {"connection.wait", wait_for_any},

      {"listener.new", new_listener},
      {"listener.accept", listener_accept},
      {"listener.close", listener_close},
      {"listener.address", listener_address},
      {"listener.last_accepted", listener_last_accepted},
      {"listener.enter", listener_enter},
      {"listener.exit", listener_close},
      {"client.connect", client_connect},

      {"pool.new", new_pool},
      {"pool.apply", pool_apply},
      {"pool.apply_async", pool_apply_async},
      {"pool.map", pool_map},
      {"pool.map_async", pool_map_async},
      {"pool.starmap", pool_starmap},
      {"pool.starmap_async", pool_starmap_async},
      {"pool.imap", pool_imap},
      {"pool.imap_unordered", pool_imap_unordered},
      {"pool.close", pool_close},
      {"pool.terminate", pool_terminate},
      {"pool.join", pool_join},
      {"pool.enter", pool_enter},
      {"pool.exit", pool_terminate},
      {"async_result.get", result_get},
      {"async_result.wait", result_wait},
      {"async_result.ready", result_ready},
      {"async_result.successful", result_successful},
      {"result_iterator.next", next_result},
      {"source.new", new_source},
      {"source.allow", source_allow},
      {"source.taken", source_taken},
      {"source.end", source_end},

      {"lock.new", [](Call&) { return made(mp::Lock()); }},
      {"lock.acquire", acquire},
      {"lock.release", release},
      {"lock.enter", enter},
      {"lock.exit", release},
      {"lock.locked", ON((on_any<mp::Lock, mp::LockProxy>), locked())},
      {"rlock.new", [](Call&) { return made(mp::RLock()); }},
      {"semaphore.new", new_semaphore<mp::Semaphore>},
      {"bounded_semaphore.new", new_semaphore<mp::BoundedSemaphore>},
      {"semaphore.get_value", get_value},
      {"bounded_semaphore.get_value", get_value},
      {"condition.new", new_condition},
      {"condition.wait", ON(with_condition, wait(c.timeout()))},
      {"condition.wait_for", wait_for},
      {"condition.notify", ON(with_condition, notify(static_cast<int>(c.whole("n", 1))))},
      {"condition.notify_all", ON(with_condition, notify_all())},
      {"event.new", [](Call&) { return made(mp::Event()); }},
      {"event.set", ON_EVENT(set())},
      {"event.clear", ON_EVENT(clear())},
      {"event.is_set", ON_EVENT(is_set())},
      {"event.wait", ON_EVENT(wait(c.timeout()))},
      {"barrier.new", new_barrier},
      {"barrier.wait", ON_BARRIER(wait(c.timeout()))},
      {"barrier.reset", ON_BARRIER(reset())},
      {"barrier.abort", ON_BARRIER(abort())},
      {"barrier.parties", ON_BARRIER(parties())},
      {"barrier.n_waiting", ON_BARRIER(n_waiting())},
      {"barrier.broken", ON_BARRIER(broken())},

      {"value.new", new_value},
      {"raw_value.new", new_raw_value},
      {"value.get", GIVE(get_shared(c.on()))},
      {"value.set", DO(set_shared(c.on(), *c.find("value")))},
      {"value.add", DO(add_to_shared(c.on(), *c.find("amount")))},
      {"value.get_lock", [](Call& c) { return made(lock_of(c.on())); }},
      {"array.new", new_array},
      {"raw_array.new", new_raw_array},
      {"array.get", GIVE(get_item(c.on(), c.whole("index", 0)))},
      {"array.set", DO(set_item(c.on(), c.whole("index", 0), *c.find("value")))},
      {"array.slice", GIVE(get_slice(c.on(), c.find("start"), c.find("stop")))},
      {"array.set_slice",
       DO(set_slice(c.on(), c.find("start"), c.find("stop"), *c.find("values")))},
      {"array.len", GIVE(length_of(c.on()))},
      {"array.get_lock", [](Call& c) { return made(lock_of(c.on())); }},
      {"array.value", GIVE(text_of(c.on(), /*raw=*/false))},
      {"array.raw", GIVE(text_of(c.on(), /*raw=*/true))},
      {"array.set_value", DO(set_text(c.on(), *c.find("value")))},

      {"list.new",
       [](Call& c) { return made(List{std::make_shared<Value::List>(c.list("items"))}); }},
      {"global.set", set_global},
      {"global.get", get_global},

      {"object.attributes", object_attributes},

      {"batch", batch},
      {"puppet.thread", new_thread},
      {"puppet.arguments", arguments},
      {"puppet.ids", GIVE(ids())},
      {"puppet.getcwd",
       [](Call&) -> Answer {
         char directory[4096];
         return Value(std::string(::getcwd(directory, sizeof(directory))));
       }},
      {"puppet.chdir", DO(if (::chdir(c.text("path").c_str()) != 0) throw Unsupported{"chdir"})},
      {"puppet.stdin", stdin_or_a_part},
      {"puppet.print", print},
      {"puppet.on_signal", on_signal},
      {"puppet.noted", GIVE(static_cast<int>(g_noted[c.whole("signal", 0)]))},
      {"puppet.at_exit", at_exit},
      {"puppet.finally", DO(c.puppet().create_finally(c.text("marker")))},
      {"puppet.drop", drop},
      {"puppet.names", names},
      {"puppet.until", until},
  };
  return it;
}
#undef DO
#undef GIVE
#undef ON_CONNECTION
#undef ON_EVENT
#undef ON_BARRIER
#undef ON

// Operations that an area has from another one.
std::string shared_name(const std::string& op) {
  const size_t dot = op.find('.');
  const std::string area = op.substr(0, dot), verb = dot == std::string::npos ? "" : op.substr(dot);
  static const std::set<std::string> lock_verbs = {".acquire", ".release", ".enter", ".exit"};
  if (area == "joinable_queue") return "queue" + verb;
  if (area == "raw_value") return "value" + verb;
  if (area == "raw_array") return "array" + verb;
  if (lock_verbs.count(verb) != 0) return "lock" + verb;
  return op;
}

Operation operation_of(const std::string& op) {
  if (const auto found = table().find(op); found != table().end()) return found->second;
  if (const auto managed = managed_operation(op)) return managed;
  if (const auto memory = named_memory_operation(op)) return memory;
  if (const auto found = table().find(shared_name(op)); found != table().end())
    return found->second;
  throw Unsupported{"unknown operation " + op};
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

Answer arrived(Item item) {
  Answer answer;
  std::shared_ptr<Object> beside;
  if (const auto* list = item.value.get_if<Value::List>())
    beside = std::make_shared<Object>(Object{List{std::make_shared<Value::List>(*list)}});
  if (item.object == nullptr) {
    answer.value = std::move(item.value);
    item.object = std::move(beside);
  } else if (auto* list = std::get_if<List>(&item.object->it)) {
    answer.value = Value::list(*list->it);
  }
  if (item.object != nullptr) answer.made.push_back(std::move(item.object));
  if (beside != nullptr) answer.made.push_back(std::move(beside));
  return answer;
}

Value with_blobs_made(const Value& value) {
  if (const auto* blob = value.get_if<Value::Blob>())
    return Value::bytes(conformance::blob_content(blob->size, blob->seed));
  if (const auto* list = value.get_if<Value::List>()) {
    Value::List all;
    for (const Value& each : *list) all.push_back(with_blobs_made(each));
    return Value::list(std::move(all));
  }
  return value;
}

Answer itself(Call& c) {
  Answer answer;
  answer.made.push_back(c.object_named(c.command()["on"].get<std::string>()));
  return answer;
}

void refuse_type(const std::string& what) { throw PythonError("TypeError", what); }

Call::Call(Puppet& puppet, const Json& command)
    : puppet_(puppet),
      command_(command),
      op_(conformance::text_member(command, "op")),
      operation_(operation_of(op_)) {
  if (op_ == "batch") return;
  if (command.contains("on")) on_ = object_named(conformance::text_member(command, "on"));
  if (!command.contains("args")) return;
  for (const auto& [name, value] : command["args"].items())
    args_.emplace_back(name, with_blobs_made(conformance::from_json(value)));
}

Json Call::run() {
  Answer answer = operation_(*this);
  if (answer.json) return *std::move(answer.json);
  std::vector<std::string> names;
  if (command_.contains("as")) {
    const Json& as = command_["as"];
    names =
        as.is_string() ? std::vector{as.get<std::string>()} : as.get<std::vector<std::string>>();
  }
  {
    std::scoped_lock hold(here().mutex);
    for (size_t i = 0; i < std::min(names.size(), answer.made.size()); ++i)
      here().objects[names[i]] = answer.made[i];
  }
  const bool tells_nothing = ends_with(op_, ".new") || ends_with(op_, ".enter") ||
                             ends_with(op_, ".exit") || (!names.empty() && op_ != "process.parent");
  return tells_nothing ? Json() : to_json(answer.value.as_received());
}

std::shared_ptr<Object> Call::object_named(const std::string& name) const {
  std::scoped_lock hold(here().mutex);
  const auto found = here().objects.find(name);
  if (found == here().objects.end()) throw Unsupported{"no object named " + name};
  return found->second;
}

Object& Call::on() const {
  if (on_ == nullptr) throw Unsupported{op_ + " without an object"};
  return *on_;
}

const Value* Call::find(const std::string& name) const {
  for (const auto& each : args_) {
    if (each.first == name) return &each.second;
  }
  return nullptr;
}

int64_t Call::whole(const std::string& name, int64_t otherwise) const {
  const Value* value = find(name);
  if (value == nullptr) return otherwise;
  if (const auto* number = value->get_if<int64_t>()) return *number;
  refuse_type(name + " is an integer");
}

bool Call::flag(const std::string& name, bool otherwise) const {
  const Value* value = find(name);
  if (value == nullptr) return otherwise;
  if (const auto* flag = value->get_if<bool>()) return *flag;
  if (const auto* number = value->get_if<int64_t>()) return *number != 0;
  refuse_type(name + " is a bool");
}

std::string Call::text(const std::string& name) const {
  const Value* value = find(name);
  if (value != nullptr && value->get_if<std::string>() != nullptr)
    return *value->get_if<std::string>();
  refuse_type(name + " is a string");
}

std::string Call::bytes(const std::string& name) const {
  const Value* value = find(name);
  if (value != nullptr && value->get_if<Value::Bytes>() != nullptr)
    return value->get_if<Value::Bytes>()->data;
  refuse_type(name + " is bytes");
}

Value::List Call::list(const std::string& name) const {
  const Value* value = find(name);
  if (value == nullptr) return {};
  if (const auto* items = value->get_if<Value::List>()) return *items;
  if (const auto* items = value->get_if<Value::Tuple>()) return items->items;
  refuse_type(name + " is a list");
}

mp::Timeout Call::timeout(const std::string& name) const {
  const Value* value = find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const auto* number = value->get_if<double>()) return std::chrono::duration<double>(*number);
  return std::chrono::duration<double>(whole(name, 0));
}

mp::Timeout Call::wait() const {
  return flag("block", true) ? timeout() : std::chrono::duration<double>(0);
}

Item Call::item(const std::string& name) const {
  const Value* value = find(name);
  if (value == nullptr) refuse_type("an item is needed");
  if (const auto* object = value->get_if<Value::Object>())
    return {.object = object_named(object->name)};
  if (const auto* pair = value->get_if<Value::Tuple>();
      pair != nullptr && pair->items.size() == 2) {
    if (const auto* object = pair->items[0].get_if<Value::Object>())
      return {.value = with_blobs_made(pair->items[1]), .object = object_named(object->name)};
  }
  return {.value = *value};
}

std::vector<Item> Call::items(const std::string& name) const {
  std::vector<Item> all;
  for (const Value& each : list(name)) {
    const auto* object = each.get_if<Value::Object>();
    all.push_back(object != nullptr ? Item{.object = object_named(object->name)}
                                    : Item{.value = each});
  }
  return all;
}

}  // namespace adapter
