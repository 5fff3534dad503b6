// Pool: tasks and callbacks as puppets, results and errors. The runner decides, live, when a task
// returns or fails.
#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;

}  // namespace

Claims pool_claims() {
  return {
      {.id = "pool.apply.returns_the_result",
       .level = Level::kMust,
       .says = "apply() runs the function in a worker with the arguments, and returns its result.",
       .notes = {"pool.apply.returns_result", "pool.apply.args_iterable"},
       .documented = {"POOL-08"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             EXPECT_THAT(main.does(pool.apply("square", {7})), returns(49));
             EXPECT_THAT(main.does(pool.apply("identity", {nullptr})), returns(nullptr));
             EXPECT_THAT(main.does(pool.apply("identity", {big_item(1)})), returns(big_item(1)));
             EXPECT_THAT(main.does(pool.apply("arguments", {1, "two", nullptr})),
                         returns(Value::list({1, "two", nullptr})));
             EXPECT_THAT(main.does(pool.apply("arguments", {})), returns(Value::list({})));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply.raises_what_the_task_raised",
       .level = Level::kMust,
       .says =
           "An exception in a task comes out of apply() with its type and message, and the pool "
           "goes on.",
       .notes = {"pool.apply.returns_result", "pool.apply_async.exceptions_silent"},
       .documented = {"POOL-19"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Call failed = main.does(pool.apply("fail", {"no luck"}));
             EXPECT_THAT(failed, raises("ValueError"));
             if (const Raised* raised = std::get_if<Raised>(&failed.outcome())) {
               EXPECT_EQ(raised->message, "no luck");
               EXPECT_EQ(raised->args, Value::list({"no luck"}));
             }
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.does_not_wait",
       .level = Level::kMust,
       .says =
           "apply_async() returns while the task runs; get() waits for what the task returns, and "
           "successful() raises ValueError until then.",
       .notes = {"pool.apply_async.returns_asyncresult", "pool.apply_async.concurrent"},
       .documented = {"POOL-09", "POOL-08", "ARES-01", "ARES-02", "ARES-03"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(result.ready()), returns(false));
             EXPECT_THAT(main.does(result.successful()), raises("ValueError"));
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             task.does(self::returns(Value::list({1, "two"})));
             EXPECT_THAT(get, returns(Value::list({1, "two"})));
             EXPECT_THAT(main.does(result.ready()), returns(true));
             EXPECT_THAT(main.does(result.successful()), returns(true));
             EXPECT_THAT(main.does(result.get()), returns(Value::list({1, "two"})));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.get_raises_what_the_task_raised",
       .level = Level::kMust,
       .says = "An exception that a task raises comes out of get(), each time, and successful() is "
               "False.",
       .notes = {"pool.apply_async.exceptions_silent"},
       .documented = {"POOL-19", "ARES-02", "ARES-04"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             task.does(self::raises("KeyError", "key"));
             EXPECT_THAT(main.does(result.get()), raises("KeyError"));
             EXPECT_THAT(main.does(result.get()), raises("KeyError"));
             EXPECT_THAT(main.does(result.ready()), returns(true));
             EXPECT_THAT(main.does(result.successful()), returns(false));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.get_raises_timeout_error",
       .level = Level::kMust,
       .says = "get(timeout=t) on a running task raises TimeoutError, and not before t has passed; "
               "the result still comes.",
       .notes = {"pool.apply_async.returns_asyncresult"},
       .documented = {"ARES-01", "ARES-05", "ARES-07"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(result.get(50ms)),
                         AllOf(raises("TimeoutError"), took_about(50ms)));
             EXPECT_THAT(main.does(result.wait(50ms)), AllOf(returns(nullptr), took_about(50ms)));
             EXPECT_THAT(main.does(result.ready()), returns(false));
             task.does(self::returns(1));
             EXPECT_THAT(main.does(result.get(60s)), returns(1));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.callback_on_success",
       .level = Level::kMust,
       .says = "The callback gets the value, in the process that made the pool, and error_callback "
               "is not called; the result is ready when the callback is done.",
       .notes = {"pool.apply_async.returns_asyncresult"},
       .documented = {"POOL-41", "POOL-42", "POOL-44"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(5));
             Puppet& callback = stage.arrival(task.name() + "_done");
             EXPECT_EQ(callback.pid(), main.pid());
             const Value given = callback.must(self::arguments());
             EXPECT_EQ(member_of(given, "args"), Value::list({5}));
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             callback.does(self::returns());
             EXPECT_THAT(get, returns(5));
             close_and_join(main, pool);
           }},
      {.id = "pool.apply_async.error_callback_on_failure",
       .level = Level::kMust,
       .says = "When the task raises, error_callback is called, in the process that made the pool, "
               "and the callback is not.",
       .notes = {"pool.apply_async.exceptions_silent"},
       .documented = {"POOL-41", "POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::raises("ValueError", "meant to be"));
             Puppet& callback = stage.arrival(task.name() + "_failed");
             EXPECT_EQ(callback.pid(), main.pid());
             callback.does(self::returns());
             EXPECT_THAT(main.does(result.get()), raises("ValueError"));
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.run_as_many_tasks_as_they_are",
       .level = Level::kMust,
       .says =
           "A pool of two runs two tasks at once, in two other processes; a third waits until a "
           "worker is free, which then runs it.",
       .notes = {"pool.thread_pool_naming", "pool.size_limits_concurrency",
                 "pool.full_pool_requests_wait", "pool.worker_reused_for_next_task",
                 "pool.fixed_standby_workers"},
       .documented = {"POOL-01", "POOL-10", "POOL-11"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first_result, first] = stage.apply_async_puppet(main, pool);
             auto [second_result, second] = stage.apply_async_puppet(main, pool);
             if (stage.has_feature("isolated")) {
               EXPECT_NE(first.pid(), second.pid());
               EXPECT_NE(first.pid(), main.pid());
             }
             RemoteAsyncResult third = result_named("third");
             main.must(pool.apply_async(third, "square", {3}));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(third.ready()), returns(false));
             second.does(self::returns(2));
             EXPECT_THAT(main.does(third.get()), returns(9));
             EXPECT_THAT(main.does(first_result.ready()), returns(false));
             first.does(self::returns(1));
             EXPECT_THAT(main.does(first_result.get()), returns(1));
             EXPECT_THAT(main.does(second_result.get()), returns(2));
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.are_daemonic",
       .level = Level::kShould,
       .says =
           "Workers are daemonic processes: they end with the program that has the pool, and may "
           "have no children.",
       .documented = {"POOL-06"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(task.does(task.current_process().daemon()), returns(true));
             EXPECT_THAT(task.does(task.process().start()), raises("AssertionError"));
             task.does(self::returns());
             EXPECT_THAT(main.does(result.get()), returns(nullptr));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.keeps_the_order",
       .level = Level::kMust,
       .says = "map() returns the results in the order of its input, whatever the chunk size.",
       .notes = {"pool.map.returns_list", "pool.map.order_preserved", "pool.map.chunks",
                 "pool.map.each_element_one_argument", "pool.data_parallel"},
       .documented = {"POOL-12", "POOL-13", "POOL-16"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List input, squares;
             for (int i = 0; i < 25; ++i) {
               input.push_back(i);
               squares.push_back(i * i);
             }
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {4}, {25}, {100}}) {
               EXPECT_THAT(main.does(pool.map("square", input, chunksize)),
                           returns(Value::list(squares)));
             }
             EXPECT_THAT(main.does(pool.map("fail", {})), returns(Value::list({})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.raises_what_a_task_raised",
       .level = Level::kMust,
       .says = "When the function fails for an item, map() raises its exception and the pool goes "
               "on.",
       .notes = {"pool.map.exception_kills_pool"},
       .documented = {"POOL-19", "POOL-20"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             EXPECT_THAT(main.does(pool.map("fail", {"a", "b", "c"})), raises("ValueError"));
             EXPECT_THAT(main.does(pool.map("square", {1, 2, 3})), returns(Value::list({1, 4, 9})));
             close_and_join(main, pool);
           }},
      {.id = "pool.unpicklable_argument.fails_its_task_only",
       .level = Level::kShould,
       .says =
           "An argument that can't be serialised comes out of apply() as an error, and the pool "
           "goes on.",
       .notes = {"pool.lambda_not_allowed"},
       .documented = {"POOL-23"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("identity", {Value::unpicklable()})),
                         raises("TypeError"));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.closed_connection.fails_its_task_only",
       .level = Level::kShould,
       .says =
           "A closed end of a pipe as an argument comes out of get() as an OSError, and the pool "
           "goes on.",
       .documented = {"POOL-23", "PIPE-14"},
       .needs = {"pool", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [here, there] = main.pipe();
             main.must(here.close());
             const RemoteAsyncResult bad = result_named("bad"), good = result_named("good");
             main.must(pool.apply_async(bad, "identity", {here.value()}));
             main.must(pool.apply_async(good, "square", {2}));
             EXPECT_THAT(main.does(bad.get()), raises("OSError"));
             EXPECT_THAT(main.does(good.get()), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.unpicklable_result.fails_its_task_only",
       .level = Level::kShould,
       .says =
           "A result that can't be serialised comes out of get() as MaybeEncodingError, and the "
           "pool goes on, with the same worker.",
       .documented = {"POOL-24"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             const pid_t worker = task.pid();
             task.does(self::returns(Value::unpicklable()));
             EXPECT_THAT(main.does(result.get()), raises("MaybeEncodingError"));
             auto [next_result, next_task] = stage.apply_async_puppet(main, pool);
             EXPECT_EQ(next_task.pid(), worker);
             next_task.does(self::returns(4));
             EXPECT_THAT(main.does(next_result.get()), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.a_queue_is_no_argument",
       .level = Level::kMust,
       .says = "A Queue given to a task as an argument makes the result raise RuntimeError.",
       .notes = {"queue.pool_arg_rejected", "queue.pool_needs_manager_queue"},
       .documented = {"QUE-35", "START-13"},
       .needs = {"pool", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("nothing", {q.value()})), raises("RuntimeError"));
             RemoteAsyncResult result = result_named("result");
             main.must(pool.apply_async(result, "nothing", {q.value()}));
             EXPECT_THAT(main.does(result.get()), raises("RuntimeError"));
             close_and_join(main, pool);
           }},
      {.id = "pool.close.refuses_new_tasks",
       .level = Level::kMust,
       .says = "After close() every submission raises ValueError; close() may be called again.",
       .notes = {"pool.close.no_more_tasks"},
       .documented = {"POOL-31", "POOL-30"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             EXPECT_THAT(main.does(pool.apply("square", {2})), raises("ValueError"));
             EXPECT_THAT(main.does(pool.apply_async(result_named("r"), "square", {2})),
                         raises("ValueError"));
             EXPECT_THAT(main.does(pool.map("square", {2})), raises("ValueError"));
             close_and_join(main, pool);
           }},
      {.id = "pool.join.needs_close",
       .level = Level::kMust,
       .says = "join() on a pool that is not closed raises ValueError, and the pool goes on.",
       .notes = {"pool.join.requires_close_or_terminate", "pool.join.order_close_then_join"},
       .documented = {"POOL-32"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.join()), raises("ValueError"));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.join.waits_for_running_and_waiting_tasks",
       .level = Level::kMust,
       .says = "close() does not wait; join() waits until the running task and those behind it are "
               "done and the workers are gone.",
       .notes = {"pool.close.pending_finish", "pool.close.returns_immediately",
                 "pool.join.waits_worker_exit"},
       .documented = {"POOL-30", "POOL-32"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             // More than any channel to the workers holds: some still wait in the pool at close().
             std::vector<RemoteAsyncResult> behind;
             for (int i = 0; i < 4; ++i) {
               behind.push_back(result_named(absl::StrCat("behind_", i)));
               main.must(pool.apply_async(behind.back(), "identity", {big_item(i)}));
             }
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             Call join = main.begins(pool.join());
             EXPECT_THAT(join, blocks());
             task.does(self::returns(1));
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(result.get()), returns(1));
             for (int i = 0; i < 4; ++i)
               EXPECT_THAT(main.does(behind[i].get()), returns(big_item(i)));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.join.waits_for_workers_that_still_end",
       .level = Level::kMust,
       .says = "When all tasks are done, join() still waits until the last worker is gone.",
       .notes = {"pool.join.waits_worker_exit"},
       .documented = {"POOL-32"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             task.does(self::returns(1));
             EXPECT_THAT(main.does(result.get()), returns(1));
             stage.stop(task);  // its worker, which waits for tasks
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             Call join = main.begins(pool.join());
             EXPECT_THAT(join, blocks());
             stage.resume(task);
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "pool.terminate.does_not_wait_for_tasks",
       .level = Level::kMust,
       .says = "terminate() ends workers that are in the middle of a task; join() returns then.",
       .notes = {"pool.terminate.immediate"},
       .documented = {"POOL-33", "POOL-31"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.apply("square", {2})), raises("ValueError"));
           }},
  };
}

}  // namespace conformance
