// `mpcheck stress`: random programs against implementations, their histories checked.
//
//   mpcheck stress [NAME...] [--seconds=N] [--objects=queue,lock] ... [-- ADAPTER [ARGUMENT...]]
//
// Starts the program //conformance/histories:stress once for each implementation, one after the other (they are to have
// the CPUs for their races), and hands its flags on to it. Ends with the exit code that tells most: 64 wrong usage, 2
// one could not be judged, 1 one failed, 0 all is explained.
#ifndef TOOLS_CLI_STRESS_H_
#define TOOLS_CLI_STRESS_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command stress_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_STRESS_H_
