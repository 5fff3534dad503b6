// What the adapter's puppets work with: mp's objects by name, and the items that travel between them.
//
// mp is typed, and a puppet is not: every queue and connection here carries Items, which hold any value of the
// protocol, and a shared value is one of all the types that a typecode may name.
#ifndef TOOLS_ADAPTERS_MP_OBJECTS_H_
#define TOOLS_ADAPTERS_MP_OBJECTS_H_

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "conformance/protocol/value.h"
#include "mp/any_lock.h"
#include "mp/array.h"
#include "mp/barrier.h"
#include "mp/condition.h"
#include "mp/connection.h"
#include "mp/event.h"
#include "mp/lock.h"
#include "mp/manager.h"
#include "mp/pool.h"
#include "mp/process.h"
#include "mp/queue.h"
#include "mp/remote.h"
#include "mp/semaphore.h"
#include "mp/shareable_list.h"
#include "mp/shared_memory.h"
#include "mp/thread_queue.h"
#include "mp/value.h"
#include "mp/wire/codec.h"
#include "tools/adapters/mp/errors.h"

namespace adapter {

using conformance::Value;

struct Object;

// A value, or an object by itself, or an object with a list beside it.
struct Item {
  Value value;
  std::shared_ptr<Object> object = nullptr;
};

// The typecodes of Python's array module, and c and u.
template <template <class> class Shared>
using OfAnyType = std::variant<Shared<signed char>, Shared<unsigned char>, Shared<short>,
                               Shared<unsigned short>, Shared<int>, Shared<unsigned>, Shared<long>,
                               Shared<unsigned long>, Shared<long long>, Shared<unsigned long long>,
                               Shared<float>, Shared<double>, Shared<char>, Shared<wchar_t>>;
inline constexpr char kTypecodes[] = "bBhHiIlLqQfdcu";  // in that order

bool operator==(const Item& a, const Item& b);
// As a sort() of Python's. Raises: PythonError (TypeError) for items that have no order.
bool operator<(const Item& a, const Item& b);
inline bool operator>(const Item& a, const Item& b) { return b < a; }

// Of a dict: any order will do for it.
struct Key {
  Value value;
  friend bool operator<(const Key& a, const Key& b) { return a.order() < b.order(); }

 private:
  std::pair<size_t, std::string> order() const { return {value.form().index(), value.text()}; }
};

// What does not travel: it stays with the processes of one memory.
template <class T>
struct Local {
  std::shared_ptr<T> it;
};

using Queue = mp::Queue<Item>;
using JoinableQueue = mp::JoinableQueue<Item>;
using SimpleQueue = mp::SimpleQueue<Item>;
using Connection = mp::Connection<Item>;
using RemoteConnection = mp::SocketConnection<Item>;
using AnyValue = OfAnyType<mp::Value>;
using AnyRawValue = OfAnyType<mp::RawValue>;
using AnyArray = OfAnyType<mp::Array>;
using AnyRawArray = OfAnyType<mp::RawArray>;
using List = Local<Value::List>;
using Process = Local<mp::Process>;
struct AnyResult;
struct SourceState;
using Pool = Local<mp::Pool>;
using AsyncResult = Local<AnyResult>;
using ResultIterator = Local<mp::ResultIterator<Value>>;
using Source = Local<SourceState>;
using Listener = Local<mp::Listener<Item>>;
struct ManagerState;
using Manager = Local<ManagerState>;
using ManagerServer = Local<mp::ManagerServer>;

using ThreadQueue = Local<mp::queue::Queue<Item>>;
using LifoQueue = Local<mp::queue::LifoQueue<Item>>;
using PriorityQueue = Local<mp::queue::PriorityQueue<Item>>;

using ListProxy = mp::ListProxy<Item>;
using DictProxy = mp::DictProxy<Key, Item>;
using ResultProxy = mp::AsyncResultProxy<Value>;
using QueueProxy = mp::QueueProxy<Item>;
using JoinableQueueProxy = mp::JoinableQueueProxy<Item>;
using AnyValueProxy = OfAnyType<mp::ValueProxy>;
using AnyArrayProxy = OfAnyType<mp::ArrayProxy>;
// The registered types of PROTOCOL.md, section 13.
class Counter;
class Reader;
class Box;
class Witness;

struct Object {
  std::variant<Queue, JoinableQueue, SimpleQueue, Connection, mp::Lock, mp::RLock, mp::AnyLock,
               mp::Semaphore, mp::BoundedSemaphore, mp::Condition, mp::Event, mp::Barrier, AnyValue,
               AnyRawValue, AnyArray, AnyRawArray, List, Process, Pool, AsyncResult, ResultIterator,
               Source, ThreadQueue, LifoQueue, PriorityQueue, RemoteConnection, Listener, Manager,
               ManagerServer, ListProxy, DictProxy, mp::NamespaceProxy, AnyValueProxy,
               AnyArrayProxy, QueueProxy, JoinableQueueProxy, mp::LockProxy, mp::RLockProxy,
               mp::SemaphoreProxy, mp::BoundedSemaphoreProxy, mp::ConditionProxy, mp::EventProxy,
               mp::BarrierProxy, mp::PoolProxy, ResultProxy, mp::Proxy<Counter>, mp::Proxy<Reader>,
               mp::Proxy<Box>, mp::Proxy<Witness>, mp::SharedMemory, mp::ShareableList>
      it;
};

using Objects = std::map<std::string, std::shared_ptr<Object>>;

}  // namespace adapter

namespace mp {

// A list goes as a copy of what is in it; the others do not go.
template <class T>
struct Codec<adapter::Local<T>> {
  static void write(Writer& out, const adapter::Local<T>& here) {
    if constexpr (std::is_same_v<adapter::Local<T>, adapter::List>) {
      out.write(*here.it);
    } else {
      throw adapter::Unsupported{"what does not travel does not compile"};
    }
  }
  static adapter::Local<T> read(Reader& in) {
    if constexpr (std::is_same_v<adapter::Local<T>, adapter::List>) {
      return {std::make_shared<T>(in.read<T>())};
    } else {
      throw DecodeError("this object does not travel");
    }
  }
};

template <>
struct Codec<adapter::Key> {
  static void write(Writer& out, const adapter::Key& key) { out.write(key.value); }
  static adapter::Key read(Reader& in) { return {in.read<conformance::Value>()}; }
};

template <>
struct Codec<conformance::Value> {
  static void write(Writer& out, const conformance::Value& value) { out.write(value.form()); }
  static conformance::Value read(Reader& in) { return in.read<conformance::Value::Form>(); }
};

template <>
struct Codec<conformance::Value::Unpicklable> {
  static void write(Writer&, conformance::Value::Unpicklable) {
    throw adapter::PythonError("TypeError", "this value refuses to be serialised");
  }
  static conformance::Value::Unpicklable read(Reader&) {
    throw DecodeError("a value that refuses to be serialised was");
  }
};

template <>
struct Codec<std::shared_ptr<adapter::Object>> {
  static void write(Writer& out, const std::shared_ptr<adapter::Object>& object) {
    out.write(object->it);
  }
  static std::shared_ptr<adapter::Object> read(Reader& in) {
    return std::make_shared<adapter::Object>(
        adapter::Object{in.read<decltype(adapter::Object::it)>()});
  }
};

template <>
struct Codec<adapter::Item> {
  static void write(Writer& out, const adapter::Item& item) {
    out.write(item.object != nullptr);
    if (item.object != nullptr) out.write(item.object);
    out.write(item.value);
  }
  static adapter::Item read(Reader& in) {
    adapter::Item item;
    if (in.read<bool>()) item.object = in.read<std::shared_ptr<adapter::Object>>();
    item.value = in.read<conformance::Value>();
    return item;
  }
};

}  // namespace mp

#endif  // TOOLS_ADAPTERS_MP_OBJECTS_H_
