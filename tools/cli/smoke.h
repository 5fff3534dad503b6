// Tests an adapter by itself, before any claim does, and says of each fault whose it is and what to read.
//
//   mpcheck smoke [--time-scale=X] -- ADAPTER [ARGUMENT...]
//
// Exit codes: 0 all is well, 1 something failed, 64 wrong usage.
#ifndef TOOLS_CLI_SMOKE_H_
#define TOOLS_CLI_SMOKE_H_

#include "tools/cli/command.h"

namespace mpcheck {

Command smoke_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_SMOKE_H_
