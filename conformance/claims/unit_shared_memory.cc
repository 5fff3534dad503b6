// Compiled as one file (BUILD says why).
#include "conformance/claims/shareable_list_claims.cc"
#include "conformance/claims/shared_memory_claims.cc"
