// Event.
#include "conformance/claims/areas.h"

namespace conformance {

Claims event_claims() { return {}; }

}  // namespace conformance
