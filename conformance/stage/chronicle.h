// What a stage saw and did beside its calls, for the report: who came and went, and what the runner
// did to them from outside.
#ifndef CONFORMANCE_STAGE_CHRONICLE_H_
#define CONFORMANCE_STAGE_CHRONICLE_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace conformance {

// A puppet that said hello. All times are CLOCK_MONOTONIC, the runner's reading.
struct Life {
  std::string puppet;
  pid_t pid, ppid, tid;
  std::chrono::nanoseconds came;
  std::chrono::nanoseconds ended;  // its process; 0: nobody saw it end
  std::string ending;              // "exit code 0", "killed by SIGKILL"; empty: nobody knows
};

// A signal, a limit: what the runner did to a process without asking it.
struct Interference {
  std::chrono::nanoseconds at;
  pid_t pid;         // 0: all of the testee
  std::string what;  // "SIGKILL", "RLIMIT_NOFILE lowered to 12"
};

struct Chronicle {
  std::vector<Life> lives;
  std::vector<Interference> interferences;  // in order of time
};

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_CHRONICLE_H_
