// Compiled as one file (BUILD says why).
#include "conformance/claims/fault_claims.cc"
#include "conformance/claims/limit_claims.cc"
#include "conformance/claims/long_timeout_claims.cc"
#include "conformance/claims/sleeping_claims.cc"
