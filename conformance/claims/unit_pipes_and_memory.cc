// Compiled as one file (BUILD says why).
#include "conformance/claims/pipe_claims.cc"
#include "conformance/claims/value_claims.cc"
