// What mpcheck says of its commands: --help, and the manual page.
#ifndef TOOLS_CLI_HELP_H_
#define TOOLS_CLI_HELP_H_

#include <string>
#include <vector>

#include "tools/cli/command.h"

namespace mpcheck {

// "mpcheck run [NAME...] [flags] [-- ADAPTER [ARGUMENT...]]"
std::string usage_line(const Command& command);

// All commands in a line each, and how a run ends. No line is wider than `width`, if words allow it.
std::string overview(const std::vector<Command>& commands, size_t width);

// One command: usage, sentences, flags, examples.
std::string help(const Command& command, size_t width);

// The manual page, mpcheck(1), in roff.
std::string man_page(const std::vector<Command>& commands);

}  // namespace mpcheck

#endif  // TOOLS_CLI_HELP_H_
