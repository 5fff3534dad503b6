// Shared memory with a name, and the lists in it (conformance/PROTOCOL.md, section 15).
#ifndef TOOLS_ADAPTERS_MP_NAMED_MEMORY_H_
#define TOOLS_ADAPTERS_MP_NAMED_MEMORY_H_

#include <string>

#include "tools/adapters/mp/operations.h"

namespace adapter {

// Null: it is none of these.
Operation named_memory_operation(const std::string& op);

// What the other program does to whom shared_memory.other_program_attaches leaves it: its exit code.
int attach_and_end(const std::string& name);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_NAMED_MEMORY_H_
