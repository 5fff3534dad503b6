// Compiled as one file (BUILD says why).
#include "conformance/claims/coroutine_claims.cc"
#include "conformance/claims/file_and_socket_claims.cc"
#include "conformance/claims/queue_module_claims.cc"
#include "conformance/claims/sample_claims.cc"
#include "conformance/claims/thread_claims.cc"
#include "conformance/claims/walk_claims.cc"
