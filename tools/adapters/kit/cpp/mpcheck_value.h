// Values of mpcheck's protocol (PROTOCOL.md, section 6). C++17 and its standard library only: copy it.
//
//   Value item = decode(parse_json(R"({"$tuple":[1,"two"]})"));      // throws Unsupported, BadJson
//   std::string bytes = pack(item);                                  // for an implementation that moves bytes
//   encode(unpack(bytes)).dump();                                    // {"$tuple":[1,"two"]}
//
// Equality is strict: 1, 1.0 and true are three values, a list is no tuple, a dictionary keeps its order.
#ifndef MPCHECK_VALUE_H_
#define MPCHECK_VALUE_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mpcheck_json.h"

namespace mpcheck {

// The implementation lacks what a command asks for, or the adapter does not know it.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A value that no implementation can send: pack() throws it, and the runner hears of a TypeError.
struct Unserialisable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Value {
 public:
  using List = std::vector<Value>;
  using Pairs = std::vector<std::pair<Value, Value>>;
  struct Null {
    bool operator==(const Null&) const { return true; }
  };
  struct Bytes {
    std::string data;
    bool operator==(const Bytes& other) const { return data == other.data; }
  };
  struct Tuple {
    List items;
    bool operator==(const Tuple& other) const { return items == other.items; }
  };
  struct Dict {
    Pairs pairs;
    bool operator==(const Dict& other) const { return pairs == other.pairs; }
  };
  struct Function {  // by its name in the table of section 9
    std::string name;
    bool operator==(const Function& other) const { return name == other.name; }
  };
  struct Unpicklable {  // refuses to be serialised: pack() throws
    bool operator==(const Unpicklable&) const { return true; }
  };
  struct Object {  // an object of this process, by its name
    std::string name;
    bool operator==(const Object& other) const { return name == other.name; }
  };
  using Form = std::variant<Null, bool, std::int64_t, double, std::string, Bytes, List, Tuple, Dict, Function,
                            Unpicklable, Object>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool b) : form_(b) {}
  Value(int i) : form_(std::int64_t{i}) {}
  Value(std::int64_t i) : form_(i) {}
  Value(double d) : form_(d) {}
  Value(const char* s) : form_(std::string(s)) {}
  Value(std::string s) : form_(std::move(s)) {}
  Value(Form form) : form_(std::move(form)) {}
  static Value list(List items) { return Form(std::move(items)); }
  static Value tuple(List items) { return Form(Tuple{std::move(items)}); }
  static Value dict(Pairs pairs) { return Form(Dict{std::move(pairs)}); }
  static Value bytes(std::string data) { return Form(Bytes{std::move(data)}); }

  const Form& form() const { return form_; }
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&form_);
  }
  bool operator==(const Value& other) const { return form_ == other.form_; }
  bool operator!=(const Value& other) const { return !(*this == other); }

 private:
  Form form_;
};

namespace internal {

constexpr std::size_t kLongestPlainBytes = 4096;  // more travel as their digest
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string base64(const std::string& data) {
  std::string out;
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t word = 0;
    const std::size_t count = std::min<std::size_t>(3, data.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8 | (j < count ? static_cast<unsigned char>(data[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= count ? kBase64[word >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

inline std::string from_base64(const std::string& text) {
  std::string out;
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::size_t digit = std::string_view(kBase64, 64).find(c);
    if (digit == std::string_view::npos) throw BadJson("$bytes is not base64");
    word = word << 6 | static_cast<std::uint32_t>(digit);
    if ((bits += 6) >= 8) out += static_cast<char>(word >> (bits -= 8) & 0xff);
  }
  return out;
}

// FIPS 180-4.
inline std::string sha256_hex(const std::string& data) {
  static constexpr std::array<std::uint32_t, 64> kRound = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  std::array<std::uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const auto rotated = [](std::uint32_t x, int by) { return x >> by | x << (32 - by); };
  std::string padded = data + '\x80';
  while (padded.size() % 64 != 56) padded += '\0';
  for (int shift = 56; shift >= 0; shift -= 8)
    padded += static_cast<char>(static_cast<std::uint64_t>(data.size()) * 8 >> shift & 0xff);
  for (std::size_t block = 0; block < padded.size(); block += 64) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 64; ++i)
      w[i / 4] = w[i / 4] << 8 | static_cast<unsigned char>(padded[block + i]);
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) + w[i - 7] +
             (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t one = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) +
                                kRound[i] + w[i];
      const std::uint32_t two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
    }
    const std::array<std::uint32_t, 8> more = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += more[i];
  }
  std::string hex;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[word >> shift & 15];
  }
  return hex;
}

// The little-endian words seed, seed+1, ... (modulo 2^32), cut to size.
inline std::string blob(const Json& plan) {
  const Json* size = plan.find("size");
  const Json* seed = plan.find("seed");
  if (size == nullptr || seed == nullptr || size->integer() < 0) throw BadJson("a $blob without size or seed");
  std::string data(static_cast<std::size_t>(size->integer()), '\0');
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::uint32_t word = static_cast<std::uint32_t>(seed->integer()) + static_cast<std::uint32_t>(i / 4);
    data[i] = static_cast<char>(word >> (i % 4 * 8) & 0xff);
  }
  return data;
}

struct Encoder {
  bool to_keep;  // for pack(): everything as it is

  Json tagged(const char* tag, Json content) const { return Json::object({{tag, std::move(content)}}); }
  Json all(const Value::List& items) const {
    Json::Array out;
    for (const Value& each : items) out.push_back(one(each));
    return out;
  }
  Json one(const Value& value) const { return std::visit(*this, value.form()); }

  Json operator()(const Value::Null&) const { return nullptr; }
  Json operator()(bool b) const { return b; }
  Json operator()(std::int64_t i) const { return i; }
  Json operator()(double d) const {
    if (std::isfinite(d)) return d;
    return tagged("$float", std::isnan(d) ? "nan" : d > 0 ? "inf" : "-inf");
  }
  Json operator()(const std::string& s) const { return s; }
  Json operator()(const Value::Bytes& b) const {
    if (to_keep || b.data.size() <= kLongestPlainBytes) return tagged("$bytes", base64(b.data));
    return tagged("$blob", Json::object({{"size", static_cast<std::int64_t>(b.data.size())},
                                         {"sha256", sha256_hex(b.data)}}));
  }
  Json operator()(const Value::List& items) const { return all(items); }
  Json operator()(const Value::Tuple& t) const { return tagged("$tuple", all(t.items)); }
  Json operator()(const Value::Dict& d) const {
    Json::Array pairs;
    for (const auto& [key, item] : d.pairs) pairs.push_back(Json::array({one(key), one(item)}));
    return tagged("$dict", std::move(pairs));
  }
  Json operator()(const Value::Function& f) const { return tagged("$function", f.name); }
  Json operator()(const Value::Unpicklable&) const {
    return tagged("$unpicklable", true);
  }
  Json operator()(const Value::Object& o) const { return tagged("$object", o.name); }
};

}  // namespace internal

// A value as a reply carries it.
inline Json encode(const Value& value) { return internal::Encoder{/*to_keep=*/false}.one(value); }

// What the JSON of a command stands for. Throws Unsupported for a kind of value that this kit does not know.
inline Value decode(const Json& j) {
  const auto all = [](const Json& items) {
    Value::List out;
    for (const Json& each : items.items()) out.push_back(decode(each));
    return out;
  };
  if (j.is_null()) return nullptr;
  if (const bool* b = j.get_if<bool>()) return *b;
  if (const auto* i = j.get_if<std::int64_t>()) return *i;
  if (const double* d = j.get_if<double>()) return *d;
  if (const auto* s = j.get_if<std::string>()) return *s;
  if (j.get_if<Json::Array>() != nullptr) return Value::list(all(j));
  if (j.members().size() != 1) throw BadJson("an object in a value that has not just one member: " + j.dump());
  const auto& [tag, content] = j.members()[0];
  if (tag == "$bytes") return Value::bytes(internal::from_base64(content.text()));
  if (tag == "$blob") return Value::bytes(internal::blob(content));
  if (tag == "$tuple") return Value::tuple(all(content));
  if (tag == "$dict") {
    Value::Pairs pairs;
    for (const Json& pair : content.items()) {
      if (pair.items().size() != 2) throw BadJson("$dict is no list of pairs");
      pairs.emplace_back(decode(pair.items()[0]), decode(pair.items()[1]));
    }
    return Value::dict(std::move(pairs));
  }
  if (tag == "$float") {
    const double infinity = std::numeric_limits<double>::infinity();
    if (content.text() == "nan") return std::numeric_limits<double>::quiet_NaN();
    return content.text() == "inf" ? infinity : -infinity;
  }
  if (tag == "$function") return Value::Form(Value::Function{content.text()});
  if (tag == "$unpicklable") return Value::Form(Value::Unpicklable{});
  if (tag == "$object") return Value::Form(Value::Object{content.text()});
  throw Unsupported("a value of kind " + tag);
}

// Whether pack() refuses the value, or a part of it.
inline bool is_unpicklable(const Value& value) {
  const auto any = [](const Value::List& items) {
    for (const Value& each : items) {
      if (is_unpicklable(each)) return true;
    }
    return false;
  };
  if (value.get_if<Value::Unpicklable>() != nullptr || value.get_if<Value::Object>() != nullptr) return true;
  if (const auto* items = value.get_if<Value::List>()) return any(*items);
  if (const auto* t = value.get_if<Value::Tuple>()) return any(t->items);
  if (const auto* d = value.get_if<Value::Dict>()) {
    for (const auto& [key, item] : d->pairs) {
      if (is_unpicklable(key) || is_unpicklable(item)) return true;
    }
  }
  return false;
}

// A value as bytes that any process of the testee reads again. Throws Unserialisable.
inline std::string pack(const Value& value) {
  if (is_unpicklable(value)) throw Unserialisable("this value cannot be serialised");
  return internal::Encoder{/*to_keep=*/true}.one(value).dump();
}
inline Value unpack(std::string_view bytes) { return decode(parse_json(bytes)); }

}  // namespace mpcheck

#endif  // MPCHECK_VALUE_H_
