// Typed handles for objects that live in the testee: each method is an operation, ready to be given
// to a puppet.
//
//   RemoteQueue q = main.queue({.maxsize = 1});
//   main.does(q.put(1));                              // does it and waits for the outcome
//   Call second = main.begins(q.put(2));              // does it and goes on
//   taker.does(q.get({.timeout = 50ms}));
//
// A handle is a name. The object is where it was made and wherever it was passed to; a handle says
// nothing about who holds it. An argument that is not given is not sent: the implementation's
// default applies.
#ifndef CONFORMANCE_STAGE_REMOTE_H_
#define CONFORMANCE_STAGE_REMOTE_H_

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/protocol/message.h"
#include "conformance/protocol/value.h"

namespace conformance {

// A timeout argument: a duration, nullptr for the language's null, or raw(...) for a value that is
// no duration at all.
struct Timeout {
  Value value;

  template <typename Rep, typename Period>
  Timeout(std::chrono::duration<Rep, Period> d) : value(std::chrono::duration<double>(d).count()) {}
  Timeout(std::nullptr_t) : value(nullptr) {}
  static Timeout raw(Value v) {
    Timeout t(nullptr);
    t.value = std::move(v);
    return t;
  }
};

// The arguments of everything that may wait.
struct Waiting {
  std::optional<bool> block = {};
  std::optional<Timeout> timeout = {};
};

// Builds the arguments of an operation, leaving out what is absent.
class ArgList {
 public:
  ArgList with(const char* name, Value v) && {
    args_.emplace_back(name, std::move(v));
    return std::move(*this);
  }
  template <typename T>
  ArgList with(const char* name, const std::optional<T>& v) && {
    if (v) args_.emplace_back(name, Value(*v));
    return std::move(*this);
  }
  ArgList with(const char* name, const std::optional<Timeout>& t) && {
    if (t) args_.emplace_back(name, t->value);
    return std::move(*this);
  }
  ArgList with(const Waiting& w) && {
    return std::move(*this).with("block", w.block).with("timeout", w.timeout);
  }
  operator Args() && { return std::move(args_); }

 private:
  Args args_;
};

struct RemoteObject {
  std::string name;

  // As an item of a queue or pipe, or an argument of a process.
  Value value() const { return Value::object(name); }
  // Its name and what the adapter holds of it are forgotten.
  Op drop() const { return op("puppet.drop"); }

 protected:
  Op op(std::string op_name, Args args = {}) const {
    return {.name = std::move(op_name), .on = name, .args = std::move(args)};
  }
};

// A plain list in the memory of one process: an item that can change after it was sent.
struct RemoteList : RemoteObject {
  Op append(Value item) const { return op("list.append", {{"item", std::move(item)}}); }
  Op get() const { return op("list.get"); }
};

// Input that comes into being as it is read: items one by one, or 0, 1, 2, ... without end.
struct RemoteSource : RemoteObject {
  // Lets its reader have `count` more.
  Op allow(int count) const { return op("source.allow", {{"count", count}}); }
  // How many were read.
  Op taken() const { return op("source.taken"); }
  // Nothing more comes; a reader that waits learns that it is the end.
  Op end() const { return op("source.end"); }
};

struct RemoteProcess : RemoteObject {
  Op start() const { return op("process.start"); }
  Op run() const { return op("process.run"); }
  Op join(std::optional<Timeout> timeout = {}) const {
    return op("process.join", ArgList().with("timeout", timeout));
  }
  Op is_alive() const { return op("process.is_alive"); }
  Op terminate() const { return op("process.terminate"); }
  Op kill() const { return op("process.kill"); }
  Op close() const { return op("process.close"); }
  Op exitcode() const { return op("process.exitcode"); }
  Op pid() const { return op("process.pid"); }
  Op ident() const { return op("process.ident"); }
  Op sentinel() const { return op("process.sentinel"); }
  Op get_name() const { return op("process.name"); }
  Op set_name(Value to) const { return op("process.set_name", {{"name", std::move(to)}}); }
  Op daemon() const { return op("process.daemon"); }
  Op set_daemon(Value to) const { return op("process.set_daemon", {{"daemon", std::move(to)}}); }
  Op authkey() const { return op("process.authkey"); }
  Op set_authkey(Value key) const { return op("process.set_authkey", {{"key", std::move(key)}}); }
};

struct RemoteQueue : RemoteObject {
  Op put(Value item, Waiting w = {}) const {
    return op("queue.put", ArgList().with("item", std::move(item)).with(w));
  }
  Op get(Waiting w = {}) const { return op("queue.get", ArgList().with(w)); }
  // Names what arrives `as` an object of the receiver's.
  Op get_object(const RemoteObject& as) const {
    Op o = get();
    o.as = {as.name};
    return o;
  }
  Op put_nowait(Value item) const { return op("queue.put_nowait", {{"item", std::move(item)}}); }
  Op get_nowait() const { return op("queue.get_nowait"); }
  Op qsize() const { return op("queue.qsize"); }
  Op empty() const { return op("queue.empty"); }
  Op full() const { return op("queue.full"); }
  Op close() const { return op("queue.close"); }
  Op join_thread() const { return op("queue.join_thread"); }
  Op cancel_join_thread() const { return op("queue.cancel_join_thread"); }
};

struct RemoteJoinableQueue : RemoteQueue {
  Op task_done() const { return op("joinable_queue.task_done"); }
  Op join() const { return op("joinable_queue.join"); }
};

struct RemoteSimpleQueue : RemoteObject {
  Op put(Value item) const { return op("simple_queue.put", {{"item", std::move(item)}}); }
  Op get() const { return op("simple_queue.get"); }
  Op empty() const { return op("simple_queue.empty"); }
  Op close() const { return op("simple_queue.close"); }
};

struct RemoteConnection : RemoteObject {
  Op send(Value item) const { return op("connection.send", {{"item", std::move(item)}}); }
  Op recv() const { return op("connection.recv"); }
  // Names what arrives `as` an object of the receiver's.
  Op recv_object(const RemoteObject& as) const {
    Op o = recv();
    o.as = {as.name};
    return o;
  }
  Op send_bytes(Value data, std::optional<int> offset = {}, std::optional<int> size = {}) const {
    return op("connection.send_bytes",
              ArgList().with("data", std::move(data)).with("offset", offset).with("size", size));
  }
  Op recv_bytes(std::optional<int> maxlength = {}) const {
    return op("connection.recv_bytes", ArgList().with("maxlength", maxlength));
  }
  Op recv_bytes_into(int length, std::optional<int> offset = {}) const {
    return op("connection.recv_bytes_into",
              ArgList().with("length", Value(length)).with("offset", offset));
  }
  Op poll(std::optional<Timeout> timeout = {}) const {
    return op("connection.poll", ArgList().with("timeout", timeout));
  }
  Op close() const { return op("connection.close"); }
  Op fileno() const { return op("connection.fileno"); }
  Op closed() const { return op("connection.closed"); }
  Op readable() const { return op("connection.readable"); }
  Op writable() const { return op("connection.writable"); }
  Op enter() const { return op("connection.enter"); }
  Op exit() const { return op("connection.exit"); }
};

// Lock, RLock, Semaphore and BoundedSemaphore: `kind` is the area's name.
struct RemoteLock : RemoteObject {
  std::string kind;

  Op acquire(Waiting w = {}) const { return op(kind + ".acquire", ArgList().with(w)); }
  Op release() const { return op(kind + ".release"); }
  Op enter() const { return op(kind + ".enter"); }
  Op exit() const { return op(kind + ".exit"); }
  Op get_value() const { return op(kind + ".get_value"); }
  Op locked() const { return op(kind + ".locked"); }
};

struct RemoteCondition : RemoteObject {
  Op acquire(Waiting w = {}) const { return op("condition.acquire", ArgList().with(w)); }
  Op release() const { return op("condition.release"); }
  Op enter() const { return op("condition.enter"); }
  Op exit() const { return op("condition.exit"); }
  Op wait(std::optional<Timeout> timeout = {}) const {
    return op("condition.wait", ArgList().with("timeout", timeout));
  }
  // The predicate: the shared `value` equals `equals`.
  Op wait_for(const RemoteObject& value, Value equals, std::optional<Timeout> timeout = {}) const {
    return op("condition.wait_for", ArgList()
                                        .with("value", Value(value.name))
                                        .with("equals", std::move(equals))
                                        .with("timeout", timeout));
  }
  // The predicate: the content of the shared `value` itself.
  Op wait_for_any(const RemoteObject& value, std::optional<Timeout> timeout = {}) const {
    return op("condition.wait_for",
              ArgList().with("value", Value(value.name)).with("timeout", timeout));
  }
  Op notify(std::optional<int> n = {}) const {
    return op("condition.notify", ArgList().with("n", n));
  }
  Op notify_all() const { return op("condition.notify_all"); }
};

struct RemoteEvent : RemoteObject {
  Op set() const { return op("event.set"); }
  Op clear() const { return op("event.clear"); }
  Op is_set() const { return op("event.is_set"); }
  Op wait(std::optional<Timeout> timeout = {}) const {
    return op("event.wait", ArgList().with("timeout", timeout));
  }
};

struct RemoteBarrier : RemoteObject {
  Op wait(std::optional<Timeout> timeout = {}) const {
    return op("barrier.wait", ArgList().with("timeout", timeout));
  }
  Op reset() const { return op("barrier.reset"); }
  Op abort() const { return op("barrier.abort"); }
  Op parties() const { return op("barrier.parties"); }
  Op n_waiting() const { return op("barrier.n_waiting"); }
  Op broken() const { return op("barrier.broken"); }
};

struct RemoteValue : RemoteObject {
  Op get() const { return op("value.get"); }
  Op set(Value to) const { return op("value.set", {{"value", std::move(to)}}); }
  Op add(Value amount) const { return op("value.add", {{"amount", std::move(amount)}}); }
  Op get_lock(const RemoteObject& as) const {
    Op o = op("value.get_lock");
    o.as = {as.name};
    return o;
  }
  Op enter() const { return op("value.enter"); }
  Op exit() const { return op("value.exit"); }
};

struct RemoteArray : RemoteObject {
  Op get(Value index) const { return op("array.get", {{"index", std::move(index)}}); }
  Op set(Value index, Value to) const {
    return op("array.set", {{"index", std::move(index)}, {"value", std::move(to)}});
  }
  Op slice(std::optional<int> start = {}, std::optional<int> stop = {}) const {
    return op("array.slice", ArgList().with("start", start).with("stop", stop));
  }
  Op set_slice(std::optional<int> start, std::optional<int> stop, Value values) const {
    return op("array.set_slice",
              ArgList().with("start", start).with("stop", stop).with("values", std::move(values)));
  }
  Op len() const { return op("array.len"); }
  Op get_lock(const RemoteObject& as) const {
    Op o = op("array.get_lock");
    o.as = {as.name};
    return o;
  }
  Op enter() const { return op("array.enter"); }
  Op exit() const { return op("array.exit"); }
  Op value() const { return op("array.value"); }
  Op raw() const { return op("array.raw"); }
  Op set_value(Value to) const { return op("array.set_value", {{"value", std::move(to)}}); }
};

struct RemoteAsyncResult : RemoteObject {
  Op get(std::optional<Timeout> timeout = {}) const {
    return op("async_result.get", ArgList().with("timeout", timeout));
  }
  Op wait(std::optional<Timeout> timeout = {}) const {
    return op("async_result.wait", ArgList().with("timeout", timeout));
  }
  Op ready() const { return op("async_result.ready"); }
  Op successful() const { return op("async_result.successful"); }
};

// What imap() and imap_unordered() return.
struct RemoteResultIterator : RemoteObject {
  Op next(std::optional<Timeout> timeout = {}) const {
    return op("result_iterator.next", ArgList().with("timeout", timeout));
  }
};

// What a pool's map() reads: items, a source, or raw(...) for what is neither.
struct Input {
  Value value;

  Input(Value::List items) : value(Value::list(std::move(items))) {}
  Input(std::initializer_list<Value> items) : Input(Value::List(items)) {}
  Input(const RemoteSource& source) : value(source.value()) {}
  static Input raw(Value v) {
    Input input(Value::List{});
    input.value = std::move(v);
    return input;
  }
};

// The names of puppets; empty: none.
struct Callbacks {
  std::string callback = "";
  std::string error_callback = "";
};

struct RemotePool : RemoteObject {
  Op apply(std::string func, Value::List args) const {
    return op("pool.apply", {{"func", std::move(func)}, {"args", Value::list(std::move(args))}});
  }
  // Its task is the puppet of that name.
  Op apply_puppet(std::string puppet) const {
    return op("pool.apply", {{"func", "puppet"}, {"puppet", std::move(puppet)}});
  }
  // The result gets the name of `as`, as with all that returns before its tasks are done.
  Op apply_async(const RemoteAsyncResult& as, std::string func, Value::List args,
                 const Callbacks& callbacks = {}) const {
    return named(
        as, op("pool.apply_async", with_callbacks(ArgList()
                                                      .with("func", Value(std::move(func)))
                                                      .with("args", Value::list(std::move(args))),
                                                  callbacks)));
  }
  // The same with all arguments by position.
  Op apply_async_by_position(const RemoteAsyncResult& as, std::string func, Value::List args,
                             const Callbacks& callbacks) const {
    Op o = apply_async(as, std::move(func), std::move(args), callbacks);
    o.args.emplace_back("positional", true);
    return o;
  }
  Op map(std::string func, Input iterable, std::optional<int> chunksize = {}) const {
    return op("pool.map", input(std::move(func), std::move(iterable), chunksize));
  }
  Op starmap(std::string func, Input iterable, std::optional<int> chunksize = {}) const {
    return op("pool.starmap", input(std::move(func), std::move(iterable), chunksize));
  }
  Op map_async(const RemoteAsyncResult& as, std::string func, Input iterable,
               std::optional<int> chunksize = {}, const Callbacks& callbacks = {}) const {
    return named(
        as, op("pool.map_async",
               with_callbacks(input(std::move(func), std::move(iterable), chunksize), callbacks)));
  }
  Op starmap_async(const RemoteAsyncResult& as, std::string func, Input iterable,
                   std::optional<int> chunksize = {}, const Callbacks& callbacks = {}) const {
    return named(
        as, op("pool.starmap_async",
               with_callbacks(input(std::move(func), std::move(iterable), chunksize), callbacks)));
  }
  Op imap(const RemoteResultIterator& as, std::string func, Input iterable,
          std::optional<int> chunksize = {}) const {
    return named(as, op("pool.imap", input(std::move(func), std::move(iterable), chunksize)));
  }
  Op imap_unordered(const RemoteResultIterator& as, std::string func, Input iterable,
                    std::optional<int> chunksize = {}) const {
    return named(as,
                 op("pool.imap_unordered", input(std::move(func), std::move(iterable), chunksize)));
  }
  Op enter() const { return op("pool.enter"); }
  // As the end of a with statement that went well.
  Op exit() const { return op("pool.exit"); }
  Op repr() const { return op("pool.repr"); }
  Op close() const { return op("pool.close"); }
  Op terminate() const { return op("pool.terminate"); }
  Op join() const { return op("pool.join"); }

 private:
  static Op named(const RemoteObject& as, Op o) {
    o.as = {as.name};
    return o;
  }
  static ArgList input(std::string func, Input iterable, std::optional<int> chunksize) {
    return ArgList()
        .with("func", Value(std::move(func)))
        .with("iterable", std::move(iterable.value))
        .with("chunksize", chunksize);
  }
  static ArgList with_callbacks(ArgList args, const Callbacks& callbacks) {
    if (!callbacks.callback.empty())
      args = std::move(args).with("callback", Value(callbacks.callback));
    if (!callbacks.error_callback.empty())
      args = std::move(args).with("error_callback", Value(callbacks.error_callback));
    return args;
  }
};

// What any puppet can be told about itself and its process (PROTOCOL.md section 7).
namespace self {

inline Op returns(Value v = nullptr) {
  return {.name = "puppet.return", .args = {{"value", std::move(v)}}};
}
// Of a nursery's main, which nobody looks at any more: the language's runtime need not tear itself
// down.
inline Op returns_briefly() { return {.name = "puppet.return", .args = {{"brief", true}}}; }
inline Op raises(std::string type, std::string message = "") {
  return {.name = "puppet.raise",
          .args = {{"type", std::move(type)}, {"message", std::move(message)}}};
}
// sys.exit(code); without a code: sys.exit().
inline Op exits() { return {.name = "puppet.exit"}; }
inline Op exits(Value code) { return {.name = "puppet.exit", .args = {{"code", std::move(code)}}}; }
// os._exit(code)
inline Op exits_at_once(int code) { return {.name = "puppet._exit", .args = {{"code", code}}}; }

inline Op arguments() { return {.name = "puppet.arguments"}; }
inline Op ids() { return {.name = "puppet.ids"}; }
inline Op getcwd() { return {.name = "puppet.getcwd"}; }
inline Op chdir(std::string path) {
  return {.name = "puppet.chdir", .args = {{"path", std::move(path)}}};
}
inline Op reads_stdin() { return {.name = "puppet.stdin"}; }
inline Op prints(std::string text, std::string stream, bool flush) {
  return {.name = "puppet.print",
          .args = {{"text", std::move(text)}, {"stream", std::move(stream)}, {"flush", flush}}};
}
inline Op on_signal(int signal, std::string action) {
  return {.name = "puppet.on_signal", .args = {{"signal", signal}, {"action", std::move(action)}}};
}
inline Op noted(int signal) { return {.name = "puppet.noted", .args = {{"signal", signal}}}; }
inline Op at_exit(std::string marker) {
  return {.name = "puppet.at_exit", .args = {{"marker", std::move(marker)}}};
}
inline Op marks_finally(std::string marker) {
  return {.name = "puppet.finally", .args = {{"marker", std::move(marker)}}};
}
inline Op names() { return {.name = "puppet.names"}; }
inline Op sets_global(std::string name, Value v) {
  return {.name = "global.set", .args = {{"name", std::move(name)}, {"value", std::move(v)}}};
}
inline Op gets_global(std::string name) {
  return {.name = "global.get", .args = {{"name", std::move(name)}}};
}

}  // namespace self

// Functions of the module under test that belong to no object.
namespace module {

inline Op current_process(const RemoteObject& as) {
  return {.name = "process.current", .as = {as.name}};
}
inline Op parent_process(const RemoteObject& as) {
  return {.name = "process.parent", .as = {as.name}};
}
inline Op active_children() { return {.name = "process.active_children"}; }
inline Op cpu_count() { return {.name = "process.cpu_count"}; }
inline Op get_start_method(std::optional<bool> allow_none = {}) {
  return {.name = "context.get_start_method", .args = ArgList().with("allow_none", allow_none)};
}
inline Op get_all_start_methods() { return {.name = "context.get_all_start_methods"}; }
inline Op set_start_method(Value method, std::optional<bool> force = {}) {
  return {.name = "context.set_start_method",
          .args = ArgList().with("method", std::move(method)).with("force", force)};
}
inline Op get_context(Value method) {
  return {.name = "context.get_context", .args = {{"method", std::move(method)}}};
}
// multiprocessing.connection.wait(); a process among `objects` stands for its sentinel.
inline Op wait(const std::vector<RemoteObject>& objects, std::optional<Timeout> timeout = {}) {
  Value::List names;
  for (const RemoteObject& each : objects) names.emplace_back(each.name);
  return {
      .name = "connection.wait",
      .args = ArgList().with("objects", Value::list(std::move(names))).with("timeout", timeout)};
}

}  // namespace module

// Operations run back to back by one puppet, without the runner in between: for contention.
inline Op batch(std::vector<Op> ops, int times = 1) {
  return {.name = "batch", .batch = std::move(ops), .times = times};
}

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_REMOTE_H_
