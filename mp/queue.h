// First-in first-out queues that any number of processes share.
//
// An item is visible to every process when put() returns, and put() itself reports what can't be sent.
// Items of one process arrive in the order put; those of several interleave. A process that is killed at any
// moment hinders nobody and tears nothing; at most what it had just taken is gone with it.
//
// Unlike Python: no thread feeds a pipe behind put() (queue.put.is_visible_at_once), so join_thread() and
// cancel_join_thread() have nothing to do, and a process may end, or be joined, before its items are taken
// (queue.join_before_drain.does_not_deadlock).
//
// Processes: every one that holds the queue may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies that share the queue; it goes with the last one. close() is this handle's and its
//            copies' in this process.
//
//   mp::Queue<std::string> queue(/*maxsize=*/2);
//   queue.put("a");
//   queue.put("b");
//   queue.full();              // true
//   queue.get();               // "a"
//   queue.try_get(10ms);       // "b"
//   queue.get_nowait();        // raises mp::Empty
//
//   queue.put_many({"c", "d", "e"}, 10ms);   // 2: there was room for the first two
//   queue.get_many(/*most=*/10);             // {"c", "d"}
#ifndef MP_QUEUE_H_
#define MP_QUEUE_H_

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mp/errors.h"
#include "mp/queue_core.h"
#include "mp/timeout.h"
#include "mp/wire/codec.h"

namespace mp {

template <class T>
class Queue : public wire::Handle {
 public:
  // At most `maxsize` items wait; 0 or less: any number. Raises: OSError
  Queue() : Queue(0) {}
  explicit Queue(int maxsize)
      : shared_(std::make_shared<Shared>(maxsize > 0 ? static_cast<uint32_t>(maxsize) : 0u)) {}

  // Waits while the queue is full.
  // Raises: Full if there was no room within `timeout`, ValueError if this queue is closed, OSError if there is
  // no memory. Then: every process sees the item.
  void put(const T& item, Timeout timeout = {}) {
    if (!try_put(item, timeout)) throw Full();
  }
  void put_nowait(const T& item) { put(item, kAtOnce); }
  // The same, for who expects it to be full. False: it was.
  bool try_put(const T& item, Timeout timeout = kAtOnce) {
    return open().put(record_of(item), deadline_of(timeout));
  }

  // Waits for an item. Raises: Empty if there was none within `timeout`, ValueError if this queue is closed.
  T get(Timeout timeout = {}) {
    if (std::optional<T> item = try_get(timeout)) return *std::move(item);
    throw Empty();
  }
  T get_nowait() { return get(kAtOnce); }
  // The same, for who expects it to be empty. Absent: it was.
  std::optional<T> try_get(Timeout timeout = kAtOnce) {
    wire::check_may_be_sent<T>();
    if constexpr (wire::Plain<T>) {
      T item;
      size_t size;
      if (!open().get(std::as_writable_bytes(std::span(&item, 1)), &size, deadline_of(timeout)))
        return std::nullopt;
      if (size != sizeof(item)) throw DecodeError("an item of another size than the queue's");
      return item;
    } else {
      std::string record;
      if (!open().get(&record, deadline_of(timeout))) return std::nullopt;
      if constexpr (kIsText) {
        return record;
      } else {
        return decode<T>(record);
      }
    }
  }

  // Puts items in a row, waiting for room as often as need be; all that there is room for take one lock and one
  // wake-up.
  // How many there was room for within `timeout`: the first so many; without a timeout all.
  // Raises: as put(), Full only if there was room for none. Then: as put().
  template <class Items = std::initializer_list<T>>
  size_t put_many(const Items& items, Timeout timeout = {}) {
    const size_t put = try_put_many(items, timeout);
    if (put == 0 && std::begin(items) != std::end(items)) throw Full();
    return put;
  }
  template <class Items = std::initializer_list<T>>
  size_t try_put_many(const Items& items, Timeout timeout = kAtOnce) {
    wire::check_may_be_sent<T>();
    QueueCore& to = open();
    if constexpr (kIsItsRecord && kHasInMemory<Items>) {
      std::vector<std::string_view> views;
      if constexpr (requires { std::size(items); }) views.reserve(std::size(items));
      for (const T& item : items) views.push_back(record_of(item));
      return to.put_many(views, deadline_of(timeout));
    } else {
      Records records;
      for (const T& item : items)
        records.add_written([&](std::string* bytes) { *bytes += record_of(item); });
      return to.put_many(records.views(), deadline_of(timeout));
    }
  }

  // Gets all items that are there, at most so many. Waits while there is none.
  // Raises: as get(), and ValueError if it is to be less than one.
  std::vector<T> get_many(int most, Timeout timeout = {}) {
    std::vector<T> items = try_get_many(most, timeout);
    if (items.empty()) throw Empty();
    return items;
  }
  // None: there was none.
  std::vector<T> try_get_many(int most, Timeout timeout = kAtOnce) {
    if (most < 1) throw ValueError("get_many() of less than one item");
    Records records;
    open().get_many(&records, static_cast<size_t>(most), deadline_of(timeout));
    std::vector<T> items;
    items.reserve(records.size());
    for (size_t i = 0; i < records.size(); ++i) {
      if constexpr (kIsText) {
        items.emplace_back(records[i]);
      } else {
        items.push_back(decode<T>(records[i]));
      }
    }
    return items;
  }

  // Of a moment that has passed when they return.
  int qsize() const { return static_cast<int>(shared_->core.size()); }
  bool empty() const { return shared_->core.empty(); }
  bool full() const { return shared_->core.full(); }

  // From now on put() and get() of this process raise ValueError. What was put stays for the others. A queue that this
  // process has not used can still be passed to new ones; if it has, its descriptor is given back.
  void close() { shared_->close(); }
  // Raises: AssertionError if this queue is not closed.
  void join_thread() {
    if (!shared_->is_closed()) throw AssertionError("join_thread() of a queue that is not closed");
  }
  void cancel_join_thread() {}

  // Raises: ValueError if it was used and closed.
  void pack(Writer& out) const {
    Luggage& luggage = out.inheritance();
    if (shared_->core.fd() == -1) throw ValueError("the queue is closed");
    out.write(luggage.add(shared_->core.fd()));
  }
  static Queue unpack(Reader& in) { return Queue(in.luggage().take(in.read<uint32_t>())); }

 protected:
  // One that another process has made.
  explicit Queue(base::UniqueFd fd)
      : shared_(std::make_shared<Shared>(QueueCore::adopt(std::move(fd)))) {}

  static constexpr std::chrono::duration<double> kAtOnce{0};

  QueueCore& open() {
    if (is_closed()) throw ValueError("the queue is closed");
    return shared_->core;
  }
  bool is_closed() const { return shared_->is_closed(); }
  QueueCore& core() { return shared_->core; }

 private:
  template <class>
  friend class SimpleQueue;

  // Text goes as it is, and a number as its Codec would write it: both need no copy on their way to the queue.
  static constexpr bool kIsText = std::same_as<T, std::string>;
  static constexpr bool kIsItsRecord = kIsText || wire::Plain<T>;
  // Whether what one iterates over are Ts that stay where they are.
  template <class Items>
  static constexpr bool kHasInMemory =
      std::is_lvalue_reference_v<decltype(*std::begin(std::declval<const Items&>()))>&&
          std::same_as<std::remove_cvref_t<decltype(*std::begin(std::declval<const Items&>()))>, T>;
  static auto record_of(const T& item) {
    wire::check_may_be_sent<T>();
    if constexpr (kIsText) {
      return std::string_view(item);
    } else if constexpr (wire::Plain<T>) {
      return std::string_view(reinterpret_cast<const char*>(&item), sizeof(item));
    } else {
      return encode(item);
    }
  }

  struct Shared {
    explicit Shared(uint32_t maxsize) : core(maxsize) {}
    explicit Shared(QueueCore&& adopted) : core(std::move(adopted)) {}

    // A child that is forked later has it open.
    bool is_closed() const {
      const pid_t where = closed_in.load(std::memory_order_relaxed);
      return where != 0 && where == ::getpid();
    }
    void close() {
      closed_in = ::getpid();
      core.close_if_used();
    }

    QueueCore core;
    std::atomic<pid_t> closed_in{0};
  };

  std::shared_ptr<Shared> shared_;
};

// A queue that knows how many of its items are not done with.
//
//   mp::JoinableQueue<int> jobs;
//   jobs.put(1);
//   jobs.get();
//   jobs.task_done();
//   jobs.join();
template <class T>
class JoinableQueue : public Queue<T> {
 public:
  using Queue<T>::Queue;

  // One item that was got is done with. Raises: ValueError if all that were put are done with already.
  void task_done() {
    if (!this->core().task_done())
      throw ValueError("task_done() was called more often than items were put");
  }
  // Waits until every item that was put is done with.
  void join() { this->core().join(base::Deadline::never()); }

  static JoinableQueue unpack(Reader& in) {
    return JoinableQueue(in.luggage().take(in.read<uint32_t>()));
  }
};

// A queue with fewer words.
template <class T>
class SimpleQueue : public wire::Handle {
 public:
  SimpleQueue() = default;

  void put(const T& item) {
    check_open();
    queue_.put(item);
  }
  T get() {
    check_open();
    return queue_.get();
  }
  bool empty() const {
    check_open();
    return queue_.empty();
  }
  // From now on everything else raises OSError in this process.
  void close() { queue_.close(); }

  void pack(Writer& out) const { queue_.pack(out); }
  static SimpleQueue unpack(Reader& in) { return SimpleQueue(Queue<T>::unpack(in)); }

 private:
  explicit SimpleQueue(Queue<T> queue) : queue_(std::move(queue)) {}

  void check_open() const {
    if (queue_.is_closed()) throw OSError(EBADF, "use a queue whose handle is closed");
  }

  Queue<T> queue_;
};

}  // namespace mp

#endif  // MP_QUEUE_H_
