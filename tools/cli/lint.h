// Judges an adapter while somebody listens: every message in both directions is held against the protocol.
//
//   mpcheck lint [--filter=AREA.CLAIM] [--time-scale=X] -- ADAPTER [ARGUMENT...]
//
// What claims find of the implementation does not matter here. Each kind of breach is told once, with the first line
// that shows it and a count; so are the diagnoses that ended claims early. The runner forgives some breaches (a member
// that nobody knows): lint does not.
//
// Exit codes: 0 no breach, 1 some, 2 nothing could be heard, 64 wrong usage.
#ifndef TOOLS_CLI_LINT_H_
#define TOOLS_CLI_LINT_H_

#include <istream>
#include <string>

#include "tools/cli/command.h"

namespace mpcheck {

struct LintReport {
  std::string text;
  int code = 0;
};

// `wire` is what `runner --wire=FILE` has written, `results` what `--results=FILE` has.
LintReport lint_report(std::istream& wire, std::istream& results);

Command lint_command();

}  // namespace mpcheck

#endif  // TOOLS_CLI_LINT_H_
