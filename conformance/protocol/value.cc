#include "conformance/protocol/value.h"

#include <endian.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace conformance {
namespace {

constexpr size_t kLongestShown = 200;

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string quoted(std::string_view prefix, char quote, std::string_view data) {
  std::string shown = absl::CHexEscape(data.substr(0, kLongestShown));
  std::string text = absl::StrCat(prefix, std::string(1, quote), shown, std::string(1, quote));
  if (data.size() > kLongestShown) absl::StrAppend(&text, "... (", data.size(), " in all)");
  return text;
}

std::string joined(const Value::List& items) {
  return absl::StrJoin(items, ", ",
                       [](std::string* out, const Value& v) { out->append(v.text()); });
}

std::string number_text(double d) {
  std::string text = absl::StrFormat("%.17g", d);
  double shortened;
  for (int digits = 1; digits < 17; ++digits) {
    std::string candidate = absl::StrFormat("%.*g", digits, d);
    if (absl::SimpleAtod(candidate, &shortened) && shortened == d) {
      text = candidate;
      break;
    }
  }
  bool looks_whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return looks_whole ? text + ".0" : text;
}

}  // namespace

Value::Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

Value::Value(std::nullptr_t) {}
Value::Value(bool b) : form_(b) {}
Value::Value(int i) : form_(int64_t{i}) {}
Value::Value(int64_t i) : form_(i) {}
Value::Value(double d) : form_(d) {}
Value::Value(const char* s) : form_(std::string(s)) {}
Value::Value(std::string s) : form_(std::move(s)) {}
Value::Value(Form form) : form_(std::move(form)) {}

Value Value::list(List items) { return Value(Form(std::move(items))); }
Value Value::tuple(List items) { return Value(Form(Tuple{std::move(items)})); }
Value Value::dict(Dict pairs) { return Value(Form(Items{std::move(pairs)})); }
Value Value::bytes(std::string data) { return Value(Form(Bytes{std::move(data)})); }
Value Value::blob(int64_t size, int64_t seed) { return Value(Form(Blob{size, seed})); }
Value Value::function(std::string name) { return Value(Form(Function{std::move(name)})); }
Value Value::unpicklable() { return Value(Form(Unpicklable{})); }
Value Value::object(std::string name) { return Value(Form(Object{std::move(name)})); }

bool Value::Tuple::operator==(const Tuple& other) const { return items == other.items; }
bool Value::Items::operator==(const Items& other) const { return pairs == other.pairs; }
bool Value::operator==(const Value& other) const { return form_ == other.form_; }

const Value* Value::find(std::string_view key) const {
  const Items* items = get_if<Items>();
  if (items == nullptr) return nullptr;
  for (const auto& [k, v] : items->pairs) {
    const std::string* name = k.get_if<std::string>();
    if (name != nullptr && *name == key) return &v;
  }
  return nullptr;
}

Value Value::as_received() const {
  auto all = [](const List& items) {
    List out;
    for (const Value& v : items) out.push_back(v.as_received());
    return out;
  };
  auto received_bytes = [](std::string data) -> Value {
    int64_t size = static_cast<int64_t>(data.size());
    if (size <= kLongestPlainBytes) return bytes(std::move(data));
    return Value(Form(Digest{size, sha256_hex(data)}));
  };
  return std::visit(Overloaded{
                        [&](const List& items) { return list(all(items)); },
                        [&](const Tuple& t) { return tuple(all(t.items)); },
                        [&](const Items& d) {
                          Dict out;
                          for (const auto& [k, v] : d.pairs)
                            out.emplace_back(k.as_received(), v.as_received());
                          return dict(std::move(out));
                        },
                        [&](const Blob& b) { return received_bytes(blob_content(b.size, b.seed)); },
                        [&](const Bytes& b) { return received_bytes(b.data); },
                        [&](const auto&) { return *this; },
                    },
                    form_);
}

std::string Value::text() const {
  return std::visit(
      Overloaded{
          [](const Null&) -> std::string { return "null"; },
          [](bool b) -> std::string { return b ? "true" : "false"; },
          [](int64_t i) { return absl::StrCat(i); },
          [](double d) { return number_text(d); },
          [](const std::string& s) { return quoted("", '"', s); },
          [](const Bytes& b) { return quoted("b", '\'', b.data); },
          [](const List& items) { return absl::StrCat("[", joined(items), "]"); },
          [](const Tuple& t) {
            return absl::StrCat("(", joined(t.items), t.items.size() == 1 ? ",)" : ")");
          },
          [](const Items& d) {
            return absl::StrCat("{",
                                absl::StrJoin(d.pairs, ", ",
                                              [](std::string* out, const auto& p) {
                                                absl::StrAppend(out, p.first.text(), ": ",
                                                                p.second.text());
                                              }),
                                "}");
          },
          [](const Blob& b) { return absl::StrCat("<", b.size, " bytes, seed ", b.seed, ">"); },
          [](const Digest& d) {
            return absl::StrCat("<", d.size, " bytes, sha256 ", d.sha256.substr(0, 12), "...>");
          },
          [](const Function& f) { return absl::StrCat("<function ", f.name, ">"); },
          [](const Unpicklable&) -> std::string { return "<unpicklable>"; },
          [](const Object& o) { return absl::StrCat("<object ", o.name, ">"); },
          [](const Other& o) { return absl::StrCat("<a ", o.type, ">"); },
      },
      form_);
}

std::string blob_content(int64_t size, int64_t seed) {
  constexpr size_t kWord = sizeof(uint32_t);
  const auto whole = static_cast<size_t>(size);
  std::string data((whole + kWord - 1) / kWord * kWord, '\0');
  uint32_t word = static_cast<uint32_t>(seed);
  for (size_t at = 0; at < data.size(); at += kWord, ++word) {
    const uint32_t little = htole32(word);
    std::memcpy(&data[at], &little, kWord);
  }
  data.resize(whole);
  return data;
}

std::string sha256_hex(std::string_view data) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest);
  return absl::BytesToHexString(
      std::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

}  // namespace conformance

template class std::vector<conformance::Value>;
template class std::vector<std::pair<conformance::Value, conformance::Value>>;
