// Which implementations a command line means.
//
//   mpcheck run 'cpython-3.11*' mp-fork        by name; * stands for anything
//   mpcheck run mine -- ./adapter --flag       an adapter of one's own, and what to call it
//   mpcheck run                                those that are usual on this machine
#ifndef TOOLS_CLI_SELECTION_H_
#define TOOLS_CLI_SELECTION_H_

#include <string>
#include <variant>
#include <vector>

#include "base/command_line.h"
#include "tools/cli/discovery.h"
#include "tools/cli/known_implementations.h"

namespace mpcheck {

// All that can be judged in the checkout `root`: what discover() finds, and the reference library
// where its adapter has been built.
std::vector<Implementation> implementations_here(const std::string& root, bool all);

// Those whose names match one of `patterns`; without patterns the usual ones, or with `all` all. The
// error of a pattern that matches nothing says how to get what it means (known_implementations.h).
std::variant<std::vector<Implementation>, base::UsageError> choose(
    const std::vector<Implementation>& found, const std::vector<std::string>& patterns, bool all,
    const std::vector<KnownImplementation>& known);

// What the words of a command line mean: those before a lone -- are names, those behind it are an
// adapter of one's own.
std::variant<std::vector<Implementation>, base::UsageError> select(const std::string& root,
                                                                   const base::Words& words,
                                                                   bool all);

}  // namespace mpcheck

#endif  // TOOLS_CLI_SELECTION_H_
