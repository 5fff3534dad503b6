// The implementations that a command line means, for the commands that do something with each.
#ifndef TOOLS_CLI_CHOSEN_H_
#define TOOLS_CLI_CHOSEN_H_

#include <functional>
#include <string_view>
#include <vector>

#include "tools/cli/command.h"
#include "tools/cli/discovery.h"

namespace mpcheck {

// Returns what `act` returns; or says what is wrong with the words of `command`, or that nothing is here, and returns the
// exit code for that.
int with_chosen(std::string_view command, const Place& place, const base::Words& words, bool all,
                const std::function<int(const std::vector<Implementation>&)>& act);

}  // namespace mpcheck

#endif  // TOOLS_CLI_CHOSEN_H_
