// Lock and RLock.
#include "conformance/claims/areas.h"

namespace conformance {

Claims lock_claims() { return {}; }

}  // namespace conformance
