// Compares what came of a claim with what the waivers say, and decides whether the run is as
// expected.
#ifndef CONFORMANCE_RUNNER_EXPECTATION_H_
#define CONFORMANCE_RUNNER_EXPECTATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "conformance/claims/claim.h"
#include "conformance/runner/judge.h"
#include "conformance/runner/waivers.h"

namespace conformance {

enum class Standing {
  kAsExpected,    // held, or violated as the waivers say
  kUnexpected,    // violated without a waiver, or waived and held
  kCouldNotJudge  // adapter error or unknown
};
std::string_view name_of(Standing standing);  // "as_expected", ...

struct Assessment {
  Standing standing = Standing::kAsExpected;
  bool waived = false;                  // a waiver was needed
  std::vector<std::string> complaints;  // a sentence each; empty if as expected
};

Assessment assess(const std::string& claim_id, const Judgement& judgement, const Waivers& waivers);
// The same of what is left of a judgement in results.
Assessment assess(const std::string& claim_id, Verdict verdict, const Waivers::Seen& seen,
                  const std::string& version, const Waivers& waivers);

Waivers::Seen seen_of(const Judgement& judgement);

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_EXPECTATION_H_
