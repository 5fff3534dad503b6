// mpcheck sharpness: which planted faults the suite notices. conformance/testing/sharpness.py does the work; here is what
// it must know of this machine.
#ifndef TOOLS_CLI_SHARPNESS_H_
#define TOOLS_CLI_SHARPNESS_H_

#include <string>
#include <variant>
#include <vector>

#include "base/command_line.h"
#include "tools/cli/command.h"
#include "tools/cli/discovery.h"

namespace mpcheck {

Command sharpness_command();

// What does it, in the checkout `root`. `words` are those of the command line: names choose among `found` (without one
// it is the first with fork), and flags are the tool's own.
std::variant<std::vector<std::string>, base::UsageError> sharpness_argv(
    const std::string& root, const std::string& runner, const std::vector<std::string>& words,
    const std::vector<Implementation>& found);

}  // namespace mpcheck

#endif  // TOOLS_CLI_SHARPNESS_H_
