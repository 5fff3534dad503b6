// Pools, their results, and inputs that come as they are read.
#ifndef TOOLS_ADAPTERS_MP_POOLS_H_
#define TOOLS_ADAPTERS_MP_POOLS_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mp/pool.h"
#include "tools/adapters/mp/objects.h"
#include "tools/adapters/mp/operations.h"

namespace adapter {

// What `source.new` makes.
struct SourceState {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Value::List> items;  // absent: 0, 1, 2, ...
  std::optional<size_t> allowed;     // absent: any number
  std::string raise;                 // empty: nothing
  size_t taken = 0;
  bool ended = false;

  // Absent: the end. Waits for its allowance.
  std::optional<Value> next();
};

struct AnyResult {
  std::variant<mp::AsyncResult<Value>, mp::AsyncResult<std::vector<Value>>> it;
};

Answer new_pool(Call& c);
Answer pool_enter(Call& c);
Answer pool_apply(Call& c);
Answer pool_apply_async(Call& c);
Answer pool_map(Call& c);
Answer pool_map_async(Call& c);
Answer pool_starmap(Call& c);
Answer pool_starmap_async(Call& c);
Answer pool_imap(Call& c);
Answer pool_imap_unordered(Call& c);
Answer pool_close(Call& c);
Answer pool_terminate(Call& c);
Answer pool_join(Call& c);

Answer result_get(Call& c);
Answer result_wait(Call& c);
Answer result_ready(Call& c);
Answer result_successful(Call& c);
Answer next_result(Call& c);

Answer new_source(Call& c);
Answer source_allow(Call& c);
Answer source_taken(Call& c);
Answer source_end(Call& c);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_POOLS_H_
