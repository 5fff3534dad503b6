// Tests an adapter by itself, before any claim does: a list of checks, from "starts" to "leaves nothing behind".
//
// Where one fails, those that rest on it are not tried.
#ifndef TOOLS_SMOKE_SMOKE_H_
#define TOOLS_SMOKE_SMOKE_H_

#include <vector>

#include "conformance/stage/testee.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {

// Starts the adapter several times, and plays with it.
std::vector<Check> try_adapter(const conformance::TesteeSpec& adapter);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_SMOKE_H_
