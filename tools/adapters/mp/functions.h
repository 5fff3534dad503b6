// The functions that every adapter carries (conformance/PROTOCOL.md, section 9), and the tasks of pools: a function or
// a puppet with its arguments.
#ifndef TOOLS_ADAPTERS_MP_FUNCTIONS_H_
#define TOOLS_ADAPTERS_MP_FUNCTIONS_H_

#include <stdexcept>
#include <string>
#include <vector>

#include "tools/adapters/mp/objects.h"

namespace adapter {

// Raises: Unsupported for a name that C++ has no such function for.
void check_function(const std::string& name);
Value call_function(const std::string& name, const std::vector<Item>& args);

struct PoolTask {
  std::string function;
  std::vector<Item> args;
};
// In a worker.
Value run_task(PoolTask task);

// An error that can be sent, and not be made again.
struct Unbuildable : std::runtime_error {
  using runtime_error::runtime_error;
};

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_FUNCTIONS_H_
