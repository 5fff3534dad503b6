// mpcheck verify: judges the same implementations again and again, idle and under load, and reports
// every verdict that differs.
#ifndef TOOLS_CLI_VERIFY_H_
#define TOOLS_CLI_VERIFY_H_

#include <string>
#include <vector>

#include "tools/cli/discovery.h"
#include "tools/cli/schedule.h"

namespace mpcheck {

struct Rounds {
  int idle = 10;
  int loaded = 5;  // beside twice as many processes as CPUs that do nothing but compute
};

// The report, and whether all was steady. Each round is judged anew into a folder below
// plan.folder, which is kept if the round said something new.
struct VerifyOutcome {
  std::string report;
  bool steady = true;
  bool whole = true;  // every round came to its end
};
VerifyOutcome verify(const std::vector<Implementation>& implementations, const Plan& plan,
                     const Rounds& rounds);

}  // namespace mpcheck

#endif  // TOOLS_CLI_VERIFY_H_
