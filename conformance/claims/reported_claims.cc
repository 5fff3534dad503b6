// What users of some implementation have reported not to work, each a program of its own that the adapter runs.
#include <string>

#include "conformance/claims/areas.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

Claims objects_in_managers() {
  return {
      {.id = "manager.list.begins_with_the_keys_of_a_managers_dict",
       .level = Level::kShould,
       .says = "list() and extend() of a manager take a dictionary of the same manager, of which "
               "they take the keys; and the manager goes on.",
       .documented = {"MAN-23", "MAN-14"},
       .needs = {"program.keys_of_a_managers_dict"},
       .slow = true,
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "keys_of_a_managers_dict", "ab\nabc\n4\n");
           }},
      {.id = "manager.own_key_opens_what_is_nested",
       .level = Level::kShould,
       .says = "Whoever has a list of a manager whose key is its own can use the lists within it.",
       .documented = {"MAN-14", "MAN-51"},
       .needs = {"program.proxies_of_a_key_of_their_own"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "proxies_of_a_key_of_their_own", "[1, 2]\n");
           }},
      {.id = "manager.own_key_lets_a_queue_be_nested",
       .level = Level::kMust,
       .says = "A queue of a manager whose key is its own can be put into a dictionary of it.",
       .documented = {"MAN-14", "MAN-51"},
       .needs = {"program.queue_within_a_dictionary"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "queue_within_a_dictionary", "['items'] put\n");
           }},
      {.id = "manager.slow_construction_hinders_nobody",
       .level = Level::kShould,
       .says =
           "While a manager makes an object, which takes its time, others use theirs, make some "
           "and drop them.",
       .documented = {"MAN-17"},
       .needs = {"program.object_that_is_slowly_made"},
       .slow = true,
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "object_that_is_slowly_made", "[1] [2]\nmade\n");
           }},
      {.id = "manager.method_that_ends_things_fails_alone",
       .level = Level::kBeyond,
       .says = "A method that raises SystemExit or KeyboardInterrupt in the server fails its call; "
               "the client's next call is served.",
       .documented = {"MAN-18"},
       .needs = {"program.methods_that_end_things"},
       .check =
           [](Stage& stage) {
             EXPECT_THAT(printed_by(stage, "methods_that_end_things"),
                         testing::MatchesRegex("((raised|ended)\nserved\n){2}"));
           }},
      {.id = "manager.raw_fork_has_a_connection_of_its_own",
       .level = Level::kBeyond,
       .says = "A process that a program forks by itself can use the proxies that were in use "
               "there, at the same time.",
       .documented = {"ROB-28"},
       .needs = {"program.raw_fork_beside_a_proxy"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "raw_fork_beside_a_proxy", "right\nexit code 0\n");
           }},
      {.id = "manager.proxies_count_as_what_they_stand_for",
       .level = Level::kShould,
       .says = "The proxy of a list is a mutable sequence, that of a dictionary a mutable mapping, "
               "that of a set a mutable set, and none is anything else of these.",
       .documented = {"MAN-23", "MAN-24", "MAN-26"},
       .needs = {"program.what_proxies_are"},
       .check =
           [](Stage& stage) {
             const std::string before_sets = "list MutableSequence\ndict MutableMapping\n";
             EXPECT_THAT(printed_by(stage, "what_proxies_are"),
                         testing::AnyOf(before_sets, before_sets + "set MutableSet\n"));
           }},
      {.id = "manager.what_is_there_stays_however_often_it_is_dropped",
       .level = Level::kMust,
       .says = "The one object that a registered function hands out can be used though many "
               "clients get and drop proxies of it at the same time.",
       .documented = {"MAN-47", "MAN-41"},
       .needs = {"program.many_clients_of_one_object"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "many_clients_of_one_object", "[0]\n600\n");
           }},
  };
}

Claims processes_and_threads() {
  return {
      {.id = "process.join.knows_the_exitcode_though_others_start_some",
       .level = Level::kMust,
       .says =
           "After join() a process is not alive and has its own exit code, though other threads "
           "start and join processes meanwhile.",
       .documented = {"PROC-14", "PROC-15", "PROC-50"},
       .needs = {"program.children_of_many_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "children_of_many_threads", "wrong: []\n");
           }},
      {.id = "process.exitcode.of_one_that_an_executors_thread_started",
       .level = Level::kMust,
       .says =
           "A process that a task of a ThreadPoolExecutor, or of a ThreadPool, has started ends "
           "with its own exit code, in silence.",
       .documented = {"PROC-06", "PROC-08"},
       .needs = {"program.child_of_an_executors_thread"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "child_of_an_executors_thread",
                                 "child\nexit code 0\nexit code 9\nchild\nexit code 0\n");
           }},
      {.id = "thread.made_before_the_fork_starts_on_both_sides",
       .level = Level::kMust,
       .says = "A thread that was made, and not yet started, can be started by a forked child, and "
               "by its creator.",
       .documented = {"LIFE-17"},
       .needs = {"program.thread_made_before_the_fork"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "thread_made_before_the_fork",
                                 "child\nexit code 0\nchild\n");
           }},
      {.id = "thread.that_outlives_main_may_use_the_library",
       .level = Level::kMust,
       .says = "A thread of the program that goes on when the main one has come to its end starts "
               "and joins a process, puts into a queue, and has a pool.",
       .documented = {"LIFE-13"},
       .needs = {"program.thread_that_outlives_main"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "thread_that_outlives_main",
                                 "child\nexit code 0\nput\n1\n");
           }},
      {.id = "lock.goes_to_a_child_only_while_that_is_started",
       .level = Level::kMust,
       .says = "A lock can't be serialised though another thread is just starting a process; that "
               "one gets its lock though others are started meanwhile.",
       .documented = {"START-13"},
       .needs = {"program.lock_beside_a_start"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "lock_beside_a_start",
                                 "refused\nchild\nexit code 0\nlocked\nexit code 0\n");
           }},
      {.id = "thread.many_may_be_the_first_to_use_the_library",
       .level = Level::kMust,
       .says = "Several threads that are the first to make a queue, a pool, a manager and a shared "
               "value, all at once, get what they asked for.",
       .documented = {"START-03", "START-07"},
       .needs = {"program.first_use_by_many_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "first_use_by_many_threads", "[1, 1, 1, 1, 1, 1, 1, 1]\n");
           }},
      {.id = "remote.client_of_threads_waits_for_its_turn",
       .level = Level::kMust,
       .says = "A client of a listener of multiprocessing.dummy waits while as many others as may "
               "wait for accept(); both then speak.",
       .documented = {"PIPE-25"},
       .needs = {"program.clients_of_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "clients_of_threads", "waits\n[0, 1]\n");
           }},
      {.id = "thread_queue.simple_one",
       .level = Level::kMust,
       .says = "A queue.SimpleQueue gives items in their order, whatever put() is told of waiting; "
               "get() that is not to wait raises Empty, whatever its timeout.",
       .documented = {"QUE-05"},
       .needs = {"program.simple_queue_of_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "simple_queue_of_threads",
                                 "1 2\nempty\nempty\nempty\nempty\nrefused\nTrue 0\n");
           }},
  };
}

Claims objects_that_are_shared() {
  return {
      {.id = "queue.serves_the_programs_logging",
       .level = Level::kShould,
       .says = "Any queue, and a manager's, can be the queue of a QueueHandler in a configuration "
               "of logging, in a daemonic child as well; no process is started for it.",
       .documented = {"QUE-05"},
       .needs = {"program.queues_of_the_logging"},
       .check =
           [](Stage& stage) {
             const std::string each = "['logged', 'logged'] 0 0\n";
             expect_program_says(stage, "queues_of_the_logging", each + each + each + each);
           }},
      {.id = "queue.put.in_an_exit_handler",
       .level = Level::kMust,
       .says = "An item that an exit handler of the program puts into a queue that was in use "
               "arrives.",
       .documented = {"QUE-27", "LIFE-14"},
       .needs = {"program.put_in_an_exit_handler"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "put_in_an_exit_handler", "one two\n"); }},
      {.id = "array.of_structures",
       .level = Level::kMust,
       .says = "An array of structures begins with its items, whose fields a child changes; it and "
               "other arrays may have one lock.",
       .documented = {"SHV-04", "SHV-12"},
       .needs = {"program.arrays_of_structures"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "arrays_of_structures",
                                 "exit code 0\n[1.0, 3.0] [(2, 1.0), (3, 3.0)] HELLO\n");
           }},
      {.id = "value.synchronized_wraps_a_raw_one",
       .level = Level::kMust,
       .says = "synchronized() of a raw value, structure or array shares its memory, in a child as "
               "well, under the lock that it is given or one of its own; so do the classes.",
       .documented = {"SHV-03", "SHV-04", "SHV-12"},
       .needs = {"program.synchronized_raw_values"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "synchronized_raw_values",
                                 "exit code 0\n2 8 True\n8 True\n3\n");
           }},
      {.id = "value.class_makes_a_lock_if_it_gets_none",
       .level = Level::kShould,
       .says = "Synchronized(), called with a raw value alone, makes the lock itself.",
       .documented = {"SHV-03"},
       .needs = {"program.class_of_a_raw_value"},
       .check = [](Stage& stage) { expect_program_says(stage, "class_of_a_raw_value", "9\n"); }},
      {.id = "lock.found_by_the_collector_hinders_nobody",
       .level = Level::kMust,
       .says = "Locks, semaphores, conditions and events that only the garbage collector finds, "
               "while others are made, go without a word.",
       .documented = {"ROB-36"},
       .needs = {"program.collected_beside_others"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "collected_beside_others", "done\n"); }},
      {.id = "shared_memory.forgotten_before_its_view",
       .level = Level::kShould,
       .says = "A block that is forgotten while there is a view of it stays readable through that; "
               "when the view is gone, too, no descriptor is left, and nobody complains.",
       .documented = {"SHM-06"},
       .needs = {"program.view_of_a_forgotten_block"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "view_of_a_forgotten_block", "7\n0 more\n");
           }},
      {.id = "shared_memory.manager.makes_blocks_for_who_connects",
       .level = Level::kShould,
       .says = "A block that a SharedMemoryManager made for another program outlives that one, and "
               "goes with the manager.",
       .documented = {"MAN-55"},
       .needs = {"program.block_for_who_connects"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "block_for_who_connects", "7\n-1\n"); }},
      {.id = "shared_memory.track.goes_along",
       .level = Level::kShould,
       .says = "A block that was made with track=False, and passed to a child, is there when both "
               "have ended, and nobody warns of it.",
       .documented = {"SHM-08", "SHM-09"},
       .needs = {"program.untracked_block_is_passed_on"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "untracked_block_is_passed_on", "exit code 0\n7\n");
           }},
      {.id = "async_result.get.raises_an_error_that_counts_as_false",
       .level = Level::kMust,
       .says = "An exception of a task that counts as false comes out of get(), apply(), map() and "
               "imap(), and is given to error_callback, as any other.",
       .documented = {"POOL-42"},
       .needs = {"program.error_that_counts_as_false"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "error_that_counts_as_false",
                                 "called back, raised, raised, raised, raised, False\n");
           }},
  };
}

Claims reported_programs() {
  return {
      {.id = "start_method.program_from_standard_input",
       .level = Level::kShould,
       .says = "A program that is read from standard input starts children whose target is in a "
               "module.",
       .documented = {"START-11"},
       .needs = {"program.program_from_standard_input"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "program_from_standard_input", "child\nexit code 0\n");
           }},
      {.id = "start_method.program_under_a_profiler",
       .level = Level::kShould,
       .says =
           "A program that the profiler runs starts children and has pools with functions of its "
           "own.",
       .documented = {"START-11"},
       .needs = {"program.program_under_a_profiler"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "program_under_a_profiler", "child\nexit code 0\n[4, 9]\n");
           }},
      {.id = "start_method.temporary_folder_of_any_length",
       .level = Level::kShould,
       .says = "However long the path of the folder for temporary files is, a child is started, a "
               "manager serves, and a listener without an address listens.",
       .documented = {"START-15"},
       .needs = {"program.temporary_folder_of_any_length"},
       .slow = true,
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "temporary_folder_of_any_length", "done\n");
           }},
      {.id = "start_method.options_of_the_interpreter_are_the_childs",
       .level = Level::kShould,
       .says = "A child's interpreter has the options that are the implementation's own, such as "
               "where it keeps what it has compiled.",
       .documented = {"START-19"},
       .needs = {"program.options_of_the_interpreter"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "options_of_the_interpreter", "cache 5001\nexit code 0\n");
           }},
      {.id = "start_method.thousands_of_arguments",
       .level = Level::kMust,
       .says = "A child knows the program's arguments though they are 40000, empty ones, and those "
               "that are no text or have quotes and lines; already when it reads the main module.",
       .documented = {"START-19"},
       .needs = {"program.many_arguments"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "many_arguments",
                 "40006 40006\n['', \"it's\", 'so \"called\"', '\\udcff', 'two\\nlines']\n"
                 "exit code 0\n");
           }},
      {.id = "start_method.preloaded_module_that_fails_hinders_nobody",
       .level = Level::kShould,
       .says =
           "A module that raises when the fork server preloads it keeps no child from starting.",
       .documented = {"START-17"},
       .needs = {"program.failing_module_is_preloaded"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "failing_module_is_preloaded", "child\nexit code 0\n");
           }},
  };
}

}  // namespace

Claims reported_claims() {
  return all_of({objects_in_managers(), processes_and_threads(), objects_that_are_shared(),
                 reported_programs()});
}

}  // namespace conformance
