#include "conformance/protocol/json.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace conformance {
namespace {

Json to_json(const Value::List& items) {
  Json out = Json::array();
  for (const Value& v : items) out.push_back(to_json(v));
  return out;
}

Json number(double d) {
  if (std::isnan(d)) return {{"$float", "nan"}};
  if (std::isinf(d)) return {{"$float", d > 0 ? "inf" : "-inf"}};
  return d;
}

struct Encoder {
  Json operator()(const Value::Null&) const { return nullptr; }
  Json operator()(bool b) const { return b; }
  Json operator()(int64_t i) const { return i; }
  Json operator()(double d) const { return number(d); }
  Json operator()(const std::string& s) const { return s; }
  Json operator()(const Value::Bytes& b) const { return {{"$bytes", absl::Base64Escape(b.data)}}; }
  Json operator()(const Value::List& items) const { return to_json(items); }
  Json operator()(const Value::Tuple& t) const { return {{"$tuple", to_json(t.items)}}; }
  Json operator()(const Value::Items& d) const {
    Json pairs = Json::array();
    for (const auto& [k, v] : d.pairs) pairs.push_back(Json::array({to_json(k), to_json(v)}));
    return {{"$dict", pairs}};
  }
  Json operator()(const Value::Blob& b) const {
    return {{"$blob", {{"size", b.size}, {"seed", b.seed}}}};
  }
  Json operator()(const Value::Digest& d) const {
    return {{"$blob", {{"size", d.size}, {"sha256", d.sha256}}}};
  }
  Json operator()(const Value::Function& f) const { return {{"$function", f.name}}; }
  Json operator()(const Value::Unpicklable&) const { return {{"$unpicklable", true}}; }
  Json operator()(const Value::Object& o) const { return {{"$object", o.name}}; }
  Json operator()(const Value::Other& o) const { return {{"$other", o.type}}; }
};

Value::List list_from(const Json& j) {
  if (!j.is_array()) throw Malformed("a list was expected inside a value");
  Value::List items;
  for (const Json& each : j) items.push_back(from_json(each));
  return items;
}

Value tagged(const std::string& tag, const Json& j) {
  if (tag == "$bytes") {
    std::string data;
    if (!j.is_string() || !absl::Base64Unescape(j.get<std::string>(), &data))
      throw Malformed("$bytes is not base64");
    return Value::bytes(data);
  }
  if (tag == "$tuple") return Value::tuple(list_from(j));
  if (tag == "$dict") {
    Value::Dict pairs;
    for (const Json& pair : j) {
      if (!pair.is_array() || pair.size() != 2) throw Malformed("$dict is not a list of pairs");
      pairs.emplace_back(from_json(pair[0]), from_json(pair[1]));
    }
    return Value::dict(std::move(pairs));
  }
  if (tag == "$float") {
    const std::string s = j.is_string() ? j.get<std::string>() : "";
    if (s == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (s == "inf") return std::numeric_limits<double>::infinity();
    if (s == "-inf") return -std::numeric_limits<double>::infinity();
    throw Malformed("$float is none of inf, -inf, nan");
  }
  if (tag == "$blob" && j.contains("seed"))
    return Value::blob(whole_member(j, "size"), whole_member(j, "seed"));
  if (tag == "$blob")
    return Value(Value::Form(Value::Digest{whole_member(j, "size"), text_member(j, "sha256")}));
  if (tag == "$function") return Value::function(j.is_string() ? j.get<std::string>() : "");
  if (tag == "$unpicklable") return Value::unpicklable();
  if (tag == "$object") return Value::object(j.is_string() ? j.get<std::string>() : "");
  if (tag == "$other")
    return Value(Value::Form(Value::Other{j.is_string() ? j.get<std::string>() : "?"}));
  throw Malformed(absl::StrCat("the value tag \"", tag, "\" is unknown"));
}

}  // namespace

Json to_json(const Value& value) { return std::visit(Encoder{}, value.form()); }

const Json& member(const Json& object, const char* name) {
  auto it = object.find(name);
  if (it == object.end()) throw Malformed(absl::StrCat("it has no \"", name, "\""));
  return *it;
}

std::string text_member(const Json& object, const char* name) {
  const Json& v = member(object, name);
  if (!v.is_string()) throw Malformed(absl::StrCat("\"", name, "\" is not a string"));
  return v.get<std::string>();
}

int64_t whole_member(const Json& object, const char* name) {
  const Json& v = member(object, name);
  if (!v.is_number_integer()) throw Malformed(absl::StrCat("\"", name, "\" is not an integer"));
  return v.get<int64_t>();
}

Value from_json(const Json& j) {
  switch (j.type()) {
    case Json::value_t::null:
      return nullptr;
    case Json::value_t::boolean:
      return j.get<bool>();
    case Json::value_t::number_unsigned:
      if (j.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        throw Malformed("an integer does not fit 64 bits");
      return j.get<int64_t>();
    case Json::value_t::number_integer:
      return j.get<int64_t>();
    case Json::value_t::number_float:
      return j.get<double>();
    case Json::value_t::string:
      return j.get<std::string>();
    case Json::value_t::array:
      return Value::list(list_from(j));
    case Json::value_t::object:
      if (j.size() != 1) throw Malformed("an object inside a value has not exactly one member");
      return tagged(j.begin().key(), j.begin().value());
    default:
      throw Malformed("a value of no known form");
  }
}

}  // namespace conformance
