// mpcheck testees: the implementations that were found here.
#ifndef TOOLS_CLI_TESTEES_COMMAND_H_
#define TOOLS_CLI_TESTEES_COMMAND_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command testees_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_TESTEES_COMMAND_H_
