// JSON, as much of it as mpcheck's protocol needs. C++17 and its standard library only: copy it.
//
//   mpcheck::Json j = mpcheck::parse_json(R"({"id":7,"op":"queue.get"})");   // throws BadJson
//   j.find("op")->text();                                                    // "queue.get"
//   mpcheck::Json::object({{"id", 7}, {"ok", nullptr}}).dump();              // {"id":7,"ok":null}
//
// Whole numbers and numbers with a fraction or an exponent stay apart, as the protocol wants it. Members keep
// their order. A string that is no UTF-8 is written with U+FFFD for each byte that is none.
#ifndef MPCHECK_JSON_H_
#define MPCHECK_JSON_H_

#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mpcheck {

struct BadJson : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Json {
 public:
  using Array = std::vector<Json>;
  using Members = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool b) : form_(b) {}
  Json(int i) : form_(std::int64_t{i}) {}
  Json(std::int64_t i) : form_(i) {}
  Json(double d) : form_(d) {}
  Json(const char* s) : form_(std::string(s)) {}
  Json(std::string s) : form_(std::move(s)) {}
  Json(Array items) : form_(std::move(items)) {}
  Json(Members members) : form_(std::move(members)) {}
  static Json object(Members members) { return Json(std::move(members)); }
  static Json array(Array items) { return Json(std::move(items)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(form_); }
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&form_);
  }
  // The form itself. Throws BadJson if it is another one.
  std::int64_t integer() const { return as<std::int64_t>("an integer"); }
  const std::string& text() const { return as<std::string>("a string"); }
  const Array& items() const { return as<Array>("an array"); }
  const Members& members() const { return as<Members>("an object"); }

  // A member of an object, the first of that name; nullptr if this is no object or has none.
  const Json* find(std::string_view name) const {
    if (const Members* all = get_if<Members>()) {
      for (const auto& [each, value] : *all) {
        if (each == name) return &value;
      }
    }
    return nullptr;
  }

  std::string dump() const {
    std::string out;
    write(&out);
    return out;
  }

 private:
  template <typename T>
  const T& as(const char* what) const {
    if (const T* form = get_if<T>()) return *form;
    throw BadJson("not " + std::string(what) + ": " + dump());
  }

  void write(std::string* out) const {
    if (is_null()) *out += "null";
    if (const bool* b = get_if<bool>()) *out += *b ? "true" : "false";
    if (const auto* i = get_if<std::int64_t>()) *out += std::to_string(*i);
    if (const double* d = get_if<double>()) write_number(*d, out);
    if (const auto* s = get_if<std::string>()) write_text(*s, out);
    if (const Array* items = get_if<Array>()) {
      *out += '[';
      for (const Json& each : *items) {
        if (&each != &items->front()) *out += ',';
        each.write(out);
      }
      *out += ']';
    }
    if (const Members* all = get_if<Members>()) {
      *out += '{';
      for (const auto& each : *all) {
        if (&each != &all->front()) *out += ',';
        write_text(each.first, out);
        *out += ':';
        each.second.write(out);
      }
      *out += '}';
    }
  }

  static void write_number(double d, std::string* out) {
    if (!std::isfinite(d)) throw BadJson("JSON has no infinity and no NaN");
    char text[40];
    for (int digits = 15; digits <= 17; ++digits) {  // the shortest that comes back as it was
      std::snprintf(text, sizeof(text), "%.*g", digits, d);
      if (std::strtod(text, nullptr) == d) break;
    }
    *out += text;
    if (std::string_view(text).find_first_of(".e") == std::string_view::npos) *out += ".0";
  }

  // How many bytes the UTF-8 sequence at `at` has; 0 if it is none.
  static std::size_t sequence_at(const std::string& s, std::size_t at) {
    const auto byte = [&](std::size_t i) {
      return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
    };
    const unsigned first = byte(at);
    const std::size_t size = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
    for (std::size_t i = 1; i < size; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return 0;
    }
    const unsigned second = byte(at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
    return overlong || beyond ? 0 : size;
  }

  static void write_text(const std::string& s, std::string* out) {
    *out += '"';
    for (std::size_t at = 0; at < s.size();) {
      const unsigned char c = static_cast<unsigned char>(s[at]);
      const std::size_t size = sequence_at(s, at);
      if (c == '"' || c == '\\') {
        *out += '\\';
        *out += s[at];
      } else if (c < 0x20) {
        char escaped[8];
        std::snprintf(escaped, sizeof(escaped), "\\u%04x", c);
        *out += escaped;
      } else if (size == 0) {
        *out += "\\ufffd";
      } else {
        out->append(s, at, size);
      }
      at += size == 0 ? 1 : size;
    }
    *out += '"';
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Members> form_;
};

namespace internal {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  Json whole() {
    Json value = any(0);
    skip_spaces();
    if (at_ != text_.size()) fail("something follows the value");
    return value;
  }

 private:
  static constexpr int kDeepest = 200;

  [[noreturn]] void fail(const std::string& what) const {
    throw BadJson(what + " at byte " + std::to_string(at_));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    skip_spaces();
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("no '") + c + "'");
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Json any(int depth) {
    if (depth > kDeepest) fail("too deeply nested");
    skip_spaces();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return text();
      default:
        if (take_word("null")) return nullptr;
        if (take_word("true")) return true;
        if (take_word("false")) return false;
        return number();
    }
  }

  Json object(int depth) {
    expect('{');
    Json::Members members;
    if (take('}')) return members;
    do {
      skip_spaces();
      std::string name = text();
      expect(':');
      members.emplace_back(std::move(name), any(depth + 1));
    } while (take(','));
    expect('}');
    return members;
  }

  Json array(int depth) {
    expect('[');
    Json::Array items;
    if (take(']')) return items;
    do {
      items.push_back(any(depth + 1));
    } while (take(','));
    expect(']');
    return items;
  }

  void take_digits() {
    if (peek() < '0' || peek() > '9') fail("no digit");
    while (peek() >= '0' && peek() <= '9') ++at_;
  }

  Json number() {
    const std::size_t begin = at_;
    bool whole = true;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else {
      take_digits();
    }
    if (peek() == '.') {
      whole = false;
      ++at_;
      take_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      take_digits();
    }
    const std::string digits(text_.substr(begin, at_ - begin));
    if (!whole) return std::strtod(digits.c_str(), nullptr);
    errno = 0;
    const long long value = std::strtoll(digits.c_str(), nullptr, 10);
    if (errno == ERANGE) fail("an integer beyond 64 bits");
    return std::int64_t{value};
  }

  unsigned four_hex_digits() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) fail("no hexadecimal digit");
      value = value * 16 + static_cast<unsigned>(digit);
    }
    return value;
  }

  void append_utf8(unsigned code, std::string* out) {
    const auto put = [&](unsigned byte) { *out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6);
      put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    }
  }

  void escaped_character(std::string* out) {
    const unsigned first = four_hex_digits();
    if (first < 0xd800 || first >= 0xe000) return append_utf8(first, out);
    if (first >= 0xdc00 || !take_word("\\u")) fail("half of a surrogate pair");
    const unsigned second = four_hex_digits();
    if (second < 0xdc00 || second >= 0xe000) fail("half of a surrogate pair");
    append_utf8(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), out);
  }

  std::string text() {
    if (peek() != '"') fail("no string");
    ++at_;
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) fail("a control character in a string");
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      const std::size_t which = std::string_view("\"\\/bfnrt").find(peek());
      if (peek() == 'u') {
        ++at_;
        escaped_character(&out);
      } else if (which != std::string_view::npos && at_ < text_.size()) {
        out += "\"\\/\b\f\n\r\t"[which];
        ++at_;
      } else {
        fail("an unknown escape");
      }
    }
    if (at_ == text_.size()) fail("a string without end");
    ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace internal

// The one value that `text` is. Throws BadJson, which says where it is none.
inline Json parse_json(std::string_view text) { return internal::JsonParser(text).whole(); }

}  // namespace mpcheck

#endif  // MPCHECK_JSON_H_
