// Runs the conformance runner over several implementations at once, and collects what it finds.
//
// Each implementation is judged by several runner processes (GoogleTest shards), some more at a time
// than there are CPUs. Their results are read while they run, so that progress can be shown, and what is
// done is kept if the run is interrupted.
#ifndef TOOLS_CLI_SCHEDULE_H_
#define TOOLS_CLI_SCHEDULE_H_

#include <functional>
#include <string>
#include <vector>

#include "tools/cli/discovery.h"
#include "tools/cli/summary.h"

namespace mpcheck {

struct Plan {
  std::string runner;        // the conformance runner's path
  std::string folder;        // where NAME.jsonl and NAME.log are written; exists
  std::string filter = "*";  // GoogleTest filter
  double time_scale = 1;
  int jobs = 2;       // runner processes at a time
  int shards = 2;     // runner processes for one implementation
  int cpus = 1;       // usable ones
  int load = 0;       // processes that do nothing but compute meanwhile
  std::string known;  // folder of known results; empty: find everything anew
};

// Called when something has changed: everything known so far, and how many implementations are
// done.
using Progress = std::function<void(const std::vector<Summary>&, size_t done)>;

struct Outcome {
  std::vector<Summary> summaries;
  std::vector<std::string> broken;  // runner processes that ended as none should, a sentence each
  bool interrupted = false;         // SIGINT or SIGTERM
};
Outcome judge_all(const std::vector<Implementation>& implementations, const Plan& plan,
                  const Progress& progress);

}  // namespace mpcheck

#endif  // TOOLS_CLI_SCHEDULE_H_
