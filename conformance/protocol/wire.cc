#include "conformance/protocol/wire.h"

#include <array>
#include <utility>

#include "conformance/protocol/json.h"

namespace conformance {
namespace {

using Kind = WireEvent::Kind;
constexpr std::array<std::pair<Kind, std::string_view>, 5> kNames = {
    {{Kind::kOpened, "opened"},
     {Kind::kFromRunner, "from_runner"},
     {Kind::kFromPuppet, "from_puppet"},
     {Kind::kHalfLine, "half_line"},
     {Kind::kClosed, "closed"}}};

}  // namespace

std::string to_json_line(const WireEvent& event) {
  Json out;
  for (const auto& [kind, name] : kNames) {
    if (kind == event.kind) out["event"] = name;
  }
  out["connection"] = event.connection;
  out["pid"] = event.pid;
  out["at_ns"] = event.at.count();
  if (event.kind != Kind::kOpened && event.kind != Kind::kClosed) out["line"] = event.line;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<WireEvent> parse_wire_event(std::string_view json_line) {
  const Json j = Json::parse(json_line, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object()) return std::nullopt;
  const std::string event = j.value("event", "");
  for (const auto& [kind, name] : kNames) {
    if (event != name) continue;
    return WireEvent{.kind = kind,
                     .connection = j.value("connection", 0),
                     .pid = j.value("pid", 0),
                     .at = std::chrono::nanoseconds(j.value("at_ns", int64_t{0})),
                     .line = j.value("line", "")};
  }
  return std::nullopt;
}

}  // namespace conformance
