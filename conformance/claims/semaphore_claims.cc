// Semaphore and BoundedSemaphore.
#include "conformance/claims/areas.h"

namespace conformance {

Claims semaphore_claims() { return {}; }

}  // namespace conformance
