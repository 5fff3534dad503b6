// Condition, Event and Barrier in a manager's server, and their proxies.
//
// A process that is gone takes no notification; a barrier where it waited is broken.
//
//   mp::ConditionProxy oven = manager.Condition();
//   std::scoped_lock hold(oven);
//   oven.wait_for([&] { return bread.get() > 0; });
//
//   mp::EventProxy green = manager.Event();
//   green.wait(5s);               // false: not within 5 seconds
//
//   mp::BarrierProxy start = manager.Barrier(3);
//   start.wait();                 // 0, 1 or 2
#ifndef MP_MANAGER_MEETINGS_H_
#define MP_MANAGER_MEETINGS_H_

#include <cstdint>

#include "mp/manager/hall.h"
#include "mp/manager/locks.h"
#include "mp/manager/proxy.h"
#include "mp/timeout.h"

namespace mp {

namespace managed {

class Condition : public Leased {
 public:
  bool acquire(bool block, Timeout timeout) { return lock_.acquire(block, timeout); }
  void release() { lock_.release(); }
  bool wait(Timeout timeout);
  void notify(int n);
  void notify_all();
  void give_back(SessionId session) override { lock_.give_back(session); }

 private:
  RLock lock_;
  Line line_;
};

class Event {
 public:
  void set();
  void clear();
  bool is_set();
  bool wait(Timeout timeout);

 private:
  bool is_set_ = false;
  Line line_;
};

class Barrier {
 public:
  // Raises: ValueError if `parties` is less than 1.
  Barrier(int parties, Timeout timeout);
  int wait(Timeout timeout);
  void reset();
  void abort();
  int parties() { return parties_; }
  int n_waiting();
  bool broken();

 private:
  // Of one meeting: how it ended, for those who were there.
  struct Round {
    int arrived = 0;
    bool is_broken = false;
  };
  // Requires: the hall's mutex.
  void break_up();

  const int parties_;
  const Timeout timeout_;
  bool is_broken_ = false;
  std::shared_ptr<Round> round_ = std::make_shared<Round>();
  Line line_;
};

}  // namespace managed

template <>
inline constexpr bool kIsThreadSafe<managed::Condition> = true;
template <>
inline constexpr bool kIsThreadSafe<managed::Event> = true;
template <>
inline constexpr bool kIsThreadSafe<managed::Barrier> = true;

// With a recursive lock of its own.
class ConditionProxy : public AnyLockProxy<managed::Condition> {
 public:
  using AnyLockProxy::AnyLockProxy;

  // Lets go of the lock, waits until it is notified, and has the lock again, as often as before. False: nobody has
  // notified it in time. Raises, all of them: RuntimeError if this thread does not have the lock.
  bool wait(Timeout timeout = {}) const { return call<&managed::Condition::wait>(timeout); }
  // Waits until `ready()` is true, which is asked here with the lock held, first and after each notification. What it
  // was at last.
  template <class Ready>
  bool wait_for(Ready ready, Timeout timeout = {}) const {
    const base::Deadline deadline = deadline_of(timeout);
    while (!ready()) {
      const Timeout left = deadline.is_never() ? Timeout() : Timeout(deadline.remaining());
      if (!wait(left)) return ready();
    }
    return true;
  }
  // Wakes those that have waited longest, as soon as the lock is free.
  void notify(int n = 1) const { call<&managed::Condition::notify>(n); }
  void notify_all() const { call<&managed::Condition::notify_all>(); }
};

class EventProxy : public Proxy<managed::Event> {
 public:
  using Proxy::Proxy;

  void set() const { call<&managed::Event::set>(); }
  void clear() const { call<&managed::Event::clear>(); }
  bool is_set() const { return call<&managed::Event::is_set>(); }
  // False: it was not set in time.
  bool wait(Timeout timeout = {}) const { return call<&managed::Event::wait>(timeout); }
};

class BarrierProxy : public Proxy<managed::Barrier> {
 public:
  using Proxy::Proxy;

  // Waits until all parties do. Returns a number below parties(), to each another one. Raises: BrokenBarrierError if
  // the barrier is or gets broken: by abort(), reset(), a party's end, a time that is up.
  int wait(Timeout timeout = {}) const { return call<&managed::Barrier::wait>(timeout); }
  // Those who wait raise BrokenBarrierError; after abort() those who come, too.
  void reset() const { call<&managed::Barrier::reset>(); }
  void abort() const { call<&managed::Barrier::abort>(); }
  int parties() const { return call<&managed::Barrier::parties>(); }
  int n_waiting() const { return call<&managed::Barrier::n_waiting>(); }
  bool broken() const { return call<&managed::Barrier::broken>(); }
};

template <>
struct ProxyFor<managed::Condition> {
  using type = ConditionProxy;
};
template <>
struct ProxyFor<managed::Event> {
  using type = EventProxy;
};
template <>
struct ProxyFor<managed::Barrier> {
  using type = BarrierProxy;
};

}  // namespace mp

#endif  // MP_MANAGER_MEETINGS_H_
