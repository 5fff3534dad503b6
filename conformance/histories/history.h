// What happened when a program ran: each call with its outcome, and when it began and ended.
//
// The times are the testee's, read right before and right after the call, by the clock that all
// processes share: of two calls of which one ended before the other began, everybody knows the
// order; of calls that overlap, nobody does.
//
// Threads: values. Lifetime: values.
#ifndef CONFORMANCE_HISTORIES_HISTORY_H_
#define CONFORMANCE_HISTORIES_HISTORY_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "conformance/histories/program.h"
#include "conformance/protocol/value.h"

namespace conformance::histories {

inline constexpr std::chrono::nanoseconds kNever = std::chrono::nanoseconds::max();

struct Call {
  size_t process = 0;
  Step step;
  Value value = {};         // what it returned
  std::string raised = {};  // or the type of what it raised
  std::chrono::nanoseconds t0{0};
  std::chrono::nanoseconds t1{0};
  // Its process was killed before it returned, if it began at all: it may have taken effect, or
  // not. t1 is kNever.
  bool open = false;
  size_t end = 0;  // of a pipe: which one it uses

  bool returned() const { return !open && raised.empty(); }
  // Returned, and not False.
  bool succeeded() const { return returned() && value != Value(false); }
  // The first number of its step.
  int number() const { return step.numbers.empty() ? 0 : step.numbers[0]; }
};

struct History {
  // Those of the program, and behind them what the main program did when they had ended: it looks
  // what is left.
  std::vector<std::vector<Call>> processes = {};
  std::optional<size_t> killed = {};
  std::chrono::nanoseconds killed_at{0};

  std::vector<const Call*> in_order() const;  // of their beginnings
  size_t calls() const;
};

// One line a call, in the order of their beginnings, in microseconds since the first:
//
//        begins      ends
//           0.0      12.4  p0    put 1            returned None
//           3.1      17.0  p1    get 5ms          returned 1
std::string table_of(const History& history);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_HISTORY_H_
