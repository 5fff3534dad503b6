// Single values in a manager's server, and their proxies: a Namespace, whose attributes are of any type; a Value; an
// Array, of fixed length.
//
//   mp::NamespaceProxy shop = manager.Namespace();
//   shop.set("name", std::string("bob's"));
//   shop.get<std::string>("name");        // "bob's"
//
//   mp::ValueProxy<int> sold = manager.Value(0);
//   sold.set(sold.get() + 1);             // two calls: others may come between
//
//   mp::ArrayProxy<double> prices = manager.Array<double>({1.5, 2});
//   prices.set(0, 1.75);
#ifndef MP_MANAGER_VALUES_H_
#define MP_MANAGER_VALUES_H_

#include <any>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mp/errors.h"
#include "mp/manager/proxy.h"
#include "mp/slice.h"
#include "mp/type_name.h"

namespace mp {

namespace managed {

class Namespace {
 public:
  template <class T>
  T get(const std::string& name) {
    const std::any& attribute = find(name)->second;
    if (const T* value = std::any_cast<T>(&attribute)) return *value;
    throw TypeError("the attribute " + name + " is a " + readable_name(attribute.type()) +
                    ", not a " + readable_name(typeid(T)));
  }
  template <class T>
  void set(const std::string& name, const T& value) {
    attributes_[name] = value;
  }
  void erase(const std::string& name) { attributes_.erase(find(name)); }
  bool has(const std::string& name) { return attributes_.contains(name); }

 private:
  std::map<std::string, std::any>::iterator find(const std::string& name) {
    const auto found = attributes_.find(name);
    if (found == attributes_.end()) throw AttributeError("the namespace has no attribute " + name);
    return found;
  }

  std::map<std::string, std::any> attributes_;
};

template <class T>
class Value {
 public:
  explicit Value(T value) : value_(std::move(value)) {}
  T get() { return value_; }
  void set(const T& value) { value_ = value; }

 private:
  T value_;
};

template <class T>
class Array {
 public:
  explicit Array(std::vector<T> items) : items_(std::move(items)) {}
  T at(int64_t index) { return items_[index_in(index, items_.size())]; }
  void set(int64_t index, const T& item) { items_[index_in(index, items_.size())] = item; }
  std::vector<T> slice(Bound start, Bound stop) {
    const Slice part = slice_in(start, stop, items_.size());
    const auto first = items_.begin() + static_cast<ptrdiff_t>(part.first);
    return std::vector<T>(first, first + static_cast<ptrdiff_t>(part.size));
  }
  void set_slice(Bound start, Bound stop, const std::vector<T>& items) {
    const Slice part = slice_in(start, stop, items_.size());
    if (part.size != items.size()) {
      throw ValueError(std::to_string(items.size()) + " items for a slice of " +
                       std::to_string(part.size) + ": an array keeps its length");
    }
    std::copy(items.begin(), items.end(), items_.begin() + static_cast<ptrdiff_t>(part.first));
  }
  uint64_t size() { return items_.size(); }

 private:
  std::vector<T> items_;
};

}  // namespace managed

class NamespaceProxy : public Proxy<managed::Namespace> {
 public:
  using Proxy::Proxy;

  // Raises, but for set(): AttributeError if there is none of the name; get() TypeError if it is of another type.
  template <class T>
  T get(const std::string& name) const {
    return call<&managed::Namespace::get<T>>(name);
  }
  template <class T>
  void set(const std::string& name, const T& value) const {
    call<&managed::Namespace::set<Kept<T>>>(name, value);
  }
  void erase(const std::string& name) const { call<&managed::Namespace::erase>(name); }
  bool has(const std::string& name) const { return call<&managed::Namespace::has>(name); }
};

template <class T>
class ValueProxy : public Proxy<managed::Value<T>> {
 public:
  using Proxy<managed::Value<T>>::Proxy;

  T get() const { return this->template call<&managed::Value<T>::get>(); }
  void set(const T& value) const { this->template call<&managed::Value<T>::set>(value); }
};

template <class T>
class ArrayProxy : public Proxy<managed::Array<T>> {
  using Array = managed::Array<T>;

 public:
  using Proxy<Array>::Proxy;

  // Raises: IndexError
  T operator[](int64_t index) const { return at(index); }
  T at(int64_t index) const { return this->template call<&Array::at>(index); }
  void set(int64_t index, const T& item) const { this->template call<&Array::set>(index, item); }
  std::vector<T> slice(Bound start = {}, Bound stop = {}) const {
    return this->template call<&Array::slice>(start, stop);
  }
  // Raises: ValueError if there are not as many items as the slice has.
  void set_slice(Bound start, Bound stop, const std::vector<T>& items) const {
    this->template call<&Array::set_slice>(start, stop, items);
  }
  size_t size() const { return this->template call<&Array::size>(); }
};

template <>
struct ProxyFor<managed::Namespace> {
  using type = NamespaceProxy;
};
template <class T>
struct ProxyFor<managed::Value<T>> {
  using type = ValueProxy<T>;
};
template <class T>
struct ProxyFor<managed::Array<T>> {
  using type = ArrayProxy<T>;
};

}  // namespace mp

#endif  // MP_MANAGER_VALUES_H_
