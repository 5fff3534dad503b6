// What the suite says, for people to read: mpcheck list, mpcheck show, mpcheck coverage.
#ifndef TOOLS_CLI_CATALOGUE_COMMANDS_H_
#define TOOLS_CLI_CATALOGUE_COMMANDS_H_

#include <string>
#include <variant>
#include <vector>

#include "base/command_line.h"
#include "conformance/claims/claim.h"
#include "conformance/notes/catalogue.h"

namespace mpcheck {

// The claims whose ids match one of `patterns` (all without any) and whose level is `level` (any, if
// empty), by area, each with its level and sentence.
std::variant<std::string, base::UsageError> list_text(const conformance::Claims& claims,
                                                      const std::vector<std::string>& patterns,
                                                      const std::string& level);

// One line of a results file (RESULTS.md), as the steps of a scenario in plain words.
std::string scenario_text(const std::string& result_line, const std::string& testee);

// All that is known of a claim, or of a statement of the catalogue. `notes`: a folder with the
// notes' own texts, to quote them; may be empty.
std::variant<std::string, base::UsageError> show_text(const std::string& id,
                                                      const conformance::Claims& claims,
                                                      const conformance::Catalogue& catalogue,
                                                      const std::string& notes);

// How many statements are covered, measured, untestable, missing: by area, level and verdict.
std::string coverage_text(const conformance::Claims& claims,
                          const conformance::Catalogue& catalogue);

}  // namespace mpcheck

#endif  // TOOLS_CLI_CATALOGUE_COMMANDS_H_
