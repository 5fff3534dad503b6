// What the shell may offer while somebody types a command line of mpcheck.
//
//   mpcheck completion bash      the script that makes bash ask
//   mpcheck complete WORD...     what it asks: the words so far, of which the last may be empty or half of one
#ifndef TOOLS_CLI_COMPLETION_H_
#define TOOLS_CLI_COMPLETION_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/command.h"

namespace mpcheck {

// Finds what words of a kind there are; asked only when it is needed, for some have to be looked for.
using Candidates = std::function<std::vector<std::string>(Completes)>;

// The words that the last of `words` may become. `words` is without "mpcheck" itself.
std::vector<std::string> completions(const std::vector<std::string>& words,
                                     const std::vector<Command>& commands,
                                     const Candidates& candidates);

inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

// The script for `shell`, one of kShells, which asks `program` about the checkout `root`.
std::string completion_script(std::string_view shell, const std::string& program,
                              const std::string& root);

}  // namespace mpcheck

#endif  // TOOLS_CLI_COMPLETION_H_
