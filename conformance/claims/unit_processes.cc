// Compiled as one file (BUILD says why).
#include "conformance/claims/isolation_claims.cc"
#include "conformance/claims/lifecycle_claims.cc"
#include "conformance/claims/process_claims.cc"
#include "conformance/claims/start_method_claims.cc"
