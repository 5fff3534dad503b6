// How processes end and what that does to others: exit codes, daemons, zombies, orphans, exit
// handlers.
#include "conformance/claims/areas.h"

namespace conformance {

Claims lifecycle_claims() { return {}; }

}  // namespace conformance
