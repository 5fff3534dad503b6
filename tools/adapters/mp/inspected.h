// Which methods an object has (conformance/PROTOCOL.md, section 15): the compiler is asked.
#ifndef TOOLS_ADAPTERS_MP_INSPECTED_H_
#define TOOLS_ADAPTERS_MP_INSPECTED_H_

#include "tools/adapters/mp/operations.h"

namespace adapter {

// Raises: Unsupported for a name that the compiler was never asked about.
Answer object_attributes(Call& c);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_INSPECTED_H_
