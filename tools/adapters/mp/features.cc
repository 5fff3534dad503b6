#include "tools/adapters/mp/features.h"

#include <cstdlib>

namespace adapter {
namespace {

constexpr char kVariable[] = "MPCHECK_MP_START_METHOD";

mp::StartMethod method_under_test() {
  return start_method().value_or(mp::get_all_start_methods().front());
}

}  // namespace

std::optional<mp::StartMethod> start_method() {
  const char* name = std::getenv(kVariable);
  if (name == nullptr) return std::nullopt;
  return mp::start_method_named(name);
}

void choose_start_method(const std::string& name) {
  mp::start_method_named(name);
  ::setenv(kVariable, name.c_str(), /*overwrite=*/1);
}

conformance::Json about() {
  return {{"name", "mp"},
          {"version", "1"},
          {"language", "C++"},
          {"start_method", std::string(name_of(method_under_test()))},
          {"home", ""}};
}

conformance::Json features() {
  conformance::Json all = {"array",
                           "barrier",
                           "batch.if",
                           "batch.journal",
                           "bounded_semaphore",
                           "condition",
                           "connection",
                           "context",
                           "crash_safe",
                           "event",
                           "isolated",
                           "joinable_queue",
                           "listener.timeout",
                           "lock",
                           "lifo_queue",
                           "manager",
                           "manager.array",
                           "manager.barrier",
                           "manager.bounded_semaphore",
                           "manager.condition",
                           "manager.connect",
                           "manager.dict",
                           "manager.event",
                           "manager.joinable_queue",
                           "manager.list",
                           "manager.lock",
                           "manager.namespace",
                           "manager.pool",
                           "manager.queue",
                           "manager.refcount",
                           "manager.register",
                           "manager.rlock",
                           "manager.semaphore",
                           "manager.value",
                           "object",
                           "pipe",
                           "process",
                           "process.close",
                           "process.interrupt",
                           "process.kill",
                           "process.parent",
                           "process.sentinel",
                           "pool",
                           "pool.imap",
                           "pool.initializer",
                           "pool.map_async",
                           "pool.maxtasksperchild",
                           "pool.starmap",
                           "pool.with",
                           "priority_queue",
                           "puppet.stdin_part",
                           "queue",
                           "queue.immediate",
                           "queue.qsize",
                           "raw_array",
                           "raw_value",
                           "remote",
                           "remote.authkey",
                           "remote.tcp",
                           "remote.wire",
                           "rlock",
                           "semaphore",
                           "semaphore.get_value",
                           "shareable_list",
                           "shared_memory",
                           "simple_queue",
                           "simple_queue.close",
                           "source",
                           "thread_queue",
                           "value"};
  if (start_method()) all.push_back("context.own");
  if (method_under_test() == mp::StartMethod::kFork) all.push_back("inherits_memory");
  return all;
}

}  // namespace adapter
