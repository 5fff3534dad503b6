// mpcheck diff: what became worse, better or other between two results.
#ifndef TOOLS_CLI_DIFF_COMMAND_H_
#define TOOLS_CLI_DIFF_COMMAND_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command diff_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_DIFF_COMMAND_H_
