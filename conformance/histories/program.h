// A random program as a value: what some processes do, each one step after the other, to one object.
//
// A program is one line of text, and is read back from it:
//
//   queue size=2: put 1; get 5ms | put_nowait 2; get
//   semaphore size=1: acquire_nowait; release | acquire; release
//   lock: acquire; release | acquire 1ms; release ! kill 1 after 200us
//
// The kind of the object; `size`: the maxsize of a queue (0: none), the value of a semaphore or a
// Value; the processes, with | between them; and perhaps which of them (from 0) is killed, so long
// after all have begun. A step is a method, its numbers, and how long it may wait.
//
// Steps that end something (release, exit, task_done) belong to the step that began it, as
// parentheses do, and are left out when that was in vain: after `acquire_nowait` returned False
// nobody calls `release`. Not a method of Python's, but short for a call of one:
//
//   acquire_nowait      acquire(block=False)
//   give                release() of a semaphore that was not acquired before
//   wait_for_all        wait_for(every `add` of the program has been done); condition
//   pop_first, insert N pop(0), insert(0, N); list
//
// Threads: values. Lifetime: values.
#ifndef CONFORMANCE_HISTORIES_PROGRAM_H_
#define CONFORMANCE_HISTORIES_PROGRAM_H_

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace conformance::histories {

enum class Kind {
  kQueue,
  kJoinableQueue,
  kSimpleQueue,
  kPipe,
  kLock,
  kRLock,
  kSemaphore,
  kBoundedSemaphore,
  kCondition,
  kEvent,
  kBarrier,
  kValue,
  kManagedQueue,
  kManagedDict,
  kManagedList,
};

// All of them, in the order of reports.
const std::vector<Kind>& all_kinds();
std::string_view name_of(Kind kind);  // "queue", "managed_dict"
std::optional<Kind> kind_named(std::string_view name);

// A method that programs on a kind of object may call.
struct Verb {
  std::string_view name;
  int numbers = 0;          // how many numbers follow
  bool may_wait = false;    // a time may follow: its timeout
  bool must_limit = false;  // a time must follow
};
const std::vector<Verb>& verbs_of(Kind kind);

struct Step {
  std::string verb;
  std::vector<int> numbers = {};
  std::optional<int> wait_ms = {};

  bool operator==(const Step&) const = default;
  std::string text() const;  // put 3 5ms
};

// Whether it is put(), in any of its forms; so get().
bool is_put(const Step& step);
bool is_get(const Step& step);
bool is_acquire(const Step& step);
// Whether it waits for as long as it takes, where it has to wait.
bool is_unlimited(const Step& step);

struct Kill {
  size_t process = 0;
  int after_us = 0;

  bool operator==(const Kill&) const = default;
};

struct Program {
  Kind kind = Kind::kQueue;
  int size = 0;
  std::vector<std::vector<Step>> processes = {};
  std::optional<Kill> kill = {};

  bool operator==(const Program&) const = default;
  std::string text() const;
  size_t calls() const;
  friend std::ostream& operator<<(std::ostream& os, const Program& p) { return os << p.text(); }
};

// Reads a program. A string: what is wrong with the line, for whoever wrote it. What it returns
// is well formed, but may wait for ever, or release what it does not have: see soundness.h.
std::variant<Program, std::string> parse_program(std::string_view text);

// For each step of a process: the place of the step that it ends, if it ends one. Absent: a step
// ends what was never begun.
std::optional<std::vector<std::optional<size_t>>> partners(Kind kind,
                                                           const std::vector<Step>& steps);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_PROGRAM_H_
