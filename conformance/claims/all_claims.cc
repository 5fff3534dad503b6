#include <iterator>

#include "conformance/claims/areas.h"

namespace conformance {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kMust:
      return "MUST";
    case Level::kShould:
      return "SHOULD";
    case Level::kBeyond:
      return "BEYOND";
    case Level::kVariation:
      return "VARIATION";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& os, const Claim& claim) {
  return os << claim.id << "  " << name_of(claim.level) << "  " << claim.says;
}

const char* text_for_good(std::string text) { return (new std::string(std::move(text)))->c_str(); }

const Claims& all_claims() {
  static const Claims& all = *[] {
    auto* claims = new Claims;
    for (auto area : {process_claims,
                      lifecycle_claims,
                      start_method_claims,
                      isolation_claims,
                      queue_claims,
                      joinable_queue_claims,
                      simple_queue_claims,
                      pipe_claims,
                      lock_claims,
                      semaphore_claims,
                      condition_claims,
                      event_claims,
                      barrier_claims,
                      value_claims,
                      shared_memory_claims,
                      shareable_list_claims,
                      pool_claims,
                      pool_worker_claims,
                      pool_map_claims,
                      pool_imap_claims,
                      pool_robustness_claims,
                      async_result_claims,
                      callback_claims,
                      executor_claims,
                      manager_lifetime_claims,
                      manager_proxies_claims,
                      manager_containers_claims,
                      manager_sync_claims,
                      remote_claims,
                      fault_claims,
                      limit_claims,
                      sleeping_claims,
                      long_timeout_claims,
                      thread_claims,
                      queue_module_claims,
                      coroutine_claims,
                      file_and_socket_claims,
                      walk_claims,
                      sample_claims,
                      workings_claims,
                      aftermath_claims,
                      history_claims,
                      customs_claims,
                      reported_claims,
                      corner_claims,
                      oddity_claims}) {
      Claims some = area();
      claims->insert(claims->end(), std::make_move_iterator(some.begin()),
                     std::make_move_iterator(some.end()));
    }
    return claims;
  }();
  return all;
}

std::vector<std::string> ids_of_all_claims() {
  std::vector<std::string> ids;
  for (const Claim& claim : all_claims()) ids.emplace_back(claim.id);
  return ids;
}

}  // namespace conformance
