// What a pool should survive: dead workers, tasks that exit, errors that nobody can rebuild, input
// without end, Ctrl-C.
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/patience.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// A worker that has done a task and waits for the next one.
Puppet& idle_worker(Stage& stage, Puppet& main, const RemotePool& pool) {
  auto [result, task] = stage.apply_async_puppet(main, pool);
  task.does(self::returns());
  main.must(result.get());
  stage.comes_to_rest();
  return task;
}

// Expects that the pool runs as many tasks at once as it has workers, and gives their results.
void expect_works_as_before(Stage& stage, Puppet& main, const RemotePool& pool, int workers) {
  std::vector<Stage::Task> tasks;
  for (int i = 0; i < workers; ++i) tasks.push_back(stage.apply_async_puppet(main, pool));
  for (int i = 0; i < workers; ++i) {
    tasks[i].puppet.does(self::returns(i));
    EXPECT_EQ(main.must(tasks[i].result.get()), Value(i));
  }
}

// A task that ends in this way; get() must raise, and the pool go on. Returns what get() raised.
Raised error_of_a_task_that(Stage& stage, const Op& ending) {
  Puppet& main = stage.main();
  RemotePool pool = main.pool(1);
  auto [result, task] = stage.apply_async_puppet(main, pool);
  task.does(ending);
  Raised error = raised_by(main.does(result.get()));
  expect_works_as_before(stage, main, pool, 1);
  close_and_join(main, pool);
  return error;
}

// The signal that Ctrl-C sends, to every process of the testee as a terminal does. The main program's
// `call` is ended by it first: when a worker is dead, the kernel may give the signal to the thread
// that forks another one, and nobody wakes the thread that waits in the call.
void interrupt_all(Stage& stage, Puppet& main, Call& call) {
  stage.signal(main, SIGINT);
  EXPECT_THAT(call, raises("KeyboardInterrupt"));
  for (pid_t pid : stage.processes()) {
    if (pid != main.pid()) stage.signal(pid, SIGINT);
  }
}

// ---------------------------------------------------------------- workers that die

Claims deaths() {
  return {
      {.id = "pool.killed_worker.fails_its_task",
       .level = Level::kBeyond,
       .says = "When a worker is killed in the middle of a task, get() raises WorkerLost, and "
               "another worker takes its place.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-01", "POOL-26"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             kill_at_once(stage, task);
             EXPECT_TRUE(raised_by(get).is_a(kWorkerLost)) << get.text();
             EXPECT_THAT(main.does(result.successful()), returns(false));
             expect_works_as_before(stage, main, pool, 1);
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_worker.hinders_no_other_task",
       .level = Level::kShould,
       .says = "When a worker is killed in the middle of a task, the tasks of other workers and "
               "those that wait are done as if nothing had happened.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"POOL-26", "ROB-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [lost, victim] = stage.apply_async_puppet(main, pool);
             auto [kept, other] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult behind = result_named("behind");
             main.must(pool.apply_async(behind, "square", {7}));
             kill_at_once(stage, victim);
             EXPECT_THAT(main.does(behind.get()), returns(49));
             other.does(self::returns("kept"));
             EXPECT_THAT(main.does(kept.get()), returns("kept"));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.killed_worker.fails_the_map",
       .level = Level::kBeyond,
       .says = "When a worker is killed in an item of a map, map() raises WorkerLost once the "
               "others are done.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List tasks = puppet_items(stage, 2);
             Call map = main.begins(pool.map("puppet", tasks, 1));
             Puppet& victim = arrival(stage, tasks[0]);
             Puppet& other = arrival(stage, tasks[1]);
             kill_at_once(stage, victim);
             other.does(self::returns(2));
             EXPECT_TRUE(raised_by(map).is_a(kWorkerLost)) << map.text();
             expect_works_as_before(stage, main, pool, 2);
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_worker.fails_its_item_of_imap",
       .level = Level::kBeyond,
       .says = "When a worker is killed in an item of imap(), the next() of that item raises "
               "WorkerLost, and the results of the others come.",
       .documented = {"ROB-01", "POOL-54"},
       .needs = {"pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Value::List tasks = puppet_items(stage, 3);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "puppet", tasks));
             arrival(stage, tasks[0]).does(self::returns(1));
             kill_at_once(stage, arrival(stage, tasks[1]));
             arrival(stage, tasks[2]).does(self::returns(3));
             EXPECT_THAT(main.does(results.next()), returns(1));
             Call next = main.does(results.next());
             EXPECT_TRUE(raised_by(next).is_a(kWorkerLost)) << next.text();
             EXPECT_THAT(main.does(results.next()), returns(3));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_worker.lets_join_return",
       .level = Level::kBeyond,
       .says = "When a worker is killed in a task, close() and join() end the pool all the same.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             Call join = main.begins(pool.join());
             EXPECT_THAT(join, blocks());
             kill_at_once(stage, task);
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "pool.killed_worker.lets_terminate_return",
       .level = Level::kShould,
       .says = "When workers are killed, in a task or without one, terminate() and join() end "
               "the pool all the same.",
       .documented = {"POOL-33", "POOL-26"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             kill_at_once(stage, task);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.killed_worker.without_a_task_changes_nothing",
       .level = Level::kBeyond,
       .says = "When idle workers are killed, all of them, others take their places: the pool "
               "works as before.",
       .notes = {"pool.manages_workers"},
       .documented = {"ROB-03", "POOL-27"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             Puppet& second = idle_worker(stage, main, pool);
             first.does(self::returns());
             main.must(first_result.get());
             stage.comes_to_rest();
             kill_at_once(stage, first);
             kill_at_once(stage, second);
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             expect_works_as_before(stage, main, pool, 2);
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_worker.in_the_middle_of_its_result",
       .level = Level::kBeyond,
       .says = "When a worker is killed while it sends a large result, that task fails with "
               "WorkerLost, unless the whole result had been sent, and nothing else is harmed.",
       .documented = {"ROB-01", "ROB-20"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             // While a callback runs nobody takes results from the workers.
             auto [held, holder] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             holder.does(self::returns("held"));
             Puppet& callback = stage.arrival(holder.name() + "_done");
             auto [lost, victim] = stage.apply_async_puppet(main, pool);
             victim.does(self::returns(Value::blob(4 << 20, 1)));
             let_a_while_pass(main);
             kill_at_once(stage, victim);
             callback.does(self::returns());
             EXPECT_EQ(main.must(held.get()), Value("held"));
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             Call get = main.does(lost.get());
             if (std::get_if<Raised>(&get.outcome()) != nullptr) {
               EXPECT_TRUE(raised_by(get).is_a(kWorkerLost)) << get.text();
             } else {
               EXPECT_THAT(get, returns(Value::blob(4 << 20, 1)));
             }
             expect_works_as_before(stage, main, pool, 2);
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_worker.before_it_has_read_its_argument",
       .level = Level::kBeyond,
       .says = "When a worker is killed that has a large argument half sent to it, that task fails "
               "with WorkerLost, or another worker does it, and so are those behind it.",
       .documented = {"ROB-01", "ROB-03"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Puppet& worker = idle_worker(stage, main, pool);
             stage.signal(worker, SIGSTOP);  // so that it reads nothing, or a part
             const Value large = Value::blob(4 << 20, 1);
             RemoteAsyncResult lost = result_named("lost"), behind = result_named("behind");
             main.must(pool.apply_async(lost, "identity", {large}));
             main.must(pool.apply_async(behind, "identity", {large}));
             let_a_while_pass(main);
             kill_at_once(stage, worker);
             for (const RemoteAsyncResult& result : {lost, behind}) {
               Call get = main.does(result.get());
               if (std::get_if<Raised>(&get.outcome()) != nullptr) {
                 EXPECT_EQ(result.name, lost.name) << get.text();
                 EXPECT_TRUE(raised_by(get).is_a(kWorkerLost)) << get.text();
               } else {
                 EXPECT_THAT(get, returns(large));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.end_when_their_maker_is_killed",
       .level = Level::kShould,
       .says = "Idle workers end when the program that made the pool is killed.",
       .notes = {"pool.workers_async_daemon"},
       .documented = {"POOL-06", "ROB-35"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, first] = stage.apply_async_puppet(main, pool);
             Puppet& second = idle_worker(stage, main, pool);
             first.does(self::returns());
             main.must(result.get());
             stage.tolerate_temporary_files();
             stage.signal(main, SIGKILL);
             stage.main_ends();
             EXPECT_TRUE(stage.process_ends(first));
             EXPECT_TRUE(stage.process_ends(second));
           }},
  };
}

// ---------------------------------------------------------------- tasks and initializers that fail

Claims failures() {
  return {
      {.id = "pool.exiting_task.fails",
       .level = Level::kBeyond,
       .says = "A task that calls sys.exit() fails: get() raises an error, and the pool goes on.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-02", "POOL-25"},
       .needs = {"pool"},
       .check = [](Stage& stage) { error_of_a_task_that(stage, self::exits(3)); }},
      {.id = "pool.exiting_task.fails_though_it_exits_at_once",
       .level = Level::kBeyond,
       .says = "A task that calls os._exit() fails: get() raises WorkerLost, and the pool goes on, "
               "with another worker.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-02", "ROB-01", "POOL-25"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             EXPECT_TRUE(error_of_a_task_that(stage, self::exits_at_once(0)).is_a(kWorkerLost));
           }},
      {.id = "pool.exiting_task.with_an_exception_that_is_no_error",
       .level = Level::kBeyond,
       .says = "A task that raises KeyboardInterrupt or GeneratorExit fails: get() raises an "
               "error, and the pool goes on.",
       .documented = {"ROB-02", "POOL-25"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             error_of_a_task_that(stage, self::raises("KeyboardInterrupt"));
             error_of_a_task_that(stage, self::raises("GeneratorExit"));
           }},
      {.id = "pool.exiting_task.is_followed_by_another_worker",
       .level = Level::kShould,
       .says = "After a task that exits, by whichever way, other tasks are done, in another "
               "worker.",
       .documented = {"POOL-25"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Op& ending : {self::exits(0), self::exits_at_once(1)}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               task.does(ending);
               expect_works_as_before(stage, main, pool, 1);
               EXPECT_NE(as_int(main.must(pool.apply("pid", {}))), task.pid()) << ending.text();
             }
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.unbuildable_exception.fails_its_task_only",
       .level = Level::kBeyond,
       .says = "An exception that can be sent but not be rebuilt where it arrives makes get() "
               "raise an error, and the pool goes on.",
       .documented = {"ROB-08"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Call apply = main.does(pool.apply("fail_unbuildable", {"odd"}));
             raised_by(apply);
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             close_and_join(main, pool);
           }},
      {.id = "pool.failing_initializer.breaks_the_pool",
       .level = Level::kBeyond,
       .says = "When the initializer raises, Pool() or the tasks raise an error; the pool of one "
               "does not start five workers in vain.",
       .documented = {"ROB-04", "POOL-28"},
       .needs = {"pool.initializer", "value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& watcher = stage.start_thread(main);
             RemoteValue starts = main.value("i", 0);
             RemotePool pool;
             pool.name = "pool";
             Call made = main.does({.name = "pool.new",
                                    .as = {pool.name},
                                    .args = {{"processes", 1},
                                             {"initializer", "add_and_fail"},
                                             {"initargs", Value::list({starts.value(), 1})}}});
             if (std::holds_alternative<Raised>(made.outcome())) return;
             Call apply = main.begins(pool.apply("square", {3}));
             const base::Deadline deadline = base::Deadline::after(patience::must_happen());
             while (!apply.record().reply && !deadline.passed()) {
               if (as_int(watcher.must(starts.get())) >= 5) {
                 throw Abandon{Abandon::Why::kViolated,
                               "five workers were started, one after the other, and nobody has "
                               "been told that their initializer fails"};
               }
             }
             EXPECT_THAT(apply, raises());
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
  };
}

// ---------------------------------------------------------------- the end, input, items of a chunk

Claims pending_work() {
  return {
      {.id = "pool.terminate.fails_what_is_pending",
       .level = Level::kBeyond,
       .says = "After terminate() get() of tasks that were not done raises an error, for those "
               "that ran and those that waited; nobody waits for ever.",
       .documented = {"ROB-05", "POOL-34"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [running, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult waiting = result_named("waiting");
             main.must(pool.apply_async(waiting, "square", {2}));
             if (!stage.has_feature("isolated"))
               task.does(self::returns());  // threads can't be ended
             main.must(pool.terminate());
             if (stage.has_feature("isolated")) raised_by(main.does(running.get()));
             raised_by(main.does(waiting.get()));
             EXPECT_THAT(main.does(waiting.ready()), returns(true));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.terminate.wakes_who_waits",
       .level = Level::kBeyond,
       .says = "terminate() wakes threads that wait in get(), map() and next(): all of them raise "
               "an error.",
       .documented = {"ROB-05", "POOL-34"},
       .needs = {"pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "square", {1, 2}));
             Call get = stage.start_thread(main).begins(result.get());
             Call map = stage.start_thread(main).begins(pool.map("square", {1, 2}));
             Call next = stage.start_thread(main).begins(results.next());
             for (const Call& call : {get, map, next}) EXPECT_THAT(call, blocks());
             main.must(pool.terminate());
             for (const Call& call : {get, map, next}) raised_by(call);
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.with.fails_what_is_pending_at_its_end",
       .level = Level::kBeyond,
       .says = "After the end of a with statement get() of a task that was not done raises an "
               "error.",
       .documented = {"ROB-05", "POOL-34", "POOL-35"},
       .needs = {"pool.with", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             main.must(pool.enter());
             auto [result, task] = stage.apply_async_puppet(main, pool);
             main.must(pool.exit());
             raised_by(main.does(result.get()));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.terminate.does_not_wait_for_input",
       .level = Level::kBeyond,
       .says = "terminate() returns although the input of an imap() has more to come and does not "
               "come.",
       .documented = {"ROB-11", "ROB-10"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteSource source = main.source({.allowed = 1});
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "square", source));
             EXPECT_THAT(main.does(results.next()), returns(0));
             stage.comes_to_rest();
             main.must(pool.terminate());
             main.must(source.end());
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.imap.keeps_each_outcome_of_a_chunk",
       .level = Level::kBeyond,
       .says = "With chunks, too, an item that fails makes only its own next() raise: the results "
               "before and after it, in its chunk and in others, come.",
       .documented = {"ROB-07", "POOL-55"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteResultIterator results = iterator_named("results");
               const Value::List items = {0, -1, 2, 3, 4, -5, 6};
               main.must(ordered ? pool.imap(results, "positive", items, 3)
                                 : pool.imap_unordered(results, "positive", items, 3));
               for (const Value& item : items) {
                 Call next = main.does(results.next());
                 if (as_int(item) < 0) {
                   EXPECT_THAT(next, raises("ValueError"));
                 } else {
                   EXPECT_THAT(next, returns(item));
                 }
               }
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.reads_ahead_within_bounds",
       .level = Level::kBeyond,
       .says = "imap() and imap_unordered() of two workers read fewer than 300 items ahead of what "
               "has been fetched, so that input without end is no danger.",
       .documented = {"ROB-09", "POOL-50"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (bool ordered : {true, false}) {
               RemoteSource source = main.source({.allowed = 400});
               RemoteResultIterator results = iterator_named("results");
               main.must(ordered ? pool.imap(results, "square", source)
                                 : pool.imap_unordered(results, "square", source));
               stage.comes_to_rest();
               EXPECT_LT(as_int(main.must(source.taken())), 300);
               for (int i = 0; i < 50; ++i) main.must(results.next());
               stage.comes_to_rest();
               EXPECT_LT(as_int(main.must(source.taken())), 350);
               main.must(source.end());
             }
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.map.begins_before_its_input_ends",
       .level = Level::kBeyond,
       .says = "map() with a chunk size runs the first items before the last ones have come.",
       .documented = {"ROB-12", "POOL-14"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Puppet& feeder = stage.start_thread(main);
             Value::List tasks = puppet_items(stage, 2);
             RemoteSource source = main.source({.items = tasks, .allowed = 1});
             Call map = main.begins(pool.map("puppet", source, 1));
             arrival(stage, tasks[0]).does(self::returns(1));
             feeder.must(source.allow(2));
             arrival(stage, tasks[1]).does(self::returns(2));
             EXPECT_THAT(map, returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.reads_ahead_within_bounds",
       .level = Level::kBeyond,
       .says = "While its workers are busy, map() with a chunk size reads fewer than 300 items of "
               "an input without length.",
       .documented = {"ROB-12", "POOL-14"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Puppet& thread = stage.start_thread(main);
             RemoteSource source = main.source({.items = numbers(400), .allowed = 401});
             Call map = thread.begins(pool.map("square", source, 1));
             stage.comes_to_rest();
             EXPECT_LT(as_int(main.must(source.taken())), 300);
             task.does(self::returns());
             EXPECT_THAT(map, returns(Value::list(squares(400))));
             close_and_join(main, pool);
           }},
  };
}

// ---------------------------------------------------------------- Ctrl-C

Claims interrupts() {
  return {
      {.id = "pool.interrupt.ends_with_nobody_left",
       .level = Level::kBeyond,
       .says = "Ctrl-C, which reaches a program and its workers at once, raises KeyboardInterrupt "
               "out of get(); leaving the with statement then ends the pool, and nobody is left.",
       .documented = {"ROB-13"},
       .needs = {"pool.with", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::on_signal(SIGINT, "interrupt"));
             RemotePool pool = main.pool(2);
             main.must(pool.enter());
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             interrupt_all(stage, main, get);
             EXPECT_THAT(main.does(pool.exit()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             main.does(self::returns());
             EXPECT_EQ(stage.main_ends(), base::Ending(base::Exited{0}));
           }},
      {.id = "pool.interrupt.leaves_tasks_alone",
       .level = Level::kBeyond,
       .says = "SIGINT, which Ctrl-C sends to the workers as well, ends no task: what it means is "
               "for the pool's owner to decide, who may go on.",
       .documented = {"ROB-13"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::on_signal(SIGINT, "default"));
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             stage.signal(task, SIGINT);
             stage.comes_to_rest();  // so that SIGINT has its effect; a pool that polls never rests
             Call ready = main.does(result.ready());
             EXPECT_THAT(ready, returns(false));
             if (!testing::Matches(returns(false))(ready)) return;  // there is no task to go on
             task.must(self::returns("done"));
             EXPECT_THAT(main.does(result.get()), returns("done"));
             close_and_join(main, pool);
           }},
      {.id = "pool.interrupt.is_told_by_nobody_else",
       .level = Level::kBeyond,
       .says = "At Ctrl-C the idle workers of a pool print nothing: what happened is for the "
               "program to tell.",
       .documented = {"ROB-13"},
       .needs = {"pool.with", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::on_signal(SIGINT, "interrupt"));
             RemotePool pool = main.pool(2);
             main.must(pool.enter());
             RemoteQueue q = main.queue();
             Call get = main.begins(q.get());
             EXPECT_THAT(get, blocks());
             interrupt_all(stage, main, get);
             stage.comes_to_rest();  // whoever has something to tell has told it
             EXPECT_THAT(main.does(pool.exit()), returns(nullptr));
             EXPECT_THAT(stage.printed("stderr"), Not(HasSubstr("KeyboardInterrupt")));
           }},
  };
}

// ---------------------------------------------------------------- what a task leaves

// Has `task` done with that end of a pipe; unsupported where a task cannot be given one.
void needs_a_task_that_takes(Puppet& main, const RemotePool& pool, const char* task,
                             const RemoteConnection& end) {
  if (testing::Matches(raises())(main.does(pool.apply(task, {end.value()}))))
    throw Abandon{Abandon::Why::kUnsupported, "no task takes the end of a pipe"};
}

Claims remains() {
  return {
      {.id = "pool.done_task.is_forgotten",
       .level = Level::kShould,
       .says = "When a task is done and its result was fetched, neither its worker nor the pool "
               "holds what it was given and returned: an end of a pipe is closed.",
       .documented = {"PIPE-15"},
       .needs = {"pool", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const char* task : {"nothing", "identity"}) {
               auto [receiver, sender] = main.pipe(false);
               needs_a_task_that_takes(main, pool, task, sender);
               main.must(sender.drop());
               EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.failed_task.is_forgotten",
       .level = Level::kShould,
       .says = "When a task has failed and its error was fetched its worker does not hold what it "
               "was given: an end of a pipe is closed.",
       .documented = {"PIPE-15"},
       .needs = {"pool", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [receiver, sender] = main.pipe(false);
             needs_a_task_that_takes(main, pool, "nothing", sender);
             EXPECT_THAT(main.does(pool.apply("square", {sender.value()})), raises());
             main.must(sender.close());
             EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
             close_and_join(main, pool);
           }},
      {.id = "pool.that_was_ended_leaves_no_name",
       .level = Level::kShould,
       .says = "Pools and queues that a program has ended and forgotten leave nothing in shared "
               "memory while it goes on.",
       .documented = {"START-18"},
       .needs = {"pool", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             size_t before = 0;
             for (int round = 0; round < 4; ++round) {  // the first may make what stays for good
               RemoteQueue q = main.queue();
               results(main.does(batch({q.put(1), q.get(), q.close(), q.join_thread()})));
               RemotePool pool = main.pool(2);
               EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
               close_and_join(main, pool);
               results(main.does(batch({q.drop(), pool.drop()})));
               if (round == 0) before = names_in_shared_memory(stage);
             }
             EXPECT_EQ(names_in_shared_memory(stage), before);
           }},
  };
}

}  // namespace

Claims pool_robustness_claims() {
  return all_of({deaths(), failures(), pending_work(), interrupts(), remains()});
}

}  // namespace conformance
