// What the puppets beside main do: threads and children obey, wait, and may be killed; main ends when it is told to.
//
// Each returns what it saw, or ends early (check.h).
#ifndef TOOLS_SMOKE_PUPPETS_H_
#define TOOLS_SMOKE_PUPPETS_H_

#include <string>

#include "conformance/stage/stage.h"

namespace mpcheck::smoke {

std::string has_threads(conformance::Stage& stage);
std::string has_children(conformance::Stage& stage);

// A child's call that cannot return is seen to wait, and so is the death of the child.
std::string waits_and_is_killed(conformance::Stage& stage);

// Main is told to return; then nothing of the adapter is left.
std::string ends_when_told(conformance::Stage& stage);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_PUPPETS_H_
