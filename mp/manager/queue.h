// Queues in a manager's server, and their proxies: for processes that have no memory in common.
//
// What put() has put is there at once, and stays when its process ends. An item is taken when it has arrived: if the
// process that asked for it is gone before, the item is the next one again. Who is gone neither takes nor puts later.
//
//   mp::QueueProxy<std::string> queue = manager.Queue<std::string>();
//   queue.put("sword");
//   queue.get(1s);                // "sword"
//   queue.get_nowait();           // raises mp::Empty
#ifndef MP_MANAGER_QUEUE_H_
#define MP_MANAGER_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "mp/errors.h"
#include "mp/manager/hall.h"
#include "mp/manager/proxy.h"
#include "mp/timeout.h"

namespace mp {

namespace managed {

template <class T>
class Queue : public std::enable_shared_from_this<Queue<T>> {
 public:
  // 0 or less: any number of items.
  explicit Queue(int maxsize) : maxsize_(maxsize) {}

  bool put(const T& item, Timeout timeout) {
    const base::Deadline deadline = checked_deadline(timeout);
    HallLock hold(hall_mutex());
    if (is_full()) {
      Waiter me;
      offered_.emplace(&me, &item);
      const bool is_taken = wait_or_leave(hold, putters_, me, deadline);
      offered_.erase(&me);
      return is_taken;
    }
    add(item);
    return true;
  }

  std::optional<T> get(Timeout timeout) {
    const base::Deadline deadline = checked_deadline(timeout);
    HallLock hold(hall_mutex());
    if (items_.empty()) {
      Waiter me;
      if (!getters_.wait(hold, me, deadline)) return std::nullopt;
      auto handed = handed_.extract(&me);
      take_back_if_lost(handed.mapped());
      if (me.caller.is_gone()) {
        undo(std::exchange(me.caller.undo, nullptr), hold);
        throw ClientGone();
      }
      return std::move(handed.mapped());
    }
    T item = std::move(items_.front());
    items_.pop_front();
    let_a_putter_in();
    take_back_if_lost(item);
    return item;
  }

  void task_done() {
    HallLock hold(hall_mutex());
    if (unfinished_ == 0) throw ValueError("task_done() was called more often than items were put");
    if (--unfinished_ == 0) joiners_.call_all();
  }
  void join() {
    HallLock hold(hall_mutex());
    if (unfinished_ == 0) return;
    Waiter me;
    joiners_.wait(hold, me, base::Deadline::never());
  }

  int64_t qsize() {
    HallLock hold(hall_mutex());
    return static_cast<int64_t>(items_.size());
  }
  bool empty() { return qsize() == 0; }
  bool full() {
    HallLock hold(hall_mutex());
    return is_full();
  }

 private:
  static base::Deadline checked_deadline(Timeout timeout) {
    if (timeout && timeout->count() < 0)
      throw ValueError("'timeout' must be a non-negative number");
    return deadline_of(timeout);
  }
  bool is_full() const { return maxsize_ > 0 && items_.size() >= static_cast<size_t>(maxsize_); }

  // Requires, all of them: the hall's mutex.

  // To the one who has waited longest, or behind the others.
  void add(const T& item) {
    ++unfinished_;
    if (Waiter* const getter = getters_.call_first()) {
      handed_.emplace(getter, item);
    } else {
      items_.push_back(item);
    }
  }
  void let_a_putter_in() {
    if (is_full()) return;
    if (Waiter* const putter = putters_.call_first()) add(*offered_.at(putter));
  }
  // False: there was no room in time.
  bool wait_or_leave(HallLock& hold, Line& line, Waiter& me, base::Deadline deadline) {
    try {
      return line.wait(hold, me, deadline);
    } catch (const ClientGone&) {
      offered_.erase(&me);
      throw;
    }
  }
  void take_back_if_lost(const T& item) {
    current_caller().undo = [self = this->shared_from_this(), item] {
      HallLock hold(hall_mutex());
      if (Waiter* const getter = self->getters_.call_first()) {
        self->handed_.emplace(getter, item);
      } else {
        self->items_.push_front(item);
      }
    };
  }
  static void undo(const std::function<void()>& how, HallLock& hold) {
    hold.unlock();
    how();
    hold.lock();
  }

  const int maxsize_;
  std::deque<T> items_;
  uint64_t unfinished_ = 0;  // items that were put, and not said to be done
  Line getters_, putters_, joiners_;
  std::map<Waiter*, const T*> offered_;  // by those who wait for room
  std::map<Waiter*, T> handed_;          // to those who have waited, until they have seen it
};

}  // namespace managed

template <class T>
inline constexpr bool kIsThreadSafe<managed::Queue<T>> = true;

template <class T>
class QueueProxy : public Proxy<managed::Queue<T>> {
  using Queue = managed::Queue<T>;

 public:
  using Proxy<Queue>::Proxy;

  // Waits while the queue is full. Raises: Full if there was no room within `timeout`, ValueError if that is negative.
  void put(const T& item, Timeout timeout = {}) const {
    if (!try_put(item, timeout)) throw Full();
  }
  void put_nowait(const T& item) const { put(item, kAtOnce); }
  // The same, for who expects it to be full. False: it was.
  bool try_put(const T& item, Timeout timeout = kAtOnce) const {
    return this->template call<&Queue::put>(item, timeout);
  }

  // Waits for an item. Raises: Empty if there was none within `timeout`, ValueError if that is negative.
  T get(Timeout timeout = {}) const {
    if (std::optional<T> item = try_get(timeout)) return *std::move(item);
    throw Empty();
  }
  T get_nowait() const { return get(kAtOnce); }
  // The same, for who expects it to be empty. Absent: it was.
  std::optional<T> try_get(Timeout timeout = kAtOnce) const {
    return this->template call<&Queue::get>(timeout);
  }

  // Of a moment that has passed when they return.
  int qsize() const { return static_cast<int>(this->template call<&Queue::qsize>()); }
  bool empty() const { return this->template call<&Queue::empty>(); }
  bool full() const { return this->template call<&Queue::full>(); }

 private:
  static constexpr std::chrono::duration<double> kAtOnce{0};
};

template <class T>
class JoinableQueueProxy : public QueueProxy<T> {
 public:
  using QueueProxy<T>::QueueProxy;

  // One item that was got is done with. Raises: ValueError if all that were put are done with already.
  void task_done() const { this->template call<&managed::Queue<T>::task_done>(); }
  // Waits until every item that was put is done with.
  void join() const { this->template call<&managed::Queue<T>::join>(); }
};

template <class T>
struct ProxyFor<managed::Queue<T>> {
  using type = QueueProxy<T>;
};

}  // namespace mp

#endif  // MP_MANAGER_QUEUE_H_
