// The error that a claim goes on to look at more closely.
#ifndef CONFORMANCE_CLAIMS_RAISED_H_
#define CONFORMANCE_CLAIMS_RAISED_H_

#include <variant>

#include "conformance/stage/stage.h"

namespace conformance {

// What the call raised; abandons the claim if it raised nothing.
inline const Raised& raised_by(const Call& call) {
  const Raised* raised = std::get_if<Raised>(&call.outcome());
  if (raised == nullptr) {
    throw Abandon{Abandon::Why::kViolated,
                  call.text() + " was to raise, but it " + text_of(call.outcome())};
  }
  return *raised;
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_RAISED_H_
