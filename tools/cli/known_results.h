// Results that need not be found again: the same suite on the same files.
//
// A result is known under the fingerprint of everything it came from: the runner, the adapter, the
// command line, the interpreter, its standard library and the module under test (each file's path,
// size, time of change and inode), the environment variables that Python reads, the kernel. The
// waivers are no part of it: whoever recalls results holds them against the waivers anew
// (//conformance/runner/reassessment.h). Nothing is known of an adapter of one's own, whose files
// nobody can list. `mpcheck run --fresh` looks at nothing of this.
#ifndef TOOLS_CLI_KNOWN_RESULTS_H_
#define TOOLS_CLI_KNOWN_RESULTS_H_

#include <string>
#include <vector>

#include "tools/cli/discovery.h"

namespace mpcheck {

// What goes into a run beside the implementation.
struct Circumstances {
  std::string runner;
  std::string filter;
  double time_scale;
};

// Hexadecimal; empty if the implementation does not say what it depends on.
std::string fingerprint(const Implementation& implementation, const Circumstances& circumstances);

class KnownResults {
 public:
  // `folder` is made when something is kept.
  explicit KnownResults(std::string folder) : folder_(std::move(folder)) {}

  // Copies what is known under `fingerprint` to NAME.jsonl and NAME.log in `results`. False if
  // nothing is.
  bool recall(const std::string& fingerprint, const std::string& results,
              const std::string& name) const;
  // Keeps NAME.jsonl and NAME.log of `results` under `fingerprint`.
  void keep(const std::string& fingerprint, const std::string& results,
            const std::string& name) const;

 private:
  std::string folder_;
};

}  // namespace mpcheck

#endif  // TOOLS_CLI_KNOWN_RESULTS_H_
