// What every adapter must do, whatever it offers: say who it is, know its limits, keep values, do a batch.
//
// Each returns what it saw, or ends early (check.h).
#ifndef TOOLS_SMOKE_BASICS_H_
#define TOOLS_SMOKE_BASICS_H_

#include <string>

#include "conformance/protocol/checker.h"
#include "conformance/stage/stage.h"

namespace mpcheck::smoke {

std::string says_hello(conformance::Stage& stage);

// What the hello tells that the runner can verify. `heard` has listened to it.
std::string tells_who_it_is(conformance::Stage& stage, const conformance::Checker& heard);

// An operation that nobody has is unsupported.
std::string knows_its_limits(conformance::Stage& stage);

// Values of all kinds come back as they went.
std::string keeps_values(conformance::Stage& stage);

std::string does_a_batch(conformance::Stage& stage);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_BASICS_H_
