// What an executor promises beyond what it has in common with a pool: futures, and how it ends. Each
// is a program of its own that the adapter runs.
#include "conformance/claims/areas.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"

namespace conformance {
namespace {

Claims futures() {
  return {
      {.id = "executor.with.ends_when_all_is_done",
       .level = Level::kMust,
       .says = "The end of an executor's `with` block waits for every task; then submit() raises "
               "RuntimeError, and shutdown() may be repeated.",
       .documented = {"EXEC-01"},
       .needs = {"program.executor_in_a_with_block"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "executor_in_a_with_block",
                 "True True True True True\n[0, 1, 4, 9, 16]\nRuntimeError\nNone\n");
           }},
      {.id = "executor.future.knows_its_state",
       .level = Level::kMust,
       .says = "A future that waits can be cancelled, one that runs or is done can't; result() and "
               "exception() obey their timeout, tell what the task raised, and raise "
               "CancelledError for a cancelled one.",
       .documented = {"EXEC-03", "EXEC-04", "EXEC-05"},
       .needs = {"program.states_of_futures"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "states_of_futures",
                 "False True False\nTrue True True\nTimeoutError TimeoutError\nCancelledError "
                 "CancelledError\nNone None\nValueError (7,)\nFalse False True\n[0, 0, 0, 0, 0]\n");
           }},
      {.id = "executor.future.calls_back",
       .level = Level::kMust,
       .says = "Callbacks get their future, in the order in which they were added, when it is done "
               "or cancelled, or at once; one that raises harms nobody.",
       .documented = {"EXEC-06"},
       .needs = {"program.callbacks_of_futures"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "callbacks_of_futures",
                                   "cancelled True\nfirst True\nsecond True\nthird True\nNone\n");
           }},
      {.id = "executor.wait.returns_when_it_should",
       .level = Level::kMust,
       .says = "wait() and as_completed() return for the first that is done, the first that "
               "failed, or all, and when time is up.",
       .documented = {"EXEC-07"},
       .needs = {"program.waits_for_futures"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "waits_for_futures",
                 "True True\nTrue True\nTrue True\nTrue\nTimeoutError\n[True]\n3\n");
           }},
      {.id = "executor.wait.takes_the_same_future_twice",
       .level = Level::kMust,
       .says = "wait() and as_completed() of a list that has a future twice end when it is done, "
               "and tell of it once.",
       .documented = {"EXEC-07"},
       .needs = {"program.same_future_twice"},
       .check = [](Stage& stage) { expect_program_says(stage, "same_future_twice", "1\n1\n"); }},
      {.id = "executor.map.gives_results_in_order",
       .level = Level::kMust,
       .says = "map() stops at the end of the shortest iterable, gives results in the order of the "
               "items whatever the chunks are, raises what an item raised, refuses chunks of 0, "
               "and raises TimeoutError when time is up.",
       .documented = {"EXEC-08"},
       .needs = {"program.maps_of_executors"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "maps_of_executors",
                                 "[0, 1, 4, 9, 16, 25, 36, 49, 64]\n[]\n(3, 1) ZeroDivisionError "
                                 "StopIteration\nValueError\nTimeoutError\n");
           }},
      {.id = "executor.map.cancels_what_it_gave_up",
       .level = Level::kShould,
       .says = "When map() runs out of time none of its items begins that had not begun.",
       .documented = {"EXEC-08"},
       .needs = {"program.map_out_of_time"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "map_out_of_time", "TimeoutError\n[]\n");
           }},
  };
}

// Each was reported of some implementation.
Claims corners_of_executors() {
  return {
      {.id = "executor.future.raises_an_error_that_counts_as_false",
       .level = Level::kMust,
       .says = "An exception of a task that counts as false comes out of result() and exception() "
               "as any other.",
       .documented = {"EXEC-05"},
       .needs = {"program.error_that_counts_as_false_in_a_future"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "error_that_counts_as_false_in_a_future",
                                 "Exception Nothing\n");
           }},
      {.id = "executor.shutdown.tells_who_waits_for_a_cancelled_future",
       .level = Level::kMust,
       .says = "wait() and as_completed() take the futures that shutdown(cancel_futures=True) has "
               "cancelled for done.",
       .documented = {"EXEC-02", "EXEC-07"},
       .needs = {"program.cancelled_by_shutdown"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "cancelled_by_shutdown", "True\n11 0\n11\n");
           }},
      {.id = "executor.shutdown.beside_what_cannot_be_serialised",
       .level = Level::kMust,
       .says =
           "shutdown(cancel_futures=True) returns though some of the tasks can't be serialised.",
       .documented = {"EXEC-02", "EXEC-11"},
       .needs = {"program.shutdown_beside_what_cannot_travel"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "shutdown_beside_what_cannot_travel", "True\n");
           }},
      {.id = "executor.shutdown.lets_the_program_end",
       .level = Level::kMust,
       .says = "A program ends that had a task that can't be serialised, and called "
               "shutdown(wait=False).",
       .documented = {"EXEC-11"},
       .needs = {"program.end_after_what_cannot_travel"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "end_after_what_cannot_travel", "ends\n");
           }},
      {.id = "executor.shutdown.returns_though_the_last_was_cancelled",
       .level = Level::kMust,
       .says = "shutdown() returns though the last task was cancelled the moment that it was "
               "handed in.",
       .documented = {"EXEC-01", "EXEC-03"},
       .needs = {"program.cancelled_at_once"},
       .check = [](Stage& stage) { expect_program_says(stage, "cancelled_at_once", "done\n"); }},
      {.id = "executor.submit.in_a_callback",
       .level = Level::kShould,
       .says = "A callback may hand in thousands of tasks.",
       .documented = {"EXEC-10"},
       .needs = {"program.thousands_from_a_callback"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "thousands_from_a_callback", "1\n"); }},
      {.id = "executor.submit.beside_a_callback",
       .level = Level::kShould,
       .says = "Thousands of tasks can be handed in while a callback runs.",
       .documented = {"EXEC-10"},
       .needs = {"program.thousands_beside_a_callback"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "thousands_beside_a_callback", "20000\n");
           }},
      {.id = "executor.killed_worker.beside_large_tasks",
       .level = Level::kMust,
       .says = "When a worker dies all futures fail with BrokenProcessPool, and shutdown() "
               "returns, though large arguments are under way to it.",
       .documented = {"EXEC-09"},
       .needs = {"program.death_beside_large_tasks"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "death_beside_large_tasks", "True\n"); }},
      {.id = "executor.killed_worker.each_future_has_its_own_error",
       .level = Level::kShould,
       .says = "Futures that fail because a worker died have an exception of their own each, so "
               "that one's traceback is not another's.",
       .documented = {"EXEC-09"},
       .needs = {"program.errors_of_those_behind_a_death"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "errors_of_those_behind_a_death", "5 tasks, 5 errors\n");
           }},
  };
}

}  // namespace

Claims executor_claims() { return all_of({futures(), corners_of_executors()}); }

}  // namespace conformance
