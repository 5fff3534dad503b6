// Compiled as one file (BUILD says why).
#include "conformance/claims/corner_claims.cc"
#include "conformance/claims/customs_claims.cc"
#include "conformance/claims/history_claims.cc"
#include "conformance/claims/oddity_claims.cc"
#include "conformance/claims/reported_claims.cc"
