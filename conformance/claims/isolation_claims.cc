// What processes share and what they do not: memory, files, standard streams.
#include "conformance/claims/areas.h"

namespace conformance {

Claims isolation_claims() { return {}; }

}  // namespace conformance
