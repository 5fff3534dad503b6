#include "base/ending.h"

#include <sys/wait.h>

#include <cstring>
#include <ostream>

#include "base/os_error.h"

namespace base {
namespace {

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation != nullptr ? std::string("SIG") + abbreviation
                                 : "signal " + std::to_string(signal);
}

struct Describer {
  std::string operator()(StillRunning) const { return "still running"; }
  std::string operator()(Exited exited) const { return "exit code " + std::to_string(exited.code); }
  std::string operator()(Signaled signaled) const {
    return "killed by " + signal_name(signaled.signal) +
           (signaled.core_dumped ? " (core dumped)" : "");
  }
  std::string operator()(const NeverStarted& failure) const {
    return "never started: " + describe_errno(failure.error) + " while trying to " + failure.step;
  }
};

}  // namespace

bool Ending::killed_by(int signal) const {
  const Signaled* signaled = std::get_if<Signaled>(this);
  return signaled != nullptr && signaled->signal == signal;
}

std::string describe(const Ending& ending) { return std::visit(Describer(), ending); }

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
  return out << describe(ending);
}

Ending ending_from_wait_status(int status) {
  if (WIFSIGNALED(status)) return Signaled{WTERMSIG(status), WCOREDUMP(status) != 0};
  return Exited{WEXITSTATUS(status)};
}

}  // namespace base
