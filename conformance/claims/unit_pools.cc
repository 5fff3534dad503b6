// Compiled as one file (BUILD says why).
#include "conformance/claims/async_result_claims.cc"
#include "conformance/claims/callback_claims.cc"
#include "conformance/claims/executor_claims.cc"
#include "conformance/claims/pool_claims.cc"
#include "conformance/claims/pool_imap_claims.cc"
#include "conformance/claims/pool_map_claims.cc"
#include "conformance/claims/pool_robustness_claims.cc"
#include "conformance/claims/pool_worker_claims.cc"
