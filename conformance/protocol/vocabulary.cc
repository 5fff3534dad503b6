#include "conformance/protocol/vocabulary.h"

#include <algorithm>
#include <string>

namespace conformance {
namespace {

// How many letters must be put in, taken out or changed to make one of the other.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t corner = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

}  // namespace

const std::vector<std::string_view>& known_features() {
  static const std::vector<std::string_view> kAll = {
      "array",
      "array.copy",
      "async_result",
      "barrier",
      "batch.if",
      "batch.journal",
      "bounded_semaphore",
      "condition",
      "condition.wait_for_any",
      "connection",
      "connection.wait_for_iterator",
      "context",
      "context.freeze_support",
      "context.lock",
      "context.own",
      "context.set_executable",
      "context.set_forkserver_preload",
      "coroutine",
      "crash_safe",
      "event",
      "exception.cause",
      "file",
      "gevent",
      "greenlet",
      "inherits_memory",
      "isolated",
      "item",
      "joinable_queue",
      "lifo_queue",
      "listener.timeout",
      "lock",
      "manager",
      "manager.array",
      "manager.barrier",
      "manager.bounded_semaphore",
      "manager.condition",
      "manager.connect",
      "manager.deque",
      "manager.dict",
      "manager.event",
      "manager.heartbeat",
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
      "manager.serializer",
      "manager.set",
      "manager.shutdown_timeout",
      "manager.value",
      "module",
      "object",
      "object.bases",
      "object.call",
      "pipe",
      "pool",
      "pool.imap",
      "pool.initializer",
      "pool.kwargs",
      "pool.map_async",
      "pool.map_of_dictionary",
      "pool.maxtasksperchild",
      "pool.method_of_nothing",
      "pool.repr",
      "pool.starmap",
      "pool.with",
      "priority_queue",
      "process",
      "process.close",
      "process.interrupt",
      "process.kill",
      "process.parent",
      "process.sentinel",
      "program.attach_without_room",
      "program.buffer_that_grows",
      "program.child_of_a_thread",
      "program.class_of_a_packages_main_module",
      "program.class_of_the_main_module",
      "program.commands_beside_a_pipe",
      "program.commands_of_a_child",
      "program.connection_closed_behind_its_back",
      "program.default_timeout_of_sockets",
      "program.derived_shareable_list",
      "program.descriptor_zero",
      "program.documented_names",
      "program.elsewhere",
      "program.ends_of_workers",
      "program.environment_of_the_moment",
      "program.error_stream_without_a_descriptor",
      "program.exits_of_many_kinds",
      "program.fork_beside_shared_memory",
      "program.interpreter_flags",
      "program.interrupted",
      "program.last_list_is_preloaded",
      "program.leak_where_warnings_are_errors",
      "program.lock_for_one_after_the_other",
      "program.locking_module_is_preloaded",
      "program.logging_of_the_program",
      "program.main_module_in_the_folder_of_the_moment",
      "program.main_module_is_a_link",
      "program.main_named_like_a_shell",
      "program.main_without_suffix",
      "program.manager_at_a_relative_address",
      "program.mask_of_a_users_signal",
      "program.method_that_was_set",
      "program.module_of_the_path_is_preloaded",
      "program.name_in_the_main_module",
      "program.package",
      "program.package_that_is_a_program",
      "program.poll_between_threads",
      "program.pool_of_a_derived_class",
      "program.preloaded_module_cleans_up",
      "program.printing_module_is_preloaded",
      "program.program_called_main",
      "program.program_without_a_file",
      "program.random_numbers",
      "program.raw_fork",
      "program.search_path_of_the_moment",
      "program.semaphore_of_the_main_module",
      "program.serialisation_of_the_program",
      "program.signal_mask",
      "program.structures_of_one_name",
      "program.threads_in_place_of_processes",
      "program.traceback_of_a_thread_pool",
      "program.types_of_managers",
      "program.unguarded",
      "program.unlink_at_the_end",
      "program.unlink_of_anothers_block",
      "program.values_in_circles",
      "program.virtual_environment",
      "program.warnings_are_errors",
      "program.without_standard_error",
      "program.without_standard_input",
      "program.without_standard_output",
      "puppet.limit_files",
      "puppet.on_signal_do",
      "puppet.program",
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
      "result_iterator",
      "rlock",
      "semaphore",
      "semaphore.get_value",
      "shareable_list",
      "shareable_list.format",
      "shared_memory",
      "shared_memory.track",
      "shared_memory.views",
      "shared_memory_manager",
      "simple_queue",
      "simple_queue.close",
      "socket",
      "source",
      "structure",
      "thread",
      "thread.native_id",
      "thread_barrier",
      "thread_bounded_semaphore",
      "thread_condition",
      "thread_event",
      "thread_lock",
      "thread_pool",
      "thread_queue",
      "thread_rlock",
      "thread_semaphore",
      "util",
      "value",
      "walk",
      "warnings",
  };
  return kAll;
}

bool is_known_feature(std::string_view name) {
  return std::binary_search(known_features().begin(), known_features().end(), name);
}

std::string_view feature_like(std::string_view name) {
  std::string_view best;
  size_t least = name.size() / 3 + 1;  // more letters differ: not meant
  for (std::string_view each : known_features()) {
    if (const size_t d = distance(name, each); d < least) {
      least = d;
      best = each;
    }
  }
  return best;
}

}  // namespace conformance
