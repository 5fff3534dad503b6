// A value in memory that processes share, with a lock or without.
//
// load() and store() each have the lock for as long as they take; who reads and writes in one go keeps it:
// `*total.lock() += 1`. A T is whatever can be copied byte by byte: numbers, enumerations, structs of such. What is
// not given is zero.
//
// Unlike Python: the lock of a process that ended while it had it goes to the next one
// (lock.death_of_its_holder_does_not_block_the_next). A value that takes several instructions to write may then be
// half written: get_lock().took_over() tells. One that takes a single instruction, like a number, never is.
//
// Processes: every one that has the value may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies that share one value; it goes with the last one.
//
//   mp::Value<int> total(7);
//   *total.lock() += 1;
//   total.load();                  // 8
//   total.store(0);
//
//   struct Point { double x, y; };
//   mp::RLock lock;
//   mp::Value<Point> a({1, 2}, lock), b({3, 4}, lock);
//   {
//     std::scoped_lock hold(lock);   // of both; it is recursive
//     a.store(b.load());
//   }
//   a.lock()->x;                     // 3
#ifndef MP_VALUE_H_
#define MP_VALUE_H_

#include <utility>

#include "mp/any_lock.h"
#include "mp/lock.h"
#include "mp/os/arena.h"
#include "mp/os/whole.h"
#include "mp/shared_handle.h"
#include "mp/wire/shareable.h"
#include "mp/wire/travels.h"

namespace mp {

// Without a lock: what other processes read and write meanwhile is the caller's business.
//
//   mp::RawValue<bool> stop;
//   stop.load();                   // false
//   stop.store(true);
template <class T>
class RawValue : public wire::Handle {
  static_assert((wire::check_shareable<T>(), true));

 public:
  // Raises: OSError if there is no memory.
  RawValue() : RawValue(os::make_room(sizeof(T), os::kWholeAlignment<T>)) {}
  explicit RawValue(const T& first) : RawValue() { **this = first; }

  // In one go where the CPU can (os/whole.h): never half of one value and half of another.
  // Then: who loads what was stored here sees what had been written before.
  T load() const { return os::load_whole(**this); }
  void store(const T& value) { os::store_whole(**this, value); }

  // The value itself, in shared memory.
  T& operator*() const { return *reinterpret_cast<T*>(room_.data()); }
  T* operator->() const { return &**this; }

  void pack(Writer& out) const { pack_room(out, room_); }
  static RawValue unpack(Reader& in) { return RawValue(unpack_room(in)); }

 private:
  template <class>
  friend class Value;

  explicit RawValue(os::SharedRoom room) : room_(std::move(room)) {}

  os::SharedRoom room_;
};

// With a lock, recursive if it is its own.
template <class T>
class Value : public wire::Handle {
  static_assert((wire::check_shareable<T>(), true));

 public:
  // What a value is while its lock is held. Requires: the value outlives it.
  class [[nodiscard]] Held {
   public:
    explicit Held(const Value& of) : hold_(of.lock_), value_(*of.value_) {}

    T& operator*() const { return value_; }
    T* operator->() const { return &value_; }

   private:
    HeldLock hold_;
    T& value_;
  };

  // Raises: OSError if there is no memory.
  Value() : Value(AnyLock::make_with_room(sizeof(T), os::kWholeAlignment<T>)) {}
  explicit Value(const T& first) : Value() { *value_ = first; }
  // With this Lock or RLock. Several values may share one.
  Value(const T& first, const AnyLock& lock) : lock_(lock), value_(first) {}

  // Each waits while another has the lock.
  T load() const { return *lock(); }
  void store(const T& value) { *lock() = value; }

  // Waits likewise, and has the lock until what it returns is gone.
  Held lock() const { return Held(*this); }

  AnyLock get_lock() const { return lock_; }

  void pack(Writer& out) const {
    lock_.pack(out);
    value_.pack(out);
  }
  static Value unpack(Reader& in) {
    AnyLock lock = AnyLock::unpack(in);
    return Value({.lock = std::move(lock), .room = unpack_room(in)});
  }

 private:
  explicit Value(AnyLock::WithRoom made)
      : lock_(std::move(made.lock)), value_(std::move(made.room)) {}

  AnyLock lock_;
  RawValue<T> value_;
};

}  // namespace mp

#endif  // MP_VALUE_H_
