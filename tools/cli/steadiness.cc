#include "tools/cli/steadiness.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mpcheck {
namespace {

constexpr char kAbsent[] = "not judged at all";

// What a round says of a claim.
struct Said {
  std::string outcome = kAbsent, variation;
  bool as_expected = false;
};

Said said_by(const nlohmann::json& result) {
  Said out{.outcome = result.value("verdict", ""),
           .as_expected = result.value("standing", "") == "as_expected"};
  // What a check leaves that was cut short tells nothing.
  if (out.outcome != "holds") return out;
  if (result["variation"].is_string()) {
    out.variation = result["variation"].get<std::string>();
    absl::StrAppend(&out.outcome, " (", out.variation, ")");
  }
  absl::StrAppend(&out.outcome, ", ", result["hygiene"].value("verdict", ""));
  return out;
}

// How often, or where it was seldom enough to look there.
std::string occurrences(const std::vector<std::string>& rounds) {
  constexpr size_t kFew = 5;
  if (rounds.size() > kFew) return absl::StrCat(rounds.size(), " times");
  return absl::StrCat("in ", absl::StrJoin(rounds, ", "));
}

}  // namespace

bool Steadiness::take(const std::string& round, std::istream& results) {
  std::map<std::string, Said> seen;
  for (std::string line; std::getline(results, line);) {
    const nlohmann::json result = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (result.is_object() && result.contains("claim"))
      seen[result["claim"].get<std::string>()] = said_by(result);
  }
  bool is_new = false;
  for (auto& [claim, outcomes] : outcomes_) {
    if (!seen.contains(claim)) seen[claim] = {};
  }
  for (const auto& [claim, said] : seen) {
    Outcomes& outcomes = outcomes_[claim];
    if (outcomes.empty() && !rounds_.empty())
      outcomes[kAbsent] = {.rounds = rounds_, .as_expected = false, .variation = ""};
    is_new |= !outcomes.contains(said.outcome) && !rounds_.empty();
    Outcome& outcome = outcomes[said.outcome];
    outcome.rounds.push_back(round);
    outcome.as_expected &= said.as_expected;
    outcome.variation = said.variation;
  }
  rounds_.push_back(round);
  return is_new;
}

// That both are as expected, a claim that holds and one that does not, only `sometimes` can say. Of variations no waiver
// speaks.
bool Steadiness::is_foreseen(const Outcomes& outcomes) {
  std::set<std::string> variations;
  for (const auto& [said, outcome] : outcomes) {
    if (!outcome.as_expected) return false;
    if (!outcome.variation.empty()) variations.insert(outcome.variation);
  }
  return variations.size() < 2;
}

std::vector<std::string> Steadiness::wavering() const { return differing(/*foreseen=*/false); }
std::vector<std::string> Steadiness::foreseen() const { return differing(/*foreseen=*/true); }

std::vector<std::string> Steadiness::differing(bool foreseen) const {
  std::vector<std::string> out;
  for (const auto& [claim, outcomes] : outcomes_) {
    if (outcomes.size() < 2 || is_foreseen(outcomes) != foreseen) continue;
    std::vector<std::string> parts;
    for (const auto& [said, outcome] : outcomes)
      parts.push_back(absl::StrCat(said, " ", occurrences(outcome.rounds)));
    out.push_back(absl::StrCat(claim, ": ", absl::StrJoin(parts, "; ")));
  }
  return out;
}

}  // namespace mpcheck
