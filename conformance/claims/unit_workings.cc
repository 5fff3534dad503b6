// Compiled as one file (BUILD says why).
#include "conformance/claims/workings_claims.cc"
