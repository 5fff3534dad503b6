// Compiled as one file (BUILD says why).
#include "conformance/claims/manager_containers_claims.cc"
#include "conformance/claims/manager_lifetime_claims.cc"
#include "conformance/claims/manager_proxies_claims.cc"
#include "conformance/claims/manager_sync_claims.cc"
#include "conformance/claims/remote_claims.cc"
