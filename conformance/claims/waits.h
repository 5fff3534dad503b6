// Arguments of waits, as claims of several areas use them.
#ifndef CONFORMANCE_CLAIMS_WAITS_H_
#define CONFORMANCE_CLAIMS_WAITS_H_

#include <chrono>

#include "conformance/stage/remote.h"

namespace conformance {

inline const Waiting kWithoutBlocking = {.block = false};

// A timeout that a correct implementation never waits out.
inline constexpr std::chrono::seconds kLong{60};

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_WAITS_H_
