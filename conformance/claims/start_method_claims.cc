// Start methods: choosing one, and what a child sees of its creator under each.
#include "conformance/claims/areas.h"

namespace conformance {

Claims start_method_claims() { return {}; }

}  // namespace conformance
