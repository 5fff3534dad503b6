#include "conformance/protocol/checker.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/protocol/message.h"
#include "conformance/protocol/value.h"
#include "conformance/protocol/vocabulary.h"

namespace conformance {
namespace {

constexpr size_t kLongestShown = 240;

using Names = std::set<std::string>;

std::string type_of(const Json& j) {
  if (j.is_number_integer()) return "an integer";
  if (j.is_number()) return "a number with a fraction";
  return absl::StrCat(j.is_array() || j.is_object() ? "an " : "a ", j.type_name());
}

bool is_ending(std::string_view op) {
  return op == "puppet.return" || op == "puppet.raise" || op == "puppet.exit" ||
         op == "puppet._exit";
}

// One that nobody else can hold up: it has an answer, whatever the implementation does.
bool cannot_wait(std::string_view op) {
  if (is_ending(op)) return false;  // its process may be gone before it has said so
  if (op == "puppet.until" || op == "puppet.stdin") return false;
  return op.ends_with(".new") || op.starts_with("puppet.") || op.starts_with("global.");
}

std::string op_of(const Json& command) {
  return command.is_object() ? command.value("op", "?") : "?";
}

bool is_bare_name(const std::string& name) {
  return !name.empty() && name.find_first_of(".: <>/'\"") == std::string::npos;
}

// What is wrong with a value's tag and content; empty: nothing.
std::string fault_of_tagged(const std::string& tag, const Json& content) {
  if (tag == "$bytes") {
    std::string data;
    if (!content.is_string() || !absl::Base64Unescape(content.get<std::string>(), &data))
      return "$bytes is not base64";
    if (data.size() > kLongestPlainBytes)
      return absl::StrCat("$bytes of ", data.size(), " bytes: more than ", kLongestPlainBytes,
                          " are told as a $blob");
  } else if (tag == "$blob") {
    if (!content.is_object()) return "$blob is no object";
    const bool to_make = content.contains("seed");
    const Names wanted = to_make ? Names{"seed", "size"} : Names{"sha256", "size"};
    Names there;
    for (const auto& [name, each] : content.items()) there.insert(name);
    if (there != wanted) return "$blob has not just size and seed, or size and sha256";
    if (!content["size"].is_number_integer()) return "$blob's size is not an integer";
    if (to_make && !content["seed"].is_number_integer()) return "$blob's seed is not an integer";
    if (!to_make && !content["sha256"].is_string()) return "$blob's sha256 is not a string";
    if (!to_make && content["sha256"].get<std::string>().size() != 64)
      return "$blob's sha256 has not 64 digits";
  } else if (tag == "$float") {
    if (content != "inf" && content != "-inf" && content != "nan")
      return "$float is none of inf, -inf, nan";
  } else if (tag == "$unpicklable") {
    if (content != true) return "$unpicklable is not true";
  } else if (tag == "$function" || tag == "$object" || tag == "$other") {
    if (!content.is_string() || content.get<std::string>().empty())
      return absl::StrCat(tag, " is not a name");
  } else {
    return absl::StrCat("the value tag \"", tag, "\" is unknown");
  }
  return "";
}

std::string fault_of(const Json& j);

std::string fault_of_items(const Json& items, const char* what) {
  if (!items.is_array()) return absl::StrCat(what, " is no array");
  for (const Json& each : items) {
    if (std::string fault = fault_of(each); !fault.empty()) return fault;
  }
  return "";
}

// What makes JSON no value (PROTOCOL.md section 6); empty: nothing.
std::string fault_of(const Json& j) {
  if (j.is_array()) return fault_of_items(j, "a list");
  if (j.is_number_unsigned() && j.get<uint64_t>() > uint64_t{INT64_MAX})
    return "an integer beyond 64 bits";
  if (!j.is_object()) return "";
  if (j.size() != 1)
    return absl::StrCat("an object in a value has ", j.size(), " members, not just its tag");
  const std::string& tag = j.begin().key();
  const Json& content = j.begin().value();
  if (tag == "$tuple") return fault_of_items(content, "$tuple");
  if (tag != "$dict") return fault_of_tagged(tag, content);
  if (!content.is_array()) return "$dict is no list of pairs";
  for (const Json& pair : content) {
    if (!pair.is_array() || pair.size() != 2) return "$dict is no list of pairs";
    if (std::string fault = fault_of_items(pair, "a pair"); !fault.empty()) return fault;
  }
  return "";
}

}  // namespace

std::string Breach::text() const {
  // JSON is hard enough to read without more backslashes.
  std::string shown = absl::StrReplaceAll(absl::CHexEscape(line.substr(0, kLongestShown)),
                                          {{"\\\"", "\""}, {"\\'", "'"}});
  if (line.size() > kLongestShown) absl::StrAppend(&shown, "... (", line.size(), " bytes)");
  return absl::StrCat(by_runner ? "the runner: " : "", says, " (PROTOCOL.md, section ", section,
                      ")\n    ", count, count == 1 ? " time" : " times; first",
                      puppet.empty() ? "" : absl::StrCat(", by ", puppet),
                      shown.empty() ? "" : absl::StrCat(": ", shown), "\n");
}

void Checker::breach(std::string kind, int section, std::string says, bool by_runner) {
  auto [at, is_new] = place_.emplace(kind, breaches_.size());
  if (is_new) {
    breaches_.push_back({.kind = std::move(kind),
                         .says = std::move(says),
                         .section = section,
                         .by_runner = by_runner,
                         .puppet = here_->puppet,
                         .line = now_->line});
  }
  ++breaches_[at->second].count;
}

void Checker::members(const char* where, int section, const Json& object, const Names& needed,
                      const Names& allowed) {
  for (const std::string& name : needed) {
    if (!object.contains(name))
      breach(absl::StrCat(where, ".missing_member:", name), section,
             absl::StrCat("a ", where, " has no \"", name, "\""));
  }
  for (const auto& [name, each] : object.items()) {
    if (needed.count(name) + allowed.count(name) == 0)
      breach(absl::StrCat(where, ".unknown_member:", name), section,
             absl::StrCat("a ", where, " has a member that nobody knows: \"", name, "\""));
  }
}

void Checker::see(const WireEvent& event) {
  now_ = &event;
  if (event.kind == WireEvent::Kind::kOpened) {
    connections_[event.connection] = Connection{.pid = event.pid};
    ++counts_.connections;
    return;
  }
  here_ = &connections_[event.connection];
  switch (event.kind) {
    case WireEvent::Kind::kFromPuppet:
      return from_puppet();
    case WireEvent::Kind::kFromRunner:
      return command(Json::parse(event.line, nullptr, /*allow_exceptions=*/false),
                     /*in_batch=*/false);
    case WireEvent::Kind::kHalfLine:
      return breach("half_line", 2, "a connection ended inside a line");
    default:
      return closed();
  }
}

// ---- From a puppet ----

void Checker::from_puppet() {
  const Json j = Json::parse(now_->line, nullptr, /*allow_exceptions=*/false);
  if (j.is_discarded()) return breach("not_json", 2, "a line is no JSON");
  if (!j.is_object())
    return breach("not_an_object", 2, absl::StrCat("a line is no JSON object, but ", type_of(j)));
  if (j.contains("mpcheck")) return hello(j);
  reply(j);
}

void Checker::hello(const Json& j) {
  ++counts_.hellos;
  if (here_->greeted) breach("hello.second", 3, "a second hello on one connection");
  here_->greeted = true;
  const std::string name =
      j.contains("puppet") && j["puppet"].is_string() ? j["puppet"].get<std::string>() : "";
  here_->puppet = name;
  Names needed = {"mpcheck", "token", "puppet", "pid", "ppid", "tid"};
  if (name == "main") needed.insert({"about", "features"});
  members("hello", 3, j, needed, {});
  for (const char* each : {"mpcheck", "pid", "ppid", "tid"}) {
    if (j.contains(each) && !j[each].is_number_integer())
      breach(absl::StrCat("hello.type:", each), 3,
             absl::StrCat("\"", each, "\" in a hello is ", type_of(j[each])));
  }
  for (const char* each : {"token", "puppet"}) {
    if (j.contains(each) && !j[each].is_string())
      breach(absl::StrCat("hello.type:", each), 3,
             absl::StrCat("\"", each, "\" in a hello is ", type_of(j[each])));
  }
  if (j["mpcheck"].is_number_integer() && j["mpcheck"] != kProtocolVersion)
    breach(
        "hello.version", 3,
        absl::StrCat("it speaks version ", j["mpcheck"].dump(), ", the runner ", kProtocolVersion));
  if (j.contains("pid") && j["pid"].is_number_integer() && here_->pid != 0 &&
      j["pid"] != here_->pid)
    breach("hello.pid", 3,
           absl::StrCat("it says that it is process ", j["pid"].dump(), ", but ", here_->pid,
                        " has connected"));
  if (j.contains("about")) about(j["about"]);
  if (j.contains("features")) features(j["features"]);
}

void Checker::about(const Json& j) {
  if (!j.is_object())
    return breach("hello.type:about", 3, absl::StrCat("\"about\" in a hello is ", type_of(j)));
  members("about", 3, j, {"name", "version", "language", "start_method", "home"}, {});
  for (const auto& [name, each] : j.items()) {
    if (!each.is_string())
      breach(absl::StrCat("about.type:", name), 3,
             absl::StrCat("\"", name, "\" in \"about\" is ", type_of(each)));
  }
}

void Checker::features(const Json& j) {
  if (!j.is_array())
    return breach("hello.type:features", 3,
                  absl::StrCat("\"features\" in a hello is ", type_of(j)));
  Names seen;
  for (const Json& each : j) {
    if (!each.is_string()) {
      breach("features.type", 3, absl::StrCat("a feature is ", type_of(each), ", not a string"));
      continue;
    }
    const std::string name = each.get<std::string>();
    if (!seen.insert(name).second)
      breach(absl::StrCat("features.twice:", name), 3,
             absl::StrCat("the feature \"", name, "\" is listed twice"));
    if (is_known_feature(name)) continue;
    const std::string_view like = feature_like(name);
    breach(absl::StrCat("features.unknown:", name), 3,
           absl::StrCat("the feature \"", name, "\" is unknown",
                        like.empty() ? "" : "; do you mean \"", like, like.empty() ? "" : "\"?"));
  }
}

void Checker::reply(const Json& j) {
  ++counts_.replies;
  if (!here_->greeted) breach("hello.none", 3, "the first line of a connection is no hello");
  if (!j.contains("id")) return breach("reply.missing_member:id", 5, "a reply has no \"id\"");
  if (!j["id"].is_number_integer())
    return breach("reply.type:id", 5, absl::StrCat("\"id\" in a reply is ", type_of(j["id"])));
  const int64_t id = j["id"].get<int64_t>();
  auto at = std::find_if(here_->pending.begin(), here_->pending.end(),
                         [&](const Pending& p) { return p.id == id; });
  if (at == here_->pending.end()) {
    const bool twice = here_->answered.count(id) > 0;
    return breach(twice ? "reply.twice" : "reply.to_nothing", 11,
                  absl::StrCat("a reply to command ", id,
                               twice ? ", which had its reply" : ", which was never given"));
  }
  const Pending command = std::move(*at);
  here_->pending.erase(at);
  here_->answered.insert(id);
  outcome(command.command, j, command.sent_ns, /*in_batch=*/false);
}

void Checker::outcome(const Json& command, const Json& reply, int64_t sent_ns, bool in_batch) {
  const int forms = reply.contains("ok") + reply.contains("raise") + reply.contains("unsupported");
  if (forms != 1) {
    return breach(forms == 0 ? "reply.no_outcome" : "reply.several_outcomes", 5,
                  absl::StrCat("a reply has ", forms == 0 ? "none" : "more than one",
                               " of \"ok\", \"raise\", \"unsupported\""));
  }
  const Names head = in_batch ? Names() : Names{"id"};
  if (reply.contains("unsupported")) {
    members("reply", 5, reply, head, {"unsupported"});
    if (!reply["unsupported"].is_string())
      breach("reply.type:unsupported", 5,
             absl::StrCat("\"unsupported\" is ", type_of(reply["unsupported"]), ", not a text"));
    return;
  }
  members("reply", 5, reply, head, {"ok", "raise", "t0", "t1"});
  times(command, reply, sent_ns, in_batch);
  if (reply.contains("raise")) return raised(reply["raise"]);
  ok(command, reply, sent_ns);
}

void Checker::ok(const Json& command, const Json& reply, int64_t sent_ns) {
  const std::string op = op_of(command);
  const Json& result = reply["ok"];
  if (op == "batch") return batch(command, result, sent_ns);
  value("ok", result);
  const bool names_something =
      op.ends_with(".new") || (command.contains("as") && op != "process.parent");
  if (names_something && !result.is_null())
    breach("reply.ok_not_null", 5,
           absl::StrCat(op, ", which makes something, returned ", type_of(result), ", not null"));
}

void Checker::batch(const Json& command, const Json& replies, int64_t sent_ns) {
  if (!replies.is_array())
    return breach("batch.type", 8, absl::StrCat("the reply to a batch is ", type_of(replies)));
  const Json none = Json::array();
  const Json& commands = command.contains("args") ? command["args"].value("commands", none) : none;
  const int64_t times = command.contains("args") ? command["args"].value("times", int64_t{1}) : 1;
  const size_t wanted = commands.size() * static_cast<size_t>(std::max<int64_t>(0, times));
  if (replies.size() != wanted)
    breach("batch.count", 8,
           absl::StrCat("the reply to a batch of ", wanted, " commands holds ", replies.size()));
  for (size_t i = 0; i < replies.size() && !commands.empty(); ++i) {
    if (replies[i].is_object()) {
      outcome(commands[i % commands.size()], replies[i], sent_ns, /*in_batch=*/true);
    } else {
      breach("batch.element", 8,
             absl::StrCat("in the reply to a batch is ", type_of(replies[i]), ", not a reply"));
    }
  }
}

void Checker::times(const Json& command, const Json& reply, int64_t sent_ns, bool in_batch) {
  const std::string op = op_of(command);
  const bool skipped =
      in_batch && command.contains("if") && reply.contains("ok") && reply["ok"] == false;
  if (is_ending(op) || op == "nursery.fork" || skipped) return;
  for (const char* each : {"t0", "t1"}) {
    if (!reply.contains(each))
      return breach(absl::StrCat("reply.missing_member:", each), 5,
                    absl::StrCat("a reply to ", op, " has no \"", each, "\""));
    if (!reply[each].is_number_integer())
      return breach(absl::StrCat("reply.type:", each), 5,
                    absl::StrCat("\"", each, "\" is ", type_of(reply[each])));
  }
  const int64_t t0 = reply["t0"].get<int64_t>(), t1 = reply["t1"].get<int64_t>();
  if (t0 > t1) return breach("times.backwards", 5, "a call ended before it began: t0 > t1");
  if (t0 < sent_ns)
    breach("times.before_command", 5,
           "t0 is before the command was sent: is it of CLOCK_MONOTONIC, in nanoseconds?");
  if (t1 > now_->at.count())
    breach("times.after_reply", 5,
           "t1 is after the reply came: is it of CLOCK_MONOTONIC, in nanoseconds?");
}

void Checker::raised(const Json& j) {
  if (!j.is_object())
    return breach("reply.type:raise", 5,
                  absl::StrCat("\"raise\" is ", type_of(j), ", not an object"));
  members("raise", 5, j, {"type", "bases", "message", "args"}, {"cause"});
  for (const char* each : {"type", "message"}) {
    if (j.contains(each) && !j[each].is_string())
      breach(absl::StrCat("raise.type:", each), 5,
             absl::StrCat("\"", each, "\" in \"raise\" is ", type_of(j[each])));
  }
  const std::string type =
      j.contains("type") && j["type"].is_string() ? j["type"].get<std::string>() : "";
  if (!type.empty() && !is_bare_name(type))
    breach("raise.bare_type", 5,
           absl::StrCat("the type of an exception is no bare name of a class: ", type));
  if (j.contains("bases")) {
    const Json& bases = j["bases"];
    const bool texts = bases.is_array() && std::all_of(bases.begin(), bases.end(),
                                                       [](const Json& b) { return b.is_string(); });
    if (!texts) {
      breach("raise.type:bases", 5, "\"bases\" is no list of strings");
    } else if (!type.empty() && std::find(bases.begin(), bases.end(), Json(type)) == bases.end()) {
      breach("raise.bases_without_type", 5,
             absl::StrCat("the bases of ", type, " lack its own name"));
    }
  }
  if (j.contains("args")) {
    if (!j["args"].is_array())
      breach("raise.type:args", 5, absl::StrCat("\"args\" in \"raise\" is ", type_of(j["args"])));
    value("args", j["args"]);
  }
  if (!j.contains("cause")) return;
  if (!j["cause"].is_object()) return breach("raise.type:cause", 5, "\"cause\" is no object");
  members("cause", 5, j["cause"], {"type", "message"}, {});
}

void Checker::value(const char* where, const Json& j) {
  if (std::string fault = fault_of(j); !fault.empty())
    breach(absl::StrCat("value:", fault.substr(0, fault.find_first_of(":0123456789"))), 6,
           absl::StrCat("in \"", where, "\": ", fault));
}

void Checker::closed() {
  for (const Pending& each : here_->pending) {
    if (cannot_wait(op_of(each.command)))
      breach("reply.never", 11, absl::StrCat(op_of(each.command), " was never answered"));
  }
  connections_.erase(now_->connection);
}

// ---- From the runner ----

void Checker::command(const Json& j, bool in_batch) {
  const auto fault = [&](std::string kind, std::string says) {
    breach("command." + kind, 4, std::move(says), /*by_runner=*/true);
  };
  if (!in_batch) ++counts_.commands;
  if (!j.is_object()) return fault("type", "a command is no object");
  for (const auto& [name, each] : j.items()) {
    if (!Names{"op", "on", "as", "args", in_batch ? "if" : "id"}.count(name))
      fault("unknown_member:" + name, absl::StrCat("a command has a member \"", name, "\""));
  }
  if (!j.contains("op") || !j["op"].is_string()) return fault("op", "a command has no \"op\"");
  if (j.contains("args") && !j["args"].is_object()) return fault("args", "\"args\" is no object");
  if (op_of(j) == "batch" && j.contains("args")) {
    for (const Json& each : j["args"].value("commands", Json::array()))
      command(each, /*in_batch=*/true);
  } else if (j.contains("args")) {
    for (const auto& [name, each] : j["args"].items()) {
      if (std::string wrong = fault_of(each); !wrong.empty())
        fault("value:" + wrong, absl::StrCat("argument \"", name, "\" of ", op_of(j), ": ", wrong));
    }
  }
  if (in_batch) return;
  const int64_t id = j.value("id", int64_t{0});
  if (id <= here_->last_id) fault("id", absl::StrCat("id ", id, " comes after ", here_->last_id));
  if (!here_->pending.empty())
    fault("while_pending", "a command to a puppet that has not answered the last one");
  here_->last_id = id;
  here_->pending.push_back({id, j, now_->at.count()});
}

}  // namespace conformance
