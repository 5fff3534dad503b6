// Which implementations mpcheck knows how to judge, be they here or not, and how to get the others.
//
// The table is a file of the checkout, tools/adapters/known_implementations.json; tools/testees, which installs
// what is missing, reads it as well.
#ifndef TOOLS_CLI_KNOWN_IMPLEMENTATIONS_H_
#define TOOLS_CLI_KNOWN_IMPLEMENTATIONS_H_

#include <string>
#include <vector>

#include "tools/cli/discovery.h"

namespace mpcheck {

struct KnownImplementation {
  std::string name;  // "billiard"; as Implementation::kind
  std::string what;  // a few words
  std::string home;  // may be empty
  std::string how;   // how it is judged: "fork, spawn, forkserver"
  std::string get;   // the command that gets it
};

// Empty if the checkout `root` has no such table.
std::vector<KnownImplementation> known_implementations(const std::string& root);
std::vector<KnownImplementation> parse_known_implementations(const std::string& json);

// Those that are not among `found`.
std::vector<KnownImplementation> not_here(const std::vector<KnownImplementation>& known,
                                          const std::vector<Implementation>& found);

// What to tell who gave a name or pattern that matches nothing: how to get the implementation that it
// means, or what it may have been meant to be.
std::string what_was_meant(const std::string& pattern, const std::vector<Implementation>& found,
                           const std::vector<KnownImplementation>& known);

}  // namespace mpcheck

#endif  // TOOLS_CLI_KNOWN_IMPLEMENTATIONS_H_
