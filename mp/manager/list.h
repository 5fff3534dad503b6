// A list in a manager's server, and its proxy.
//
// What is read from it is a copy: to change that changes nothing here until it is set again. Several calls are several
// steps, and others may come between: hold a manager's Lock where that matters.
//
//   mp::ListProxy<int> numbers = manager.list<int>({1, 2});
//   numbers.append(3);
//   numbers[-1];                  // 3
//   numbers.slice(0, 2);          // std::vector{1, 2}
//   for (int n : numbers.getvalue()) ...
#ifndef MP_MANAGER_LIST_H_
#define MP_MANAGER_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "mp/errors.h"
#include "mp/manager/proxy.h"
#include "mp/slice.h"

namespace mp {

namespace managed {

template <class T>
class List {
 public:
  using Items = std::vector<T>;

  explicit List(Items items) : items_(std::move(items)) {}

  void append(const T& item) { items_.push_back(item); }
  void extend(const Items& items) { items_.insert(items_.end(), items.begin(), items.end()); }
  void insert(int64_t index, const T& item) {
    items_.insert(place(slice_in(index, {}, items_.size()).first), item);
  }
  T pop(int64_t index) {
    if (items_.empty()) throw IndexError("pop from empty list");
    const auto taken = place(index_in(index, items_.size()));
    T item = std::move(*taken);
    items_.erase(taken);
    return item;
  }
  void remove(const T& item) { items_.erase(find(item, {}, {})); }
  void erase(int64_t index) { items_.erase(place(index_in(index, items_.size()))); }
  void clear() { items_.clear(); }

  int64_t index(const T& item, Bound start, Bound stop) {
    return find(item, start, stop) - items_.begin();
  }
  int64_t count(const T& item) { return std::count(items_.begin(), items_.end(), item); }
  bool contains(const T& item) { return count(item) != 0; }
  uint64_t size() { return items_.size(); }

  void sort(bool reverse) {
    if (reverse) {
      std::stable_sort(items_.begin(), items_.end(), [](const T& a, const T& b) { return b < a; });
    } else {
      std::stable_sort(items_.begin(), items_.end());
    }
  }
  void reverse() { std::reverse(items_.begin(), items_.end()); }

  T at(int64_t index) { return items_[index_in(index, items_.size())]; }
  void set(int64_t index, const T& item) { items_[index_in(index, items_.size())] = item; }
  Items slice(Bound start, Bound stop) {
    const Slice part = slice_in(start, stop, items_.size());
    return Items(place(part.first), place(part.first + part.size));
  }
  void set_slice(Bound start, Bound stop, const Items& items) {
    const Slice part = slice_in(start, stop, items_.size());
    const auto gap = items_.erase(place(part.first), place(part.first + part.size));
    items_.insert(gap, items.begin(), items.end());
  }
  void repeat(int64_t times) {
    const Items once = std::exchange(items_, {});
    for (; times > 0; --times) extend(once);
  }

 private:
  auto place(size_t index) { return items_.begin() + static_cast<ptrdiff_t>(index); }
  auto find(const T& item, Bound start, Bound stop) {
    const Slice part = slice_in(start, stop, items_.size());
    const auto end = place(part.first + part.size);
    const auto found = std::find(place(part.first), end, item);
    if (found == end) throw ValueError("the item is not in the list");
    return found;
  }

  Items items_;
};

}  // namespace managed

template <class T>
class ListProxy : public Proxy<managed::List<T>> {
  using List = managed::List<T>;

 public:
  using Items = std::vector<T>;
  using Proxy<List>::Proxy;

  void append(const T& item) const { this->template call<&List::append>(item); }
  void extend(const Items& items) const { this->template call<&List::extend>(items); }
  // Before the item of this index; at the end if there is none.
  void insert(int64_t index, const T& item) const {
    this->template call<&List::insert>(index, item);
  }
  // Takes an item away. Raises: IndexError
  T pop(int64_t index = -1) const { return this->template call<&List::pop>(index); }
  // The first that is equal. Raises: ValueError if there is none.
  void remove(const T& item) const { this->template call<&List::remove>(item); }
  // Raises: IndexError
  void erase(int64_t index) const { this->template call<&List::erase>(index); }
  void clear() const { this->template call<&List::clear>(); }

  // Where the first is that is equal. Raises: ValueError if there is none.
  int64_t index(const T& item, Bound start = {}, Bound stop = {}) const {
    return this->template call<&List::index>(item, start, stop);
  }
  int64_t count(const T& item) const { return this->template call<&List::count>(item); }
  bool contains(const T& item) const { return this->template call<&List::contains>(item); }
  size_t size() const { return this->template call<&List::size>(); }

  void sort(bool reverse = false) const { this->template call<&List::sort>(reverse); }
  void reverse() const { this->template call<&List::reverse>(); }

  // Copies. Raises: IndexError
  T operator[](int64_t index) const { return at(index); }
  T at(int64_t index) const { return this->template call<&List::at>(index); }
  void set(int64_t index, const T& item) const { this->template call<&List::set>(index, item); }
  Items slice(Bound start = {}, Bound stop = {}) const {
    return this->template call<&List::slice>(start, stop);
  }
  void set_slice(Bound start, Bound stop, const Items& items) const {
    this->template call<&List::set_slice>(start, stop, items);
  }
  // Of all of it.
  Items getvalue() const { return slice(); }

  // What there is, so many times.
  void operator*=(int64_t times) const { this->template call<&List::repeat>(times); }
  void operator+=(const Items& items) const { extend(items); }
};

template <class T>
struct ProxyFor<managed::List<T>> {
  using type = ListProxy<T>;
};

}  // namespace mp

#endif  // MP_MANAGER_LIST_H_
