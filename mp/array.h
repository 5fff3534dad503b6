// Items of one type, of a fixed number, in memory that processes share, with a lock or without.
//
// Each call has the lock for as long as it takes; who reads and writes in one go keeps it: `counts.lock()[3] += 1`. A T
// is whatever a Value may hold. What is not given is zero. Indexes and slices are Python's: negative ones count from
// the end (slice.h).
//
// Unlike Python: the lock of a process that ended while it had it goes to the next one
// (lock.death_of_its_holder_does_not_block_the_next), who may find a slice half written; get_lock().took_over() tells.
//
// Processes: every one that has the array may call every method. Threads: likewise.
// Lifetime:  handles are cheap copies that share one array; it goes with the last one.
//
//   mp::Array<int> counts(5);                 // five zeros; of given items: counts({1, 2, 3}), counts(vector)
//   counts.set(1, 7);
//   counts.at(1);                             // 7
//   counts.set_slice(-2, {}, {8, 9});
//   counts.slice(1);                          // {7, 0, 8, 9}
//   counts.at(5);                             // raises mp::IndexError
//   for (int& each : counts.lock()) each *= 2;
//   counts.lock()[3];                         // 16
//
//   mp::Array<char> name(8);
//   name.set_value("mp");
//   name.value();                             // "mp"
//   name.raw().size();                        // 8
#ifndef MP_ARRAY_H_
#define MP_ARRAY_H_

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mp/any_lock.h"
#include "mp/errors.h"
#include "mp/lock.h"
#include "mp/os/arena.h"
#include "mp/os/whole.h"
#include "mp/shared_handle.h"
#include "mp/slice.h"
#include "mp/wire/shareable.h"
#include "mp/wire/travels.h"

namespace mp {

// Of which an array of T can be made: a std::vector, a std::set, ...; of characters text, too.
template <class Items, class T>
concept ItemsOf = requires(const Items& items) {
  { std::size(items) } -> std::convertible_to<size_t>;
  { *std::begin(items) } -> std::convertible_to<T>;
};

// Without a lock: what other processes read and write meanwhile is the caller's business.
//
//   mp::RawArray<double> samples({0.5, 1.5});
//   samples[1] += 1;
//   samples.slice();                          // {0.5, 2.5}
template <class T>
class RawArray : public wire::Handle {
  static_assert((wire::check_shareable<T>(), true));

 public:
  // Raises: ValueError if it is less than none, OSError if there is no memory.
  explicit RawArray(int64_t length)
      : RawArray(os::make_room(bytes_of(length), os::kWholeAlignment<T>), length) {}
  template <ItemsOf<T> Items>
  explicit RawArray(const Items& items) : RawArray(count(items)) {
    assign(items);
  }
  explicit RawArray(std::initializer_list<T> items) : RawArray(std::span(items)) {}

  size_t size() const { return size_; }

  // One item, whole as a RawValue's. Raises: IndexError
  T at(int64_t index) const { return os::load_whole((*this)[index_in(index, size_)]); }
  void set(int64_t index, const T& item) { os::store_whole((*this)[index_in(index, size_)], item); }

  // From `start` to before `stop`.
  std::vector<T> slice(Bound start = {}, Bound stop = {}) const {
    const std::span<T> part = part_of(start, stop);
    return std::vector<T>(part.begin(), part.end());
  }
  // Raises: ValueError if these are fewer or more; nothing has changed then.
  template <ItemsOf<T> Items>
  void set_slice(Bound start, Bound stop, const Items& items) {
    const std::span<T> part = part_of(start, stop);
    const auto& all = as_items(items);
    if (std::size(all) != part.size())
      throw ValueError(std::to_string(std::size(all)) + " items for a slice of " +
                       std::to_string(part.size()));
    std::copy_n(std::begin(all), part.size(), part.begin());
  }
  void set_slice(Bound start, Bound stop, std::initializer_list<T> items) {
    set_slice(start, stop, std::span(items));
  }
  // All of them.
  template <ItemsOf<T> Items>
  void assign(const Items& items) {
    set_slice({}, {}, items);
  }
  void assign(std::initializer_list<T> items) { set_slice({}, {}, items); }

  // Text up to the first NUL, and all of it.
  std::string value() const requires std::same_as<T, char> {
    return std::string(begin(), std::find(begin(), end(), '\0'));
  }
  std::string raw() const requires std::same_as<T, char> { return std::string(begin(), end()); }
  // Writes text, and a NUL behind it if there is room. Raises: ValueError if it is longer than the array; nothing has
  // changed then.
  void set_value(std::string_view text) requires std::same_as<T, char> {
    if (text.size() > size_)
      throw ValueError(std::to_string(text.size()) + " characters for an array of " +
                       std::to_string(size_));
    std::copy(text.begin(), text.end(), begin());
    if (text.size() < size_) (*this)[text.size()] = '\0';
  }

  // The items themselves, in shared memory. Requires: index < size()
  T& operator[](size_t index) const { return begin()[index]; }
  T* begin() const { return reinterpret_cast<T*>(room_.data()); }
  T* end() const { return begin() + size_; }

  void pack(Writer& out) const {
    pack_room(out, room_);
    out.write(static_cast<int64_t>(size_));
  }
  static RawArray unpack(Reader& in) {
    os::SharedRoom room = unpack_room(in);
    return RawArray(std::move(room), in.read<int64_t>());
  }

 private:
  template <class>
  friend class Array;

  static size_t bytes_of(int64_t length) {
    if (length < 0) throw ValueError("an array of " + std::to_string(length) + " items");
    if (static_cast<uint64_t>(length) > (size_t{1} << 62) / sizeof(T))
      throw OSError(ENOMEM, "make an array of " + std::to_string(length) + " items");
    return static_cast<size_t>(length) * sizeof(T);
  }
  // A literal ends before its NUL.
  template <class Items>
  static decltype(auto) as_items(const Items& items) {
    if constexpr (std::same_as<T, char> && std::convertible_to<const Items&, std::string_view>) {
      return std::string_view(items);
    } else {
      return (items);
    }
  }
  template <class Items>
  static int64_t count(const Items& items) {
    return static_cast<int64_t>(std::size(as_items(items)));
  }

  RawArray(os::SharedRoom room, int64_t length)
      : room_(std::move(room)), size_(static_cast<size_t>(length)) {}

  std::span<T> part_of(Bound start, Bound stop) const {
    const Slice slice = slice_in(start, stop, size_);
    return std::span<T>(begin() + slice.first, slice.size);
  }

  os::SharedRoom room_;
  size_t size_;
};

// With a lock, recursive if it is its own.
template <class T>
class Array : public wire::Handle {
  static_assert((wire::check_shareable<T>(), true));

 public:
  // What the items are while their lock is held. Requires: the array outlives it.
  class [[nodiscard]] Held {
   public:
    explicit Held(const Array& of) : hold_(of.lock_), items_(of.items_.begin(), of.size()) {}

    std::span<T> operator*() const { return items_; }
    // Requires: index < size()
    T& operator[](size_t index) const { return items_[index]; }
    size_t size() const { return items_.size(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

   private:
    HeldLock hold_;
    std::span<T> items_;
  };

  // Raises: as a RawArray.
  explicit Array(int64_t length)
      : Array(AnyLock::make_with_room(RawArray<T>::bytes_of(length), os::kWholeAlignment<T>),
              length) {}
  template <ItemsOf<T> Items>
  explicit Array(const Items& items) : Array(RawArray<T>::count(items)) {
    items_.assign(items);
  }
  explicit Array(std::initializer_list<T> items) : Array(std::span(items)) {}

  // With this Lock or RLock. Several arrays and values may share one.
  Array(int64_t length, const AnyLock& lock) : lock_(lock), items_(length) {}
  template <ItemsOf<T> Items>
  Array(const Items& items, const AnyLock& lock) : lock_(lock), items_(items) {}
  Array(std::initializer_list<T> items, const AnyLock& lock) : lock_(lock), items_(items) {}

  size_t size() const { return items_.size(); }

  // As a RawArray's. Each waits while another has the lock.
  T at(int64_t index) const {
    return under_lock([&] { return items_.at(index); });
  }
  void set(int64_t index, const T& item) {
    under_lock([&] { items_.set(index, item); });
  }
  std::vector<T> slice(Bound start = {}, Bound stop = {}) const {
    return under_lock([&] { return items_.slice(start, stop); });
  }
  template <ItemsOf<T> Items>
  void set_slice(Bound start, Bound stop, const Items& items) {
    under_lock([&] { items_.set_slice(start, stop, items); });
  }
  void set_slice(Bound start, Bound stop, std::initializer_list<T> items) {
    under_lock([&] { items_.set_slice(start, stop, items); });
  }
  template <ItemsOf<T> Items>
  void assign(const Items& items) {
    under_lock([&] { items_.assign(items); });
  }
  void assign(std::initializer_list<T> items) {
    under_lock([&] { items_.assign(items); });
  }
  std::string value() const requires std::same_as<T, char> {
    return under_lock([&] { return items_.value(); });
  }
  std::string raw() const requires std::same_as<T, char> {
    return under_lock([&] { return items_.raw(); });
  }
  void set_value(std::string_view text) requires std::same_as<T, char> {
    under_lock([&] { items_.set_value(text); });
  }

  // Waits likewise, and has the lock until what it returns is gone.
  Held lock() const { return Held(*this); }

  AnyLock get_lock() const { return lock_; }

  void pack(Writer& out) const {
    lock_.pack(out);
    items_.pack(out);
  }
  static Array unpack(Reader& in) {
    AnyLock lock = AnyLock::unpack(in);
    return Array(std::move(lock), RawArray<T>::unpack(in));
  }

 private:
  Array(AnyLock::WithRoom made, int64_t length)
      : Array(std::move(made.lock), RawArray<T>(std::move(made.room), length)) {}
  Array(AnyLock lock, RawArray<T> items) : lock_(std::move(lock)), items_(std::move(items)) {}

  template <class F>
  auto under_lock(F f) const {
    HeldLock hold(lock_);
    return f();
  }

  AnyLock lock_;
  RawArray<T> items_;
};

}  // namespace mp

#endif  // MP_ARRAY_H_
