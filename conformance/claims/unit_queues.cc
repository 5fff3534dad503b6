// Compiled as one file (BUILD says why).
#include "conformance/claims/joinable_queue_claims.cc"
#include "conformance/claims/queue_claims.cc"
#include "conformance/claims/simple_queue_claims.cc"
