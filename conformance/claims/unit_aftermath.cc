// Compiled as one file (BUILD says why).
#include "conformance/claims/aftermath_claims.cc"
