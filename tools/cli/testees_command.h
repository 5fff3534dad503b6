// mpcheck testees: which implementations are here, and how to get those that are known and not here.
#ifndef TOOLS_CLI_TESTEES_COMMAND_H_
#define TOOLS_CLI_TESTEES_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/command.h"
#include "tools/cli/discovery.h"
#include "tools/cli/known_implementations.h"

namespace mpcheck {

Command testees_command();

// Two tables. A name with braces stands for several: cpython-3.11.2-{fork,spawn}.
std::string testees_text(const std::vector<Implementation>& found,
                         const std::vector<KnownImplementation>& known);

// {"here":[{"name":"cpython-3.11.2-fork","kind":"cpython","version":"3.11.2","method":"fork","where":"/usr/bin/python3.11",
//           "usual":true,"command":[...],"waivers":null}],
//  "not_here":[{"name":"pypy","what":"...","home":"...","how":"...","get":"tools/testees install pypy"}]}
std::string testees_json(const std::vector<Implementation>& found,
                         const std::vector<KnownImplementation>& known);

}  // namespace mpcheck

#endif  // TOOLS_CLI_TESTEES_COMMAND_H_
