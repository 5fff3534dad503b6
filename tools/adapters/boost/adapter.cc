// Puts Boost.Interprocess under mpcheck: message_queue, and what processes wait for each other with
// (interprocess_mutex, interprocess_recursive_mutex, interprocess_semaphore, interprocess_condition_any).
//
// Only what means the same as in Python is offered. Left out, and why:
//   - a queue without a bound: a message_queue has one;
//   - semaphore.get_value: there is no such call; a bounded semaphore: there is none;
//   - a condition's wait_for: it needs a shared Value, and Boost has none of Python's kind.
//
// Boost has no processes: children are forked by the kit (mpcheck_fork.h), and claims about them judge that. Objects
// stand in anonymous shared memory, which a child inherits; a message_queue, which must have a name, loses it as soon as
// it is there. So nothing is left in /dev/shm.
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/sync/interprocess_condition_any.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_recursive_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <sys/statvfs.h>

#include <algorithm>
#include <boost/version.hpp>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "tools/adapters/kit/cpp/mpcheck_adapter.h"
#include "tools/adapters/kit/cpp/mpcheck_fork.h"

namespace {

namespace bi = boost::interprocess;
using boost::posix_time::ptime;
using mpcheck::Args;
using mpcheck::Raise;
using mpcheck::Unsupported;
using mpcheck::Value;
using mpcheck::Wait;

// Room for the largest item that a claim sends, a megabyte, in its packed form. Pages that nobody touches cost nothing.
constexpr std::size_t kLongestItem = 2 << 20;

ptime in_seconds(double seconds) {
  constexpr double kMicro = 1e6, kLongest = 1e15;  // a ptime ends with the year 9999
  const auto micros = static_cast<std::int64_t>(std::min(seconds * kMicro, kLongest));
  return boost::posix_time::microsec_clock::universal_time() + boost::posix_time::microseconds(micros);
}

// A T that children share: it lives where the mapping lives, which is at least here.
template <typename T, typename... Parts>
std::shared_ptr<T> shared(Parts&&... parts) {
  auto region = std::make_shared<bi::mapped_region>(bi::anonymous_shared_memory(sizeof(T)));
  T* thing = new (region->get_address()) T(std::forward<Parts>(parts)...);
  return std::shared_ptr<T>(std::move(region), thing);
}

// ---- Queues ----

// A message_queue writes to a page of each of its places when it is made; where there is no memory for them that is a
// SIGBUS. Half of what there is is left to the items, and to others.
bool has_room_for(std::int64_t places) {
  struct statvfs memory = {};
  return ::statvfs("/dev/shm", &memory) == 0 && static_cast<std::uint64_t>(places) < memory.f_bavail / 2;
}

std::shared_ptr<bi::message_queue> make_queue(std::int64_t maxsize) {
  if (maxsize <= 0) throw Unsupported("a message_queue has a bound");
  if (!has_room_for(maxsize)) throw Unsupported("no memory for a message_queue of " + std::to_string(maxsize) + " places");
  static int count = 0;
  const std::string name = "mpcheck-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  auto queue = std::make_shared<bi::message_queue>(bi::create_only, name.c_str(), static_cast<std::size_t>(maxsize),
                                                   kLongestItem);
  bi::message_queue::remove(name.c_str());
  return queue;
}

void put(bi::message_queue& queue, const Value& item, const Wait& wait) {
  const std::string data = mpcheck::pack(item);
  bool done = true;
  if (!wait.block) {
    done = queue.try_send(data.data(), data.size(), 0);
  } else if (wait.timeout) {
    done = queue.timed_send(data.data(), data.size(), 0, in_seconds(*wait.timeout));
  } else {
    queue.send(data.data(), data.size(), 0);
  }
  if (!done) throw Raise("Full");
}

Value get(bi::message_queue& queue, const Wait& wait) {
  std::string data(kLongestItem, '\0');
  bi::message_queue::size_type size = 0;
  unsigned priority = 0;
  bool done = true;
  if (!wait.block) {
    done = queue.try_receive(data.data(), data.size(), size, priority);
  } else if (wait.timeout) {
    done = queue.timed_receive(data.data(), data.size(), size, priority, in_seconds(*wait.timeout));
  } else {
    queue.receive(data.data(), data.size(), size, priority);
  }
  if (!done) throw Raise("Empty");
  return mpcheck::unpack(std::string_view(data).substr(0, size));
}

void add_queues(mpcheck::Adapter& adapter) {
  using Queue = bi::message_queue;
  adapter.makes("queue.new{maxsize}", [](const Args& a) { return make_queue(a.integer("maxsize", 0)); });
  adapter.on<Queue>("queue.put{item,block,timeout}",
                    [](Queue& q, const Args& a) { put(q, a.value("item"), a.wait()); });
  adapter.on<Queue>("queue.get{block,timeout}", [](Queue& q, const Args& a) { return get(q, a.wait()); });
  adapter.on<Queue>("queue.put_nowait{item}",
                    [](Queue& q, const Args& a) { put(q, a.value("item"), {.block = false}); });
  adapter.on<Queue>("queue.get_nowait", [](Queue& q, const Args&) { return get(q, {.block = false}); });
  adapter.on<Queue>("queue.qsize",
                    [](Queue& q, const Args&) { return static_cast<std::int64_t>(q.get_num_msg()); });
  adapter.on<Queue>("queue.empty", [](Queue& q, const Args&) { return q.get_num_msg() == 0; });
  adapter.on<Queue>("queue.full", [](Queue& q, const Args&) { return q.get_num_msg() == q.get_max_msg(); });
}

// ---- Locks ----

template <typename Mutex>
bool acquire(Mutex& mutex, const Wait& wait) {
  if (!wait.block) return mutex.try_lock();
  if (wait.timeout) return mutex.timed_lock(in_seconds(*wait.timeout));
  mutex.lock();
  return true;
}

template <typename Mutex>
void add_lock(mpcheck::Adapter& adapter, const std::string& area) {
  adapter.makes(area + ".new", [](const Args&) { return shared<Mutex>(); });
  adapter.on<Mutex>(area + ".acquire{block,timeout}",
                    [](Mutex& m, const Args& a) { return acquire(m, a.wait()); });
  adapter.on<Mutex>(area + ".release", [](Mutex& m, const Args&) { m.unlock(); });
  adapter.on<Mutex>(area + ".enter", [](Mutex& m, const Args&) { m.lock(); });
  adapter.on<Mutex>(area + ".exit", [](Mutex& m, const Args&) { m.unlock(); });
}

void add_semaphores(mpcheck::Adapter& adapter) {
  using Semaphore = bi::interprocess_semaphore;
  adapter.makes("semaphore.new{value}", [](const Args& a) {
    const std::int64_t value = a.integer("value", 1);
    if (value < 0) throw Raise("ValueError", "a semaphore that begins below 0");
    return shared<Semaphore>(static_cast<unsigned>(value));
  });
  adapter.on<Semaphore>("semaphore.acquire{block,timeout}", [](Semaphore& s, const Args& a) {
    const Wait wait = a.wait();
    if (!wait.block) return s.try_wait();
    if (wait.timeout) return s.timed_wait(in_seconds(*wait.timeout));
    s.wait();
    return true;
  });
  adapter.on<Semaphore>("semaphore.release", [](Semaphore& s, const Args&) { s.post(); });
  adapter.on<Semaphore>("semaphore.enter", [](Semaphore& s, const Args&) { s.wait(); });
  adapter.on<Semaphore>("semaphore.exit", [](Semaphore& s, const Args&) { s.post(); });
}

// A condition and the recursive mutex that is its own, as Python's have one.
struct Condition {
  bi::interprocess_recursive_mutex mutex;
  bi::interprocess_condition_any changed;
};

// What condition_any wants of a lock, for a mutex that is locked already and stays so.
class Held {
 public:
  explicit Held(bi::interprocess_recursive_mutex& mutex) : mutex_(mutex) {}
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  bool operator!() const { return false; }

 private:
  bi::interprocess_recursive_mutex& mutex_;
};

void add_conditions(mpcheck::Adapter& adapter) {
  adapter.makes("condition.new", [](const Args&) { return shared<Condition>(); });
  adapter.on<Condition>("condition.acquire{block,timeout}",
                        [](Condition& c, const Args& a) { return acquire(c.mutex, a.wait()); });
  adapter.on<Condition>("condition.release", [](Condition& c, const Args&) { c.mutex.unlock(); });
  adapter.on<Condition>("condition.enter", [](Condition& c, const Args&) { c.mutex.lock(); });
  adapter.on<Condition>("condition.exit", [](Condition& c, const Args&) { c.mutex.unlock(); });
  adapter.on<Condition>("condition.wait{timeout}", [](Condition& c, const Args& a) {
    Held held(c.mutex);
    if (a.seconds("timeout")) return c.changed.timed_wait(held, in_seconds(*a.seconds("timeout")));
    c.changed.wait(held);
    return true;
  });
  adapter.on<Condition>("condition.notify{n}", [](Condition& c, const Args& a) {
    for (std::int64_t n = a.integer("n", 1); n > 0; --n) c.changed.notify_one();
  });
  adapter.on<Condition>("condition.notify_all", [](Condition& c, const Args&) { c.changed.notify_all(); });
}

std::string version() {
  return std::to_string(BOOST_VERSION / 100000) + "." + std::to_string(BOOST_VERSION / 100 % 1000) + "." +
         std::to_string(BOOST_VERSION % 100);
}

}  // namespace

int main() {
  mpcheck::Adapter adapter({"Boost.Interprocess", version(), "C++", "fork", "https://www.boost.org"},
                           {"isolated", "inherits_memory", "process.kill", "queue.immediate", "queue.qsize"});
  adapter.translates<bi::lock_exception>("ValueError");
  adapter.translates<bi::interprocess_exception>("OSError");
  mpcheck::add_forked_processes(adapter);
  add_queues(adapter);
  add_lock<bi::interprocess_mutex>(adapter, "lock");
  add_lock<bi::interprocess_recursive_mutex>(adapter, "rlock");
  add_semaphores(adapter);
  add_conditions(adapter);
  return adapter.run();
}
