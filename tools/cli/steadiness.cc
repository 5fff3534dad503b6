#include "tools/cli/steadiness.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mpcheck {
namespace {

constexpr char kAbsent[] = "not judged at all";

std::string outcome_of(const nlohmann::json& result) {
  std::string out = result.value("verdict", "");
  // What a check leaves that was cut short tells nothing.
  if (out != "holds") return out;
  if (result["variation"].is_string())
    absl::StrAppend(&out, " (", result["variation"].get<std::string>(), ")");
  return absl::StrCat(out, ", ", result["hygiene"].value("verdict", ""));
}

// How often, or where it was seldom enough to look there.
std::string occurrences(const std::vector<std::string>& rounds) {
  constexpr size_t kFew = 5;
  if (rounds.size() > kFew) return absl::StrCat(rounds.size(), " times");
  return absl::StrCat("in ", absl::StrJoin(rounds, ", "));
}

}  // namespace

bool Steadiness::take(const std::string& round, std::istream& results) {
  std::map<std::string, std::string> seen;
  for (std::string line; std::getline(results, line);) {
    const nlohmann::json result = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (result.is_object() && result.contains("claim"))
      seen[result["claim"].get<std::string>()] = outcome_of(result);
  }
  bool is_new = false;
  for (auto& [claim, outcomes] : outcomes_) {
    if (!seen.contains(claim)) seen[claim] = kAbsent;
  }
  for (const auto& [claim, outcome] : seen) {
    auto& outcomes = outcomes_[claim];
    if (outcomes.empty() && !rounds_.empty()) outcomes[kAbsent] = rounds_;
    is_new |= !outcomes.contains(outcome) && !rounds_.empty();
    outcomes[outcome].push_back(round);
  }
  rounds_.push_back(round);
  return is_new;
}

std::vector<std::string> Steadiness::wavering() const {
  std::vector<std::string> out;
  for (const auto& [claim, outcomes] : outcomes_) {
    if (outcomes.size() < 2) continue;
    std::vector<std::string> parts;
    for (const auto& [outcome, rounds] : outcomes)
      parts.push_back(absl::StrCat(outcome, " ", occurrences(rounds)));
    out.push_back(absl::StrCat(claim, ": ", absl::StrJoin(parts, "; ")));
  }
  return out;
}

}  // namespace mpcheck
