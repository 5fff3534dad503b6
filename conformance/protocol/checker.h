// Holds every message of a run against the protocol, and remembers each kind of breach once, with an example.
//
//   Checker checker;
//   for (const WireEvent& event : events) checker.see(event);
//   for (const Breach& breach : checker.breaches()) std::cout << breach.text() << "\n";
//
// The runner itself forgives what does no harm (a member that nobody knows); the checker does not. What it finds in a
// command is the runner's fault; all else is the adapter's. A pure value: no descriptor, no clock.
#ifndef CONFORMANCE_PROTOCOL_CHECKER_H_
#define CONFORMANCE_PROTOCOL_CHECKER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/protocol/json.h"
#include "conformance/protocol/wire.h"

namespace conformance {

struct Breach {
  std::string
      kind;  // "reply.unknown_member": one of a closed set (checker.cc), with the name that it is about
  std::string says;  // a sentence: what is wrong, and with what
  int section;       // of PROTOCOL.md
  bool by_runner;
  std::string puppet;  // who sent the first example; empty before its hello
  std::string line;    // the first example
  int count = 0;

  std::string text() const;  // all of it, for people, without the line's end where it is long
};

class Checker {
 public:
  void see(const WireEvent& event);

  // In the order in which they were first seen.
  const std::vector<Breach>& breaches() const { return breaches_; }
  // How many messages of each kind were seen.
  struct Counts {
    int connections = 0, hellos = 0, commands = 0, replies = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Pending {
    int64_t id;
    Json command;
    int64_t sent_ns;
  };
  struct Connection {
    pid_t pid = 0;
    std::string puppet;
    bool greeted = false;
    int64_t last_id = 0;
    std::vector<Pending> pending;  // at most one, if the runner keeps to the rules
    std::set<int64_t> answered;
  };

  void breach(std::string kind, int section, std::string says, bool by_runner = false);
  void members(const char* where, int section, const Json& object,
               const std::set<std::string>& needed, const std::set<std::string>& allowed);
  void from_puppet();
  void hello(const Json& j);
  void about(const Json& j);
  void features(const Json& j);
  void reply(const Json& j);
  void outcome(const Json& command, const Json& reply, int64_t sent_ns, bool in_batch);
  void ok(const Json& command, const Json& reply, int64_t sent_ns);
  void batch(const Json& command, const Json& replies, int64_t sent_ns);
  void raised(const Json& j);
  void times(const Json& command, const Json& reply, int64_t sent_ns, bool in_batch);
  void value(const char* where, const Json& j);
  void command(const Json& j, bool in_batch);
  void closed();

  std::vector<Breach> breaches_;
  std::map<std::string, size_t> place_;  // by kind
  Counts counts_;
  std::map<int, Connection> connections_;  // that are open
  const WireEvent* now_ = nullptr;      // the event that is being looked at, and its connection
  Connection* here_ = nullptr;
};

}  // namespace conformance

#endif  // CONFORMANCE_PROTOCOL_CHECKER_H_
