// What the adapter says of mp in main's hello.
#ifndef TOOLS_ADAPTERS_MP_FEATURES_H_
#define TOOLS_ADAPTERS_MP_FEATURES_H_

#include <optional>
#include <string>

#include "conformance/protocol/json.h"
#include "mp/start_method.h"

namespace adapter {

// The one that the flag chose, in every process of the testee.
std::optional<mp::StartMethod> start_method();
// In main(), before anything else. Raises: mp::ValueError
void choose_start_method(const std::string& name);

conformance::Json about();
conformance::Json features();

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_FEATURES_H_
