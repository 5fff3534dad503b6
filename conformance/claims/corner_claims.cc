// Corners that nobody asked about until faults were planted there: most are a program of its own that
// the adapter runs.
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

Claims pipes_and_queues_in_corners() {
  return {
      {.id = "pipe.connection_is_itself_when_closed",
       .level = Level::kShould,
       .says = "A connection that is in a set or a list is found there, and no other one, when it "
               "is closed.",
       .documented = {"PIPE-15"},
       .needs = {"program.connections_as_keys"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "connections_as_keys", "True True\n"); }},
      {.id = "pipe.connections_under_way_are_not_mixed_up",
       .level = Level::kMust,
       .says = "Connections arrive that are sent while earlier ones are still to be received, in "
               "order; and so do forty that wait.",
       .documented = {"PIPE-32"},
       .needs = {"program.connections_under_way"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "connections_under_way", "[0, 1, 2]\nTrue\n");
           }},
      {.id = "pipe.send.of_a_connection_leaves_signals_alone",
       .level = Level::kShould,
       .says = "A program that has sent a connection can block a signal and wait for it: nobody "
               "else gets it.",
       .documented = {"ROB-46"},
       .needs = {"program.signal_beside_a_sent_connection"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "signal_beside_a_sent_connection", "True\n");
           }},
      {.id = "pipe.send.of_a_socket_though_copyreg_knows_another_way",
       .level = Level::kShould,
       .says = "A socket arrives as one, though the program has told the language's own serialiser "
               "of another way.",
       .documented = {"PIPE-32"},
       .needs = {"program.reducers_of_the_program"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "reducers_of_the_program", "bytes\n");
           }},
      {.id = "queue.put.same_object_twice",
       .level = Level::kShould,
       .says = "An object that is put, changed when it was serialised, and put again, arrives as "
               "it was each time.",
       .documented = {"QUE-05"},
       .needs = {"program.same_object_twice"},
       .check = [](Stage& stage) { expect_program_says(stage, "same_object_twice", "1 2\n"); }},
      {.id = "queue.order.small_items_behind_a_slow_one",
       .level = Level::kMust,
       .says =
           "Small items, None among them, do not overtake one whose serialisation takes its time.",
       .documented = {"QUE-02"},
       .needs = {"program.small_items_behind_a_slow_one"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "small_items_behind_a_slow_one",
                                 "[0, None, True, 0.5, 7]\n");
           }},
  };
}

Claims locks_and_memory_in_corners() {
  return {
      {.id = "condition.wait.as_deep_as_the_thread_had_it",
       .level = Level::kMust,
       .says = "Threads that wait with their lock held once and three times have it so deep again, "
               "each, and leave it free.",
       .documented = {"COND-03"},
       .needs = {"program.depths_of_two_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "depths_of_two_threads", "True\nTrue\n");
           }},
      {.id = "barrier.of_one_party",
       .level = Level::kMust,
       .says = "A barrier of one party calls its action at each wait(), which returns 0, and can "
               "be broken.",
       .documented = {"BARR-01"},
       .needs = {"program.barrier_of_one"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "barrier_of_one",
                                 "action\naction\n0 0\nBrokenBarrierError\n");
           }},
      {.id = "array.of_characters_gives_bytes",
       .level = Level::kMust,
       .says = "Iterating over an array of characters gives bytes of length one; a shared union "
               "has its fields.",
       .documented = {"SHV-11", "SHV-12"},
       .needs = {"program.letters_and_unions"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "letters_and_unions", "[b'a', b'b', b'c'] True\nb'A'\n");
           }},
      {.id = "shared_memory.closed_one_knows_its_name_and_size",
       .level = Level::kShould,
       .says = "A block that was closed still has its name and size, and can be serialised.",
       .documented = {"SHM-06"},
       .needs = {"program.block_that_was_closed"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "block_that_was_closed", "True True\n7\n");
           }},
      {.id = "shareable_list.finds_what_is_equal",
       .level = Level::kShould,
       .says = "index() and count() find what is equal, of whatever type; bytes keep a zero in "
               "their midst.",
       .documented = {"SHM-10", "SHM-12"},
       .needs = {"program.equal_items_of_a_shareable_list"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "equal_items_of_a_shareable_list", "0 2 1 b'ab\\x00cd'\n");
           }},
      {.id = "shared_memory.made_again_after_another_has_unlinked_it",
       .level = Level::kMust,
       .says = "A block that a child has unlinked can be made again under its name, and nobody "
               "complains at the end.",
       .documented = {"SHM-07"},
       .needs = {"program.block_that_is_made_again"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "block_that_is_made_again", "exit code 0\ndone\n");
           }},
      {.id = "shared_memory.made_when_the_tracker_was_killed",
       .level = Level::kShould,
       .says = "Blocks can be made though the process that watches them was killed and reaped.",
       .documented = {"ROB-28"},
       .needs = {"program.end_of_the_tracker"},
       .check = [](Stage& stage) { expect_program_prints(stage, "end_of_the_tracker", "made\n"); }},
      {.id = "shared_memory.manager.serves_in_the_foreground",
       .level = Level::kShould,
       .says = "The server that get_server() of a SharedMemoryManager gives makes blocks for who "
               "connects.",
       .documented = {"MAN-55"},
       .needs = {"program.shared_memory_server"},
       .check = [](Stage& stage) { expect_program_says(stage, "shared_memory_server", "7\n"); }},
      {.id = "event.set.releases_who_waits_though_it_is_cleared_at_once",
       .level = Level::kShould,
       .says = "set() lets go all who wait, though clear() follows at once.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent event = main.event();
             Puppet& first = stage.start_process(main, {event});
             Puppet& second = stage.start_process(main, {event});
             for (int round = 0; round < 5; ++round) {
               Call one = first.begins(event.wait()), two = second.begins(event.wait());
               EXPECT_THAT(one, blocks());
               EXPECT_THAT(two, blocks());
               results(main.does(batch({event.set(), event.clear()})));
               EXPECT_THAT(one, returns());
               EXPECT_THAT(two, returns());
             }
           }},
  };
}

Claims processes_in_corners() {
  return {
      {.id = "start_method.umask_is_the_childs",
       .level = Level::kMust,
       .says = "A child has the umask that its creator had when the first one was started.",
       .documented = {"START-19"},
       .needs = {"program.umask_of_the_program"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "umask_of_the_program", "027\nexit code 0\n");
           }},
      {.id = "lifecycle.replaced_streams_are_flushed",
       .level = Level::kMust,
       .says = "What a child has written to a file that it put in the place of standard output or "
               "error is there when it has ended.",
       .documented = {"PROC-55"},
       .needs = {"program.streams_of_a_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "streams_of_a_child", "exit code 0\nsaid and more\n");
           }},
      {.id = "start_method.start_beside_signals",
       .level = Level::kMust,
       .says = "Large arguments arrive whole though signals interrupt start() again and again.",
       .documented = {"PROC-03"},
       .needs = {"program.start_beside_signals"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "start_beside_signals", "16777216\nexit code 0\n");
           }},
      {.id = "process.exitcode.of_one_whose_child_lives",
       .level = Level::kMust,
       .says = "A child that has ended has its exit code, and is not alive, though a process that "
               "it forked lives on.",
       .documented = {"PROC-14", "PROC-15"},
       .needs = {"program.child_whose_child_lives"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "child_whose_child_lives", "3 False\n");
           }},
      {.id = "process.pid_after_a_fork_of_ones_own",
       .level = Level::kShould,
       .says = "The pid of the current process is right in a process that the program forked by "
               "itself.",
       .documented = {"PROC-02"},
       .needs = {"program.pid_after_a_fork"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "pid_after_a_fork", "True\nTrue\n"); }},
      {.id = "start_method.context_can_be_passed",
       .level = Level::kShould,
       .says = "A context can be passed to a child, and serialised.",
       .documented = {"START-07"},
       .needs = {"program.context_of_a_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "context_of_a_child", "True\nexit code 0\nTrue\n");
           }},
      {.id = "lifecycle.output_that_is_lost_is_told",
       .level = Level::kShould,
       .says = "A child whose last output could not be written does not end with 0.",
       .documented = {"PROC-55"},
       .needs = {"program.output_that_is_lost"},
       .check =
           [](Stage& stage) { expect_program_prints(stage, "output_that_is_lost", "True\n"); }},
      {.id = "process.others_are_used_beside_a_join",
       .level = Level::kMust,
       .says = "While a thread waits in join() others start and join children, and ask whether "
               "that one is alive.",
       .documented = {"PROC-14"},
       .needs = {"program.children_beside_a_join"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "children_beside_a_join", "exit code 0\nTrue 1\n");
           }},
      {.id = "isolation.ignored_interrupts_stay_ignored",
       .level = Level::kShould,
       .says = "A program that ignores SIGINT when it starts its first child has children that "
               "ignore it.",
       .documented = {"LIFE-18"},
       .needs = {"program.interrupts_that_are_ignored"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "interrupts_that_are_ignored", "True\nexit code 0\n");
           }},
      {.id = "process.sentinel_stays_ready",
       .level = Level::kMust,
       .says = "The sentinel of a process that was joined is ready, however often it is asked.",
       .documented = {"PROC-15"},
       .needs = {"program.sentinel_after_join"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "sentinel_after_join", "[True, True]\n");
           }},
      {.id = "lifecycle.standard_input_is_an_empty_file",
       .level = Level::kShould,
       .says = "A child's standard input has a descriptor, and is at its end.",
       .documented = {"PROC-54"},
       .needs = {"program.standard_input_of_a_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "standard_input_of_a_child", "True b''\nexit code 0\n");
           }},
      {.id = "lifecycle.spawned_child_ends_as_a_program_does",
       .level = Level::kShould,
       .says = "What a spawned child has registered to be run at its end is run, and the files "
               "that it has open are written.",
       .documented = {"LIFE-09"},
       .needs = {"program.end_of_a_spawned_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "end_of_a_spawned_child", "exit code 0\nTrue all\n");
           }},
      {.id = "isolation.threads_as_children_keep_apart",
       .level = Level::kMust,
       .says = "With threads in place of processes a child has no children but its own, and "
               "messages keep their order though poll() had to wait.",
       .documented = {"PIPE-05", "PROC-50"},
       .needs = {"program.children_and_pipes_of_threads"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "children_and_pipes_of_threads",
                                 "0\nexit code 0\nTrue\n[0, 1, 2]\n");
           }},
  };
}

Claims pools_and_managers_in_corners() {
  return {
      {.id = "pool.map.class_method",
       .level = Level::kMust,
       .says = "A method of a class can be a pool's task, and goes through a pipe.",
       .documented = {"POOL-08"},
       .needs = {"program.class_method_as_a_task"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "class_method_as_a_task", "['Maker1', 'Maker2']\nMaker3\n");
           }},
      {.id = "pool.unpicklable_argument.with_an_odd_error",
       .level = Level::kMust,
       .says = "An argument whose serialisation raises an error that can't be serialised itself "
               "fails its task with that error.",
       .documented = {"POOL-19"},
       .needs = {"program.argument_with_an_odd_error"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "argument_with_an_odd_error", "OddError OddError\n1\n");
           }},
      {.id = "manager.slow_end_of_an_object_hinders_nobody",
       .level = Level::kShould,
       .says = "While an object that was dropped takes its time to go others make objects.",
       .documented = {"MAN-17"},
       .needs = {"program.object_that_goes_slowly"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "object_that_goes_slowly", "here\n[1]\n");
           }},
      {.id = "manager.rlock.is_held_over_a_failed_call",
       .level = Level::kMust,
       .says = "Who holds a manager's RLock can release it while the error of another call is "
               "being handled.",
       .documented = {"MAN-18"},
       .needs = {"program.lock_kept_over_a_failed_call"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "lock_kept_over_a_failed_call", "released\n");
           }},
      {.id = "manager.server_that_lacks_descriptors_serves_later",
       .level = Level::kShould,
       .says = "Clients whom a server can't take, for want of descriptors, are served when others "
               "have gone.",
       .documented = {"ROB-28"},
       .needs = {"program.server_out_of_descriptors"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "server_out_of_descriptors", "60\n"); }},
  };
}

}  // namespace

Claims corner_claims() {
  return all_of({pipes_and_queues_in_corners(), locks_and_memory_in_corners(),
                 processes_in_corners(), pools_and_managers_in_corners()});
}

}  // namespace conformance
