// Managers, and the operations on their proxies that other objects do not have.
#ifndef TOOLS_ADAPTERS_MP_MANAGERS_H_
#define TOOLS_ADAPTERS_MP_MANAGERS_H_

#include <string>

#include "mp/manager.h"
#include "tools/adapters/mp/operations.h"

namespace adapter {

struct ManagerState {
  explicit ManagerState(mp::ManagerOptions options) : manager(std::move(options)) {}
  mp::SyncManager manager;
  bool has_begun = false, has_ended = false;
  bool is_plain = false;  // as Manager() returns it
};

// Lets go of the proxy, if it is one: a forked child has names of its own, and its creator's memory beside them.
void forget_proxy(Object& object);

// Null: it is none of these.
Operation managed_operation(const std::string& op);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_MANAGERS_H_
