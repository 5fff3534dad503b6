#include "conformance/runner/expectation.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace conformance {
namespace {

// One verdict (`violated`) against the line that waives it, if there is one.
void compare(bool violated, const Waiver* waiver, std::string_view violation, Assessment* a) {
  if (violated && waiver == nullptr) {
    a->complaints.emplace_back(violation);
  } else if (!violated && waiver != nullptr && !waiver->sometimes) {
    a->complaints.push_back(
        absl::StrCat(waiver->path, ":", waiver->line, " ('", waiver->pattern,
                     "') excuses this, but there is nothing to excuse: ",
                     waiver->included ? "say holds: in the file that includes it" : "remove it",
                     ", or name the versions that it is true of"));
  } else if (violated) {
    a->waived = true;
  }
}

}  // namespace

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::kAsExpected:
      return "as_expected";
    case Standing::kUnexpected:
      return "unexpected";
    case Standing::kCouldNotJudge:
      return "could_not_judge";
  }
  return "?";
}

Waivers::Seen seen_of(const Judgement& j) {
  return {.semantics_violated = j.verdict == Verdict::kViolated,
          .hygiene_violated = !j.hygiene.leftovers.empty(),
          .semantics_judged = j.verdict == Verdict::kHolds || j.verdict == Verdict::kViolated,
          .hygiene_judged = j.hygiene.judged};
}

Assessment assess(const std::string& claim_id, const Judgement& j, const Waivers& waivers) {
  return assess(claim_id, j.verdict, seen_of(j), j.about.version, waivers);
}

Assessment assess(const std::string& claim_id, Verdict verdict, const Waivers::Seen& seen,
                  const std::string& version, const Waivers& waivers) {
  Assessment a;
  if (verdict == Verdict::kUnknown || verdict == Verdict::kAdapterError) {
    a.standing = Standing::kCouldNotJudge;
    a.complaints.push_back(absl::StrCat("could not be judged (", name_of(verdict), ")"));
    return a;
  }
  if (seen.semantics_judged)
    compare(seen.semantics_violated, waivers.find(WaiverKind::kSemantics, claim_id, version),
            "the claim is violated", &a);
  if (seen.hygiene_judged)
    compare(seen.hygiene_violated, waivers.find(WaiverKind::kHygiene, claim_id, version),
            "the claim's program did not clean up after itself", &a);
  if (!a.complaints.empty()) a.standing = Standing::kUnexpected;
  return a;
}

}  // namespace conformance
