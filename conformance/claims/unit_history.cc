// Compiled as one file (BUILD says why).
#include "conformance/claims/history_claims.cc"
