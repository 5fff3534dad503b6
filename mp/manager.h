// A Manager: a server process with objects that processes share, whatever start method they have, on whatever machine
// they are.
//
// What it makes it returns as proxies (proxy.h), which any process may have: lists, dicts, a Namespace, Value, Array,
// queues, locks, Condition, Event, Barrier (mp/manager/), and objects of any class. A process that is killed leaves no lock
// held, takes no item with it that has not arrived, and no reference.
//
// Manager() returns one whose server runs. A SyncManager starts its server by start(), or, in any process that has
// its address and key, reaches one by connect(). The server is a child of the process that started it. It ends by
// shutdown(), when neither a manager nor a proxy is left in that process, and with that process, however it
// ends; Ctrl-C does not end it. Where an address is a host and a port, others are where the network lets them be: messages
// are not encrypted, and whoever has the key may have run what the program's methods do.
//
// Calls of one process through rings in memory, where both sides are of one family (the server, its creator, and whom
// these started); through sockets otherwise.
//
// Unlike Python: a killed client gives back its locks (manager.lock.killed_holder_gives_it_back), its items
// (manager.queue.killed_consumer_takes_no_item), its place at a barrier, its references; the server ends with a killed
// creator (manager.killed_creator_takes_its_server_along).
//
// Processes: the one that made it; proxies go anywhere. Threads: any. Does not travel.
//
//   mp::SyncManager manager = mp::Manager();
//   mp::QueueProxy<std::string> found = manager.Queue<std::string>();
//   mp::ListProxy<int> numbers = manager.list<int>({1, 2, 3});
//
//   mp::Pool pool(3);
//   pool.starmap(search, std::vector<std::pair<int, mp::QueueProxy<std::string>>>{{1, found}, {2, found}});
//   found.get();
//
//   mp::SyncManager office({.address = mp::Address("", 7777), .authkey = "secret"});
//   office.start();
//
//   // another program, on another machine
//   mp::SyncManager there({.address = mp::Address("office", 7777), .authkey = "secret"});
//   there.connect();
//   there.create<get_queue>().put("hello");      // get_queue: a function that returns a std::shared_ptr
#ifndef MP_MANAGER_H_
#define MP_MANAGER_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mp/address.h"
#include "mp/initializer.h"
#include "mp/manager/dict.h"
#include "mp/manager/list.h"
#include "mp/manager/locks.h"
#include "mp/manager/meetings.h"
#include "mp/manager/pool.h"
#include "mp/manager/proxy.h"
#include "mp/manager/queue.h"
#include "mp/manager/values.h"
#include "mp/start_method.h"
#include "mp/timeout.h"

namespace mp {

struct ManagerOptions {
  // Where the server listens, or is. Absent: a new one, for this machine only.
  std::optional<Address> address = {};
  // Who may come; bytes. Absent: current_process().authkey()
  std::optional<std::string> authkey = {};
  std::optional<StartMethod> start_method = {};  // absent: the program's
};

// A manager's server in this very process.
class ManagerServer {
 public:
  // Where it listens, from now on.
  Address address() const { return server_.address(); }
  // Does not return, but with an exception.
  void serve_forever();

 private:
  friend class SyncManager;
  explicit ManagerServer(managed::Server& server) : server_(server) {}
  managed::Server& server_;
};

class SyncManager {
 public:
  explicit SyncManager(ManagerOptions options = {});
  SyncManager(SyncManager&&) noexcept = default;
  SyncManager& operator=(SyncManager&&) noexcept = default;
  ~SyncManager() = default;

  // Starts the server's process, which runs the initializer first. Raises: ProcessError if it was started before, is
  // connected, or was shut down, and RuntimeError if the server ends before it serves; what Process::start() does.
  void start(Initializer initializer = {});
  // To a server that somebody else has started. Raises: OSError, AuthenticationError, EOFError, ProcessError
  void connect();
  // To be the server in this process. Raises: ProcessError as start(); OSError, ValueError
  ManagerServer get_server();

  // Ends the server, and whoever waits there raises EOFError or OSError. Again it does nothing; nor does it if this
  // process has not started it.
  void shutdown();
  // Waits for the server's end. False: it had not ended in time. Raises: AssertionError if this process has not
  // started it.
  bool join(Timeout timeout = {});
  // Of the server. Raises: AssertionError if there is none yet.
  Address address() const;
  // Of the server's process, if this manager has started it.
  std::optional<pid_t> pid() const;

  // All that follow make something in the server. Raise: AssertionError if there is none yet, EOFError, OSError if it is
  // gone; what the object's constructor does.

  template <class T>
  ListProxy<T> list(std::vector<T> items = {}) const {
    return make<ListProxy<T>, managed::List<T>>(std::move(items));
  }
  template <class K, class V>
  DictProxy<K, V> dict(std::vector<std::pair<K, V>> items = {}) const {
    return make<DictProxy<K, V>, managed::Dict<K, V>>(std::move(items));
  }
  NamespaceProxy Namespace() const { return make<NamespaceProxy, managed::Namespace>(); }
  template <class T>
  ValueProxy<T> Value(T value) const {
    return make<ValueProxy<T>, managed::Value<T>>(std::move(value));
  }
  template <class T>
  ArrayProxy<T> Array(std::vector<T> items) const {
    return make<ArrayProxy<T>, managed::Array<T>>(std::move(items));
  }
  // At most `maxsize` items wait; 0 or less: any number.
  template <class T>
  QueueProxy<T> Queue(int maxsize = 0) const {
    return make<QueueProxy<T>, managed::Queue<T>>(maxsize);
  }
  template <class T>
  JoinableQueueProxy<T> JoinableQueue(int maxsize = 0) const {
    return make<JoinableQueueProxy<T>, managed::Queue<T>>(maxsize);
  }
  LockProxy Lock() const { return make<LockProxy, managed::Lock>(); }
  RLockProxy RLock() const { return make<RLockProxy, managed::RLock>(); }
  SemaphoreProxy Semaphore(int value = 1) const {
    return make<SemaphoreProxy, managed::Semaphore>(value);
  }
  BoundedSemaphoreProxy BoundedSemaphore(int value = 1) const {
    return make<BoundedSemaphoreProxy, managed::BoundedSemaphore>(value);
  }
  ConditionProxy Condition() const { return make<ConditionProxy, managed::Condition>(); }
  EventProxy Event() const { return make<EventProxy, managed::Event>(); }
  BarrierProxy Barrier(int parties, Timeout timeout = {}) const {
    return make<BarrierProxy, managed::Barrier>(parties, timeout);
  }
  // Of so many workers, children of the server; absent: cpu_count().
  PoolProxy Pool(std::optional<int> processes = {}) const {
    return make<PoolProxy, managed::Pool>(processes);
  }

  // A T, made of these arguments.
  template <class T, class... Args>
  auto create(Args... arguments) const {
    return make<typename ProxyFor<T>::type, T>(std::move(arguments)...);
  }
  // What the function returns there, a std::shared_ptr.
  template <auto F, class... Args>
  auto create(Args&&... arguments) const {
    using Factory = managed::FactoryOf<F>;
    return managed::call_with<typename Factory::Result>(
        link(), 0, Factory::id(), Factory::name(),
        std::type_identity<typename Factory::Arguments>(), std::forward<Args>(arguments)...);
  }

 private:
  class Core;

  template <class P, class T, class... Args>
  P make(Args... arguments) const {
    const auto made = managed::call_with<std::shared_ptr<T>>(
        link(), 0, managed::MakerOf<T, Kept<Args>...>::id(),
        managed::MakerOf<T, Kept<Args>...>::name(), std::type_identity<std::tuple<Kept<Args>...>>(),
        std::move(arguments)...);
    return P(made.reference());
  }
  std::shared_ptr<managed::Link> link() const;

  std::shared_ptr<Core> core_;
};

// One whose server runs. Raises: as start().
SyncManager Manager(ManagerOptions options = {});

}  // namespace mp

#endif  // MP_MANAGER_H_
