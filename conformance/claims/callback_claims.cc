// Callbacks of apply_async(), map_async() and starmap_async(): who is called, where, and when.
#include <signal.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;

int64_t thread_of(Puppet& puppet) { return as_int(member_of(puppet.must(self::ids()), "tid")); }

Value arguments_of(Puppet& puppet) { return member_of(puppet.must(self::arguments()), "args"); }

std::string done(const Puppet& task) { return task.name() + "_done"; }
std::string failed(const Puppet& task) { return task.name() + "_failed"; }

Callbacks expects_callbacks(Stage& stage) {
  return {.callback = stage.expects("done"), .error_callback = stage.expects("failed")};
}

}  // namespace

Claims callback_claims() {
  return {
      {.id = "callback.runs_in_a_thread_of_the_maker",
       .level = Level::kShould,
       .says = "Callbacks run in the process that made the pool, all in one thread, which is not "
               "the one that handed the tasks in.",
       .notes = {"cb.runs_in_main_process", "cb.child_only_delivers_result", "cb.sample_spider"},
       .documented = {"POOL-41"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             std::vector<int64_t> threads;
             for (const Op& ending : {self::returns(1), self::raises("ValueError")}) {
               auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
               const bool fails = ending.name == "puppet.raise";
               task.does(ending);
               Puppet& callback = stage.arrival(fails ? failed(task) : done(task));
               EXPECT_EQ(callback.pid(), main.pid());
               threads.push_back(thread_of(callback));
               callback.does(self::returns());
               main.must(result.wait());
             }
             EXPECT_NE(threads[0], thread_of(main));
             EXPECT_EQ(threads[0], threads[1]);
             close_and_join(main, pool);
           }},
      {.id = "callback.runs_in_the_child_that_has_the_pool",
       .level = Level::kMust,
       .says = "The callback of a pool that a child process made runs in that child.",
       .notes = {"cb.runs_in_main_process"},
       .documented = {"POOL-41"},
       .needs = {"pool", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemotePool pool = child.pool(1);
             auto [result, task] = stage.apply_async_puppet(child, pool, /*callbacks=*/true);
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(done(task));
             EXPECT_EQ(callback.pid(), child.pid());
             callback.does(self::returns());
             EXPECT_THAT(child.does(result.get()), returns(1));
             close_and_join(child, pool);
           }},
      {.id = "callback.gets_what_the_task_returned",
       .level = Level::kMust,
       .says = "The callback gets one argument, what the task returned, be it None, a tuple or "
               "large.",
       .notes = {"cb.called_with_result", "cb.receives_one_argument", "cb.sample_none_result"},
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Value& value : {Value(nullptr), Value(false), Value(0), Value(""),
                                        Value::tuple({1, "two"}), Value::list({}), bytes("abc")}) {
               auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
               task.does(self::returns(value));
               Puppet& callback = stage.arrival(done(task));
               const Value given = callback.must(self::arguments());
               EXPECT_EQ(member_of(given, "args"), Value::list({value}));
               EXPECT_EQ(member_of(given, "kwargs"), Value::dict({}));
               callback.does(self::returns());
               EXPECT_THAT(main.does(result.get()), returns(value));
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.may_be_given_by_position",
       .level = Level::kMust,
       .says = "callback and error_callback are the fourth and the fifth argument of apply_async() "
               "and may be given so.",
       .notes = {"cb.must_be_keyword"},
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const std::string done = stage.expects("done"), failed = stage.expects("failed");
             main.must(pool.apply_async_by_position(result_named("good"), "square", {3},
                                                    {.callback = done, .error_callback = failed}));
             Puppet& callback = stage.arrival(done);
             EXPECT_EQ(member_of(callback.must(self::arguments()), "args"), Value::list({9}));
             callback.does(self::returns());
             EXPECT_THAT(main.does(result_named("good").get()), returns(9));
             main.must(pool.apply_async_by_position(
                 result_named("bad"), "fail", {"x"},
                 {.callback = stage.expects("done"), .error_callback = failed}));
             stage.arrival(failed).does(self::returns());
             EXPECT_THAT(main.does(result_named("bad").get()), raises("ValueError"));
             close_and_join(main, pool);
           }},
      {.id = "callback.error_gets_the_exception",
       .level = Level::kMust,
       .says = "error_callback gets one argument, the exception object that get() raises.",
       .notes = {"cb.failed_request_silent"},
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const char* type : {"KeyError", "OSError"}) {
               auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
               task.does(self::raises(type, "of mine"));
               Puppet& callback = stage.arrival(failed(task));
               const Value given = arguments_of(callback);
               EXPECT_EQ(as_list(given).size(), 1u);
               EXPECT_EQ(given, Value::list({exception_object(type)}));
               callback.does(self::returns());
               EXPECT_THAT(main.does(result.get()), raises(type));
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.one_of_both_is_called_once",
       .level = Level::kMust,
       .says = "Of callback and error_callback exactly one is called, once.",
       .notes = {"cb.called_with_result", "cb.failed_request_silent"},
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [good, good_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             good_task.does(self::returns(1));
             stage.arrival(done(good_task)).does(self::returns());
             auto [bad, bad_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             bad_task.does(self::raises("ValueError"));
             stage.arrival(failed(bad_task)).does(self::returns());
             EXPECT_THAT(main.does(good.get()), returns(1));
             EXPECT_THAT(main.does(bad.get()), raises("ValueError"));
             close_and_join(main, pool);
             EXPECT_FALSE(stage.has_come(failed(good_task)));
             EXPECT_FALSE(stage.has_come(done(bad_task)));
           }},
      {.id = "callback.the_other_one_may_be_missing",
       .level = Level::kMust,
       .says = "With a callback alone a failure calls nothing, with an error_callback alone a "
               "success calls nothing; the results are there all the same.",
       .notes = {"cb.failed_request_silent", "cb.only_async"},
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Callbacks callbacks = expects_callbacks(stage);
             RemoteAsyncResult good = result_named("good"), bad = result_named("bad");
             main.must(pool.apply_async(bad, "fail", {"x"}, {.callback = callbacks.callback}));
             main.must(pool.apply_async(good, "square", {2},
                                        {.error_callback = callbacks.error_callback}));
             EXPECT_THAT(main.does(bad.get()), raises("ValueError"));
             EXPECT_THAT(main.does(good.get()), returns(4));
             close_and_join(main, pool);
             EXPECT_FALSE(stage.has_come(callbacks.callback));
             EXPECT_FALSE(stage.has_come(callbacks.error_callback));
           }},
      {.id = "callback.is_done_before_the_result_is_ready",
       .level = Level::kShould,
       .says = "While the callback or error_callback of a result runs, ready() is False and get() "
               "and wait() block; they return when it is done.",
       .notes = {"cb.exception_in_callback_timing"},
       .documented = {"POOL-44", "ARES-01"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Puppet& thread = stage.start_thread(main);
             for (const Op& ending : {self::returns(5), self::raises("ValueError")}) {
               const bool fails = ending.name == "puppet.raise";
               auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
               task.does(ending);
               Puppet& callback = stage.arrival(fails ? failed(task) : done(task));
               EXPECT_THAT(main.does(result.ready()), returns(false));
               Call get = main.begins(result.get());
               Call wait = thread.begins(result.wait());
               EXPECT_THAT(get, blocks());
               EXPECT_THAT(wait, blocks());
               callback.does(self::returns());
               EXPECT_THAT(get, fails ? raises("ValueError") : returns(5));
               EXPECT_THAT(wait, returns(nullptr));
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.slow_one_delays_all_results",
       .level = Level::kMust,
       .says = "Callbacks run one at a time, in the order in which the results come; while one "
               "runs no other result becomes ready.",
       .notes = {"cb.must_not_block"},
       .documented = {"POOL-46", "POOL-41"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [first, first_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             auto [second, second_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             second_task.does(self::returns("second"));
             Puppet& earlier = stage.arrival(done(second_task));
             first_task.does(self::raises("ValueError"));
             RemoteAsyncResult plain = result_named("plain");
             main.must(pool.apply_async(plain, "square", {3}));
             let_a_while_pass(main);
             EXPECT_FALSE(stage.has_come(failed(first_task)));
             EXPECT_THAT(main.does(plain.ready()), returns(false));
             earlier.does(self::returns());
             EXPECT_THAT(main.does(second.get()), returns("second"));
             Puppet& later = stage.arrival(failed(first_task));
             EXPECT_THAT(main.does(first.ready()), returns(false));
             later.does(self::returns());
             EXPECT_THAT(main.does(first.get()), raises("ValueError"));
             EXPECT_THAT(main.does(plain.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "callback.keeps_no_worker_busy",
       .level = Level::kShould,
       .says = "While a callback runs the workers go on with the tasks that wait.",
       .notes = {"cb.must_not_block", "cb.child_only_delivers_result"},
       .documented = {"POOL-41", "POOL-11"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [first, first_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             first_task.does(self::returns(1));
             Puppet& callback = stage.arrival(done(first_task));
             auto [second, second_task] = stage.apply_async_puppet(main, pool);
             EXPECT_NE(second_task.name(), callback.name());
             second_task.does(self::returns(2));
             callback.does(self::returns());
             EXPECT_THAT(main.does(first.get()), returns(1));
             EXPECT_THAT(main.does(second.get()), returns(2));
             close_and_join(main, pool);
           }},
      {.id = "callback.slow_one_burns_no_cpu",
       .level = Level::kBeyond,
       .says = "While a callback runs and results wait for it to end, the pool waits, too, "
               "without burning CPU.",
       .notes = {"cb.must_not_block"},
       .documented = {"POOL-46"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [first, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(done(task));
             auto [second, second_task] = stage.apply_async_puppet(main, pool);
             second_task.does(self::returns(9));
             // The worker has come to another task, and so has given away what the second returned.
             auto [third, third_task] = stage.apply_async_puppet(main, pool);
             // It need not wait for the callback of another.
             Call early = main.does(second.get(200ms));
             EXPECT_THAT(early, AnyOf(raises("TimeoutError"), returns(9)));
             RemoteAsyncResult& waits = testing::Matches(returns(9))(early) ? first : second;
             // On a crowded machine who burns CPU may get none for a while.
             bool busy = false, waited = true;
             for (int look = 0; look < 4 && waited && !busy; ++look) {
               const std::vector<ThreadReading> before = read_threads(descendants());
               Call get = main.does(waits.get(200ms));
               // Where no result waits for its callback there is nothing to judge.
               EXPECT_THAT(get, AnyOf(raises("TimeoutError"), returns(1)));
               waited = testing::Matches(raises("TimeoutError"))(get);
               busy = waited && kept_cpu_busy(before, read_threads(descendants()), get.took());
             }
             EXPECT_FALSE(busy) << "the pool keeps a processor busy while it waits for a callback";
             callback.does(self::returns());
             third_task.does(self::returns(16));
             EXPECT_THAT(main.does(second.get()), returns(9));
             EXPECT_THAT(main.does(third.get()), returns(16));
             close_and_join(main, pool);
           }},
      {.id = "callback.may_use_the_pool",
       .level = Level::kShould,
       .says = "A callback may hand in the next task with apply_async(), and ask results whether "
               "they are ready.",
       .notes = {"cb.called_with_result"},
       .documented = {"POOL-41"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [first, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(3));
             Puppet& callback = stage.arrival(done(task));
             RemoteAsyncResult next = result_named("next");
             callback.must(pool.apply_async(next, "square", {3}));
             EXPECT_THAT(callback.does(first.ready()), returns(false));
             EXPECT_THAT(callback.does(next.ready()), returns(false));
             callback.does(self::returns());
             EXPECT_THAT(main.does(first.get()), returns(3));
             EXPECT_THAT(main.does(next.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "callback.what_it_returns_is_dropped",
       .level = Level::kMust,
       .says = "What a callback returns changes nothing: get() gives what the task returned, or "
               "raises what it raised.",
       .documented = {"POOL-42", "ARES-03"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [good, good_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             good_task.does(self::returns("task"));
             stage.arrival(done(good_task)).does(self::returns("callback"));
             EXPECT_THAT(main.does(good.get()), returns("task"));
             auto [bad, bad_task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             bad_task.does(self::raises("KeyError"));
             stage.arrival(failed(bad_task)).does(self::returns("callback"));
             EXPECT_THAT(main.does(bad.get()), raises("KeyError"));
             EXPECT_THAT(main.does(bad.successful()), returns(false));
             close_and_join(main, pool);
           }},
      {.id = "callback.join_waits_for_it",
       .level = Level::kShould,
       .says = "After close(), join() waits for callbacks, too.",
       .notes = {"pool.apply_async.must_join", "pool.sample.async_end_after_join"},
       .documented = {"POOL-32", "POOL-44"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(done(task));
             EXPECT_THAT(main.does(pool.close()), returns(nullptr));
             Call join = main.begins(pool.join());
             EXPECT_THAT(join, blocks());
             callback.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(result.get(0s)), returns(1));
           }},
      {.id = "callback.of_an_unpicklable_result_is_the_error_one",
       .level = Level::kShould,
       .says = "A result, or an argument, that can't be serialised calls error_callback with the "
               "error.",
       .documented = {"POOL-42", "POOL-24", "POOL-23"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(Value::unpicklable()));
             Puppet& callback = stage.arrival(failed(task));
             EXPECT_EQ(arguments_of(callback),
                       Value::list({exception_object("MaybeEncodingError")}));
             callback.does(self::returns());
             const Callbacks callbacks = expects_callbacks(stage);
             RemoteAsyncResult unsent = result_named("unsent");
             main.must(pool.apply_async(unsent, "identity", {Value::unpicklable()}, callbacks));
             Puppet& other = stage.arrival(callbacks.error_callback);
             EXPECT_EQ(arguments_of(other), Value::list({exception_object("TypeError")}));
             other.does(self::returns());
             EXPECT_THAT(main.does(unsent.get()), raises("TypeError"));
             EXPECT_THAT(main.does(result.get()), raises("MaybeEncodingError"));
             close_and_join(main, pool);
             EXPECT_FALSE(stage.has_come(done(task)));
             EXPECT_FALSE(stage.has_come(callbacks.callback));
           }},

      // ---- Of maps.
      {.id = "callback.of_a_map_gets_the_whole_list",
       .level = Level::kMust,
       .says = "The callback of map_async() and of starmap_async() is called once, with the list "
               "of all results, when the last one has come.",
       .notes = {"pool.map_async.async_with_callback", "cb.only_async"},
       .documented = {"POOL-43"},
       .needs = {"pool.map_async", "pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (bool star : {false, true}) {
               Value::List tasks = puppet_items(stage, 2), items;
               for (const Value& task : tasks) items.push_back(star ? Value::tuple({task}) : task);
               const Callbacks callbacks = expects_callbacks(stage);
               RemoteAsyncResult result = result_named("result");
               main.must(star ? pool.starmap_async(result, "puppet", items, 1, callbacks)
                              : pool.map_async(result, "puppet", items, 1, callbacks));
               Puppet& first = arrival(stage, tasks[0]);
               Puppet& second = arrival(stage, tasks[1]);
               second.does(self::returns(2));
               stage.comes_to_rest();
               EXPECT_FALSE(stage.has_come(callbacks.callback));
               first.does(self::returns(1));
               Puppet& callback = stage.arrival(callbacks.callback);
               EXPECT_EQ(arguments_of(callback), Value::list({Value::list({1, 2})}));
               Call get = main.begins(result.get());
               EXPECT_THAT(get, blocks());
               callback.does(self::returns());
               EXPECT_THAT(get, returns(Value::list({1, 2})));
               EXPECT_FALSE(stage.has_come(callbacks.error_callback));
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.of_a_map_that_fails_gets_the_first_error",
       .level = Level::kMust,
       .says = "When items of map_async() or starmap_async() fail, error_callback is called once, "
               "with the first error, when all chunks are done; callback is not.",
       .notes = {"pool.map_async.async_with_callback"},
       .documented = {"POOL-43", "POOL-20"},
       .needs = {"pool.map_async", "pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (bool star : {false, true}) {
               Value::List tasks = puppet_items(stage, 2), items;
               for (const Value& task : tasks) items.push_back(star ? Value::tuple({task}) : task);
               const Callbacks callbacks = expects_callbacks(stage);
               RemoteAsyncResult result = result_named("result");
               main.must(star ? pool.starmap_async(result, "puppet", items, 1, callbacks)
                              : pool.map_async(result, "puppet", items, 1, callbacks));
               Puppet& first = arrival(stage, tasks[0]);
               Puppet& second = arrival(stage, tasks[1]);
               second.does(self::raises("KeyError"));
               stage.comes_to_rest();
               EXPECT_FALSE(stage.has_come(callbacks.error_callback));
               first.does(self::raises("ValueError"));
               Puppet& callback = stage.arrival(callbacks.error_callback);
               EXPECT_EQ(arguments_of(callback), Value::list({exception_object("KeyError")}));
               EXPECT_THAT(main.does(result.ready()), returns(false));
               callback.does(self::returns());
               EXPECT_THAT(main.does(result.get()), raises("KeyError"));
               EXPECT_FALSE(stage.has_come(callbacks.callback));
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.of_a_map_over_nothing",
       .level = Level::kVariation,
       .says = "The callback of a map_async() over nothing is called with an empty list, or not "
               "at all.",
       .documented = {"POOL-45"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Callbacks callbacks = expects_callbacks(stage);
             RemoteAsyncResult result = result_named("result");
             Call map = main.begins(pool.map_async(result, "fail", {}, {}, callbacks));
             stage.comes_to_rest();
             std::string seen = "is not called";
             if (stage.has_come(callbacks.callback)) {
               Puppet& callback = stage.arrival(callbacks.callback);
               seen = arguments_of(callback) == Value::list({Value::list({})})
                          ? "gets an empty list"
                          : "gets something else";
               callback.does(self::returns());
             }
             EXPECT_THAT(map, returns(nullptr));
             EXPECT_THAT(main.does(result.get()), returns(Value::list({})));
             close_and_join(main, pool);
             EXPECT_FALSE(stage.has_come(callbacks.error_callback));
             stage.varies(seen, {"is not called", "gets an empty list"});
           }},

      // ---- Callbacks that fail.
      {.id = "callback.that_raises_harms_only_itself",
       .level = Level::kBeyond,
       .says = "When a callback raises, its result becomes ready with the task's value all the "
               "same, and the pool goes on.",
       .notes = {"cb.exception_in_callback_timing", "cb.sample_none_result"},
       .documented = {"ROB-06", "POOL-47"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::returns(5));
             stage.arrival(done(task)).does(self::raises("ValueError", "of the callback"));
             EXPECT_EQ(main.must(result.get()), Value(5));
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             close_and_join(main, pool);
           }},
      {.id = "callback.error_one_that_raises_harms_only_itself",
       .level = Level::kBeyond,
       .says = "When an error_callback raises, get() raises the task's exception all the same, and "
               "the pool goes on.",
       .documented = {"ROB-06", "POOL-47"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             task.does(self::raises("OSError", "of the task"));
             stage.arrival(failed(task)).does(self::raises("ValueError", "of the callback"));
             main.must(result.wait());
             EXPECT_THAT(main.does(result.get()), raises("OSError"));
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             close_and_join(main, pool);
           }},
      {.id = "callback.of_a_map_that_raises_harms_only_itself",
       .level = Level::kBeyond,
       .says = "When the callback of a map_async() raises, the result becomes ready all the same, "
               "and the pool goes on.",
       .documented = {"ROB-06", "POOL-47"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Callbacks callbacks = expects_callbacks(stage);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.map_async(result, "square", {1, 2}, {}, callbacks));
             stage.arrival(callbacks.callback).does(self::raises("ValueError"));
             EXPECT_EQ(main.must(result.get()), Value::list({1, 4}));
             EXPECT_EQ(main.must(pool.apply("square", {3})), Value(9));
             close_and_join(main, pool);
           }},
      {.id = "callback.of_a_killed_worker_is_the_error_one",
       .level = Level::kBeyond,
       .says = "When the worker of a task is killed, error_callback is called with the error, and "
               "callback is not.",
       .notes = {"pool.result_of_dead_worker_lost"},
       .documented = {"ROB-01", "POOL-42"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             stage.signal(task, SIGKILL);
             Puppet& callback = stage.arrival(failed(task));
             EXPECT_EQ(arguments_of(callback), Value::list({exception_object(kWorkerLost)}));
             callback.does(self::returns());
             EXPECT_THAT(main.does(result.get()), raises(kWorkerLost));
             close_and_join(main, pool);
             EXPECT_FALSE(stage.has_come(done(task)));
           }},
      {.id = "callback.of_a_map_one_of_whose_chunks_fails",
       .level = Level::kMust,
       .says = "One chunk of a map fails, the others do not: error_callback is called once, with "
               "that error, whichever of them is done last; callback is not.",
       .notes = {"pool.map_async.async_with_callback"},
       .documented = {"POOL-43", "POOL-20"},
       .needs = {"pool.map_async", "pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             for (bool star : {false, true}) {
               for (size_t failing : {0, 1, 2}) {  // this one is done as the first, second, or last
                 Value::List tasks = puppet_items(stage, 3), items;
                 for (const Value& task : tasks)
                   items.push_back(star ? Value::tuple({task}) : task);
                 const Callbacks callbacks = expects_callbacks(stage);
                 RemoteAsyncResult result = result_named("result");
                 main.must(star ? pool.starmap_async(result, "puppet", items, 1, callbacks)
                                : pool.map_async(result, "puppet", items, 1, callbacks));
                 std::vector<Puppet*> arrived;
                 for (const Value& task : tasks) arrived.push_back(&arrival(stage, task));
                 for (size_t i = 0; i < arrived.size(); ++i) {
                   arrived[i]->does(i == failing ? self::raises("KeyError") : self::returns(1));
                   if (i < 2) stage.comes_to_rest();
                 }
                 Puppet& callback = stage.arrival(callbacks.error_callback);
                 EXPECT_EQ(arguments_of(callback), Value::list({exception_object("KeyError")}));
                 callback.does(self::returns());
                 EXPECT_THAT(main.does(result.get()), raises("KeyError"));
                 EXPECT_FALSE(stage.has_come(callbacks.callback));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "callback.may_terminate_its_pool",
       .level = Level::kBeyond,
       .says = "A callback may terminate() its pool, as who looks for one answer does when it has "
               "it: the other workers end, and the result that it was called for comes.",
       .documented = {"ROB-11", "POOL-33"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             auto [other_result, other] = stage.apply_async_puppet(main, pool);
             task.does(self::returns("found"));
             Puppet& callback = stage.arrival(done(task));
             EXPECT_THAT(callback.does(pool.terminate()), returns(nullptr));
             EXPECT_TRUE(stage.process_ends(other));
             callback.does(self::returns());
             EXPECT_THAT(main.does(result.get()), returns("found"));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
  };
}

}  // namespace conformance
