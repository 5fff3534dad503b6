// Barrier: generations, action, breaking.
#include "conformance/claims/areas.h"

namespace conformance {

Claims barrier_claims() { return {}; }

}  // namespace conformance
