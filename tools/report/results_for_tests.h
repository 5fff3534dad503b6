// Results in a line, for tests of what is made from them.
#ifndef TOOLS_REPORT_RESULTS_FOR_TESTS_H_
#define TOOLS_REPORT_RESULTS_FOR_TESTS_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/report/results.h"

namespace mpcheck {

struct Brief {
  std::string verdict = "holds";
  std::string variation = "";
  std::string hygiene = "clean";
  std::string standing = "as_expected";
};

inline ClaimResult claim_result(const std::string& id, const Brief& brief = {}) {
  return {.claim = id,
          .area = id.substr(0, id.find('.')),
          .level = brief.variation.empty() ? "MUST" : "VARIATION",
          .says = "It is so.",
          .verdict = brief.verdict,
          .variation = brief.variation,
          .standing = brief.standing,
          .hygiene = brief.hygiene};
}

inline Results results(const std::string& name,
                       const std::vector<std::pair<std::string, Brief>>& claims) {
  Results out{.name = name, .path = name + ".jsonl", .reproduce = "judge {claim} again"};
  for (const auto& [id, brief] : claims) out.claims.push_back(claim_result(id, brief));
  return out;
}

}  // namespace mpcheck

#endif  // TOOLS_REPORT_RESULTS_FOR_TESTS_H_
