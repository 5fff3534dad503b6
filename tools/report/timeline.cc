#include "tools/report/timeline.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace mpcheck {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

Json microseconds(const Json& milliseconds) {
  return milliseconds.is_number() ? Json(std::llround(milliseconds.get<double>() * 1e3)) : Json();
}

// A reading of the testee's clock, which is the runner's; 0 if the command called nothing.
Json since(const Json& nanoseconds, const Json& began) {
  if (!nanoseconds.is_number_integer() || !began.is_number_integer() || nanoseconds == 0) return {};
  return (nanoseconds.get<int64_t>() - began.get<int64_t>()) / 1000;
}

Json sightings(const Json& call) {
  Json out = Json::array();
  for (const Json& each : member(call, "blocked"))
    out.push_back(
        {microseconds(member(each, "at_ms")), member(each, "proved"), member(each, "why")});
  return out;
}

Json call(const Json& from, const Json& began) {
  return {member(from, "puppet"),
          member(from, "op"),
          microseconds(member(from, "sent_ms")),
          microseconds(member(from, "answered_ms")),
          since(member(from, "t0_ns"), began),
          since(member(from, "t1_ns"), began),
          member(from, "accepted"),
          member(from, "outcome"),
          member(from, "ended"),
          member(from, "result"),
          sightings(from)};
}

Json life(const Json& from) {
  return {member(from, "puppet"),
          member(from, "pid"),
          member(from, "ppid"),
          member(from, "tid"),
          microseconds(member(from, "came_ms")),
          microseconds(member(from, "ended_ms")),
          member(from, "ending")};
}

}  // namespace

std::string timeline_of(const Json& line) {
  const Json& trace = member(line, "trace");
  if (!trace.is_array() || trace.empty()) return "";
  const Json& began = member(line, "began_ns");
  Json out = {{"c", Json::array()}, {"p", Json::array()}, {"i", Json::array()}};
  for (const Json& each : trace) out["c"].push_back(call(each, began));
  for (const Json& each : member(line, "puppets")) out["p"].push_back(life(each));
  for (const Json& each : member(line, "interferences"))
    out["i"].push_back(
        {microseconds(member(each, "at_ms")), member(each, "pid"), member(each, "what")});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mpcheck
