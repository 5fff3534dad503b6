// A dict in a manager's server, and its proxy. Keys stay in the order in which they came in.
//
// What is read from it is a copy: to change that changes nothing here until it is set again.
//
//   mp::DictProxy<std::string, int> ages = manager.dict<std::string, int>({{"bob", 7}});
//   ages.set("eve", 8);
//   ages["eve"];                  // 8
//   ages.get("joe");              // absent
//   ages["joe"];                  // raises mp::KeyError
//   for (const std::string& name : ages.keys()) ...
#ifndef MP_MANAGER_DICT_H_
#define MP_MANAGER_DICT_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "mp/errors.h"
#include "mp/manager/proxy.h"

namespace mp {

namespace managed {

template <class K, class V>
class Dict {
 public:
  using Items = std::vector<std::pair<K, V>>;

  explicit Dict(const Items& items) { update(items); }

  V at(const K& key) { return find(key)->second; }
  void set(const K& key, const V& value) {
    if (const auto known = places_.find(key); known != places_.end()) {
      known->second->second = value;
    } else {
      items_.emplace_back(key, value);
      places_.emplace(key, std::prev(items_.end()));
    }
  }
  void erase(const K& key) { take(find(key)); }
  std::optional<V> get(const K& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return std::nullopt;
    return known->second->second;
  }
  V setdefault(const K& key, const V& value) {
    if (!places_.contains(key)) set(key, value);
    return at(key);
  }
  std::optional<V> try_pop(const K& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return std::nullopt;
    return take(known->second).second;
  }
  std::pair<K, V> popitem() {
    if (items_.empty()) throw KeyError("popitem(): dictionary is empty");
    return take(std::prev(items_.end()));
  }
  void update(const Items& items) {
    for (const auto& [key, value] : items) set(key, value);
  }
  void clear() {
    places_.clear();
    items_.clear();
  }
  Items items() { return Items(items_.begin(), items_.end()); }
  std::vector<K> keys() {
    std::vector<K> all;
    for (const auto& each : items_) all.push_back(each.first);
    return all;
  }
  std::vector<V> values() {
    std::vector<V> all;
    for (const auto& each : items_) all.push_back(each.second);
    return all;
  }
  uint64_t size() { return items_.size(); }
  bool contains(const K& key) { return places_.contains(key); }

 private:
  using Place = typename std::list<std::pair<K, V>>::iterator;

  Place find(const K& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) throw KeyError("the key is not in the dict", encode(key));
    return known->second;
  }
  std::pair<K, V> take(Place place) {
    std::pair<K, V> item = std::move(*place);
    places_.erase(item.first);
    items_.erase(place);
    return item;
  }

  std::list<std::pair<K, V>> items_;
  std::map<K, Place> places_;
};

}  // namespace managed

template <class K, class V>
class DictProxy : public Proxy<managed::Dict<K, V>> {
  using Dict = managed::Dict<K, V>;

 public:
  using Items = std::vector<std::pair<K, V>>;
  using Proxy<Dict>::Proxy;

  // Copies. Raises: KeyError, which has the key.
  V operator[](const K& key) const { return at(key); }
  V at(const K& key) const { return this->template call<&Dict::at>(key); }
  void erase(const K& key) const { this->template call<&Dict::erase>(key); }
  V pop(const K& key) const {
    if (std::optional<V> value = try_pop(key)) return *std::move(value);
    throw KeyError("the key is not in the dict", encode(key));
  }
  // The item that came in last. Raises: KeyError if there is none.
  std::pair<K, V> popitem() const { return this->template call<&Dict::popitem>(); }

  void set(const K& key, const V& value) const { this->template call<&Dict::set>(key, value); }
  // Absent: there is no such key.
  std::optional<V> get(const K& key) const { return this->template call<&Dict::get>(key); }
  std::optional<V> try_pop(const K& key) const { return this->template call<&Dict::try_pop>(key); }
  // What is there; if nothing is, this value, which then is.
  V setdefault(const K& key, const V& value) const {
    return this->template call<&Dict::setdefault>(key, value);
  }
  void update(const Items& items) const { this->template call<&Dict::update>(items); }
  void clear() const { this->template call<&Dict::clear>(); }

  Items items() const { return this->template call<&Dict::items>(); }
  std::vector<K> keys() const { return this->template call<&Dict::keys>(); }
  std::vector<V> values() const { return this->template call<&Dict::values>(); }
  size_t size() const { return this->template call<&Dict::size>(); }
  bool contains(const K& key) const { return this->template call<&Dict::contains>(key); }
  // A copy of all of it.
  Items copy() const { return items(); }
};

template <class K, class V>
struct ProxyFor<managed::Dict<K, V>> {
  using type = DictProxy<K, V>;
};

}  // namespace mp

#endif  // MP_MANAGER_DICT_H_
