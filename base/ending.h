#ifndef BASE_ENDING_H_
#define BASE_ENDING_H_

#include <iosfwd>
#include <string>
#include <variant>

namespace base {

// Nothing has ended yet: at the time of asking, or when the deadline passed.
struct StillRunning {
  bool operator==(const StillRunning&) const = default;
};

// It returned from main() or called exit().
struct Exited {
  int code = 0;
  bool operator==(const Exited&) const = default;
};

// A signal killed it.
struct Signaled {
  int signal = 0;
  bool core_dumped = false;
  bool operator==(const Signaled&) const = default;
};

// No instruction of the program ever ran: `step`, which completes "trying to ...", failed with the
// errno value `error`.
struct NeverStarted {
  int error = 0;
  std::string step = {};
  bool operator==(const NeverStarted&) const = default;
};

// How a program ended: one of a closed set, never an int that mixes exit codes with signals.
//
// A value: equality, std::visit, std::get_if, std::holds_alternative, and readable in a test's
// failure message.
//
//   const Ending ending = process.wait(deadline);
//   if (ending == Exited{3}) ...
//   if (ending.killed_by(SIGSEGV)) ...
//   std::cout << ending;  // "killed by SIGSEGV (core dumped)"
struct Ending : std::variant<StillRunning, Exited, Signaled, NeverStarted> {
  using variant::variant;

  bool still_running() const { return std::holds_alternative<StillRunning>(*this); }
  bool succeeded() const { return *this == Exited{0}; }
  // With or without a core dump.
  bool killed_by(int signal) const;

  friend bool operator==(const Ending& a, const Ending& b) {
    return static_cast<const variant&>(a) == static_cast<const variant&>(b);
  }
};

// "exit code 3", "killed by SIGSEGV (core dumped)", "still running",
// "never started: No such file or directory (ENOENT) while trying to execute /no/such"
std::string describe(const Ending& ending);
std::ostream& operator<<(std::ostream& out, const Ending& ending);

// What waitpid(2) put into its `status` without WUNTRACED and WCONTINUED.
Ending ending_from_wait_status(int status);

}  // namespace base

#endif  // BASE_ENDING_H_
