// The queues of Python's module `queue`, for the threads of one process: mp::queue::Queue (first in, first out),
// LifoQueue (last in, first out) and PriorityQueue (the least first, of equal ones any).
//
// Of no use between processes: that is mp::Queue. A forked child may find one locked for ever.
//
// Threads: any; put() happens before the get() that returns its item. Lifetime: it outlives every call; neither copied
// nor moved.
//
//   mp::queue::PriorityQueue<std::pair<int, std::string>> jobs(/*maxsize=*/2);
//   jobs.put({2, "later"});
//   jobs.put({1, "now"});
//   jobs.try_put({3, "never"});     // false: it is full
//   jobs.get().second;              // "now"
//   jobs.task_done();
//   jobs.get(10ms).second;          // "later"
//   jobs.task_done();
//   jobs.join();                    // all that was put is done with
//   jobs.get_nowait();              // raises mp::Empty
#ifndef MP_THREAD_QUEUE_H_
#define MP_THREAD_QUEUE_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "mp/errors.h"
#include "mp/timeout.h"

namespace mp::queue {

// In which order items come.
template <class T>
class FirstInFirstOut {
 public:
  size_t size() const { return items_.size(); }
  template <class Item>
  void push(Item&& item) {
    items_.push_back(std::forward<Item>(item));
  }
  T pop() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  std::deque<T> items_;
};

template <class T>
class LastInFirstOut {
 public:
  size_t size() const { return items_.size(); }
  template <class Item>
  void push(Item&& item) {
    items_.push_back(std::forward<Item>(item));
  }
  T pop() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

template <class T>
class LeastFirst {
 public:
  size_t size() const { return heap_.size(); }
  template <class Item>
  void push(Item&& item) {
    heap_.push_back(std::forward<Item>(item));
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  T pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    T item = std::move(heap_.back());
    heap_.pop_back();
    return item;
  }

 private:
  std::vector<T> heap_;
};

template <class T, class Order>
class OrderedQueue {
 public:
  // At most `maxsize` items wait; 0 or less: any number.
  explicit OrderedQueue(int maxsize = 0)
      : maxsize_(maxsize > 0 ? static_cast<size_t>(maxsize) : 0) {}
  OrderedQueue(const OrderedQueue&) = delete;
  OrderedQueue& operator=(const OrderedQueue&) = delete;

  // Waits while the queue is full. Raises: Full if there was no room within `timeout`, ValueError if that is negative.
  template <class Item = T>
  void put(Item&& item, Timeout timeout = {}) {
    if (!try_put(std::forward<Item>(item), timeout)) throw Full();
  }
  template <class Item = T>
  void put_nowait(Item&& item) {
    put(std::forward<Item>(item), kAtOnce);
  }
  // The same, for who expects it to be full. False: it was, and the item is the caller's still.
  template <class Item = T>
  bool try_put(Item&& item, Timeout timeout = kAtOnce) {
    std::unique_lock hold(mutex_);
    if (!wait(hold, has_room_, timeout, [&] { return !is_full(); })) return false;
    items_.push(std::forward<Item>(item));
    ++unfinished_;
    has_items_.notify_one();
    return true;
  }

  // Waits for an item. Raises: Empty if there was none within `timeout`, ValueError if that is negative.
  T get(Timeout timeout = {}) {
    if (std::optional<T> item = try_get(timeout)) return *std::move(item);
    throw Empty();
  }
  T get_nowait() { return get(kAtOnce); }
  // The same, for who expects it to be empty. Absent: it was.
  std::optional<T> try_get(Timeout timeout = kAtOnce) {
    std::unique_lock hold(mutex_);
    if (!wait(hold, has_items_, timeout, [&] { return items_.size() > 0; })) return std::nullopt;
    std::optional<T> item(items_.pop());
    has_room_.notify_one();
    return item;
  }

  // One item that was got is done with. Raises: ValueError if all that were put are done with already.
  void task_done() {
    std::scoped_lock hold(mutex_);
    if (unfinished_ == 0) throw ValueError("task_done() was called more often than items were put");
    if (--unfinished_ == 0) all_done_.notify_all();
  }
  // Waits until every item that was put is done with.
  void join() {
    std::unique_lock hold(mutex_);
    all_done_.wait(hold, [&] { return unfinished_ == 0; });
  }

  // Of a moment that has passed when they return.
  int qsize() const {
    std::scoped_lock hold(mutex_);
    return static_cast<int>(items_.size());
  }
  bool empty() const { return qsize() == 0; }
  bool full() const {
    std::scoped_lock hold(mutex_);
    return is_full();
  }

 private:
  static constexpr std::chrono::duration<double> kAtOnce{0};

  bool is_full() const { return maxsize_ != 0 && items_.size() >= maxsize_; }

  // False: it was not ready until the time was up.
  template <class Ready>
  static bool wait(std::unique_lock<std::mutex>& hold, std::condition_variable& changed,
                   const Timeout& timeout, Ready ready) {
    if (timeout && timeout->count() < 0) throw ValueError("a timeout of less than nothing");
    const base::Deadline deadline = deadline_of(timeout);
    while (!ready()) {
      if (deadline.is_never()) {
        changed.wait(hold);
      } else if (deadline.passed()) {
        return false;
      } else {
        changed.wait_for(hold, deadline.remaining());
      }
    }
    return true;
  }

  const size_t maxsize_;  // 0: no limit
  mutable std::mutex mutex_;
  // Under it:
  Order items_;
  size_t unfinished_ = 0;
  std::condition_variable has_items_, has_room_, all_done_;
};

template <class T>
using Queue = OrderedQueue<T, FirstInFirstOut<T>>;
template <class T>
using LifoQueue = OrderedQueue<T, LastInFirstOut<T>>;
template <class T>
using PriorityQueue = OrderedQueue<T, LeastFirst<T>>;

}  // namespace mp::queue

#endif  // MP_THREAD_QUEUE_H_
