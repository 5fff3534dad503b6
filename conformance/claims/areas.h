// The lists that make up the suite, one an area. Only all_claims.cc and their own files need them.
#ifndef CONFORMANCE_CLAIMS_AREAS_H_
#define CONFORMANCE_CLAIMS_AREAS_H_

#include "conformance/claims/claim.h"

namespace conformance {

Claims process_claims();
Claims lifecycle_claims();
Claims start_method_claims();
Claims isolation_claims();
Claims queue_claims();
Claims joinable_queue_claims();
Claims simple_queue_claims();
Claims pipe_claims();
Claims lock_claims();
Claims semaphore_claims();
Claims condition_claims();
Claims event_claims();
Claims barrier_claims();
Claims value_claims();
Claims shared_memory_claims();
Claims shareable_list_claims();
Claims pool_claims();
Claims pool_worker_claims();
Claims pool_map_claims();
Claims pool_imap_claims();
Claims pool_robustness_claims();
Claims async_result_claims();
Claims callback_claims();
Claims executor_claims();
Claims manager_lifetime_claims();
Claims manager_proxies_claims();
Claims manager_containers_claims();
Claims manager_sync_claims();
Claims remote_claims();
Claims fault_claims();
Claims limit_claims();
Claims thread_claims();
Claims queue_module_claims();
Claims coroutine_claims();
Claims file_and_socket_claims();
Claims walk_claims();
Claims sample_claims();
Claims workings_claims();
Claims sleeping_claims();
Claims long_timeout_claims();
Claims aftermath_claims();
Claims history_claims();
Claims customs_claims();
Claims reported_claims();
Claims corner_claims();
Claims oddity_claims();

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_AREAS_H_
