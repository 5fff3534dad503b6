#include "conformance/protocol/message.h"

#include <algorithm>
#include <exception>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/protocol/json.h"

namespace conformance {
namespace {

Json to_json(const Op& op) {
  Json out = {{"op", op.name}};
  if (!op.on.empty()) out["on"] = op.on;
  if (op.as.size() == 1) out["as"] = op.as[0];
  if (op.as.size() > 1) out["as"] = op.as;
  if (op.if_before > 0) out["if"] = op.if_before;
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
  if (j.contains("cause")) {
    raised.cause_type = text_member(j["cause"], "type");
    raised.cause_message = text_member(j["cause"], "message");
  }
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
    return absl::StrCat(
        times, " x {",
        absl::StrJoin(batch, "; ", [](std::string* out, const Op& op) { out->append(op.text()); }),
        "}");
  }
  std::string made = as.empty() ? "" : absl::StrCat(absl::StrJoin(as, ", "), " = ");
  std::string verb = on.empty() ? name : absl::StrCat(on, ".", name.substr(name.find('.') + 1));
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
