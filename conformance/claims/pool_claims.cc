// Pool: tasks and callbacks as puppets, results and errors.
#include "conformance/claims/areas.h"

namespace conformance {

Claims pool_claims() { return {}; }

}  // namespace conformance
