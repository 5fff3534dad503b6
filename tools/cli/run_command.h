// mpcheck run and mpcheck verify: what judges implementations.
#ifndef TOOLS_CLI_RUN_COMMAND_H_
#define TOOLS_CLI_RUN_COMMAND_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command run_command();
Command verify_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_RUN_COMMAND_H_
