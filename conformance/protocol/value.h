// A value of the puppet protocol: what goes into an operation of the testee and what comes out.
//
//   Value item = Value::list({1, "two", Value::bytes("\0\1", 2)});
//   item == Value::list({1, "two", 3});      // false
//   item.text();                             // [1, "two", b'\x00\x01'], as a person would write it
//
// Equality is strict, as the contract of a queue or pipe is: 1, 1.0 and true are three values, a
// list is not a tuple, and a dictionary keeps its order. A plain value type: copy, compare, print.
#ifndef CONFORMANCE_PROTOCOL_VALUE_H_
#define CONFORMANCE_PROTOCOL_VALUE_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace conformance {

class Value {
 public:
  using List = std::vector<Value>;
  using Dict = std::vector<std::pair<Value, Value>>;

  struct Null {
    bool operator==(const Null&) const = default;
  };
  struct Bytes {
    std::string data;
    bool operator==(const Bytes&) const = default;
  };
  struct Tuple {
    List items;
    bool operator==(const Tuple&) const;
  };
  struct Items {
    Dict pairs;
    bool operator==(const Items&) const;
  };
  // Big bytes that the adapter makes: the 32-bit words seed, seed+1, ..., cut to size.
  struct Blob {
    int64_t size;
    int64_t seed;
    bool operator==(const Blob&) const = default;
  };
  // Big bytes as they come back.
  struct Digest {
    int64_t size;
    std::string sha256;
    bool operator==(const Digest&) const = default;
  };
  struct Function {
    std::string name;
    bool operator==(const Function&) const = default;
  };
  struct Unpicklable {
    bool operator==(const Unpicklable&) const = default;
  };
  struct Object {
    std::string name;
    bool operator==(const Object&) const = default;
  };
  // A result that the protocol has no form for, by the name of its type.
  struct Other {
    std::string type;
    bool operator==(const Other&) const = default;
  };
  using Form = std::variant<Null, bool, int64_t, double, std::string, Bytes, List, Tuple, Items,
                            Blob, Digest, Function, Unpicklable, Object, Other>;

  // Out of line, as are the rest: a variant of fifteen forms would be compiled anew into each file
  // of claims.
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  Value(std::nullptr_t);
  Value(bool b);
  Value(int i);
  Value(int64_t i);
  Value(double d);
  Value(const char* s);
  Value(std::string s);
  Value(Form form);

  static Value list(List items);
  static Value tuple(List items);
  static Value dict(Dict pairs);
  static Value bytes(std::string data);
  static Value blob(int64_t size, int64_t seed);
  static Value function(std::string name);
  static Value unpicklable();
  static Value object(std::string name);

  const Form& form() const { return form_; }
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&form_);
  }
  bool is_null() const { return std::holds_alternative<Null>(form_); }

  // The value under `key` of a dictionary with string keys; nullptr if this is none or has no such
  // key.
  const Value* find(std::string_view key) const;

  // What an adapter sends back for this value: a blob comes back as bytes or as a digest, else the
  // same.
  Value as_received() const;

  // As a person would write it; long strings are cut with a note of their length.
  std::string text() const;

  bool operator==(const Value& other) const;
  friend std::ostream& operator<<(std::ostream& os, const Value& v) { return os << v.text(); }
  friend void PrintTo(const Value& v, std::ostream* os) { *os << v.text(); }

 private:
  Form form_;
};

// Bytes longer than this come back as a digest.
inline constexpr int64_t kLongestPlainBytes = 4096;

// The content of Value::blob(size, seed).
std::string blob_content(int64_t size, int64_t seed);

// Lower-case hexadecimal SHA-256.
std::string sha256_hex(std::string_view data);

}  // namespace conformance

// Compiled once, in value.cc.
extern template class std::vector<conformance::Value>;
extern template class std::vector<std::pair<conformance::Value, conformance::Value>>;

#endif  // CONFORMANCE_PROTOCOL_VALUE_H_
