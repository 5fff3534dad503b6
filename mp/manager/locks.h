// Locks in a manager's server, and their proxies: for processes that have no memory in common.
//
// Who waits longest is next. What a process holds that is gone, killed or not, goes to the next one: a lock, and those
// permits of a semaphore that nobody has given back for it. A Lock may be released by anybody; an RLock, as often as it was acquired, by the thread that has it.
//
//   mp::LockProxy lock = manager.Lock();
//   std::scoped_lock hold(lock);
#ifndef MP_MANAGER_LOCKS_H_
#define MP_MANAGER_LOCKS_H_

#include <cstdint>
#include <limits>
#include <map>
#include <memory>

#include "mp/errors.h"
#include "mp/manager/hall.h"
#include "mp/manager/proxy.h"
#include "mp/timeout.h"

namespace mp {

namespace managed {

class Lock : public Leased {
 public:
  bool acquire(bool block, Timeout timeout);
  void release();
  bool locked();
  void give_back(SessionId session) override;

 private:
  // Requires, all of them: the hall's mutex.
  void pass_on();

  // Whose it is; null: nobody's.
  std::shared_ptr<Session> holder_;
  Line line_;
};

class RLock : public Leased {
 public:
  bool acquire(bool block, Timeout timeout);
  void release();
  void give_back(SessionId session) override;

  // For a Condition. Requires, all of them: the hall's mutex.
  void check_mine(const char* what) const;
  // Returns how often it was acquired.
  uint32_t release_all();
  void acquire_again(HallLock& hold, uint32_t levels);

 private:
  bool is_mine() const;
  bool take(HallLock& hold, base::Deadline deadline);
  void pass_on();

  std::shared_ptr<Session> holder_;
  uint64_t thread_ = 0;  // of the holder's
  uint32_t levels_ = 0;
  Line line_;
};

class Semaphore : public Leased {
 public:
  // Raises: ValueError if `value` is negative.
  explicit Semaphore(int value) : Semaphore(value, std::numeric_limits<int>::max()) {}
  bool acquire(bool block, Timeout timeout);
  void release();
  int get_value();
  void give_back(SessionId session) override;

 protected:
  Semaphore(int value, int most);

 private:
  // Requires, both: the hall's mutex.
  void pass_on();
  void note_release();

  int value_;
  const int most_;
  std::map<SessionId, int> taken_;  // and not released since then, by this process or for it
  Line line_;
};

class BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(int value) : Semaphore(value, value) {}
};

}  // namespace managed

template <>
inline constexpr bool kIsThreadSafe<managed::Lock> = true;
template <>
inline constexpr bool kIsThreadSafe<managed::RLock> = true;
template <>
inline constexpr bool kIsThreadSafe<managed::Semaphore> = true;
template <>
inline constexpr bool kIsThreadSafe<managed::BoundedSemaphore> = true;

// What all of them are used like.
template <class L>
class AnyLockProxy : public Proxy<L> {
 public:
  using Proxy<L>::Proxy;

  // False: it could not be had in time.
  bool acquire(bool block = true, Timeout timeout = {}) const {
    return this->template call<&L::acquire>(block, timeout);
  }
  // Raises: RuntimeError for a Lock that nobody has, and an RLock that this thread does not have; ValueError for a
  // BoundedSemaphore that has all its permits.
  void release() const { this->template call<&L::release>(); }

  void lock() const { acquire(); }
  bool try_lock() const { return acquire(false); }
  void unlock() const { release(); }
};

class LockProxy : public AnyLockProxy<managed::Lock> {
 public:
  using AnyLockProxy::AnyLockProxy;
  // Of a moment that has passed when it returns.
  bool locked() const { return call<&managed::Lock::locked>(); }
};

class RLockProxy : public AnyLockProxy<managed::RLock> {
 public:
  using AnyLockProxy::AnyLockProxy;
};

class SemaphoreProxy : public AnyLockProxy<managed::Semaphore> {
 public:
  using AnyLockProxy::AnyLockProxy;
  int get_value() const { return call<&managed::Semaphore::get_value>(); }
};

class BoundedSemaphoreProxy : public AnyLockProxy<managed::BoundedSemaphore> {
 public:
  using AnyLockProxy::AnyLockProxy;
  int get_value() const { return call<&managed::BoundedSemaphore::get_value>(); }
};

template <>
struct ProxyFor<managed::Lock> {
  using type = LockProxy;
};
template <>
struct ProxyFor<managed::RLock> {
  using type = RLockProxy;
};
template <>
struct ProxyFor<managed::Semaphore> {
  using type = SemaphoreProxy;
};
template <>
struct ProxyFor<managed::BoundedSemaphore> {
  using type = BoundedSemaphoreProxy;
};

}  // namespace mp

#endif  // MP_MANAGER_LOCKS_H_
