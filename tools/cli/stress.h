// `mpcheck stress`: random programs against implementations, their histories checked.
//
// Starts the program //conformance/histories:stress once for each implementation, one after the
// other (they are to have the CPUs for their races), and hands its flags on.
#ifndef TOOLS_CLI_STRESS_H_
#define TOOLS_CLI_STRESS_H_

#include <string>
#include <vector>

#include "tools/cli/discovery.h"

namespace mpcheck {

// Runs `program` for each of `implementations`. `own_adapter`: the only one is not of this machine.
// Returns the exit code that tells most: 64 wrong
// usage, 2 one could not be judged, 1 one failed, 0 all is explained.
int stress_all(const std::string& program, const std::vector<std::string>& flags,
               const std::vector<Implementation>& implementations, bool own_adapter);

// Whether the first word that is no flag is `stress`.
bool is_stress_command(int argc, char** argv);

// The flags among `arguments` (without the program's name) that are not mpcheck's own --root and
// --all, taken out of it: the stress program knows them. Other words stay, as does everything behind a
// lone "--".
std::vector<std::string> take_stress_flags(std::vector<std::string>* arguments);

}  // namespace mpcheck

#endif  // TOOLS_CLI_STRESS_H_
