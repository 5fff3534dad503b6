// What a person reads when a claim is not as expected.
#ifndef CONFORMANCE_RUNNER_REPORT_TEXT_H_
#define CONFORMANCE_RUNNER_REPORT_TEXT_H_

#include <string>

#include "conformance/claims/claim.h"
#include "conformance/runner/expectation.h"
#include "conformance/runner/judge.h"

namespace conformance {

// The claim's sentence, what was accepted and what happened, the commands of every puppet in order
// of time, what was left behind, the testee's last words, and the line that reproduces it.
std::string report_text(const Claim& claim, const Judgement& judgement,
                        const Assessment& assessment, const std::string& reproduce);

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_REPORT_TEXT_H_
