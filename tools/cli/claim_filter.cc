#include "tools/cli/claim_filter.h"

#include <fnmatch.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/nearest.h"
#include "conformance/claims/claim.h"

namespace mpcheck {
namespace {

using Patterns = std::vector<std::string>;

struct Filter {
  Patterns wanted, unwanted;
};

Filter parsed(std::string_view text) {
  const auto patterns = [](std::string_view part) -> Patterns {
    return absl::StrSplit(part, ':', absl::SkipEmpty());
  };
  const size_t dash = text.find('-');
  Filter out = {.wanted = patterns(text.substr(0, dash)), .unwanted = {}};
  if (dash != std::string_view::npos) out.unwanted = patterns(text.substr(dash + 1));
  if (out.wanted.empty()) out.wanted = {"*"};
  return out;
}

bool matches_one(const Patterns& patterns, const char* id) {
  return std::any_of(patterns.begin(), patterns.end(), [id](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), id, 0) == 0;
  });
}

// Ids, and areas as they stand in a filter.
std::vector<std::string> what_may_be_meant(bool areas_only) {
  std::vector<std::string> out;
  for (const conformance::Claim& claim : conformance::all_claims()) {
    const std::string area = claim.area() + ".*";
    if (std::find(out.begin(), out.end(), area) == out.end()) out.push_back(area);
    if (!areas_only) out.emplace_back(claim.id);
  }
  return out;
}

}  // namespace

size_t number_of_claims(const std::string& filter) {
  const Filter its = parsed(filter);
  const conformance::Claims& all = conformance::all_claims();
  return static_cast<size_t>(
      std::count_if(all.begin(), all.end(), [&](const conformance::Claim& claim) {
        return matches_one(its.wanted, claim.id) && !matches_one(its.unwanted, claim.id);
      }));
}

std::string wrong_filter(const std::string& filter) {
  if (number_of_claims(filter) > 0) return "";
  const std::string first = parsed(filter).wanted[0];
  const bool is_of_an_area = absl::EndsWith(first, ".*") || !absl::StrContains(first, '.');
  return absl::StrCat("no claim passes --filter=", filter, " (mpcheck list shows them all)",
                      base::did_you_mean(first, what_may_be_meant(is_of_an_area)));
}

}  // namespace mpcheck
