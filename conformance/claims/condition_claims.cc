// Condition: wait, wait_for, notify, notify_all.
#include "conformance/claims/areas.h"

namespace conformance {

Claims condition_claims() { return {}; }

}  // namespace conformance
