// The registered types of conformance/PROTOCOL.md, section 13, which live in a manager's server. Each is made of a list
// of arguments, which it checks over there.
#ifndef TOOLS_ADAPTERS_MP_MANAGED_TYPES_H_
#define TOOLS_ADAPTERS_MP_MANAGED_TYPES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/adapters/mp/objects.h"

namespace adapter {

class Counter {
 public:
  explicit Counter(int64_t start = 0) : value_(start) {}
  explicit Counter(const std::vector<Item>& args);

  int64_t increment(int64_t by) { return value_ += by; }
  int64_t value() const { return value_; }
  int64_t pid() const;
  Value global_value(const std::string& name) const;
  void fail(const std::string& type, const std::string& message) const;
  Value unserialisable() const { return Value::unpicklable(); }
  // Nobody calls it through a proxy, so no server offers it.
  int64_t _hidden() const { return value_; }

 private:
  int64_t value_;
};

// Of which only value() is called through a proxy.
class Reader : public Counter {
 public:
  using Counter::Counter;
};

class Box {
 public:
  explicit Box(const std::vector<Item>& args) : counter_(std::make_shared<Counter>(args)) {}

  std::shared_ptr<Counter> counter() const { return counter_; }
  void append(const Item& item) { items_.push_back(item); }
  std::vector<Item> items() const { return items_; }

 private:
  const std::shared_ptr<Counter> counter_;
  std::vector<Item> items_;
};

class Witness : public std::enable_shared_from_this<Witness> {
 public:
  explicit Witness(const std::vector<Item>& args);
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness();
  bool is_here() const { return true; }
  std::shared_ptr<Witness> itself() { return shared_from_this(); }

 private:
  const std::string marker_;
};

// The one of the server.
std::shared_ptr<Counter> the_counter();

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_MANAGED_TYPES_H_
