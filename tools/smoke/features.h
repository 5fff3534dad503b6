// Whether an adapter does what its hello lists.
#ifndef TOOLS_SMOKE_FEATURES_H_
#define TOOLS_SMOKE_FEATURES_H_

#include <string>

#include "conformance/stage/stage.h"
#include "tools/smoke/recipes.h"

namespace mpcheck::smoke {

// Does the recipe's steps in main, one after the other. Returns what it saw, or ends early (check.h).
std::string follows(const Recipe& recipe, conformance::Stage& stage);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_FEATURES_H_
