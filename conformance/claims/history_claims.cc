// What has gone wrong before: situations in which an implementation has failed its users, as its
// tracker, or that of another one, tells. Many are programs, since they are about a whole one.
#include <string>
#include <vector>

#include "conformance/claims/areas.h"
#include "conformance/claims/condition_support.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using testing::AnyOf;

// ---------------------------------------------------------------- programs and their processes

Claims programs() {
  return {
      {.id = "start_method.from_another_folder",
       .level = Level::kMust,
       .says = "A program that was started by a relative path and has changed its folder since "
               "starts processes and pools, and makes locks and shared memory, as before.",
       .documented = {"START-19", "PROC-03"},
       .needs = {"program.elsewhere"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "elsewhere",
                                 "child\nexit code 0\nchild\nexit code 0\npool [1]\nlock True\n");
           }},
      {.id = "start_method.package_that_is_a_program_runs_once",
       .level = Level::kShould,
       .says = "Where a package is the program, started by its name, no child runs the package's "
               "own program again, guarded or not.",
       .documented = {"START-11"},
       .needs = {"program.package_that_is_a_program"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "package_that_is_a_program", "child\nexit code 0\n");
           }},
      {.id = "process.documented_names_are_there",
       .level = Level::kShould,
       .says = "Each class, function and exception is found in the module in which it is "
               "documented, AsyncResult and the exceptions included.",
       .documented = {"POOL-09", "POOL-60", "START-07"},
       .needs = {"program.documented_names"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "documented_names", "looked for all\n");
           }},
      {.id = "isolation.serialisation_of_the_program_stays",
       .level = Level::kMust,
       .says = "What the library can send the program's own serialiser and copy module "
               "treat as they did before the library was used.",
       .documented = {"START-13", "PIPE-32"},
       .needs = {"program.serialisation_of_the_program"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "serialisation_of_the_program",
                                 "child\nexit code 0\nas before\n");
           }},
      {.id = "process.of_a_thread_has_a_main_thread",
       .level = Level::kMust,
       .says = "The target of a process that a thread has started, and a task of a worker "
               "that replaced another one, runs in the main thread, where signal handlers "
               "can be set.",
       .documented = {"PROC-03", "POOL-29"},
       .needs = {"program.child_of_a_thread"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "child_of_a_thread",
                 "main thread True\nexit code 0\nmain thread True\nmain thread True\n");
           }},
      {.id = "start_method.without_standard_error",
       .level = Level::kShould,
       .says = "A program without standard error makes locks and shared memory and starts children "
               "as any other.",
       .documented = {"PROC-54", "SHM-01"},
       .needs = {"program.without_standard_error"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "without_standard_error",
                                 "lock\nblock\nchild\nexit code 0\n");
           }},
      {.id = "isolation.random_numbers_are_the_programs_own",
       .level = Level::kShould,
       .says = "A program that has seeded its random numbers gets the same ones whatever of the "
               "library it uses in between.",
       .documented = {"SHM-01", "LSN-01"},
       .needs = {"program.random_numbers"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "random_numbers", "child\nexit code 0\nthe same numbers\n");
           }},
      {.id = "shared_memory.unlink_of_anothers_block_is_quiet",
       .level = Level::kShould,
       .says = "A program that attaches to a block of another program, unlinks it and ends hears "
               "nothing of it.",
       .documented = {"SHM-07", "SHM-08"},
       .needs = {"program.unlink_of_anothers_block"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "unlink_of_anothers_block", "attached\nunlinked\n");
           }},
      {.id = "shared_memory.leak_goes_where_warnings_are_errors",
       .level = Level::kShould,
       .says = "A block that a program has left behind goes though its warnings are errors.",
       .documented = {"SHM-08"},
       .needs = {"program.leak_where_warnings_are_errors"},
       .check =
           [](Stage& stage) {
             // What is told of it on standard error is another matter.
             const Value printed =
                 stage.main().must(module::runs_program("leak_where_warnings_are_errors"));
             EXPECT_EQ(as_text(member_of(printed, "stdout")), "gone\n");
           }},
      {.id = "start_method.without_standard_input",
       .level = Level::kShould,
       .says = "A program that has closed its standard input, or has none, starts children "
               "as any other, and they end as they should.",
       .documented = {"PROC-54"},
       .needs = {"program.without_standard_input"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "without_standard_input",
                                 "child\nexit code 0\nchild\nexit code 0\n");
           }},
      {.id = "isolation.commands_of_a_child_may_read",
       .level = Level::kMust,
       .says = "A command that a child runs can read its standard input to the end, whatever "
               "files the child has open.",
       .documented = {"PROC-54"},
       .needs = {"program.commands_of_a_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "commands_of_a_child", "cat 0\ncat 0\nexit code 0\n");
           }},
      {.id = "pipe.commands_hold_no_ends",
       .level = Level::kShould,
       .says = "A command that a program runs, with all inheritable descriptors, holds no "
               "end of its pipes: when the writing end is closed the reader sees it.",
       .documented = {"PIPE-11"},
       .needs = {"program.commands_beside_a_pipe"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "commands_beside_a_pipe", "end of file\nend of file\n");
           }},
      {.id = "pipe.sending_an_end_warns_of_nothing",
       .level = Level::kShould,
       .says = "An end of a pipe can be sent to another process also where a warning of the "
               "interpreter is an error.",
       .documented = {"PIPE-32"},
       .needs = {"program.warnings_are_errors"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "warnings_are_errors", "got an answer\n");
           }},
      {.id = "pipe.recv_bytes_into_lets_the_buffer_go",
       .level = Level::kMust,
       .says = "When recv_bytes_into() has raised BufferTooShort the buffer is the caller's again, "
               "who may make it longer and put the message there.",
       .documented = {"PIPE-21"},
       .needs = {"program.buffer_that_grows"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "buffer_that_grows", "got a message that is longer\n");
           }},
      {.id = "isolation.blocked_signals_stay_blocked",
       .level = Level::kShould,
       .says = "A signal that the program has blocked is so still when it has made a lock, a "
               "process, a pool and shared memory.",
       .documented = {"START-18"},
       .needs = {"program.signal_mask"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "signal_mask", "child\nexit code 0\nblocked\n");
           }},
      {.id = "lifecycle.interrupted_program_cleans_up",
       .level = Level::kMust,
       .says = "A program that ends by a KeyboardInterrupt ends as by any other exception: "
               "the manager's server and the daemons go, a child is waited for and gets all "
               "that a queue still held.",
       .documented = {"LIFE-04"},
       .needs = {"program.interrupted"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "interrupted",
                                 "got 1000000\nserver gone\ndaemon gone\nchild gone\n");
           }},
      {.id = "start_method.preloaded_module_may_make_a_lock",
       .level = Level::kShould,
       .says = "A module that the fork server loads may use the library, and so settle the start "
               "method there: processes are started as ever.",
       .documented = {"START-17"},
       .needs = {"program.locking_module_is_preloaded"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "locking_module_is_preloaded",
                                 "child\nexit code 0\nchild\nexit code 0\n");
           }},
      {.id = "start_method.preloaded_module_of_the_programs_path",
       .level = Level::kShould,
       .says = "set_forkserver_preload() finds a module in a folder that the program has put into "
               "its search path, and loads it once, in the server.",
       .documented = {"START-17"},
       .needs = {"program.module_of_the_path_is_preloaded"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "module_of_the_path_is_preloaded",
                                 "loaded\nchild\nexit code 0\nchild\nexit code 0\n");
           }},
      {.id = "start_method.preloaded_module_prints_once",
       .level = Level::kShould,
       .says = "What a module prints as the fork server loads it is printed once, not again "
               "by each child.",
       .documented = {"START-17", "PROC-55"},
       .needs = {"program.printing_module_is_preloaded"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "printing_module_is_preloaded",
                                 "loaded\nchild\nexit code 0\nchild\nexit code 0\n");
           }},
  };
}

// ---------------------------------------------------------------- pools

Claims pools() {
  return {
      {.id = "pool.workers.end_with_0",
       .level = Level::kMust,
       .says = "The workers of a pool that was closed and joined have the exit code 0, those "
               "that had done maxtasksperchild tasks as well.",
       .documented = {"POOL-29", "POOL-30"},
       .needs = {"program.ends_of_workers"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "ends_of_workers", "exit codes [0]\nexit codes [0]\n");
           }},
      {.id = "pool.dropped.finishes_for_who_iterates",
       .level = Level::kMust,
       .says = "An iterator of imap() or imap_unordered() that is not at its end keeps its pool "
               "alive, though that itself was forgotten.",
       .documented = {"POOL-38"},
       .needs = {"pool", "pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const bool ordered : {true, false}) {
               RemotePool pool = main.pool(1);
               const RemoteResultIterator all = iterator_named("all");
               main.must(ordered ? pool.imap(all, "square", numbers(500))
                                 : pool.imap_unordered(all, "square", numbers(500)));
               main.must(pool.drop());
               for (int64_t i = 0; i < 500; ++i)
                 ASSERT_THAT(main.does(all.next()), returns(i * i)) << "item " << i;
               EXPECT_THAT(main.does(all.next()), raises("StopIteration"));
             }
           }},
      {.id = "pool.map_async.ends_though_nobody_waits",
       .level = Level::kMust,
       .says = "A map_async() of thousands of items is done, and calls back, though nobody waits "
               "for it.",
       .documented = {"POOL-09", "POOL-43"},
       .needs = {"pool", "pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             const RemoteAsyncResult result = result_named("result");
             const std::string called = stage.expects("called");
             main.must(pool.map_async(result, "square", numbers(5000), 1, {.callback = called}));
             stage.arrival(called).does(self::returns());
             const Value all = main.must(result.get());
             EXPECT_EQ(as_list(all).size(), 5000U);
             close_and_join(main, pool);
           }},
      {.id = "pool.terminate.waits_for_a_callback_that_runs",
       .level = Level::kShould,
       .says = "terminate() returns when no callback runs any more.",
       .documented = {"POOL-33", "POOL-41"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(task.name() + "_done");
             Call terminate = main.begins(pool.terminate());
             EXPECT_THAT(terminate, blocks());
             callback.does(self::returns());
             EXPECT_THAT(terminate, returns(nullptr));
             main.must(pool.join());
           }},
      {.id = "limit.descriptors.of_replaced_workers",
       .level = Level::kShould,
       .says = "Workers that were replaced keep no descriptors open in the program that has the "
               "pool, however many they were.",
       .documented = {"POOL-29", "PROC-33"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kReplaced = 24;
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = Value(1)});
             main.must(pool.apply("square", {1}));
             const size_t before = open_descriptors(main.pid());
             main.must(batch({pool.apply("square", {1})}, kReplaced));
             // A worker or two may be on their way; each has two at the most.
             EXPECT_LE(open_descriptors(main.pid()), before + 6);
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.end_wakes_all_who_wait",
       .level = Level::kBeyond,
       .says = "Of several threads that wait for the last result one gets it, and the others learn "
               "that it was the last.",
       .documented = {"POOL-57", "POOL-61"},
       .needs = {"pool", "pool.imap", "source", "thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteSource one = main.source({.items = Value::List{7}, .allowed = 0});
             const RemoteResultIterator all = iterator_named("all");
             main.must(pool.imap(all, "square", one));
             Puppet* threads[] = {&stage.start_thread(main), &stage.start_thread(main),
                                  &stage.start_thread(main)};
             std::vector<Call> waits;
             for (Puppet* thread : threads) {
               waits.push_back(thread->begins(all.next()));
               EXPECT_THAT(waits.back(), blocks());
             }
             main.must(one.allow(2));
             int got = 0;
             for (const Call& wait : waits) {
               EXPECT_THAT(wait, AnyOf(returns(49), raises("StopIteration")));
               got += testing::Matches(returns(49))(wait) ? 1 : 0;
             }
             EXPECT_EQ(got, 1);
           }},
  };
}

// ---------------------------------------------------------------- managers

Claims managers() {
  return {
      {.id = "manager.is_reached_by_another_path_than_its_own",
       .level = Level::kShould,
       .says = "A client may know the server's address by another name than the server does: "
               "the proxies that methods return work by the client's.",
       .documented = {"MAN-43", "MAN-44"},
       .needs = {"program.manager_at_a_relative_address"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "manager_at_a_relative_address",
                                 "items ['a']\niterated ['a']\npool 3\n");
           }},
      {.id = "manager.dict.has_the_methods_of_a_dict_only",
       .level = Level::kShould,
       .says = "A proxy of a dict, or a list, has no methods that these have not: to ask for one "
               "raises AttributeError here, and asks no server.",
       .documented = {"MAN-24"},
       .needs = {"manager", "manager.dict", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             const RemoteDictProxy d = main.makes(m.dict());
             const RemoteListProxy l = main.makes(m.list({1}));
             for (const char* method : {"has_key", "iteritems", "viewkeys"})
               EXPECT_THAT(main.does(proxy::call(d, method, {})), raises("AttributeError"));
             EXPECT_THAT(main.does(proxy::call(l, "push", {1})), raises("AttributeError"));
           }},
      {.id = "manager.semaphore.what_another_released_is_not_given_back",
       .level = Level::kMust,
       .says = "Where one process has acquired a manager's semaphore and another one has released "
               "it, the death of the first one gives nothing back.",
       .documented = {"MAN-35"},
       .needs = {"manager", "manager.semaphore", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock s = main.makes(m.semaphore(1));
             Puppet& victim = stage.start_process(main, {s});
             victim.must(s.acquire());
             main.must(s.release());
             kill_and_settle(stage, victim);
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             EXPECT_THAT(main.begins(s.acquire()), blocks());
           }},
      {.id = "manager.condition.killed_holder_gives_it_back",
       .level = Level::kBeyond,
       .says = "The lock of a manager's condition that a process held when it was killed is free "
               "for the next one.",
       .documented = {"ROB-24"},
       .needs = {"manager", "manager.condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             // So that main's thread in the server is not one that takes the place of the victim's.
             main.must(c.acquire());
             main.must(c.release());
             Puppet& victim = stage.start_process(main, {c});
             victim.must(c.acquire());
             kill_and_settle(stage, victim);
             EXPECT_THAT(main.does(c.acquire()), returns(true));
             main.must(c.release());
           }},
      {.id = "manager.condition.notify_n_wakes_n",
       .level = Level::kMust,
       .says = "notify(n) of a manager's condition wakes n of those who wait.",
       .documented = {"MAN-37"},
       .needs = {"manager", "manager.condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_notify_n_wakes_n(stage, main.makes(main.manager().condition()));
           }},
  };
}

// ---------------------------------------------------------------- listeners

Claims listeners() {
  return {
      {.id = "remote.longest_path",
       .level = Level::kShould,
       .says = "A path of 107 bytes, the longest that a socket has room for, is an address.",
       .documented = {"LSN-01", "LSN-03"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string path(107, 'p');
             RemoteListener listener = main.makes(module::listener({.address = path}));
             Puppet& thread = stage.start_thread(main);
             Call accept = main.begins(listener.accept().op);
             EXPECT_THAT(thread.does(module::client(path).op), returns());
             EXPECT_THAT(accept, returns());
             main.must(listener.close());
           }},
  };
}

// ---------------------------------------------------------------- shared memory

Claims shared_blocks() {
  return {
      {.id = "shared_memory.unlink_at_the_very_end",
       .level = Level::kShould,
       .says = "unlink() works when the interpreter has all but ended, in the clean-up of a "
               "global object, and nobody complains.",
       .documented = {"SHM-07"},
       .needs = {"program.unlink_at_the_end"},
       .check = [](Stage& stage) { expect_program_says(stage, "unlink_at_the_end", "made\n"); }},
      {.id = "shared_memory.fork_beside_the_library_is_not_waited_for",
       .level = Level::kMust,
       .says = "A child that a program with shared memory has forked by itself ends as any "
               "program does and leaves the block alone; and the program does not wait for "
               "one that runs on.",
       .documented = {"LIFE-12", "SHM-08"},
       .needs = {"program.fork_beside_shared_memory"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "fork_beside_shared_memory", "exit code 0\nblock 7\n");
           }},
      {.id = "shared_memory.refused_attachment_takes_no_name",
       .level = Level::kShould,
       .says = "To attach to a block for which there is no room raises OSError, and the block "
               "keeps its name.",
       .documented = {"FAULT-05", "SHM-02"},
       .needs = {"program.attach_without_room"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "attach_without_room", "refused\nthere\n");
           }},
      {.id = "shared_memory.new.takes_a_colon",
       .level = Level::kBeyond,
       .says = "A name may have a colon, and who made the block leaves nothing behind.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Making<RemoteSharedMemory> making =
                 module::shared_memory({.name = "mpcheck:colon", .create = true, .size = 8});
             const RemoteSharedMemory block = main.makes(making);
             EXPECT_THAT(main.does(block.get_name()), returns("mpcheck:colon"));
             main.must(block.close());
             main.must(block.unlink());
             EXPECT_TRUE(stage.comes_to_rest());  // a helper that is told of the name has read it
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
  };
}

}  // namespace

Claims history_claims() {
  return all_of({programs(), pools(), managers(), listeners(), shared_blocks()});
}

}  // namespace conformance
