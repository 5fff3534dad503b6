// Holds results of an earlier run against waivers as they are now. What waivers say does not change what an
// implementation did, so that a line that is added or taken off needs no claim to be judged again.
//
//   std::string line = reassessed(line_of_the_results, waivers);  // "standing", "waived", "complaints"
//
// Thread-safe: keeps nothing.
#ifndef CONFORMANCE_RUNNER_REASSESSMENT_H_
#define CONFORMANCE_RUNNER_REASSESSMENT_H_

#include <string>

#include "conformance/runner/waivers.h"

namespace conformance {

// A line of results (../RESULTS.md), without its newline, with what `waivers` make of its verdicts. What
// is no claim's line comes back as it is.
std::string reassessed(const std::string& line, const Waivers& waivers);

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_REASSESSMENT_H_
