// Typed handles for what programs use beside multiprocessing: the language's threads and what these
// share, coroutines, files, sockets, and walks through folders.
//
//   RemoteThread t = main.makes(module::thread({.puppet = stage.invite("t")}));
//   RemoteLock l = main.makes(module::thread_lock());       // answers as a multiprocessing Lock does
//   RemoteJoinableQueue q = main.makes(module::lifo_queue());
//   RemoteCoroutine c = main.makes(module::coroutine("count", {3}));
//   main.does(c.next());
//
// What threads share answers the operations of multiprocessing's objects (PROTOCOL.md section 14),
// so remote.h's handles serve for it.
#ifndef CONFORMANCE_STAGE_NEIGHBOURS_H_
#define CONFORMANCE_STAGE_NEIGHBOURS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/stage/managed.h"
#include "conformance/stage/remote.h"

namespace conformance {

struct RemoteThread : RemoteObject {
  Op start() const { return op("thread.start"); }
  Op run() const { return op("thread.run"); }
  Op join(std::optional<Timeout> timeout = {}) const {
    return op("thread.join", ArgList().with("timeout", timeout));
  }
  Op is_alive() const { return op("thread.is_alive"); }
  Op get_name() const { return op("thread.name"); }
  Op set_name(std::string to) const { return op("thread.set_name", {{"name", std::move(to)}}); }
  Op daemon() const { return op("thread.daemon"); }
  Op set_daemon(bool to) const { return op("thread.set_daemon", {{"daemon", to}}); }
  Op ident() const { return op("thread.ident"); }
  Op native_id() const { return op("thread.native_id"); }
};

// A function that can be left in its middle and entered there again.
struct RemoteCoroutine : RemoteObject {
  Op next() const { return op("coroutine.next"); }
  Op send(Value value) const { return op("coroutine.send", {{"value", std::move(value)}}); }
  Op throws(std::string type) const { return op("coroutine.throw", {{"type", std::move(type)}}); }
  Op close() const { return op("coroutine.close"); }
};

// A flow of control that shares its thread with others, and runs while somebody has switched to it.
struct RemoteGreenlet : RemoteObject {
  Op switch_to(std::optional<Value> value = {}) const {
    return op("greenlet.switch", ArgList().with("value", value));
  }
  Op throws(std::string type) const { return op("greenlet.throw", {{"type", std::move(type)}}); }
  Op dead() const { return op("greenlet.dead"); }
  Op parent(const RemoteObject& as) const { return named(op("greenlet.parent"), as); }
};

struct RemoteFile : RemoteObject {
  Op read() const { return op("file.read"); }
  Op write(std::string text) const { return op("file.write", {{"text", std::move(text)}}); }
  Op flush() const { return op("file.flush"); }
  Op close() const { return op("file.close"); }
};

struct RemoteSocket : RemoteObject {
  Op bind(Value address) const { return op("socket.bind", {{"address", std::move(address)}}); }
  Op listen(int backlog) const { return op("socket.listen", {{"backlog", backlog}}); }
  Op connect(Value address) const {
    return op("socket.connect", {{"address", std::move(address)}});
  }
  Making<RemoteSocket> accept() const { return {.op = named(op("socket.accept"), {"refused"})}; }
  Op sendall(std::string data) const {
    return op("socket.sendall", {{"data", Value::bytes(std::move(data))}});
  }
  // As many bytes as no message of the protocol holds.
  Op sendall_blob(int64_t size, int64_t seed) const {
    return op("socket.sendall", {{"data", Value::blob(size, seed)}});
  }
  Op recv(int size) const { return op("socket.recv", {{"size", size}}); }
  // `how`: 0 nothing more is received, 1 nothing more is sent, 2 both.
  Op shutdown(int how) const { return op("socket.shutdown", {{"how", how}}); }
  Op close() const { return op("socket.close"); }
  Op getsockname() const { return op("socket.getsockname"); }
};

// A walk through a folder and all below it, one triple (folder, folders in it, files in it) a step.
struct RemoteWalk : RemoteObject {
  Op next() const { return op("walk.next"); }
  Op rest() const { return op("walk.rest"); }
  // Takes these out of the folders that the last triple told of.
  Op prune(Value::List names) const {
    return op("walk.prune", {{"names", Value::list(std::move(names))}});
  }
  // What onerror was called with: a list of [type, path] each.
  Op errors() const { return op("walk.errors"); }
};

struct ThreadOptions {
  std::string puppet = "";  // its target, by the name that Stage::invite() gave
  std::string func = "";    // likewise, another function
  std::optional<Value> args = {};
  std::optional<Value::Dict> kwargs = {};
  std::optional<Value> name = {};
  std::optional<bool> daemon = {};
  bool subclass = false;  // a class that overrides run(), instead of a target
};

struct WalkOptions {
  std::optional<bool> topdown = {};
  std::optional<bool> onerror = {};  // true: errors() tells what it was called with
  std::optional<bool> followlinks = {};
};

namespace module {

namespace internal {

template <typename Handle>
Making<Handle> making(const char* op, Args args = {}) {
  Making<Handle> it;
  it.op = {.name = op, .as = {"refused"}, .args = std::move(args)};
  return it;
}
inline Making<RemoteLock> making_lock(const char* op, const char* kind, Args args = {}) {
  Making<RemoteLock> it = making<RemoteLock>(op, std::move(args));
  it.handle.kind = kind;
  return it;
}

}  // namespace internal

inline Making<RemoteThread> thread(ThreadOptions o = {}) {
  ArgList args;
  if (!o.puppet.empty()) args = std::move(args).with("puppet", Value(o.puppet));
  if (!o.func.empty()) args = std::move(args).with("func", Value(o.func));
  args = std::move(args).with("args", o.args);
  if (o.kwargs) args = std::move(args).with("kwargs", Value::dict(*o.kwargs));
  args = std::move(args).with("name", o.name).with("daemon", o.daemon);
  if (o.subclass) args = std::move(args).with("style", Value("subclass"));
  return internal::making<RemoteThread>("thread.new", std::move(args));
}
inline Making<RemoteThread> current_thread() {
  return internal::making<RemoteThread>("thread.current");
}
inline Making<RemoteThread> main_thread() { return internal::making<RemoteThread>("thread.main"); }
inline Op thread_active_count() { return {.name = "thread.active_count"}; }
// The names of all threads that are alive, sorted.
inline Op thread_enumerate() { return {.name = "thread.enumerate"}; }

// What the threads of one process share.
inline Making<RemoteLock> thread_lock() { return internal::making_lock("thread_lock.new", "lock"); }
inline Making<RemoteLock> thread_rlock() {
  return internal::making_lock("thread_rlock.new", "rlock");
}
inline Making<RemoteLock> thread_semaphore(std::optional<int> value = {}) {
  return internal::making_lock("thread_semaphore.new", "semaphore", ArgList().with("value", value));
}
inline Making<RemoteLock> thread_bounded_semaphore(std::optional<int> value = {}) {
  return internal::making_lock("thread_bounded_semaphore.new", "bounded_semaphore",
                               ArgList().with("value", value));
}
inline Making<RemoteCondition> thread_condition() {
  return internal::making<RemoteCondition>("thread_condition.new");
}
inline Making<RemoteCondition> thread_condition(const RemoteObject& lock) {
  return internal::making<RemoteCondition>("thread_condition.new", {{"lock", Value(lock.name)}});
}
inline Making<RemoteEvent> thread_event() {
  return internal::making<RemoteEvent>("thread_event.new");
}
inline Making<RemoteBarrier> thread_barrier(int parties) {
  return internal::making<RemoteBarrier>("thread_barrier.new", {{"parties", parties}});
}
inline Making<RemoteJoinableQueue> thread_queue(std::optional<int> maxsize = {}) {
  return internal::making<RemoteJoinableQueue>("thread_queue.new",
                                               ArgList().with("maxsize", maxsize));
}
inline Making<RemoteJoinableQueue> lifo_queue(std::optional<int> maxsize = {}) {
  return internal::making<RemoteJoinableQueue>("lifo_queue.new",
                                               ArgList().with("maxsize", maxsize));
}
inline Making<RemoteJoinableQueue> priority_queue(std::optional<int> maxsize = {}) {
  return internal::making<RemoteJoinableQueue>("priority_queue.new",
                                               ArgList().with("maxsize", maxsize));
}

// `function`: one of PROTOCOL.md section 14.
inline Making<RemoteCoroutine> coroutine(std::string function, Value::List args = {}) {
  return internal::making<RemoteCoroutine>(
      "coroutine.new", {{"func", std::move(function)}, {"args", Value::list(std::move(args))}});
}
// Its function is the puppet, which begins with the first switch to it.
inline Making<RemoteGreenlet> greenlet(std::string puppet) {
  return internal::making<RemoteGreenlet>("greenlet.new", {{"puppet", std::move(puppet)}});
}
inline Making<RemoteGreenlet> current_greenlet() {
  return internal::making<RemoteGreenlet>("greenlet.current");
}

inline Making<RemoteFile> open(std::string path, std::string mode) {
  return internal::making<RemoteFile>("file.open",
                                      {{"path", std::move(path)}, {"mode", std::move(mode)}});
}
inline Making<RemoteSocket> socket() { return internal::making<RemoteSocket>("socket.new"); }
// Two that are connected with each other; they get these names.
inline Op socketpair(const RemoteSocket& left, const RemoteSocket& right) {
  return {.name = "socket.pair", .as = {left.name, right.name}};
}

inline Making<RemoteWalk> walk(std::string top, WalkOptions o = {}) {
  return internal::making<RemoteWalk>("walk.new", ArgList()
                                                      .with("top", Value(std::move(top)))
                                                      .with("topdown", o.topdown)
                                                      .with("onerror", o.onerror)
                                                      .with("followlinks", o.followlinks));
}

// Whether a program can import a module of this name.
inline Op finds_module(std::string name) {
  return {.name = "module.find", .args = {{"name", std::move(name)}}};
}
// Runs one of the programs of PROTOCOL.md section 14 to its end.
inline Op runs_program(std::string name) {
  return {.name = "program.run", .args = {{"name", std::move(name)}}};
}

}  // namespace module

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_NEIGHBOURS_H_
