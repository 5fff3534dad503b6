// Compiled as one file (BUILD says why).
#include "conformance/claims/barrier_claims.cc"
#include "conformance/claims/condition_claims.cc"
#include "conformance/claims/event_claims.cc"
#include "conformance/claims/lock_claims.cc"
#include "conformance/claims/semaphore_claims.cc"
