// Lets somebody listen to every line that crosses the connections, in both directions.
//
//   tap_wire([&](const WireEvent& event) { checker.see(event); });
//   tap_wire(wire_log("wire.jsonl"));       // or written down
//   tap_wire(nullptr);
//
// A run has one listener at most; it is told in the order of what happened, and by the thread that runs the stage.
#ifndef CONFORMANCE_STAGE_WIRE_TAP_H_
#define CONFORMANCE_STAGE_WIRE_TAP_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "conformance/protocol/wire.h"

namespace conformance {

using WireTap = std::function<void(const WireEvent&)>;
void tap_wire(WireTap tap);

// Writes each event to a file, as a line of JSON, at once. Raises: base::OsError
WireTap wire_log(const std::string& path);

// For the switchboard. `socket` is the connection's descriptor while it is open.
void tell_wire_tap(WireEvent::Kind kind, int socket, pid_t pid, std::string_view line = "");

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_WIRE_TAP_H_
