// What checks ask of a puppet again and again: an operation that cannot wait, whose result they want.
#ifndef TOOLS_SMOKE_CALLS_H_
#define TOOLS_SMOKE_CALLS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/protocol/message.h"
#include "conformance/protocol/value.h"
#include "conformance/stage/stage.h"

namespace mpcheck::smoke {

// Does `use`; false where something that it asks for is unsupported.
bool is_supported(const std::function<void()>& use);

// What `op` returned. The check fails if it raised; Abandon if it is unsupported.
conformance::Value result_of(conformance::Puppet& puppet, conformance::Op op);

// The same; absent where it is unsupported.
std::optional<conformance::Value> result_if_supported(conformance::Puppet& puppet,
                                                      conformance::Op op);

// Makes an object of `area` ("queue") in main, and calls it `name`.
void make(conformance::Stage& stage, std::string_view area, std::string name);

}  // namespace mpcheck::smoke

#endif  // TOOLS_SMOKE_CALLS_H_
