// Messages of the puppet protocol as values, and what can be wrong with one (../PROTOCOL.md).
//
// encode_command() makes the line of a command; parse_message() reads a puppet's line into a Hello
// or a Reply, or names the Fault that makes it neither. Pure functions: no descriptor, no clock.
#ifndef CONFORMANCE_PROTOCOL_MESSAGE_H_
#define CONFORMANCE_PROTOCOL_MESSAGE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/protocol/value.h"

namespace conformance {

inline constexpr int kProtocolVersion = 1;
inline constexpr size_t kLongestLine = 1 << 20;  // bytes, the newline included

// Every way in which an adapter can break the protocol; PROTOCOL.md section 11 explains each.
enum class FaultKind {
  kNeverConnected,
  kEndedEarly,
  kBadHello,
  kWrongToken,
  kDuplicateHello,
  kUnknownPuppet,
  kBadJson,
  kBadReply,
  kLineTooLong,
  kHalfLine,
  kReplyToNothing,
  kReplyTwice,
  kConnectionLost,
  kHung,
};
std::string_view name_of(FaultKind kind);  // "never_connected", as in PROTOCOL.md

struct Fault {
  FaultKind kind;
  std::string detail;  // a sentence: what was seen, from whom
};

using Args = std::vector<std::pair<std::string, Value>>;

// An operation to be done by a puppet, not yet sent.
struct Op {
  std::string name;             // "queue.put"
  std::string on;               // the object's name; empty if the operation has none
  std::vector<std::string> as;  // names for what it makes
  Args args;
  std::vector<Op> batch;  // for name "batch": what to run back to back
  int times = 1;          // for name "batch": how often
  int if_before = 0;      // within a batch: done only if the one so many places before it succeeded

  std::string text() const;  // q.put(item=1): as a person would write it
};

std::string encode_command(int64_t id, const Op& op);  // with the newline

struct About {
  std::string name, version, language, start_method, home;
};

struct Hello {
  std::string token;
  std::string puppet;
  int64_t version = 0;
  int64_t pid = 0, ppid = 0, tid = 0;
  About about;                        // main only
  std::vector<std::string> features;  // main only
};

struct Returned {
  Value value;
};
struct Raised {
  std::string type;
  std::vector<std::string> bases;  // `type` and all its base classes
  std::string message;
  Value args;                             // a list
  std::string cause_type, cause_message;  // of the exception that it names as its cause, if any

  bool is_a(std::string_view name) const;
  std::string text() const;  // Full('...')
};
struct Unsupported {
  std::string why;
};
using Result = std::variant<Returned, Raised, Unsupported>;

struct Reply {
  int64_t id = 0;
  Result result;
  std::chrono::nanoseconds t0{0}, t1{0};  // CLOCK_MONOTONIC, from the testee
  std::vector<Reply> batch;               // for a batch: one for each command run
};

using Message = std::variant<Hello, Reply, Fault>;

// Reads one line, without its newline. `is_batch` says whether an id belongs to a batch.
Message parse_message(std::string_view line, const std::function<bool(int64_t)>& is_batch);

}  // namespace conformance

#endif  // CONFORMANCE_PROTOCOL_MESSAGE_H_
