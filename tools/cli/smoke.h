// Tests an adapter by itself, before any claim does, and says of each fault whose it is and what to read.
//
//   mpcheck smoke [--time-scale=X] -- ADAPTER [ARGUMENT...]
//
// A list of checks, from "starts" to "leaves nothing behind". Where one fails, those that rest on it are not tried.
// Exit codes: 0 all is well, 1 something failed, 64 wrong usage.
#ifndef TOOLS_CLI_SMOKE_H_
#define TOOLS_CLI_SMOKE_H_

#include <string>
#include <string_view>
#include <vector>

#include "conformance/stage/testee.h"
#include "tools/cli/command.h"

namespace mpcheck {

struct SmokeCheck {
  enum class Standing { kGood, kFailed, kNoted, kNotTried };
  Standing standing;
  std::string title;   // "says hello"
  std::string detail;  // what was seen; of a failure also what is wrong and what to do
  int section;         // of PROTOCOL.md; 0: none
};

// Starts the adapter several times, and plays with it.
std::vector<SmokeCheck> smoke(const conformance::TesteeSpec& adapter);

// As it is printed.
std::string smoke_text(const std::vector<SmokeCheck>& checks);
int smoke_exit_code(const std::vector<SmokeCheck>& checks);

Command smoke_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_SMOKE_H_
