// Typed handles for managers, for what their server processes hold, and for listeners and clients.
//
//   RemoteManager m = main.manager();                        // started, as Manager() returns it
//   RemoteListProxy l = main.makes(m.list({1, 2}));          // an object in its server
//   RemoteLock lock = main.makes(m.lock());                  // answers as a plain Lock does
//   main.does(l.append(3));
//
// A proxy of a known kind answers the operations of that kind (PROTOCOL.md section 13), so remote.h's
// handles serve for it.
#ifndef CONFORMANCE_STAGE_MANAGED_H_
#define CONFORMANCE_STAGE_MANAGED_H_

#include <optional>
#include <string>
#include <utility>

#include "conformance/stage/remote.h"

namespace conformance {

// An operation that makes an object: Puppet::makes() names it and returns its handle. Where it is
// expected to fail, `op` can be given to a puppet as it is.
template <typename Handle>
struct Making {
  Op op;
  Handle handle = {};
};

// What any proxy answers, whatever stands behind it.
namespace proxy {

// A method by its name, as the user of a proxy calls it.
inline Op call(const RemoteObject& on, std::string method, Value::List args = {}) {
  return {.name = "proxy.call",
          .on = on.name,
          .args = {{"method", std::move(method)}, {"args", Value::list(std::move(args))}}};
}
// The same through the proxy's own way to its server, _callmethod().
inline Op callmethod(const RemoteObject& on, std::string method, Value::List args = {}) {
  Op op = call(on, std::move(method), std::move(args));
  op.name = "proxy.callmethod";
  return op;
}
inline Op getvalue(const RemoteObject& on) { return {.name = "proxy.getvalue", .on = on.name}; }
inline Op deepcopy(const RemoteObject& on) { return {.name = "proxy.deepcopy", .on = on.name}; }
inline Op str(const RemoteObject& on) { return {.name = "proxy.str", .on = on.name}; }
inline Op repr(const RemoteObject& on) { return {.name = "proxy.repr", .on = on.name}; }
inline Op equals(const RemoteObject& on, Value other) {
  return {.name = "proxy.equals", .on = on.name, .args = {{"other", std::move(other)}}};
}

}  // namespace proxy

// The same operation, with a name for what it returns.
inline Op named(Op op, const RemoteObject& as) {
  op.as = {as.name};
  return op;
}

struct RemoteProxy : RemoteObject {
  Op call(std::string method, Value::List args = {}) const {
    return proxy::call(*this, std::move(method), std::move(args));
  }
};

struct RemoteListProxy : RemoteList {
  Op extend(Value items) const { return op("list.extend", {{"items", std::move(items)}}); }
  Op insert(int index, Value item) const {
    return op("list.insert", {{"index", index}, {"item", std::move(item)}});
  }
  Op pop(std::optional<int> index = {}) const {
    return op("list.pop", ArgList().with("index", index));
  }
  Op remove(Value item) const { return op("list.remove", {{"item", std::move(item)}}); }
  Op index(Value item, std::optional<int> start = {}, std::optional<int> stop = {}) const {
    return op("list.index",
              ArgList().with("item", std::move(item)).with("start", start).with("stop", stop));
  }
  Op count(Value item) const { return op("list.count", {{"item", std::move(item)}}); }
  Op sort(std::optional<bool> reverse = {}) const {
    return op("list.sort", ArgList().with("reverse", reverse));
  }
  Op reverse() const { return op("list.reverse"); }
  Op len() const { return op("list.len"); }
  Op contains(Value item) const { return op("list.contains", {{"item", std::move(item)}}); }
  Op at(Value index) const { return op("list.get", {{"index", std::move(index)}}); }
  Op set(Value index, Value item) const {
    return op("list.set", {{"index", std::move(index)}, {"item", std::move(item)}});
  }
  Op erase(Value index) const { return op("list.delete", {{"index", std::move(index)}}); }
  Op slice(std::optional<int> start = {}, std::optional<int> stop = {}) const {
    return op("list.slice", ArgList().with("start", start).with("stop", stop));
  }
  Op set_slice(std::optional<int> start, std::optional<int> stop, Value items) const {
    return op("list.set_slice",
              ArgList().with("start", start).with("stop", stop).with("items", std::move(items)));
  }
  Op iterate() const { return op("list.iterate"); }
  Op plus(Value items) const { return op("list.add", {{"items", std::move(items)}}); }
  Op times(int times) const { return op("list.mul", {{"times", times}}); }
  Op plus_assign(Value items) const { return op("list.iadd", {{"items", std::move(items)}}); }
  Op times_assign(int times) const { return op("list.imul", {{"times", times}}); }
};

struct RemoteDictProxy : RemoteObject {
  Op at(Value key) const { return op("dict.getitem", {{"key", std::move(key)}}); }
  Op set(Value key, Value value) const {
    return op("dict.set", {{"key", std::move(key)}, {"value", std::move(value)}});
  }
  Op erase(Value key) const { return op("dict.delete", {{"key", std::move(key)}}); }
  Op get(Value key, std::optional<Value> otherwise = {}) const {
    return op("dict.get", ArgList().with("key", std::move(key)).with("default", otherwise));
  }
  Op setdefault(Value key, std::optional<Value> otherwise = {}) const {
    return op("dict.setdefault", ArgList().with("key", std::move(key)).with("default", otherwise));
  }
  Op pop(Value key, std::optional<Value> otherwise = {}) const {
    return op("dict.pop", ArgList().with("key", std::move(key)).with("default", otherwise));
  }
  Op popitem() const { return op("dict.popitem"); }
  Op update(Value items) const { return op("dict.update", {{"items", std::move(items)}}); }
  Op clear() const { return op("dict.clear"); }
  Op copy() const { return op("dict.copy"); }
  Op keys() const { return op("dict.keys"); }
  Op values() const { return op("dict.values"); }
  Op items() const { return op("dict.items"); }
  Op len() const { return op("dict.len"); }
  Op contains(Value key) const { return op("dict.contains", {{"key", std::move(key)}}); }
  Op iterate() const { return op("dict.iterate"); }
};

struct RemoteNamespace : RemoteObject {
  Op get(std::string attribute) const {
    return op("namespace.get", {{"name", std::move(attribute)}});
  }
  Op set(std::string attribute, Value to) const {
    return op("namespace.set", {{"name", std::move(attribute)}, {"value", std::move(to)}});
  }
  Op erase(std::string attribute) const {
    return op("namespace.delete", {{"name", std::move(attribute)}});
  }
};

// A manager's server in the hands of the process that will run it.
struct RemoteServer : RemoteObject {
  Op serve_forever() const { return op("manager_server.serve_forever"); }
  Op address() const { return op("manager_server.address"); }
};

struct RemoteManager : RemoteObject {
  Op start() const { return op("manager.start"); }
  Op start(Value initializer, Value::List initargs) const {
    return op("manager.start", {{"initializer", std::move(initializer)},
                                {"initargs", Value::list(std::move(initargs))}});
  }
  Op connect() const { return op("manager.connect"); }
  Op shutdown() const { return op("manager.shutdown"); }
  Op join(std::optional<Timeout> timeout = {}) const {
    return op("manager.join", ArgList().with("timeout", timeout));
  }
  Op enter() const { return op("manager.enter"); }
  Op exit() const { return op("manager.exit"); }
  Op address() const { return op("manager.address"); }
  Op pid() const { return op("manager.pid"); }
  Making<RemoteServer> get_server() const { return makes<RemoteServer>("get_server"); }

  // Objects of the kinds that every manager knows.
  Making<RemoteListProxy> list() const { return makes<RemoteListProxy>("list"); }
  Making<RemoteListProxy> list(Value::List items) const {
    return makes<RemoteListProxy>("list", {{"items", Value::list(std::move(items))}});
  }
  Making<RemoteDictProxy> dict(Value::Dict items = {}) const {
    return makes<RemoteDictProxy>("dict", {{"items", Value::dict(std::move(items))}});
  }
  Making<RemoteNamespace> space(Value::Dict attributes = {}) const {
    return makes<RemoteNamespace>("namespace",
                                  {{"attributes", Value::dict(std::move(attributes))}});
  }
  Making<RemoteValue> value(std::string type, Value initial) const {
    return makes<RemoteValue>("value", {{"type", std::move(type)}, {"value", std::move(initial)}});
  }
  Making<RemoteArray> array(std::string type, Value init) const {
    return makes<RemoteArray>("array", {{"type", std::move(type)}, {"init", std::move(init)}});
  }
  Making<RemoteQueue> queue(std::optional<int> maxsize = {}) const {
    return makes<RemoteQueue>("queue", ArgList().with("maxsize", maxsize));
  }
  Making<RemoteJoinableQueue> joinable_queue(std::optional<int> maxsize = {}) const {
    return makes<RemoteJoinableQueue>("joinable_queue", ArgList().with("maxsize", maxsize));
  }
  Making<RemoteLock> lock() const { return makes_lock("lock"); }
  Making<RemoteLock> rlock() const { return makes_lock("rlock"); }
  Making<RemoteLock> semaphore(std::optional<int> value = {}) const {
    return makes_lock("semaphore", ArgList().with("value", value));
  }
  Making<RemoteLock> bounded_semaphore(std::optional<int> value = {}) const {
    return makes_lock("bounded_semaphore", ArgList().with("value", value));
  }
  Making<RemoteCondition> condition() const { return makes<RemoteCondition>("condition"); }
  Making<RemoteEvent> event() const { return makes<RemoteEvent>("event"); }
  Making<RemoteBarrier> barrier(int parties, std::optional<Timeout> timeout = {}) const {
    return makes<RemoteBarrier>("barrier",
                                ArgList().with("parties", Value(parties)).with("timeout", timeout));
  }
  Making<RemotePool> pool(int processes) const {
    return makes<RemotePool>("pool", {{"processes", processes}});
  }
  // An object of a type that was registered (PROTOCOL.md section 13 lists them).
  Making<RemoteProxy> create(std::string type, Value::List args = {}) const {
    return makes<RemoteProxy>("create",
                              {{"type", std::move(type)}, {"args", Value::list(std::move(args))}});
  }

 private:
  template <typename Handle>
  Making<Handle> makes(const char* what, Args args = {}) const {
    Making<Handle> making;
    making.op = op(std::string("manager.") + what, std::move(args));
    making.op.as = {"refused"};
    return making;
  }
  Making<RemoteLock> makes_lock(const char* kind, Args args = {}) const {
    Making<RemoteLock> making = makes<RemoteLock>(kind, std::move(args));
    making.handle.kind = kind;
    return making;
  }
};

struct RemoteListener : RemoteObject {
  Making<RemoteConnection> accept() const {
    return {.op = {.name = "listener.accept", .on = name, .as = {"refused"}}};
  }
  Op close() const { return op("listener.close"); }
  Op address() const { return op("listener.address"); }
  Op last_accepted() const { return op("listener.last_accepted"); }
  Op enter() const { return op("listener.enter"); }
  Op exit() const { return op("listener.exit"); }
};

struct ListenerOptions {
  std::optional<Value> address = {};  // a path, or the tuple (host, port)
  std::optional<Value> family = {};
  std::optional<int> backlog = {};
  std::optional<Value> authkey = {};
};

struct ClientOptions {
  std::optional<Value> family = {};
  std::optional<Value> authkey = {};
};

namespace module {

inline Making<RemoteManager> manager() {
  return {.op = {.name = "manager.new", .as = {"refused"}}};
}

struct ManagerOptions {
  std::optional<Value> address = {};
  std::optional<Value> authkey = {};
};
// Not started, and with the registered types.
inline Making<RemoteManager> custom_manager(ManagerOptions o = {}) {
  return {.op = {.name = "custom_manager.new",
                 .as = {"refused"},
                 .args = ArgList().with("address", o.address).with("authkey", o.authkey)}};
}
inline Making<RemoteListener> listener(ListenerOptions o = {}) {
  return {.op = {.name = "listener.new",
                 .as = {"refused"},
                 .args = ArgList()
                             .with("address", o.address)
                             .with("family", o.family)
                             .with("backlog", o.backlog)
                             .with("authkey", o.authkey)}};
}
inline Making<RemoteConnection> client(Value address, ClientOptions o = {}) {
  return {.op = {.name = "client.connect",
                 .as = {"refused"},
                 .args = ArgList()
                             .with("address", std::move(address))
                             .with("family", o.family)
                             .with("authkey", o.authkey)}};
}

}  // namespace module

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_MANAGED_H_
