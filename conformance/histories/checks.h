// What can be told from a history without searching for an order: one idea a check.
//
// Each is cheap, finds a fault of one kind, and says in a sentence what is wrong, with the names of
// the calls. What they all miss is left to the search for an order (judge.h).
//
// Threads: any. Lifetime: nothing is kept.
#ifndef CONFORMANCE_HISTORIES_CHECKS_H_
#define CONFORMANCE_HISTORIES_CHECKS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/histories/history.h"
#include "conformance/histories/program.h"

namespace conformance::histories {

using Finding = std::optional<std::string>;

// Each call returned, or raised, what its method may: a put() without limit never raises Full.
Finding odd_outcome(const Program& program, const History& history);
// What was got had been put: by somebody whose put() began before the get() returned.
Finding from_nowhere(const Program& program, const History& history);
// Nothing was got twice.
Finding got_twice(const Program& program, const History& history);
// What was put was got, if not by a process then by the main program at the end.
Finding lost(const Program& program, const History& history);
// Items of one process are got in the order in which it put them.
Finding out_of_order(const Program& program, const History& history);
// Of lock, rlock, condition and value: no two have it at the same time. From the return of what
// acquires it to the call of what releases it, with wait() in between letting go of it.
Finding two_holders(const Program& program, const History& history);
// A queue never holds more than maxsize, a semaphore admits no more than its value.
Finding too_many(const Program& program, const History& history);
// A barrier's rounds: all come before any leaves, and leave with the numbers 0, 1, 2, ...
Finding broken_round(const Program& program, const History& history);
// join() returned while a task was not done.
Finding early_join(const Program& program, const History& history);
// A value is the sum of what was added to it under its lock.
Finding wrong_sum(const Program& program, const History& history);
// A wait() of a condition that returned True was notified meanwhile, and no notification woke more
// than it was for.
Finding not_notified(const Program& program, const History& history);

struct Check {
  std::string_view name;
  Finding (*find)(const Program&, const History&);
  bool of_whole = false;  // says nothing about a history that has no end
};
const std::vector<Check>& all_checks();

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_CHECKS_H_
