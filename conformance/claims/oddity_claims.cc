// What readers of the manual expect and hardly any implementation does: oddities of CPython that came to
// light by use. Each is a program of its own that the adapter runs.
#include "conformance/claims/areas.h"
#include "conformance/claims/program_support.h"

namespace conformance {
namespace {

Claims what_is_called() {
  return {
      {.id = "process.target_that_counts_as_false",
       .level = Level::kMust,
       .says = "The target runs though it is an object that counts as false.",
       .documented = {"PROC-03"},
       .needs = {"program.target_that_counts_as_false"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "target_that_counts_as_false",
                                 "called with 1\nexit code 0\n");
           }},
      {.id = "process.target_that_is_a_private_method",
       .level = Level::kShould,
       .says = "A method whose name begins with two underscores can be a child's target, and be "
               "sent, as any other.",
       .documented = {"START-12"},
       .needs = {"program.private_methods"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "private_methods", "child\nexit code 0\nsent\n");
           }},
      {.id = "callback.that_counts_as_false_is_called",
       .level = Level::kMust,
       .says = "Callbacks are called though they are objects that count as false.",
       .documented = {"POOL-42", "POOL-43"},
       .needs = {"program.callbacks_that_count_as_false"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "callbacks_that_count_as_false",
                                 "called with 2\ncalled with an error\ncalled with [3]\n");
           }},
      {.id = "pool.map.task_that_raises_stop_iteration_fails_it",
       .level = Level::kShould,
       .says = "map() raises an error when a task has raised StopIteration, and drops no results "
               "without a word, whatever its chunks.",
       .documented = {"POOL-42"},
       .needs = {"program.tasks_that_stop"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "tasks_that_stop", "raised, raised, raised\n");
           }},
  };
}

Claims what_is_sent() {
  return {
      {.id = "pipe.send.of_a_socket_that_has_a_timeout",
       .level = Level::kShould,
       .says = "A socket that has a timeout arrives as one that waits for what comes.",
       .documented = {"PIPE-32"},
       .needs = {"program.socket_with_a_timeout"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "socket_with_a_timeout", "bytes\n"); }},
      {.id = "pipe.send_bytes.of_rows_and_columns",
       .level = Level::kMust,
       .says = "send_bytes() makes one message of all the bytes of a view that has rows and "
               "columns; the next message follows it.",
       .documented = {"PIPE-16"},
       .needs = {"program.table_of_bytes"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "table_of_bytes",
                                 "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] b'next'\n");
           }},
      {.id = "value.leaves_plain_objects_of_its_type_alone",
       .level = Level::kShould,
       .says = "A number of ctypes, which is not shared, can be sent also when there is a shared "
               "one of that type.",
       .documented = {"SHV-14"},
       .needs = {"program.plain_beside_shared"},
       .check = [](Stage& stage) { expect_program_says(stage, "plain_beside_shared", "1\n2\n"); }},
      {.id = "value.structure_has_the_fields_of_its_base",
       .level = Level::kShould,
       .says = "The fields of a shared structure that derives from another one are attributes, "
               "those of its base included, with a lock and without.",
       .documented = {"SHV-12"},
       .needs = {"program.structure_with_a_base"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "structure_with_a_base", "1 2\n1 2\n"); }},
  };
}

Claims what_is_kept() {
  return {
      {.id = "array.of_a_child_only_is_not_given_away",
       .level = Level::kMust,
       .says = "What is an argument of a child lives as long as the child, though its maker has no "
               "other reference to it: an array's memory is not given to other arrays.",
       .documented = {"SHV-15", "START-12"},
       .needs = {"program.memory_of_an_argument"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "memory_of_an_argument",
                                 "exit code 0, 0 of others changed\n"
                                 "exit code 0, 0 of others changed\n");
           }},
      {.id = "start_method.forked_child_starts_by_a_fork_server",
       .level = Level::kShould,
       .says = "A forked child can start a child by a fork server, though its parent has one.",
       .documented = {"START-15"},
       .needs = {"program.fork_server_of_the_parents"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "fork_server_of_the_parents",
                                 "child\nexit code 0\ngrandchild\nexit code 0\nexit code 0\n");
           }},
  };
}

}  // namespace

Claims oddity_claims() { return all_of({what_is_called(), what_is_sent(), what_is_kept()}); }

}  // namespace conformance
