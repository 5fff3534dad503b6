#include "tools/report/counts.h"

#include "absl/strings/str_cat.h"

namespace mpcheck {

Tally tally_of(const Results& results) {
  Tally tally;
  for (const ClaimResult& each : results.claims) {
    if (each.verdict == "holds") {
      ++(each.level == "VARIATION" ? tally.variation : tally.holds);
    } else if (each.verdict == "violated") {
      ++tally.violated;
    } else if (each.verdict == "unsupported") {
      ++tally.unsupported;
    } else {
      ++tally.unknown;
    }
    tally.waived += each.waived;
    tally.unexpected += each.is_unexpected();
    tally.not_judged += each.standing == "could_not_judge";
    tally.dirty += each.hygiene == "dirty";
    tally.hygiene_unknown += each.is_judged() && each.hygiene == "not_judged";
  }
  return tally;
}

std::string hygiene_text(const Tally& tally) {
  std::string text = tally.dirty == 0 ? "clean" : absl::StrCat(tally.dirty, " dirty");
  if (tally.hygiene_unknown > 0) absl::StrAppend(&text, ", ", tally.hygiene_unknown, " not known");
  return text;
}

std::string state_text(const ClaimResult* result) {
  if (result == nullptr) return "not judged";
  std::string text = result->verdict == "adapter_error" ? "adapter error" : result->verdict;
  if (!result->variation.empty()) text = absl::StrCat("variation: ", result->variation);
  if (result->hygiene == "dirty") absl::StrAppend(&text, ", dirty");
  return text;
}

}  // namespace mpcheck
