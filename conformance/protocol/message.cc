#include "conformance/protocol/message.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace conformance {
namespace {

using Json = nlohmann::ordered_json;

// Thrown and caught inside this file: a message that is JSON but not of the protocol's form.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Json to_json(const Value& value);

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
  Json operator()(const Value::Bytes& b) const {
    return {{"$bytes", absl::Base64Escape(b.data)}};
  }
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

Json to_json(const Value& value) { return std::visit(Encoder{}, value.form()); }

Json to_json(const Op& op) {
  Json out = {{"op", op.name}};
  if (!op.on.empty()) out["on"] = op.on;
  if (op.as.size() == 1) out["as"] = op.as[0];
  if (op.as.size() > 1) out["as"] = op.as;
  Json args = Json::object();
  for (const auto& [name, value] : op.args) args[name] = to_json(value);
  if (op.name == "batch") {
    args["times"] = op.times;
    args["commands"] = Json::array();
    for (const Op& each : op.batch) args["commands"].push_back(to_json(each));
  }
  if (!args.empty()) out["args"] = args;
  return out;
}

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

Value from_json(const Json& j);

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
  if (tag == "$blob")
    return Value(Value::Form(Value::Digest{whole_member(j, "size"), text_member(j, "sha256")}));
  if (tag == "$function") return Value::function(j.is_string() ? j.get<std::string>() : "");
  if (tag == "$unpicklable") return Value::unpicklable();
  if (tag == "$object") return Value::object(j.is_string() ? j.get<std::string>() : "");
  if (tag == "$other")
    return Value(Value::Form(Value::Other{j.is_string() ? j.get<std::string>() : "?"}));
  throw Malformed(absl::StrCat("the value tag \"", tag, "\" is unknown"));
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

std::vector<std::string> texts(const Json& j, const char* what) {
  if (!j.is_array()) throw Malformed(absl::StrCat("\"", what, "\" is not a list"));
  std::vector<std::string> out;
  for (const Json& each : j) {
    if (!each.is_string()) throw Malformed(absl::StrCat("\"", what, "\" holds a non-string"));
    out.push_back(each.get<std::string>());
  }
  return out;
}

Raised raised_from(const Json& j) {
  if (!j.is_object()) throw Malformed("\"raise\" is not an object");
  Raised raised{.type = text_member(j, "type"),
                .bases = texts(member(j, "bases"), "bases"),
                .message = text_member(j, "message"),
                .args = Value::list({})};
  if (j.contains("args")) raised.args = from_json(j["args"]);
  return raised;
}

Reply reply_from(const Json& j, bool batch);

Result result_from(const Json& j, bool batch, std::vector<Reply>* replies) {
  int forms = j.contains("ok") + j.contains("raise") + j.contains("unsupported");
  if (forms != 1) throw Malformed("it has not exactly one of \"ok\", \"raise\", \"unsupported\"");
  if (j.contains("unsupported")) return Unsupported{text_member(j, "unsupported")};
  if (j.contains("raise")) return raised_from(j["raise"]);
  if (!batch) return Returned{from_json(j["ok"])};
  if (!j["ok"].is_array()) throw Malformed("the reply to a batch is not a list");
  for (const Json& each : j["ok"]) replies->push_back(reply_from(each, false));
  return Returned{Value()};
}

Reply reply_from(const Json& j, bool batch) {
  if (!j.is_object()) throw Malformed("it is not an object");
  Reply reply;
  reply.result = result_from(j, batch, &reply.batch);
  if (j.contains("t0")) reply.t0 = std::chrono::nanoseconds(whole_member(j, "t0"));
  if (j.contains("t1")) reply.t1 = std::chrono::nanoseconds(whole_member(j, "t1"));
  return reply;
}

Hello hello_from(const Json& j) {
  Hello hello{.token = text_member(j, "token"),
              .puppet = text_member(j, "puppet"),
              .version = whole_member(j, "mpcheck"),
              .pid = whole_member(j, "pid"),
              .ppid = whole_member(j, "ppid"),
              .tid = whole_member(j, "tid")};
  if (j.contains("about")) {
    const Json& about = j["about"];
    hello.about = {.name = text_member(about, "name"),
                   .version = text_member(about, "version"),
                   .language = text_member(about, "language"),
                   .start_method = text_member(about, "start_method"),
                   .home = text_member(about, "home")};
  }
  if (j.contains("features")) hello.features = texts(j["features"], "features");
  return hello;
}

std::string shown(std::string_view line) {
  constexpr size_t kShown = 160;
  return absl::StrCat("`", absl::CHexEscape(line.substr(0, kShown)), "`",
                      line.size() > kShown ? "..." : "");
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kNeverConnected:
      return "never_connected";
    case FaultKind::kEndedEarly:
      return "ended_early";
    case FaultKind::kBadHello:
      return "bad_hello";
    case FaultKind::kWrongToken:
      return "wrong_token";
    case FaultKind::kDuplicateHello:
      return "duplicate_hello";
    case FaultKind::kUnknownPuppet:
      return "unknown_puppet";
    case FaultKind::kBadJson:
      return "bad_json";
    case FaultKind::kBadReply:
      return "bad_reply";
    case FaultKind::kLineTooLong:
      return "line_too_long";
    case FaultKind::kHalfLine:
      return "half_line";
    case FaultKind::kReplyToNothing:
      return "reply_to_nothing";
    case FaultKind::kReplyTwice:
      return "reply_twice";
    case FaultKind::kConnectionLost:
      return "connection_lost";
    case FaultKind::kHung:
      return "hung";
  }
  return "?";
}

std::string Op::text() const {
  if (name == "batch") {
    return absl::StrCat(times, " x {",
                        absl::StrJoin(batch, "; ",
                                      [](std::string* out, const Op& op) {
                                        out->append(op.text());
                                      }),
                        "}");
  }
  std::string made = as.empty() ? "" : absl::StrCat(absl::StrJoin(as, ", "), " = ");
  std::string verb =
      on.empty() ? name : absl::StrCat(on, ".", name.substr(name.find('.') + 1));
  return absl::StrCat(made, verb, "(",
                      absl::StrJoin(args, ", ",
                                    [](std::string* out, const auto& arg) {
                                      absl::StrAppend(out, arg.first, "=", arg.second.text());
                                    }),
                      ")");
}

std::string encode_command(int64_t id, const Op& op) {
  Json out = {{"id", id}};
  out.update(to_json(op));
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool Raised::is_a(std::string_view name) const {
  return type == name || std::find(bases.begin(), bases.end(), name) != bases.end();
}

std::string Raised::text() const { return absl::StrCat(type, "(\"", message, "\")"); }

Message parse_message(std::string_view line, const std::function<bool(int64_t)>& is_batch) {
  Json j = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (j.is_discarded() || !j.is_object()) {
    return Fault{FaultKind::kBadJson, absl::StrCat("this line is no JSON object: ", shown(line))};
  }
  bool hello = j.contains("mpcheck");
  try {
    if (hello) return hello_from(j);
    int64_t id = whole_member(j, "id");
    Reply reply = reply_from(j, is_batch(id));
    reply.id = id;
    return reply;
  } catch (const std::exception& e) {  // Malformed, or a type error of the JSON library
    return Fault{hello ? FaultKind::kBadHello : FaultKind::kBadReply,
                 absl::StrCat(e.what(), ": ", shown(line))};
  }
}

}  // namespace conformance
