// AsyncResult: what apply_async(), map_async() and starmap_async() return.
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

}  // namespace

Claims async_result_claims() {
  return {
      {.id = "async_result.ready.stays",
       .level = Level::kMust,
       .says = "ready() is False until the task is done, whether it returns or fails, and True "
               "from then on.",
       .notes = {"ar.ready", "ar.methods_on_pool"},
       .documented = {"ARES-01"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Op& ending : {self::returns(0), self::raises("ValueError")}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(main.does(result.ready()), returns(false));
               EXPECT_THAT(main.does(result.wait(0s)), returns(nullptr));
               EXPECT_THAT(main.does(result.ready()), returns(false));
               task.does(ending);
               EXPECT_THAT(main.does(result.wait()), returns(nullptr));
               EXPECT_THAT(main.does(result.ready()), returns(true));
               main.does(result.get());
               EXPECT_THAT(main.does(result.ready()), returns(true));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.successful.tells_success_from_failure",
       .level = Level::kMust,
       .says =
           "successful() is True of a task that returned, whatever the value, False of one that "
           "raised, and a ValueError before the task is done.",
       .notes = {"ar.successful_true", "ar.successful_assertion_error"},
       .documented = {"ARES-02"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (auto [ending, success] : {std::pair(self::returns(), true),
                                            {self::returns(false), true},
                                            {self::raises("ValueError"), false}}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(main.does(result.successful()), raises("ValueError"));
               task.does(ending);
               main.must(result.wait());
               EXPECT_THAT(main.does(result.successful()), returns(success));
               EXPECT_THAT(main.does(result.successful()), returns(success));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.wait.returns_nothing",
       .level = Level::kMust,
       .says = "wait() blocks until the task is done and returns None in every case: success, "
               "failure, or time that is up. It raises nothing.",
       .notes = {"ar.wait"},
       .documented = {"ARES-07"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Op& ending : {self::returns(7), self::raises("KeyError")}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(main.does(result.wait(20ms)), AllOf(returns(nullptr), took_about(20ms)));
               Call wait = main.begins(result.wait());
               EXPECT_THAT(wait, blocks());
               task.does(ending);
               EXPECT_THAT(wait, returns(nullptr));
               EXPECT_THAT(main.does(result.wait()), returns(nullptr));
               EXPECT_THAT(main.does(result.wait(kLong)), returns(nullptr));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.wait.ends_with_the_task",
       .level = Level::kMust,
       .says = "wait(t) and get(t) end when the task does, not when t has passed.",
       .notes = {"ar.wait", "ar.get_waits_forever"},
       .documented = {"ARES-07", "ARES-05"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Puppet& thread = stage.start_thread(main);
             Call wait = main.begins(result.wait(kLong));
             Call get = thread.begins(result.get(kLong));
             task.does(self::returns(1));
             EXPECT_THAT(wait, AllOf(returns(nullptr), Not(took_at_least(kLong))));
             EXPECT_THAT(get, AllOf(returns(1), Not(took_at_least(kLong))));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.without_time_takes_what_is_there",
       .level = Level::kShould,
       .says = "get(0), and get() with a negative timeout, return a result that has come, and "
               "raise TimeoutError at once if none has.",
       .notes = {"ar.get_timeout_error"},
       .documented = {"ARES-08", "ARES-05"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(result.get(0s)), raises("TimeoutError"));
             EXPECT_THAT(main.does(result.get(-1s)), raises("TimeoutError"));
             task.does(self::returns(5));
             main.must(result.wait());
             EXPECT_THAT(main.does(result.get(0s)), returns(5));
             EXPECT_THAT(main.does(result.get(-1s)), returns(5));
             EXPECT_THAT(main.does(result.get(nullptr)), returns(5));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.timeout_is_an_error_of_the_module",
       .level = Level::kMust,
       .says = "The TimeoutError of get() is a ProcessError of the module; it is not the builtin "
               "TimeoutError, which is an OSError.",
       .notes = {"ar.get_timeout_error"},
       .documented = {"ARES-06", "ARES-05"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Call get = main.does(result.get(1ms));
             EXPECT_THAT(get, AllOf(raises("TimeoutError"), raises("ProcessError")));
             EXPECT_THAT(raised_by(get).bases, Not(Contains("OSError")));
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.wakes_all_who_wait",
       .level = Level::kShould,
       .says = "Several threads may wait for one result, some with get(), some with wait(); all go "
               "on when it comes.",
       .notes = {"ar.get_waits_forever"},
       .documented = {"ARES-09"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const Op& ending : {self::returns("same"), self::raises("KeyError")}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               Call second = stage.start_thread(main).begins(result.get());
               Call third = stage.start_thread(main).begins(result.wait());
               Call first = main.begins(result.get());
               for (const Call& call : {first, second, third}) EXPECT_THAT(call, blocks());
               task.does(ending);
               const bool fails = ending.name == "puppet.raise";
               for (const Call& call : {first, second})
                 EXPECT_THAT(call, fails ? raises("KeyError") : returns("same"));
               EXPECT_THAT(third, returns(nullptr));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.may_be_called_after_the_pool",
       .level = Level::kMust,
       .says = "Results stay after close() and join(): get(), ready() and successful() answer as "
               "before, again and again.",
       .notes = {"ar.get_repeatable", "pool.apply_async.must_close"},
       .documented = {"ARES-12", "ARES-03", "ARES-04"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult good = result_named("good"), bad = result_named("bad");
             main.must(pool.apply_async(good, "square", {6}));
             main.must(pool.apply_async(bad, "fail", {"why"}));
             close_and_join(main, pool);
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(main.does(good.get()), returns(36));
               EXPECT_THAT(main.does(bad.get()), raises("ValueError"));
             }
             EXPECT_THAT(main.does(good.ready()), returns(true));
             EXPECT_THAT(main.does(good.successful()), returns(true));
             EXPECT_THAT(main.does(bad.successful()), returns(false));
             EXPECT_THAT(main.does(bad.wait()), returns(nullptr));
           }},
      {.id = "async_result.get.in_any_order",
       .level = Level::kMust,
       .says = "Results may be fetched in any order; each belongs to its own task, whichever was "
               "done first.",
       .notes = {"pool.sample.async_five_then_two", "pool.apply_async.like_map_single"},
       .documented = {"ARES-03", "POOL-10"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             auto [first, first_task] = stage.apply_async_puppet(main, pool);
             auto [second, second_task] = stage.apply_async_puppet(main, pool);
             auto [third, third_task] = stage.apply_async_puppet(main, pool);
             third_task.does(self::returns("third"));
             EXPECT_THAT(main.does(third.get()), returns("third"));
             EXPECT_THAT(main.does(first.ready()), returns(false));
             EXPECT_THAT(main.does(second.ready()), returns(false));
             first_task.does(self::raises("KeyError", "first"));
             second_task.does(self::returns("second"));
             EXPECT_THAT(main.does(second.get()), returns("second"));
             EXPECT_THAT(main.does(first.get()), raises("KeyError"));
             EXPECT_THAT(main.does(third.get()), returns("third"));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.keeps_type_and_arguments",
       .level = Level::kMust,
       .says = "Whatever exception a task raises, get() raises one of the same type, with the same "
               "arguments and message, every time.",
       .notes = {"ar.get_reraises"},
       .documented = {"POOL-19", "ARES-04", "ARES-13"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (const char* type : {"KeyError", "IndexError", "OSError", "ZeroDivisionError",
                                      "RuntimeError", "EOFError", "NotImplementedError"}) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               task.does(self::raises(type, "of mine"));
               for (int i = 0; i < 2; ++i) {
                 Call get = main.does(result.get());
                 EXPECT_THAT(get, raises(type));
                 EXPECT_EQ(raised_by(get).type, type);
                 EXPECT_EQ(raised_by(get).args, Value::list({"of mine"}));
                 EXPECT_THAT(raised_by(get).message, HasSubstr("of mine"));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.tells_where_the_task_failed",
       .level = Level::kShould,
       .says = "The exception that get() raises has the worker's traceback as its cause, a "
               "RemoteTraceback whose text has the function and the error.",
       .notes = {"ar.get_reraises"},
       .documented = {"POOL-19"},
       .needs = {"pool", "exception.cause", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.apply_async(result, "fail", {"far away"}));
             for (const Op& op : {result.get(), pool.apply("fail", {"far away"}),
                                  pool.map("fail", {"far away"})}) {
               const Raised& raised = raised_by(main.does(op));
               EXPECT_EQ(raised.cause_type, "RemoteTraceback") << op.text();
               EXPECT_THAT(raised.cause_message,
                           AllOf(HasSubstr("Traceback (most recent call last)"),
                                 HasSubstr("in fail"), HasSubstr("ValueError: far away")));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.gives_the_same_object",
       .level = Level::kShould,
       .says = "get() gives the same object each time, not a copy.",
       .notes = {"ar.get_repeatable"},
       .documented = {"ARES-03"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.apply_async(result, "identity", {Value::list({1})}));
             RemoteList list;
             list.name = "list";
             Op get = result.get();
             get.as = {list.name};
             main.must(get);
             main.must(list.append(2));
             EXPECT_THAT(main.does(result.get()), returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "async_result.map.is_ready_when_all_are_done",
       .level = Level::kShould,
       .says = "The result of map_async() is not ready while one chunk runs, even if another one "
               "has failed; until then get(t) times out and successful() raises ValueError.",
       .documented = {"ARES-10", "ARES-02", "ARES-05", "POOL-20"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (bool fails : {false, true}) {
               Value::List tasks = puppet_items(stage, 2);
               RemoteAsyncResult result = result_named("result");
               main.must(pool.map_async(result, "puppet", tasks, 1));
               Puppet& first = arrival(stage, tasks[0]);
               Puppet& second = arrival(stage, tasks[1]);
               first.does(fails ? self::raises("KeyError") : self::returns(1));
               stage.comes_to_rest();
               EXPECT_THAT(main.does(result.ready()), returns(false));
               EXPECT_THAT(main.does(result.successful()), raises("ValueError"));
               EXPECT_THAT(main.does(result.get(10ms)), raises("TimeoutError"));
               EXPECT_THAT(main.does(result.wait(0s)), returns(nullptr));
               second.does(self::returns(2));
               main.must(result.wait());
               EXPECT_THAT(main.does(result.successful()), returns(!fails));
               for (int i = 0; i < 2; ++i) {
                 EXPECT_THAT(main.does(result.get(0s)),
                             fails ? raises("KeyError") : returns(Value::list({1, 2})));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.map.wakes_who_waits",
       .level = Level::kMust,
       .says = "wait() and get() of a map's result block until the last chunk is done, and end "
               "then.",
       .notes = {"pool.map_async.async_with_callback"},
       .documented = {"ARES-03", "ARES-07", "ARES-10"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Value::List tasks = puppet_items(stage, 2);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.map_async(result, "puppet", tasks, 1));
             Puppet& thread = stage.start_thread(main);
             Call wait = main.begins(result.wait());
             Call get = thread.begins(result.get());
             arrival(stage, tasks[0]).does(self::returns(1));
             Puppet& second = arrival(stage, tasks[1]);
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(get, blocks());
             second.does(self::returns(2));
             EXPECT_THAT(wait, returns(nullptr));
             EXPECT_THAT(get, returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.keeps_what_an_exception_holds",
       .level = Level::kShould,
       .says = "An exception comes out of get() with all that it held in the worker, not only its "
               "arguments: it says what it said there.",
       .documented = {"POOL-19", "ARES-04"},
       .needs = {"pool", "pool.map_async", "pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult one = result_named("one"), many = result_named("many");
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.apply_async(one, "fail_in_detail", {"far away"}));
             main.must(pool.map_async(many, "fail_in_detail", {"far away"}));
             main.must(pool.imap(results, "fail_in_detail", {"far away"}));
             for (const Op& op : {one.get(), one.get(), many.get(), many.get(), results.next(),
                                  pool.apply("fail_in_detail", {"far away"})}) {
               const Call failed = main.does(op);
               EXPECT_THAT(failed, raises("ValueError"));
               EXPECT_EQ(raised_by(failed).message, "far away") << op.text();
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.tells_what_the_error_came_of",
       .level = Level::kShould,
       .says = "Where a task's error has a cause of its own, the text of its place has that, too.",
       .documented = {"POOL-19"},
       .needs = {"pool", "exception.cause", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Op raising = self::raises("ValueError", "what came of it");
             raising.args.emplace_back("cause", Value("KeyError"));
             task.does(std::move(raising));
             const Raised& raised = raised_by(main.does(result.get()));
             EXPECT_THAT(raised.cause_message,
                         AllOf(HasSubstr("what came of it"), HasSubstr("KeyError"),
                               HasSubstr("direct cause")));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.keeps_the_number_of_a_systems_error",
       .level = Level::kMust,
       .says = "An OSError comes out of get() with the number with which it was raised, and as "
               "what stands for that number: FileNotFoundError for ENOENT.",
       .documented = {"POOL-19", "ARES-04"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             for (const auto& [number, type] :
                  {std::pair(ENOENT, "FileNotFoundError"), std::pair(ENOSPC, "OSError")}) {
               const Call failed = main.does(pool.apply("fail_as_the_system", {number}));
               EXPECT_THAT(failed, raises(type));
               const Value args = raised_by(failed).args;
               EXPECT_THAT(as_list(args), Not(testing::IsEmpty()));
               EXPECT_EQ(as_list(args).at(0), Value(number)) << failed.text();
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.keeps_the_file_of_a_systems_error",
       .level = Level::kMust,
       .says = "An OSError about a file comes out of get() with the name of that file.",
       .documented = {"POOL-19", "ARES-04"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             const Call failed = main.does(pool.apply("fail_as_the_system", {ENOENT, "a file"}));
             EXPECT_THAT(failed, raises("FileNotFoundError"));
             EXPECT_THAT(raised_by(failed).message, HasSubstr("a file"));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.keeps_the_message_of_buffer_too_short",
       .level = Level::kShould,
       .says = "A BufferTooShort comes out of get() with the message that it was raised with.",
       .documented = {"POOL-19", "ARES-04"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             const Value message = Value::bytes("too long for you");
             const Call failed = main.does(pool.apply("fail_for_lack_of_room", {message}));
             EXPECT_THAT(failed, raises("BufferTooShort"));
             EXPECT_EQ(raised_by(failed).args, Value::list({message}));
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.waits_behind_other_tasks",
       .level = Level::kMust,
       .says = "get() of a task that has not begun waits until a worker was free and the task is "
               "done; a timeout on the way takes nothing from it.",
       .notes = {"ar.get_waits_forever", "pool.full_pool_requests_wait"},
       .documented = {"ARES-03", "ARES-05"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult behind = result_named("behind");
             main.must(pool.apply_async(behind, "square", {8}));
             EXPECT_THAT(main.does(behind.get(20ms)),
                         AllOf(raises("TimeoutError"), took_about(20ms)));
             Call get = main.begins(behind.get());
             EXPECT_THAT(get, blocks());
             task.does(self::returns());
             EXPECT_THAT(get, returns(64));
             close_and_join(main, pool);
           }},
  };
}

}  // namespace conformance
