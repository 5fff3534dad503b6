// The operations of the protocol (conformance/PROTOCOL.md, section 10), each in mp's own words.
#ifndef TOOLS_ADAPTERS_MP_OPERATIONS_H_
#define TOOLS_ADAPTERS_MP_OPERATIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/protocol/json.h"
#include "mp/timeout.h"
#include "tools/adapters/mp/objects.h"

namespace adapter {

class Puppet;
struct Answer;

// A command as an operation sees it: with its arguments decoded, and its objects found.
class Call {
 public:
  // Raises: Unsupported for an unknown operation, object or argument.
  Call(Puppet& puppet, const conformance::Json& command);

  // Does it, and names what it has made. Returns the reply's "ok".
  conformance::Json run();

  Puppet& puppet() const { return puppet_; }
  const conformance::Json& command() const { return command_; }

  // Raises, those that return a reference: Unsupported if the object is none of the kind.
  Object& on() const;
  template <class T>
  T& on_a() const;
  std::shared_ptr<Object> object_named(const std::string& name) const;

  // Null if the argument is absent.
  const Value* find(const std::string& name) const;
  // Raises, all of them: PythonError (TypeError) for a value of another type, as the compiler would refuse it.
  int64_t whole(const std::string& name, int64_t otherwise) const;
  bool flag(const std::string& name, bool otherwise) const;
  std::string text(const std::string& name) const;
  std::string bytes(const std::string& name) const;
  Value::List list(const std::string& name) const;
  // Absent or null: as long as it takes.
  mp::Timeout timeout(const std::string& name = "timeout") const;
  // The same, of a call that has `block` as well.
  mp::Timeout wait() const;
  Item item(const std::string& name) const;
  std::vector<Item> items(const std::string& name) const;

 private:
  Puppet& puppet_;
  const conformance::Json& command_;
  std::string op_;
  Answer (*operation_)(Call&);
  std::shared_ptr<Object> on_;
  std::vector<std::pair<std::string, Value>> args_;
};

// What a call has returned, and what it has made, in the order of the names.
struct Answer {
  Answer(Value v = {}) : value(std::move(v)) {}
  Value value;
  std::vector<std::shared_ptr<Object>> made = {};
  std::optional<conformance::Json> json = {};  // of a batch, instead
};

using Operation = Answer (*)(Call&);

template <class T>
T& Call::on_a() const {
  if (T* object = std::get_if<T>(&on().it)) return *object;
  throw Unsupported{"this object has no " + op_};
}

// Big bytes are made of their description before a call, or before they are returned.
Value with_blobs_made(const Value& value);

template <class T>
Answer made(T object) {
  Answer answer;
  answer.made.push_back(std::make_shared<Object>(Object{std::move(object)}));
  return answer;
}

// Calls `f` with the object of the call, which is one of the kinds. Raises: Unsupported if it is another one.
template <class... Kinds, class F>
Answer on_any(Call& c, F f) {
  std::optional<Answer> answer;
  const auto visit = [&](auto* kind) {
    if (kind != nullptr) answer = f(*kind);
  };
  (visit(std::get_if<Kinds>(&c.on().it)), ...);
  if (!answer) throw Unsupported{"this object has no such operation"};
  return *std::move(answer);
}

// An item as a result: a value, or an object to be named.
Answer arrived(Item item);

// The object of the call itself, to be named: what a `with` statement gives for one that is its own block.
Answer itself(Call& c);

[[noreturn]] void refuse_type(const std::string& what);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_OPERATIONS_H_
