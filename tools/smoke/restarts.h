// What an adapter does when it is started anew: it ends when the runner is gone or talks nonsense, and serves as a nursery.
//
// Each starts the adapter itself, and returns what it saw, or ends early (check.h).
#ifndef TOOLS_SMOKE_RESTARTS_H_
#define TOOLS_SMOKE_RESTARTS_H_

#include <string>

#include "conformance/stage/testee.h"

namespace mpcheck::smoke {

// The runner closes the connection after the hello.
std::string ends_without_runner(const conformance::TesteeSpec& adapter);

// The first command is `line`.
std::string ends_at(const std::string& line, const conformance::TesteeSpec& adapter);

// Two mains from one nursery, each as fresh as one that was started.
std::string serves_as_nursery(const conformance::TesteeSpec& adapter);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_RESTARTS_H_
