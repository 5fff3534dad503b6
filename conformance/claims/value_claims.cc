// Value, Array and their raw forms: shared memory with and without a lock.
#include "conformance/claims/areas.h"

namespace conformance {

Claims value_claims() { return {}; }

}  // namespace conformance
