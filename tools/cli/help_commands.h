// mpcheck help, man, completion and complete: what tells of all commands.
#ifndef TOOLS_CLI_HELP_COMMANDS_H_
#define TOOLS_CLI_HELP_COMMANDS_H_

#include <vector>

#include "tools/cli/command.h"

namespace mpcheck {

// `commands` and, behind them, those that tell of them.
std::vector<Command> with_help_commands(std::vector<Command> commands);

}  // namespace mpcheck

#endif  // TOOLS_CLI_HELP_COMMANDS_H_
