// How a pool is made, what its workers are, what comes to them and from them, and how it ends.
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Op new_pool(Args args) { return {.name = "pool.new", .as = {"refused"}, .args = std::move(args)}; }

size_t children_of(Puppet& puppet) {
  return as_list(puppet.must(module::active_children())).size();
}

const Value kRemembersItsArguments = Value::list({Value::list({1, "two"})});

// ---------------------------------------------------------------- making one

Claims making() {
  return {
      {.id = "pool.new.starts_all_its_workers",
       .level = Level::kMust,
       .says = "Pool(n) has n live worker processes when it returns, before any task.",
       .notes = {"pool.fixed_standby_workers", "pool.explicit_process_count",
                 "pool.manages_workers", "pool.creates_on_demand"},
       .documented = {"POOL-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             EXPECT_EQ(children_of(main), 3u);
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             EXPECT_EQ(children_of(main), 3u);
             close_and_join(main, pool);
             EXPECT_EQ(children_of(main), 0u);
           }},
      {.id = "pool.new.without_a_number_suits_the_machine",
       .level = Level::kShould,
       .says = "Without a number, or with None, a pool has a worker for each processor that the "
               "program may use.",
       .notes = {"pool.default_size_cpu_count"},
       .documented = {"POOL-02"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool by_default = main.pool(PoolOptions{});
             const size_t workers = children_of(main);
             EXPECT_GE(workers, 1u);
             EXPECT_LE(workers, static_cast<size_t>(as_int(main.must(module::cpu_count()))));
             RemotePool by_none = main.pool({.processes = Value(nullptr)});
             EXPECT_EQ(children_of(main), 2 * workers);
             EXPECT_THAT(main.does(by_none.apply("square", {3})), returns(9));
             close_and_join(main, by_default);
             close_and_join(main, by_none);
           }},
      {.id = "pool.new.refuses_fewer_than_one_worker",
       .level = Level::kMust,
       .says = "Pool(0) and Pool(-1) raise ValueError, and start nothing.",
       .documented = {"POOL-02"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int processes : {0, -1, -1000})
               EXPECT_THAT(main.does(new_pool({{"processes", processes}})), raises("ValueError"));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.new.may_have_many_workers",
       .level = Level::kMust,
       .says = "A pool of 30 works, however many processors there are: all of them start, take "
               "tasks and end.",
       .notes = {"pool.for_many_processes", "pool.size_cpu_plus_1"},
       .documented = {"POOL-02", "POOL-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(30);
             EXPECT_EQ(children_of(main), 30u);
             EXPECT_THAT(main.does(pool.map("square", numbers(120), 1)),
                         returns(Value::list(squares(120))));
             close_and_join(main, pool);
             EXPECT_EQ(children_of(main), 0u);
           }},
      {.id = "pool.new.refuses_an_initializer_that_is_none",
       .level = Level::kMust,
       .says = "An initializer that can't be called makes Pool() raise TypeError, and nothing "
               "starts.",
       .documented = {"POOL-03"},
       .needs = {"pool.initializer"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(new_pool({{"processes", 1}, {"initializer", 5}})),
                         raises("TypeError"));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.new.refuses_a_bad_maxtasksperchild",
       .level = Level::kShould,
       .says = "maxtasksperchild is None or a positive integer: Pool() raises ValueError for 0 and "
               "for -1, and starts nothing.",
       .documented = {"POOL-04"},
       .needs = {"pool.maxtasksperchild"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int count : {0, -1}) {
               EXPECT_THAT(main.does(new_pool({{"processes", 1}, {"maxtasksperchild", count}})),
                           raises("ValueError"));
             }
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = Value(nullptr)});
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.new.refuses_a_maxtasksperchild_that_is_no_integer",
       .level = Level::kShould,
       .says = "Pool() raises ValueError for a maxtasksperchild of 1.5, and starts nothing.",
       .documented = {"POOL-04"},
       .needs = {"pool.maxtasksperchild"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(new_pool({{"processes", 1}, {"maxtasksperchild", 1.5}})),
                         raises("ValueError"));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.new.works_in_a_child",
       .level = Level::kMust,
       .says = "A child process that is no daemon may have a pool of its own; the workers are its "
               "children.",
       .notes = {"pool.create_inside_function_works", "pool.nested_children_forbidden"},
       .documented = {"POOL-01", "POOL-07"},
       .needs = {"pool", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemotePool pool = child.pool(2);
             EXPECT_THAT(child.does(pool.map("square", {1, 2, 3})),
                         returns(Value::list({1, 4, 9})));
             EXPECT_EQ(children_of(child), 2u);
             EXPECT_EQ(children_of(main), 1u);
             close_and_join(child, pool);
             child.does(self::returns());
             EXPECT_THAT(main.does(child.handle().join()), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
           }},
      {.id = "pool.new.works_beside_threads",
       .level = Level::kShould,
       .says = "A program that has threads already, one of which waits for something, may make a "
               "pool and use it.",
       .documented = {"POOL-61"},
       .needs = {"pool", "queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& thread = stage.start_thread(main);
             Call get = thread.begins(q.get());
             EXPECT_THAT(get, blocks());
             RemotePool pool = main.pool(2);
             EXPECT_THAT(main.does(pool.map("square", numbers(10))),
                         returns(Value::list(squares(10))));
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
             EXPECT_THAT(thread.does(pool.apply("square", {5})), returns(25));
             close_and_join(main, pool);
           }},
      {.id = "pool.new.may_be_made_by_a_thread",
       .level = Level::kShould,
       .says = "A thread may make a pool that lives on when the thread has ended.",
       .documented = {"POOL-61"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main, /*daemon=*/false);
             RemotePool pool = thread.pool(2);
             EXPECT_THAT(thread.does(pool.apply("square", {2})), returns(4));
             thread.does(self::returns());
             EXPECT_THAT(main.does(pool.map("square", numbers(6), 1)),
                         returns(Value::list(squares(6))));
             close_and_join(main, pool);
           }},
      {.id = "pool.new.two_pools_do_not_mix",
       .level = Level::kShould,
       .says = "Two pools of a program have workers of their own; ending one leaves the other and "
               "its tasks alone.",
       .documented = {"POOL-01", "POOL-33"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool one = main.pool(1), other = main.pool(1);
             auto [first, first_task] = stage.apply_async_puppet(main, one);
             auto [second, second_task] = stage.apply_async_puppet(main, other);
             if (stage.has_feature("isolated")) {
               EXPECT_NE(first_task.pid(), second_task.pid());
             }
             first_task.does(self::returns("one"));
             EXPECT_THAT(main.does(first.get()), returns("one"));
             EXPECT_THAT(main.does(one.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(one.join()), returns(nullptr));
             EXPECT_THAT(main.does(second.ready()), returns(false));
             second_task.does(self::returns("other"));
             EXPECT_THAT(main.does(second.get()), returns("other"));
             EXPECT_THAT(main.does(other.apply("square", {4})), returns(16));
             close_and_join(main, other);
           }},
      {.id = "pool.new.does_not_travel",
       .level = Level::kMust,
       .says = "A pool can't be sent to another process: the attempt raises NotImplementedError, "
               "and the pool goes on.",
       .documented = {"POOL-40"},
       .needs = {"pool", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [reader, writer] = main.pipe(false);
             EXPECT_THAT(main.does(writer.send(pool.value())), raises("NotImplementedError"));
             EXPECT_THAT(main.does(reader.poll()), returns(false));
             EXPECT_THAT(main.does(pool.apply("nothing", {pool.value()})),
                         raises("NotImplementedError"));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.repr.tells_how_it_is",
       .level = Level::kShould,
       .says = "repr() of a pool has the word Pool, its state (RUN, CLOSE or TERMINATE) and how "
               "many workers it has.",
       .documented = {"POOL-30", "POOL-33"},
       .needs = {"pool.repr"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             EXPECT_THAT(as_text(main.must(pool.repr())),
                         AllOf(HasSubstr("Pool"), HasSubstr("RUN"), HasSubstr("3")));
             main.must(pool.close());
             EXPECT_THAT(as_text(main.must(pool.repr())), HasSubstr("CLOSE"));
             main.must(pool.terminate());
             EXPECT_THAT(as_text(main.must(pool.repr())), HasSubstr("TERMINATE"));
             main.must(pool.close());  // what was terminated stays so
             EXPECT_THAT(as_text(main.must(pool.repr())), HasSubstr("TERMINATE"));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
  };
}

// ---------------------------------------------------------------- initializer, maxtasksperchild

Claims lives_of_workers() {
  return {
      {.id = "pool.initializer.runs_once_in_each_worker",
       .level = Level::kMust,
       .says = "The initializer is called with initargs, once in each worker, before its first "
               "task, and not in the program that made the pool.",
       .notes = {"pool.initializer_runs_per_worker", "pool.initargs", "pool.ctor_signature"},
       .documented = {"POOL-03"},
       .needs = {"pool.initializer", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(
                 {.processes = 2, .initializer = "remember", .initargs = Value::List({1, "two"})});
             for (int round = 0; round < 2; ++round) {
               auto [first_result, first] = stage.apply_async_puppet(main, pool);
               auto [second_result, second] = stage.apply_async_puppet(main, pool);
               EXPECT_NE(first.pid(), second.pid());
               for (Puppet* task : {&first, &second}) {
                 EXPECT_THAT(task->does(self::gets_global("remembered")),
                             returns(kRemembersItsArguments));
                 task->does(self::returns());
               }
               main.must(first_result.get());
               main.must(second_result.get());
             }
             EXPECT_THAT(main.does(self::gets_global("remembered")), returns(nullptr));
             close_and_join(main, pool);
           }},
      {.id = "pool.initializer.needs_no_arguments",
       .level = Level::kMust,
       .says = "Without initargs the initializer is called without arguments.",
       .notes = {"pool.initargs"},
       .documented = {"POOL-03"},
       .needs = {"pool.initializer", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .initializer = "remember"});
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(task.does(self::gets_global("remembered")),
                         returns(Value::list({Value::list({})})));
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.initializer.runs_in_replacements",
       .level = Level::kMust,
       .says = "A worker that replaces another one runs the initializer, too, before its first "
               "task.",
       .notes = {"pool.initializer_runs_per_worker"},
       .documented = {"POOL-03", "POOL-29"},
       .needs = {"pool.initializer", "pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1,
                                          .initializer = "remember",
                                          .initargs = Value::List({1, "two"}),
                                          .maxtasksperchild = 1});
             pid_t last = 0;
             for (int round = 0; round < 3; ++round) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_NE(task.pid(), last);
               last = task.pid();
               EXPECT_THAT(task.does(self::gets_global("remembered")),
                           returns(kRemembersItsArguments));
               task.does(self::returns());
               main.must(result.get());
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.initializer.takes_what_tasks_may_not",
       .level = Level::kMust,
       .says = "initargs are handed down as those of a process are: shared objects, which no task "
               "may have as an argument, come to every worker.",
       .notes = {"pool.initargs", "queue.pool_arg_rejected"},
       .documented = {"POOL-03", "POOL-59"},
       .needs = {"pool.initializer", "value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue count = main.value("i", 0);
             RemotePool pool = main.pool({.processes = 3,
                                          .initializer = "add",
                                          .initargs = Value::List({count.value(), 5})});
             EXPECT_THAT(main.does(pool.apply("nothing", {count.value()})), raises("RuntimeError"));
             close_and_join(main, pool);  // a worker that ends in order has begun in order
             EXPECT_THAT(main.does(count.get()), returns(15));
           }},
      {.id = "pool.initializer.brings_a_queue_to_the_workers",
       .level = Level::kMust,
       .says = "A plain Queue among the initargs serves every worker: no manager's queue is needed "
               "for that.",
       .notes = {"queue.pool_needs_manager_queue", "queue.pool_arg_rejected"},
       .documented = {"POOL-59", "QUE-35"},
       .needs = {"pool.initializer", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemotePool pool = main.pool({.processes = 2,
                                          .initializer = "put",
                                          .initargs = Value::List({q.value(), "here"})});
             EXPECT_THAT(main.does(q.get()), returns("here"));
             EXPECT_THAT(main.does(q.get()), returns("here"));
             EXPECT_THAT(main.does(pool.apply("put", {q.value(), 1})), raises("RuntimeError"));
             close_and_join(main, pool);
             EXPECT_THAT(main.does(q.empty()), returns(true));
           }},
      {.id = "pool.maxtasksperchild.replaces_a_worker_after_its_tasks",
       .level = Level::kMust,
       .says = "With maxtasksperchild=n a worker ends after n tasks and another process takes its "
               "place; no task is lost.",
       .documented = {"POOL-29"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 2});
             Value::List pids;
             for (int i = 0; i < 6; ++i) pids.push_back(main.must(pool.apply("pid", {})));
             EXPECT_THAT(runs(Value::list(pids)), ElementsAre(2, 2, 2));
             close_and_join(main, pool);
           }},
      {.id = "pool.maxtasksperchild.counts_failures",
       .level = Level::kShould,
       .says = "A task that raises counts as one of maxtasksperchild.",
       .documented = {"POOL-29"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 2});
             const Value first = main.must(pool.apply("pid", {}));
             EXPECT_THAT(main.does(pool.apply("fail", {"x"})), raises("ValueError"));
             const Value second = main.must(pool.apply("pid", {}));
             EXPECT_NE(first, second);
             EXPECT_THAT(main.does(pool.apply("pid", {})), returns(second));
             close_and_join(main, pool);
           }},
      {.id = "pool.maxtasksperchild.counts_a_chunk_as_one_task",
       .level = Level::kShould,
       .says = "A chunk of a map counts as one of maxtasksperchild, however many items it has.",
       .documented = {"POOL-29", "POOL-16"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             EXPECT_THAT(runs(main.must(pool.map("pid", numbers(9), 4))), ElementsAre(4, 4, 1));
             close_and_join(main, pool);
             RemotePool patient = main.pool({.processes = 1, .maxtasksperchild = 2});
             EXPECT_THAT(runs(main.must(patient.map("pid", numbers(16), 4))), ElementsAre(8, 8));
             close_and_join(main, patient);
           }},
      {.id = "pool.maxtasksperchild.keeps_the_number_of_workers",
       .level = Level::kMust,
       .says = "Replacing workers changes nothing in how many tasks run at once.",
       .documented = {"POOL-29", "POOL-11"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 2, .maxtasksperchild = 1});
             EXPECT_THAT(main.does(pool.map("square", numbers(6), 1)),
                         returns(Value::list(squares(6))));
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             auto [second_result, second] = stage.apply_async_puppet(main, pool);
             EXPECT_NE(first.pid(), second.pid());
             RemoteAsyncResult third = result_named("third");
             main.must(pool.apply_async(third, "square", {3}));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(third.ready()), returns(false));
             first.does(self::returns(1));
             second.does(self::returns(2));
             EXPECT_THAT(main.does(first_result.get()), returns(1));
             EXPECT_THAT(main.does(second_result.get()), returns(2));
             EXPECT_THAT(main.does(third.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "pool.maxtasksperchild.lets_close_finish_what_is_left",
       .level = Level::kMust,
       .says = "Workers are replaced after close(), too, as long as tasks are left: all are done "
               "when join() returns.",
       .notes = {"pool.close.pending_finish"},
       .documented = {"POOL-29", "POOL-30"},
       .needs = {"pool.maxtasksperchild", "pool.map_async", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult rest = result_named("rest");
             main.must(pool.map_async(rest, "square", numbers(5), 1));
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             task.does(self::returns(1));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(rest.get(0s)), returns(Value::list(squares(5))));
             EXPECT_EQ(children_of(main), 0u);
           }},
      {.id = "pool.workers.live_on_without_a_limit",
       .level = Level::kMust,
       .says = "Without maxtasksperchild a worker runs task after task, those that fail included.",
       .notes = {"pool.worker_reused_for_next_task", "pool.new_process_after_one_ends",
                 "pool.apply.waits_previous_process_exit"},
       .documented = {"POOL-29", "POOL-19"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Value worker = main.must(pool.apply("pid", {}));
             for (int i = 0; i < 20; ++i) {
               EXPECT_THAT(main.does(pool.apply("fail", {i})), raises("ValueError"));
               EXPECT_THAT(main.does(pool.apply("pid", {})), returns(worker));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.are_named",
       .level = Level::kShould,
       .says = "A worker's process has a name with PoolWorker in it, and no two the same; it "
               "is alive among the program's active children.",
       .documented = {"POOL-06"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             auto [second_result, second] = stage.apply_async_puppet(main, pool);
             const Value name = first.must(first.current_process().get_name());
             const Value other = second.must(second.current_process().get_name());
             EXPECT_THAT(as_text(name), HasSubstr("PoolWorker"));
             EXPECT_THAT(as_text(other), HasSubstr("PoolWorker"));
             EXPECT_NE(name, other);
             std::vector<Value> seen;
             const Value children = main.must(module::active_children());
             for (const Value& child : as_list(children)) seen.push_back(member_of(child, "name"));
             EXPECT_THAT(seen, testing::UnorderedElementsAre(name, other));
             first.does(self::returns());
             second.does(self::returns());
             main.must(first_result.get());
             main.must(second_result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.are_children_of_the_maker",
       .level = Level::kMust,
       .says = "Under fork and spawn the workers are children of the program that made the pool.",
       .notes = {"pool.reports_pid_ppid"},
       .documented = {"POOL-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_NE(task.pid(), main.pid());
             const std::string method = stage.about().start_method;
             if (method == "fork" || method == "spawn") {
               EXPECT_EQ(task.ppid(), main.pid());
             }
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.come_about_as_their_context_says",
       .level = Level::kMust,
       .says = "The workers of a context's pool are started by that context's method, whatever the "
               "program has chosen: forked ones begin with a copy of its memory, others without.",
       .notes = {"pool.manages_workers"},
       .documented = {"START-08", "START-07", "START-19"},
       .needs = {"pool", "context.own", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value method = stage.about().start_method;
             main.must(self::sets_global("begun", "with"));
             for (const char* chosen : {"fork", "spawn"}) {
               main.must(module::set_start_method(chosen, true));
               RemotePool pool = main.pool(1);
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(task.does(module::get_start_method()), returns(method));
               EXPECT_THAT(
                   task.does(self::gets_global("begun")),
                   stage.has_feature("inherits_memory") ? returns("with") : returns(nullptr));
               task.does(self::returns());
               main.must(result.get());
               close_and_join(main, pool);
             }
           }},
      {.id = "pool.workers.keep_what_tasks_leave_behind",
       .level = Level::kShould,
       .says = "What a task changes in the global state of its worker is there for the worker's "
               "next task, and nowhere else.",
       .documented = {"POOL-58", "POOL-59"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (int i = 0; i < 2; ++i) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(task.does(self::gets_global("left")),
                           i == 0 ? returns(nullptr) : returns("behind"));
               task.must(self::sets_global("left", "behind"));
               task.does(self::returns());
               main.must(result.get());
             }
             EXPECT_THAT(main.does(self::gets_global("left")), returns(nullptr));
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.get_copies",
       .level = Level::kMust,
       .says = "A task gets a copy of its arguments and gives a copy of its result: what it "
               "changes is changed for nobody else.",
       .documented = {"POOL-59"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteList list = main.list({1});
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(main.does(pool.apply("appended", {list.value()})),
                           returns(Value::list({1, 0})));
             }
             EXPECT_THAT(main.does(list.get()), returns(Value::list({1})));
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.take_tasks_in_order",
       .level = Level::kShould,
       .says = "A single worker runs the tasks in the order in which they were handed in.",
       .notes = {"pool.sample.async_five_then_two"},
       .documented = {"POOL-10"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             std::vector<Op> ops;
             Value::List expected;
             for (int i = 0; i < 30; ++i) {
               ops.push_back(pool.apply_async(result_named(absl::StrCat("r", i)), "remember", {i}));
               expected.push_back(Value::list({i}));
             }
             main.must(batch(std::move(ops)));
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(task.does(self::gets_global("remembered")),
                         returns(Value::list(expected)));
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.dead_ones_are_replaced",
       .level = Level::kShould,
       .says = "When workers are killed in the middle of tasks, others take their places: as many "
               "tasks run at once as before.",
       .notes = {"pool.manages_workers", "pool.result_of_dead_worker_lost"},
       .documented = {"POOL-26", "POOL-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             auto [second_result, second] = stage.apply_async_puppet(main, pool);
             stage.signal(first, SIGKILL);
             EXPECT_TRUE(stage.process_ends(first));
             stage.signal(second, SIGTERM);
             EXPECT_TRUE(stage.process_ends(second));
             auto [third_result, third] = stage.apply_async_puppet(main, pool);
             auto [fourth_result, fourth] = stage.apply_async_puppet(main, pool);
             EXPECT_NE(third.pid(), fourth.pid());
             third.does(self::returns(3));
             EXPECT_THAT(main.does(third_result.get()), returns(3));
             fourth.does(self::returns(4));
             EXPECT_THAT(main.does(fourth_result.get()), returns(4));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.workers.die_with_the_one_they_have",
       .level = Level::kShould,
       .says = "A program that ends while its pool has a task at work ends at once, with success, "
               "and takes the workers with it.",
       .notes = {"pool.workers_async_daemon", "pool.apply_async.must_join",
                 "pool.workers_sync_normal_processes"},
       .documented = {"POOL-39", "POOL-06"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             main.does(self::returns());
             const base::Ending ending = stage.main_ends();
             EXPECT_EQ(ending, base::Ending(base::Exited{0})) << base::describe(ending);
             EXPECT_TRUE(stage.process_ends(task));
           }},
      {.id = "pool.dropped.ends_its_workers",
       .level = Level::kShould,
       .says = "A pool that nobody refers to any more ends its workers, at the latest with the "
               "program.",
       .documented = {"POOL-37"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             task.does(self::returns(1));
             EXPECT_THAT(main.does(result.get()), returns(1));
             main.must(result.drop());
             main.must(pool.drop());
             if (stage.about().name == "CPython") {  // which counts references
               EXPECT_TRUE(stage.process_ends(task));
             }
             main.does(self::returns());
             EXPECT_EQ(stage.main_ends(), base::Ending(base::Exited{0}));
             EXPECT_TRUE(stage.process_ends(task));
           }},
      {.id = "pool.dropped.finishes_for_who_holds_a_result",
       .level = Level::kShould,
       .says = "A result that is still to come keeps its pool alive: it comes though the pool "
               "itself was forgotten.",
       .documented = {"POOL-38"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             main.must(pool.drop());
             EXPECT_THAT(main.does(result.ready()), returns(false));
             task.does(self::returns("kept"));
             EXPECT_THAT(main.does(result.get()), returns("kept"));
           }},
      {.id = "pool.dropped.finishes_though_workers_are_replaced",
       .level = Level::kShould,
       .says = "Results that are still to come of a pool that was forgotten come though each of "
               "its workers does one task only.",
       .documented = {"POOL-38"},
       .needs = {"pool.maxtasksperchild"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             auto [first, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult second = result_named("second"), third = result_named("third");
             main.must(pool.apply_async(second, "square", {2}));
             main.must(pool.apply_async(third, "square", {3}));
             main.must(pool.drop());
             task.does(self::returns("kept"));
             EXPECT_THAT(main.does(first.get()), returns("kept"));
             EXPECT_THAT(main.does(second.get()), returns(4));
             EXPECT_THAT(main.does(third.get()), returns(9));
           }},
  };
}

// ---------------------------------------------------------------- what goes in and comes out

Claims tasks() {
  return {
      {.id = "pool.apply.passes_keyword_arguments",
       .level = Level::kMust,
       .says = "apply() and apply_async() pass positional and keyword arguments on.",
       .notes = {"pool.apply.returns_result", "pool.apply_async.args_kwargs_positional",
                 "pool.apply_async.multi_args_impossible"},
       .documented = {"POOL-08"},
       .needs = {"pool.kwargs"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult result = result_named("result");
             for (const char* op : {"pool.apply", "pool.apply_async"}) {
               std::string name = stage.expects("task");
               Args args = {{"func", "puppet"},
                            {"puppet", name},
                            {"args", Value::list({1, "two"})},
                            {"kwargs", Value::dict({{"key", 3}, {"other", nullptr}})}};
               Op apply = {.name = op, .on = pool.name, .args = std::move(args)};
               const bool waits = apply.name == "pool.apply";
               if (!waits) apply.as = {result.name};
               Call call = main.begins(apply);
               Puppet& task = stage.arrival(name);
               const Value given = task.must(self::arguments());
               EXPECT_EQ(member_of(given, "args"), Value::list({1, "two"}));
               EXPECT_EQ(member_of(given, "kwargs"), Value::dict({{"key", 3}, {"other", nullptr}}));
               task.does(self::returns(7));
               EXPECT_THAT(call, returns(waits ? Value(7) : Value(nullptr)));
             }
             EXPECT_THAT(main.does(result.get()), returns(7));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.waits_for_its_task_only",
       .level = Level::kMust,
       .says = "apply() blocks until its own task is done, whatever else the pool has to do.",
       .notes = {"pool.apply.sync_one_at_a_time", "pool.apply_makes_program_block",
                 "pool.sample.blocking_strict_sequence", "pool.apply.not_on_all_workers"},
       .documented = {"POOL-08"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             std::string name = stage.expects("task");
             Call apply = main.begins(pool.apply_puppet(name));
             Puppet& own = stage.arrival(name);
             EXPECT_THAT(apply, blocks());
             own.does(self::returns("own"));
             EXPECT_THAT(apply, returns("own"));
             EXPECT_THAT(main.does(result.ready()), returns(false));
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.serves_several_threads",
       .level = Level::kShould,
       .says = "Several threads may use a pool at the same time; each gets the result of its own "
               "task.",
       .notes = {"pool.apply.concurrent_from_threads"},
       .documented = {"POOL-61", "POOL-11"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Puppet& first_thread = stage.start_thread(main);
             Puppet& second_thread = stage.start_thread(main);
             std::string first = stage.expects("task"), second = stage.expects("task");
             Call first_apply = first_thread.begins(pool.apply_puppet(first));
             Call second_apply = second_thread.begins(pool.apply_puppet(second));
             Puppet& first_task = stage.arrival(first);
             Puppet& second_task = stage.arrival(second);
             Call map = main.begins(pool.map("square", numbers(8), 1));
             EXPECT_THAT(map, blocks());
             second_task.does(self::returns("second"));
             EXPECT_THAT(second_apply, returns("second"));
             EXPECT_THAT(map, returns(Value::list(squares(8))));
             EXPECT_THAT(first_apply, blocks());
             first_task.does(self::returns("first"));
             EXPECT_THAT(first_apply, returns("first"));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.many_threads_get_their_own_results",
       .level = Level::kShould,
       .says = "Four threads that call apply() again and again get the results of their own "
               "calls.",
       .notes = {"pool.apply.concurrent_from_threads"},
       .documented = {"POOL-61"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             std::vector<Call> calls;
             for (int thread = 0; thread < 4; ++thread) {
               std::vector<Op> ops;
               for (int i = 0; i < 30; ++i)
                 ops.push_back(pool.apply("identity", {item_from(thread, i)}));
               calls.push_back(stage.start_thread(main).begins(batch(std::move(ops))));
             }
             for (int thread = 0; thread < 4; ++thread)
               EXPECT_THAT(indexes_from(thread, results(calls[thread])), zero_to(30));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.functions_go_by_name",
       .level = Level::kMust,
       .says = "A function that a module defines may be an argument or a result of a task.",
       .notes = {"pool.function_must_be_importable"},
       .documented = {"POOL-23"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("identity", {Value::function("square")})),
                         returns(Value::function("square")));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.keeps_the_types_of_values",
       .level = Level::kMust,
       .says = "Numbers, texts, bytes, lists, tuples and dictionaries come to a task, and back, "
               "as what they were.",
       .documented = {"POOL-08", "POOL-59"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Value& value :
                  {Value(true), Value(-5), Value(0.5), Value("\xc3\xa4"), bytes("a\nb"),
                   Value::list({}), Value::tuple({1, Value::list({2})}),
                   Value::dict({{"k", Value::tuple({})}})}) {
               EXPECT_THAT(main.does(pool.apply("identity", {value})), returns(value));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.carries_big_arguments_and_results",
       .level = Level::kMust,
       .says = "Arguments and results may be larger than any channel holds, several of them on "
               "their way at once, and may be fetched later.",
       .documented = {"POOL-08", "POOL-09"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             std::vector<RemoteAsyncResult> kept;
             for (int i = 0; i < 4; ++i) {
               kept.push_back(result_named(absl::StrCat("big_", i)));
               main.must(pool.apply_async(kept.back(), "identity", {big_item(i)}));
             }
             EXPECT_THAT(main.does(pool.apply("identity", {Value::blob(3 << 20, 9)})),
                         returns(Value::blob(3 << 20, 9)));
             for (int i = 3; i >= 0; --i)
               EXPECT_THAT(main.does(kept[i].get()), returns(big_item(i)));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.many_tasks_are_all_done",
       .level = Level::kMust,
       .says = "Hundreds of tasks may be handed in before any result is fetched; each comes once "
               "and is right.",
       .notes = {"pool.apply_async.sample", "pool.full_pool_requests_wait",
                 "pool.sample.async_start_before_tasks"},
       .documented = {"POOL-09", "POOL-10"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             constexpr int kTasks = 400;
             std::vector<Op> ops, gets;
             Value::List expected = squares(kTasks);
             for (int i = 0; i < kTasks; ++i) {
               RemoteAsyncResult result = result_named(absl::StrCat("r", i));
               ops.push_back(pool.apply_async(result, "square", {i}));
               gets.push_back(result.get());
             }
             main.must(batch(std::move(ops)));
             EXPECT_EQ(results(main.begins(batch(std::move(gets)))), expected);
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.unpicklable_argument_comes_from_get",
       .level = Level::kShould,
       .says = "apply_async() with an argument that can't be serialised returns; get() raises the "
               "error, and tasks before and behind it are done.",
       .documented = {"POOL-23", "POOL-09"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult before = result_named("before"), bad = result_named("bad"),
                               behind = result_named("behind");
             main.must(pool.apply_async(before, "square", {2}));
             main.must(pool.apply_async(bad, "identity", {Value::unpicklable()}));
             main.must(pool.apply_async(behind, "square", {3}));
             EXPECT_THAT(main.does(bad.get()), raises("TypeError"));
             EXPECT_THAT(main.does(bad.successful()), returns(false));
             EXPECT_THAT(main.does(before.get()), returns(4));
             EXPECT_THAT(main.does(behind.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.nameless_functions",
       .level = Level::kVariation,
       .says = "A function that has no name by which another process could find it is refused "
               "with an error, or travels; the pool goes on.",
       .notes = {"pool.lambda_not_allowed", "pool.lambda_reason_memory"},
       .documented = {"POOL-23"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Call call = main.does(pool.apply("nameless", {1}));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
             const bool refused = std::holds_alternative<Raised>(call.outcome());
             stage.varies(refused ? "refused" : "travels", {"refused", "travels"});
           }},
      {.id = "pool.apply.function_is_found_by_its_name",
       .level = Level::kShould,
       .says = "What decides whether a function travels to a worker is that its name leads to it "
               "there, not how it was "
               "written: a lambda whose qualified name does travels.",
       .notes = {"pool.lambda_reason_memory", "pool.lambda_not_allowed"},
       .documented = {"POOL-23"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("findable", {5})), returns(5));
             close_and_join(main, pool);
           }},
      {.id = "pool.object_that_keeps_one_may_not_be_sent",
       .level = Level::kMust,
       .says = "An object may keep a pool and use it; only a task that would take that object with "
               "it is refused, and "
               "the pool goes on.",
       .notes = {"pool.in_class_or_view_fails"},
       .documented = {"POOL-40"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteList keeper = main.list();
             main.must(keeper.append(pool.value()));
             EXPECT_THAT(main.does(pool.map("square", {1, 2})), returns(Value::list({1, 4})));
             EXPECT_THAT(main.does(pool.apply("identity", {keeper.value()})),
                         raises("NotImplementedError"));
             EXPECT_THAT(main.does(pool.map("square", {3})), returns(Value::list({9})));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.runs_in_daemonic_workers",
       .level = Level::kMust,
       .says = "Workers are daemonic also while they do what a caller waits for: apply() is no "
               "reason for others.",
       .notes = {"pool.workers_sync_normal_processes"},
       .documented = {"POOL-06"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const std::string name = stage.expects("task");
             Call apply = main.begins(pool.apply_puppet(name));
             Puppet& task = stage.arrival(name);
             EXPECT_THAT(task.does(task.current_process().daemon()), returns(true));
             task.does(self::returns(3));
             EXPECT_THAT(apply, returns(3));
             close_and_join(main, pool);
           }},
      {.id = "pool.unpicklable_result.is_told",
       .level = Level::kShould,
       .says = "MaybeEncodingError says why the result of a task could not be serialised.",
       .documented = {"POOL-24"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             task.does(self::returns(Value::unpicklable()));
             Call get = main.does(result.get());
             EXPECT_THAT(get, raises("MaybeEncodingError"));
             EXPECT_THAT(raised_by(get).message, HasSubstr("refuses to be serialised"));
             EXPECT_THAT(main.does(result.successful()), returns(false));
             close_and_join(main, pool);
           }},
      {.id = "pool.unpicklable_exception.fails_its_task_only",
       .level = Level::kShould,
       .says = "An exception that can't be serialised comes out of get() as MaybeEncodingError, "
               "and the worker goes on.",
       .documented = {"POOL-24", "POOL-19"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             const pid_t worker = task.pid();
             task.does({.name = "puppet.raise",
                        .args = {{"type", "ValueError"}, {"message", Value::unpicklable()}}});
             EXPECT_THAT(main.does(result.get()), raises("MaybeEncodingError"));
             EXPECT_THAT(main.does(pool.apply("pid", {})), returns(worker));
             close_and_join(main, pool);
           }},
      {.id = "pool.tasks.may_print",
       .level = Level::kShould,
       .says = "What tasks print is on standard output, once, when the pool has ended in order.",
       .notes = {"pool.example_square_1_4_9", "pool.map.sample_output",
                 "pool.apply.sample_prints_1_to_100"},
       .documented = {"POOL-30"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const char* text : {"first task\n", "second task\n"}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               task.must(self::prints(text, "stdout", /*flush=*/false));
               task.does(self::returns());
               main.must(result.get());
             }
             close_and_join(main, pool);
             EXPECT_EQ(stage.printed("stdout"), "first task\nsecond task\n");
           }},
      {.id = "pool.tasks.errors_are_not_printed",
       .level = Level::kShould,
       .says = "An exception in a task goes to who asks for the result; nothing is printed.",
       .notes = {"pool.apply_async.exceptions_silent", "pool.map.catch_inside_function"},
       .documented = {"POOL-19"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult nobody_asks = result_named("nobody_asks");
             main.must(pool.apply_async(nobody_asks, "fail", {"silent"}));
             EXPECT_THAT(main.does(pool.apply("fail", {"told"})), raises("ValueError"));
             close_and_join(main, pool);
             EXPECT_EQ(stage.printed("stderr"), "");
             EXPECT_EQ(stage.printed("stdout"), "");
           }},
  };
}

// ---------------------------------------------------------------- the end

// Lets a worker do what it can until it has to wait, where the rest of the testee may never come to
// rest; it makes a fault easier to see and decides no verdict. Who asks meanwhile waits for `result`:
// it takes no CPU from the others.
void let_it_do_what_it_can(Puppet& puppet, pid_t worker, const RemoteAsyncResult& result) {
  constexpr int kMostLooks = 40;
  const std::vector<ThreadReading> idle = read_threads({worker});
  std::vector<ThreadReading> before, now = idle;
  for (int look = 0; look < kMostLooks && (now != before || now == idle); ++look) {
    before = now;
    puppet.must(result.wait(50ms));
    now = read_threads({worker});
  }
}

// Expects that the pool takes no work any more, by whichever way it would come.
void expect_refuses_everything(Stage& stage, Puppet& main, const RemotePool& pool) {
  RemoteAsyncResult result = result_named("refused");
  RemoteResultIterator iterator = iterator_named("refused");
  EXPECT_THAT(main.does(pool.apply("square", {2})), raises("ValueError"));
  EXPECT_THAT(main.does(pool.apply_async(result, "square", {2})), raises("ValueError"));
  EXPECT_THAT(main.does(pool.map("square", {2})), raises("ValueError"));
  EXPECT_THAT(main.does(pool.map("square", {})), raises("ValueError"));
  if (stage.has_feature("pool.map_async")) {
    EXPECT_THAT(main.does(pool.map_async(result, "square", {2})), raises("ValueError"));
  }
  if (stage.has_feature("pool.starmap")) {
    EXPECT_THAT(main.does(pool.starmap("square", {Value::list({2})})), raises("ValueError"));
    EXPECT_THAT(main.does(pool.starmap_async(result, "square", {Value::list({2})})),
                raises("ValueError"));
  }
  if (stage.has_feature("pool.imap")) {
    for (int chunksize : {1, 2}) {
      EXPECT_THAT(main.does(pool.imap(iterator, "square", {2}, chunksize)), raises("ValueError"));
      EXPECT_THAT(main.does(pool.imap_unordered(iterator, "square", {2}, chunksize)),
                  raises("ValueError"));
    }
  }
}

Claims endings() {
  return {
      {.id = "pool.close.refuses_work_of_every_kind",
       .level = Level::kMust,
       .says = "After close() all eight ways to hand in work raise ValueError, before join() and "
               "after it, while the tasks of before go on.",
       .notes = {"pool.close.no_more_tasks"},
       .documented = {"POOL-31", "POOL-30"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             expect_refuses_everything(stage, main, pool);
             EXPECT_THAT(main.does(result.ready()), returns(false));
             task.does(self::returns(1));
             EXPECT_THAT(main.does(result.get()), returns(1));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             expect_refuses_everything(stage, main, pool);
           }},
      {.id = "pool.terminate.refuses_work_of_every_kind",
       .level = Level::kMust,
       .says = "After terminate() all ways to hand in work raise ValueError.",
       .documented = {"POOL-31", "POOL-33"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             expect_refuses_everything(stage, main, pool);
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             expect_refuses_everything(stage, main, pool);
           }},
      {.id = "pool.terminate.drops_tasks_that_wait",
       .level = Level::kMust,
       .says = "After terminate() no task begins that had not begun, and no worker is left.",
       .notes = {"pool.terminate.immediate"},
       .documented = {"POOL-33"},
       .needs = {"pool.map_async", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Value::List tasks = puppet_items(stage, 3);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.map_async(result, "puppet", tasks, 1));
             Puppet& first = arrival(stage, tasks[0]);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(first));
             EXPECT_EQ(children_of(main), 0u);
             EXPECT_FALSE(has_come(stage, tasks[1]));
             EXPECT_FALSE(has_come(stage, tasks[2]));
           }},
      {.id = "pool.terminate.may_follow_close",
       .level = Level::kMust,
       .says = "terminate() after close() ends the tasks that close() would have finished, even "
               "if another thread waits in join() for them; that one returns.",
       .notes = {"pool.terminate.immediate", "pool.join.requires_close_or_terminate"},
       .documented = {"POOL-33", "POOL-32"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             Call join = thread.begins(pool.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.terminate.keeps_what_was_done",
       .level = Level::kMust,
       .says = "Results that were there before terminate() are there afterwards.",
       .documented = {"ARES-12", "POOL-33"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [good, good_task] = stage.apply_async_puppet(main, pool);
             good_task.does(self::returns(5));
             main.must(good.wait());
             auto [bad, bad_task] = stage.apply_async_puppet(main, pool);
             bad_task.does(self::raises("KeyError", "k"));
             main.must(bad.wait());
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(good.get()), returns(5));
             EXPECT_THAT(main.does(bad.get()), raises("KeyError"));
             EXPECT_THAT(main.does(bad.successful()), returns(false));
           }},
      {.id = "pool.terminate.ends_a_pool_full_of_work",
       .level = Level::kMust,
       .says = "terminate() returns though the workers are busy and more waits for them than any "
               "channel holds.",
       .notes = {"pool.terminate.immediate"},
       .documented = {"POOL-33"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             auto [second_result, second] = stage.apply_async_puppet(main, pool);
             for (int i = 0; i < 3; ++i) {
               main.must(
                   pool.apply_async(result_named(absl::StrCat("r", i)), "identity", {big_item(i)}));
             }
             stage.comes_to_rest();
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(first));
             EXPECT_TRUE(stage.process_ends(second));
           }},
      {.id = "pool.terminate.ends_a_pool_full_of_results",
       .level = Level::kMust,
       .says = "terminate() returns though so many results have come while a callback ran that the "
               "workers wait for room for theirs.",
       .notes = {"pool.terminate.immediate"},
       .documented = {"POOL-33", "POOL-46"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& other = stage.start_thread(main);
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             const pid_t worker = task.pid();
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(task.name() + "_done");
             const RemoteAsyncResult squares = result_named("squares");
             main.must(pool.map_async(squares, "square", numbers(20'000), 1));
             let_it_do_what_it_can(other, worker, squares);
             Call terminate = main.begins(pool.terminate());
             other.must(squares.wait(200ms));
             callback.does(self::returns());
             EXPECT_THAT(terminate, returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.terminate.ends_a_worker_that_ignores_sigterm",
       .level = Level::kBeyond,
       .says = "terminate() and join() return, and the worker is gone, though its task has made it "
               "deaf to SIGTERM.",
       .notes = {"pool.terminate.immediate"},
       .documented = {"POOL-33"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             task.must(self::on_signal(SIGTERM, "ignore"));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.join.again",
       .level = Level::kMust,
       .says = "join() may be called again and again, and close() and terminate() after it.",
       .documented = {"POOL-32", "POOL-30"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             close_and_join(main, pool);
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             close_and_join(main, pool);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.with.gives_the_pool",
       .level = Level::kMust,
       .says = "A with statement gives the pool itself, ready for work.",
       .documented = {"POOL-35"},
       .needs = {"pool.with"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemotePool given;
             given.name = "given";
             Op enter = pool.enter();
             enter.as = {given.name};
             main.must(enter);
             EXPECT_THAT(main.does(given.apply("square", {3})), returns(9));
             EXPECT_THAT(main.does(pool.apply("square", {4})), returns(16));
             EXPECT_THAT(main.does(given.exit()), returns(nullptr));
             EXPECT_THAT(main.does(pool.apply("square", {3})), raises("ValueError"));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.with.terminates_at_its_end",
       .level = Level::kMust,
       .says = "The end of a with statement terminates the pool: it does not wait for tasks.",
       .notes = {"pool.apply_async.must_close"},
       .documented = {"POOL-35"},
       .needs = {"pool.with", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             main.must(pool.enter());
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.exit()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(pool.apply("square", {2})), raises("ValueError"));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_EQ(children_of(main), 0u);
           }},
      {.id = "pool.apply_async.thousands_wait",
       .level = Level::kMust,
       .says = "Twenty thousand calls wait for a busy worker without hindering anybody, though "
               "nobody keeps their results; then all are done.",
       .documented = {"POOL-08", "POOL-09"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Stage::Task busy = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult result = result_named("result");
             EXPECT_THAT(main.does(batch({pool.apply_async(result, "square", {3})}, 20000)),
                         returns());
             EXPECT_THAT(main.does(result.ready()), returns(false));
             busy.puppet.does(self::returns(5));
             EXPECT_THAT(main.does(result.get()), returns(9));
             EXPECT_THAT(main.does(busy.result.get()), returns(5));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.hundreds_are_under_way",
       .level = Level::kMust,
       .says = "Hundreds of calls, and maps between them, that wait for one busy worker each get "
               "their own result.",
       .documented = {"POOL-08", "POOL-10", "ARES-03"},
       .needs = {"pool", "pool.map_async"},
       .check =
           [](Stage& stage) {
             constexpr int kCalls = 300;
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Stage::Task busy = stage.apply_async_puppet(main, pool);
             std::vector<Op> calls, gets;
             for (int i = 0; i < kCalls; ++i) {
               const RemoteAsyncResult one = result_named(absl::StrCat("one", i)),
                                       many = result_named(absl::StrCat("many", i));
               calls.push_back(pool.apply_async(one, "square", {i}));
               calls.push_back(pool.map_async(many, "identity", {i, -i}));
               gets.push_back(one.get());
               gets.push_back(many.get());
             }
             results(main.does(batch(calls)));
             busy.puppet.does(self::returns(5));
             const std::vector<Value> got = results(main.does(batch(gets)));
             for (int i = 0; i < kCalls; ++i) {
               EXPECT_EQ(got.at(2 * i), Value(i * i));
               EXPECT_EQ(got.at(2 * i + 1), Value::list({i, -i}));
             }
             EXPECT_THAT(main.does(busy.result.get()), returns(5));
             close_and_join(main, pool);
           }},
      {.id = "pool.maxtasksperchild.replacements_tell_where_a_task_failed",
       .level = Level::kShould,
       .says = "What a task raises has the worker's traceback as its cause in every worker, be it "
               "the first or one that took another's place.",
       .documented = {"POOL-19", "POOL-29"},
       .needs = {"pool.maxtasksperchild", "exception.cause", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             for (int i = 0; i < 4; ++i) {
               const Call failed = main.does(pool.apply("fail", {"far away"}));
               EXPECT_THAT(failed, raises("ValueError"));
               EXPECT_THAT(raised_by(failed).cause_message, HasSubstr("in fail")) << i;
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.unpicklable_result.that_may_not_travel",
       .level = Level::kShould,
       .says =
           "A result that refuses to be sent, whichever error it refuses with (in Python a lock, a "
           "queue), comes out of get() as MaybeEncodingError, and the worker goes on.",
       .documented = {"POOL-24"},
       .needs = {"pool", "lock", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             pid_t worker = 0;
             for (const char* kind : {"lock", "queue"}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               if (worker != 0) {
                 EXPECT_EQ(task.pid(), worker);
               }
               worker = task.pid();
               task.does(self::returns(kind == std::string("lock") ? task.lock().value()
                                                                   : task.queue().value()));
               // An implementation may let such things travel.
               EXPECT_THAT(main.does(result.get()),
                           testing::AnyOf(raises("MaybeEncodingError"), returns()))
                   << kind;
             }
             EXPECT_THAT(main.does(pool.apply("pid", {})), returns(worker));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.results_stay_apart_as_tasks_come_and_go",
       .level = Level::kMust,
       .says = "Each result is that of its own task, though some have been running for long while "
               "others came, and were done, and made room for more.",
       .documented = {"POOL-08", "POOL-10", "ARES-03"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(4);
             struct UnderWay {
               RemoteAsyncResult result;
               Puppet* puppet;
               int number;
             };
             std::vector<UnderWay> under_way;
             const auto finish = [&](size_t i) {
               const UnderWay& one = under_way.at(i);
               one.puppet->does(self::returns(one.number));
               EXPECT_THAT(main.does(one.result.get()), returns(one.number));
               under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(i));
             };
             for (int number = 100; number < 108; ++number) {
               EXPECT_THAT(main.does(pool.apply("square", {number})), returns(number * number));
               auto [result, task] = stage.apply_async_puppet(main, pool);
               under_way.push_back({result, &task, number});
               EXPECT_THAT(main.does(pool.map("square", {1, 2, 3}, 1)),
                           returns(Value::list({1, 4, 9})));
               // The oldest one stays to the end, the others go in turn.
               if (under_way.size() == 3) finish(number % 2 == 0 ? 1 : 2);
               for (const UnderWay& one : under_way)
                 EXPECT_THAT(main.does(one.result.ready()), returns(false));
             }
             while (!under_way.empty()) finish(under_way.size() - 1);
             close_and_join(main, pool);
           }},
      {.id = "pool.parameters_have_their_names",
       .level = Level::kShould,
       .says = "Arguments of a pool's methods, and of its results', may be given by the names that "
               "the documentation gives them.",
       .documented = {"POOL-08", "POOL-12", "POOL-18", "POOL-48", "ARES-03"},
       .needs = {"pool.map_async", "pool.starmap", "pool.imap", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Value arguments = Value::function("arguments"),
                         square = Value::function("square");
             const Value nothing = Value::function("nothing");
             const Value one_and_two = Value::tuple({1, 2});
             const Value named = Value::dict({{"name", 1}});
             EXPECT_THAT(main.does(object::call(pool, "apply", {},
                                                {{"func", arguments}, {"args", one_and_two}})),
                         returns(Value::list({1, 2})));
             EXPECT_THAT(main.does(object::call(pool, "apply", {nothing}, {{"kwds", named}})),
                         returns(nullptr));
             const Value numbers = Value::list({1, 2, 3}), pairs = Value::list({one_and_two});
             const Value squares = Value::list({1, 4, 9});
             const Value spread = Value::list({Value::list({1, 2})});
             EXPECT_THAT(
                 main.does(object::call(
                     pool, "map", {}, {{"func", square}, {"iterable", numbers}, {"chunksize", 2}})),
                 returns(squares));
             EXPECT_THAT(main.does(object::call(
                             pool, "starmap", {},
                             {{"func", arguments}, {"iterable", pairs}, {"chunksize", 2}})),
                         returns(spread));
             RemoteAsyncResult result = result_named("result");
             const auto gets = [&](const std::string& method, Value::Dict given, Value expected) {
               given.emplace_back("callback", nullptr);
               given.emplace_back("error_callback", nullptr);
               Op op = object::call(pool, method, {}, std::move(given));
               op.as = {result.name};
               main.must(op);
               EXPECT_THAT(main.does(object::call(result, "wait", {}, {{"timeout", 1000}})),
                           returns(nullptr));
               EXPECT_THAT(main.does(object::call(result, "get", {}, {{"timeout", 1000}})),
                           returns(std::move(expected)))
                   << method;
             };
             gets("apply_async", {{"func", arguments}, {"args", one_and_two}}, Value::list({1, 2}));
             gets("apply_async", {{"func", nothing}, {"kwds", named}}, nullptr);
             gets("map_async", {{"func", square}, {"iterable", numbers}, {"chunksize", 2}},
                  squares);
             gets("starmap_async", {{"func", arguments}, {"iterable", pairs}, {"chunksize", 2}},
                  spread);
             for (const char* method : {"imap", "imap_unordered"}) {
               RemoteResultIterator results = iterator_named("results");
               Op op = object::call(pool, method, {},
                                    {{"func", square}, {"iterable", numbers}, {"chunksize", 1}});
               op.as = {results.name};
               main.must(op);
               for (const Value& each : as_list(squares)) {
                 EXPECT_THAT(main.does(object::call(results, "next", {}, {{"timeout", 1000}})),
                             returns(each));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.ended.goes_without_a_warning",
       .level = Level::kShould,
       .says = "A pool that was closed and joined, or terminated, is forgotten without a warning.",
       .documented = {"POOL-37"},
       .needs = {"pool", "warnings", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Op warnings{.name = "puppet.warnings"};
             RemotePool closed = main.pool(1), terminated = main.pool(1);
             main.must(warnings);
             EXPECT_THAT(main.does(closed.apply("square", {2})), returns(4));
             EXPECT_THAT(main.does(terminated.apply("square", {2})), returns(4));
             close_and_join(main, closed);
             main.must(terminated.terminate());
             main.must(terminated.join());
             main.must(closed.drop());
             main.must(terminated.drop());
             EXPECT_THAT(main.does(warnings), returns(Value::list({})));
           }},
      {.id = "pool.with.refuses_a_pool_that_was_closed",
       .level = Level::kShould,
       .says = "A with statement over a pool that was closed or terminated raises ValueError.",
       .documented = {"POOL-36"},
       .needs = {"pool.with"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool closed = main.pool(1), terminated = main.pool(1);
             main.must(closed.close());
             EXPECT_THAT(main.does(closed.enter()), raises("ValueError"));
             main.must(terminated.terminate());
             EXPECT_THAT(main.does(terminated.enter()), raises("ValueError"));
             EXPECT_THAT(main.does(closed.join()), returns(nullptr));
             EXPECT_THAT(main.does(terminated.join()), returns(nullptr));
           }},
  };
}

}  // namespace

Claims pool_worker_claims() { return all_of({making(), lives_of_workers(), tasks(), endings()}); }

}  // namespace conformance
