// mpcheck list, mpcheck show and mpcheck coverage: what tells of the suite itself.
#ifndef TOOLS_CLI_SUITE_COMMANDS_H_
#define TOOLS_CLI_SUITE_COMMANDS_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command list_command();
Command show_command();
Command coverage_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_SUITE_COMMANDS_H_
