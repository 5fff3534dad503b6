// What crosses the connections between the runner and its puppets, as it is seen by somebody who listens.
//
// The stage tells of each line (../stage/wire_tap.h), `runner --wire=FILE` writes it down, and a Checker (checker.h)
// holds it against the protocol.
#ifndef CONFORMANCE_PROTOCOL_WIRE_H_
#define CONFORMANCE_PROTOCOL_WIRE_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace conformance {

struct WireEvent {
  enum class Kind {
    kOpened,      // a process has connected
    kFromRunner,  // a line to it
    kFromPuppet,  // a line from it
    kHalfLine,    // what it had sent of a line when its connection ended
    kClosed,
  };
  Kind kind;
  int connection;                 // unique in a run
  pid_t pid = 0;                  // of the process that connected
  std::chrono::nanoseconds at{};  // CLOCK_MONOTONIC: sent, or read by the runner
  std::string line = {};          // without its newline
};

// As one line of JSON, newline included, and back; absent if it is none.
std::string to_json_line(const WireEvent& event);
std::optional<WireEvent> parse_wire_event(std::string_view json_line);

}  // namespace conformance

#endif  // CONFORMANCE_PROTOCOL_WIRE_H_
