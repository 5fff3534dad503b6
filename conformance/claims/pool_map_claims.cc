// Pool.map(), starmap() and their async forms: chunks, order, errors, input of every kind.
#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Puppets that run at once, one in each worker of a pool, as a map that is on its way.
struct Mapped {
  Call map;
  Puppet& first;
  Puppet& second;
};
Mapped map_two_puppets(Stage& stage, Puppet& main, const RemotePool& pool) {
  Value::List tasks = puppet_items(stage, 2);
  Call map = main.begins(pool.map("puppet", tasks, 1));
  return {map, arrival(stage, tasks[0]), arrival(stage, tasks[1])};
}

}  // namespace

Claims pool_map_claims() {
  return {
      {.id = "pool.map.waits_for_all_of_its_tasks",
       .level = Level::kMust,
       .says = "map() runs items at the same time, waits for all, and returns their results in "
               "the order of the input, whichever was done first.",
       .notes = {"pool.map.blocks", "pool.map.order_preserved", "pool.map.parallel"},
       .documented = {"POOL-12", "POOL-11"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [map, first, second] = map_two_puppets(stage, main, pool);
             second.does(self::returns("second"));
             EXPECT_THAT(map, blocks());
             first.does(self::returns("first"));
             EXPECT_THAT(map, returns(Value::list({"first", "second"})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.hands_each_item_over_as_one_argument",
       .level = Level::kMust,
       .says = "map() calls the function with one argument, the item, be it a tuple or a list.",
       .notes = {"pool.map.each_element_one_argument", "pool.map.multi_args_tuple_fails"},
       .documented = {"POOL-12"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             const Value::List items = {Value::tuple({1, 2}), Value::list({3, 4}), Value::tuple({}),
                                        nullptr, "ab"};
             Value::List alone;
             for (const Value& item : items) alone.push_back(Value::list({item}));
             for (int chunksize : {1, 3}) {
               EXPECT_THAT(main.does(pool.map("arguments", items, chunksize)),
                           returns(Value::list(alone)));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.map.without_items_is_done_at_once",
       .level = Level::kShould,
       .says = "map() over nothing returns an empty list without asking a worker, though all are "
               "busy; starmap() and map_async() do so, too.",
       .documented = {"POOL-13", "POOL-45"},
       .needs = {"pool.map_async", "pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult nothing = result_named("nothing");
             EXPECT_THAT(main.does(pool.map("fail", {})), returns(Value::list({})));
             EXPECT_THAT(main.does(pool.map("fail", {}, 5)), returns(Value::list({})));
             EXPECT_THAT(main.does(pool.starmap("fail", {})), returns(Value::list({})));
             main.must(pool.map_async(nothing, "fail", {}));
             EXPECT_THAT(main.does(nothing.ready()), returns(true));
             EXPECT_THAT(main.does(nothing.successful()), returns(true));
             EXPECT_THAT(main.does(nothing.get()), returns(Value::list({})));
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.map.takes_what_can_be_iterated",
       .level = Level::kShould,
       .says = "map() reads any iterable, also one without a length, once and to its end.",
       .documented = {"POOL-14", "POOL-12"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {3}, {50}}) {
               RemoteSource source = main.source({.items = numbers(20)});
               EXPECT_THAT(main.does(pool.map("square", source, chunksize)),
                           returns(Value::list(squares(20))));
               EXPECT_THAT(main.does(source.taken()), returns(20));
             }
             RemoteSource empty = main.source({.items = Value::List()});
             EXPECT_THAT(main.does(pool.map("fail", empty)), returns(Value::list({})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.refuses_what_cannot_be_iterated",
       .level = Level::kMust,
       .says = "map() of something that can't be iterated raises TypeError, and the pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.map("square", Input::raw(5))), raises("TypeError"));
             EXPECT_THAT(main.does(pool.map("square", Input::raw(nullptr))), raises("TypeError"));
             EXPECT_THAT(main.does(pool.map("square", {3})), returns(Value::list({9})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.carries_big_items",
       .level = Level::kMust,
       .says = "Items and results of a map may be larger than any channel holds, together and "
               "each.",
       .documented = {"POOL-12", "POOL-59"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List items;
             for (int i = 0; i < 4; ++i) items.push_back(big_item(i));
             for (int chunksize : {1, 3}) {
               EXPECT_THAT(main.does(pool.map("identity", items, chunksize)),
                           returns(Value::list(items)));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.map.works_on_thousands_of_items",
       .level = Level::kMust,
       .says = "map() over thousands of items returns every result in its place.",
       .notes = {"pool.data_parallel", "pool.map.larger_chunks_faster"},
       .documented = {"POOL-12", "POOL-15"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             EXPECT_THAT(main.does(pool.map("square", numbers(5000))),
                         returns(Value::list(squares(5000))));
             EXPECT_THAT(main.does(pool.map("square", numbers(1000), 7)),
                         returns(Value::list(squares(1000))));
             close_and_join(main, pool);
           }},

      // ---- Chunks. With maxtasksperchild=1 each chunk has a process of its own.
      {.id = "pool.map.chunks_have_the_size_asked_for",
       .level = Level::kShould,
       .says = "With chunksize=k, k neighbours go to one worker together; the last chunk may be "
               "shorter.",
       .notes = {"pool.map.chunks"},
       .documented = {"POOL-16"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 2, .maxtasksperchild = 1});
             EXPECT_THAT(runs(main.must(pool.map("pid", numbers(10), 4))), ElementsAre(4, 4, 2));
             EXPECT_THAT(runs(main.must(pool.map("pid", numbers(3), 1))), ElementsAre(1, 1, 1));
             EXPECT_THAT(runs(main.must(pool.map("pid", numbers(3), 100))), ElementsAre(3));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.default_chunks_are_four_for_each_worker",
       .level = Level::kShould,
       .says = "Without chunksize the input is cut into about four chunks for each worker: a chunk "
               "has len / (4 * processes) items, rounded up.",
       .notes = {"pool.map.default_chunksize", "pool.map.chunks"},
       .documented = {"POOL-15"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (auto [items, chunks] : {std::pair(17, std::vector<int>{3, 3, 3, 3, 3, 2}),
                                          {16, {2, 2, 2, 2, 2, 2, 2, 2}},
                                          {3, {1, 1, 1}}}) {
               // A new pool each time: while workers are replaced CPython counts those that are there.
               RemotePool pool = main.pool({.processes = 2, .maxtasksperchild = 1});
               EXPECT_EQ(runs(main.must(pool.map("pid", numbers(items)))), chunks);
               close_and_join(main, pool);
             }
           }},
      {.id = "pool.map.runs_a_chunk_item_by_item",
       .level = Level::kShould,
       .says = "The items of a chunk run one after the other, in order, in one worker, though "
               "another one is free.",
       .notes = {"pool.map.chunks"},
       .documented = {"POOL-16"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List tasks = puppet_items(stage, 2);
             Call map = main.begins(pool.map("puppet", tasks, 2));
             Puppet& first = arrival(stage, tasks[0]);
             EXPECT_THAT(map, blocks());
             EXPECT_FALSE(has_come(stage, tasks[1]));
             first.does(self::returns(1));
             Puppet& second = arrival(stage, tasks[1]);
             EXPECT_EQ(second.pid(), first.pid());
             second.does(self::returns(2));
             EXPECT_THAT(map, returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.chunksize_below_one",
       .level = Level::kVariation,
       .says = "chunksize=0 is refused, gives a list of None without running anything, or counts "
               "as 1; the pool goes on.",
       .documented = {"POOL-17"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Call call = main.does(pool.map("square", {2, 3}, 0));
             EXPECT_THAT(main.does(pool.map("square", {2, 3}, 1)), returns(Value::list({4, 9})));
             close_and_join(main, pool);
             std::string seen = "something else";
             if (const Returned* returned = std::get_if<Returned>(&call.outcome())) {
               if (returned->value == Value::list({nullptr, nullptr})) seen = "None for each item";
               if (returned->value == Value::list({4, 9})) seen = "as one";
             } else if (raised_by(call).is_a("ValueError")) {
               seen = "ValueError";
             }
             stage.varies(seen, {"None for each item", "as one", "ValueError"});
           }},

      // ---- Errors.
      {.id = "pool.map.waits_for_the_rest_after_an_error",
       .level = Level::kShould,
       .says = "When one item fails, map() raises its error only when all other chunks are done, "
               "too.",
       .notes = {"pool.map.exception_kills_pool"},
       .documented = {"POOL-20"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [map, first, second] = map_two_puppets(stage, main, pool);
             first.does(self::raises("KeyError", "key"));
             EXPECT_THAT(map, blocks());
             second.does(self::returns(2));
             EXPECT_THAT(map, raises("KeyError"));
             EXPECT_EQ(raised_by(map).args, Value::list({"key"}));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.raises_the_error_that_came_first",
       .level = Level::kShould,
       .says = "Of several errors map() raises the one that happened first, wherever its item "
               "stands.",
       .notes = {"pool.map.exception_kills_pool"},
       .documented = {"POOL-20"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [map, first, second] = map_two_puppets(stage, main, pool);
             second.does(self::raises("KeyError", "earlier"));
             EXPECT_THAT(map, blocks());
             first.does(self::raises("ValueError", "later"));
             EXPECT_THAT(map, raises("KeyError"));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.skips_the_rest_of_a_chunk_that_failed",
       .level = Level::kShould,
       .says = "In a chunk the items behind one that failed are not run; other chunks are.",
       .documented = {"POOL-21", "POOL-20"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Value::List tasks = puppet_items(stage, 4);
             Call map = main.begins(pool.map("puppet", tasks, 2));
             arrival(stage, tasks[0]).does(self::raises("ValueError"));
             arrival(stage, tasks[2]).does(self::returns());
             arrival(stage, tasks[3]).does(self::returns());
             EXPECT_THAT(map, raises("ValueError"));
             EXPECT_FALSE(has_come(stage, tasks[1]));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.raises_the_error_of_an_item_in_any_chunk",
       .level = Level::kMust,
       .says = "The error of a single item among many comes out of map() with type and arguments, "
               "whatever the chunk size.",
       .notes = {"pool.map.exception_kills_pool"},
       .documented = {"POOL-19", "POOL-20"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List items = numbers(20);
             items[13] = -13;
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {6}, {20}}) {
               Call map = main.does(pool.map("positive", items, chunksize));
               EXPECT_THAT(map, raises("ValueError"));
               EXPECT_EQ(raised_by(map).args, Value::list({-13}));
             }
             items[13] = 13;
             EXPECT_THAT(main.does(pool.map("positive", items)), returns(Value::list(items)));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.raises_the_error_of_its_input",
       .level = Level::kShould,
       .says = "An exception that the input raises while it is read comes out of map(), and the "
               "pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (int chunksize : {1, 2}) {
               RemoteSource source = main.source({.items = numbers(3), .raises = "KeyError"});
               EXPECT_THAT(main.does(pool.map("square", source, chunksize)), raises("KeyError"));
               EXPECT_THAT(main.does(pool.apply("square", {5})), returns(25));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.map.sequence_that_fails_in_its_first_chunk",
       .level = Level::kShould,
       .says = "Where the reading of a sequence that has a length fails, map() raises that "
               "error, and the pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             const RemoteSource source =
                 main.source({.items = numbers(1), .raises = "KeyError", .length = 3});
             EXPECT_THAT(main.does(pool.map("square", source, 3)), raises("KeyError"));
             EXPECT_THAT(main.does(pool.map("square", {5})), returns(Value::list({25})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.raises_the_error_of_an_input_with_a_length",
       .level = Level::kShould,
       .says = "An exception that an input of known length raises when several chunks of it have "
               "been read comes out of map(), and the pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(2);
             const RemoteSource source =
                 main.source({.items = numbers(3), .raises = "KeyError", .length = 8});
             EXPECT_THAT(main.does(pool.map("square", source, 1)), raises("KeyError"));
             EXPECT_THAT(main.does(pool.map("square", {5, 6})), returns(Value::list({25, 36})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.unpicklable_item_fails_the_map_only",
       .level = Level::kShould,
       .says = "An item that can't be serialised makes map() raise the serialiser's error, and the "
               "pool goes on.",
       .documented = {"POOL-23"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (int chunksize : {1, 2}) {
               EXPECT_THAT(main.does(pool.map("identity", {1, Value::unpicklable(), 3}, chunksize)),
                           raises("TypeError"));
               EXPECT_THAT(main.does(pool.map("square", {1, 2, 3}, chunksize)),
                           returns(Value::list({1, 4, 9})));
             }
             close_and_join(main, pool);
           }},

      // ---- map_async, starmap.
      {.id = "pool.map_async.does_not_wait",
       .level = Level::kMust,
       .says = "map_async() returns while its tasks run; get() waits for all and returns the list.",
       .notes = {"pool.map_async.async_with_callback"},
       .documented = {"POOL-12", "ARES-10", "ARES-03"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List tasks = puppet_items(stage, 2);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.map_async(result, "puppet", tasks, 1));
             Puppet& first = arrival(stage, tasks[0]);
             Puppet& second = arrival(stage, tasks[1]);
             EXPECT_THAT(main.does(result.ready()), returns(false));
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             second.does(self::returns(2));
             EXPECT_THAT(get, blocks());
             first.does(self::returns(1));
             EXPECT_THAT(get, returns(Value::list({1, 2})));
             EXPECT_THAT(main.does(result.successful()), returns(true));
             close_and_join(main, pool);
           }},
      {.id = "pool.map_async.two_share_the_workers",
       .level = Level::kMust,
       .says = "Several maps and single tasks may be on their way at the same time; none gets the "
               "results of another.",
       .documented = {"POOL-12", "POOL-10"},
       .needs = {"pool.map_async"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [single, task] = stage.apply_async_puppet(main, pool);
             RemoteAsyncResult one = result_named("one"), other = result_named("other"),
                               failing = result_named("failing");
             main.must(pool.map_async(one, "square", numbers(40), 3));
             main.must(pool.map_async(failing, "positive", {1, 2, -3}, 1));
             main.must(pool.map_async(other, "identity", numbers(50)));
             EXPECT_THAT(main.does(other.get()), returns(Value::list(numbers(50))));
             EXPECT_THAT(main.does(failing.get()), raises("ValueError"));
             EXPECT_THAT(main.does(one.get()), returns(Value::list(squares(40))));
             EXPECT_THAT(main.does(single.ready()), returns(false));
             task.does(self::returns("single"));
             EXPECT_THAT(main.does(single.get()), returns("single"));
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap.unpacks_each_item",
       .level = Level::kMust,
       .says = "starmap() calls the function with the elements of each item as its arguments, and "
               "returns the results in order.",
       .notes = {"pool.starmap.multiple_args", "pool.starmap.source_itertools"},
       .documented = {"POOL-18"},
       .needs = {"pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             const Value::List items = {Value::tuple({1, 2}), Value::list({3}), Value::tuple({}),
                                        Value::tuple({Value::list({4}), nullptr})};
             const Value expected =
                 Value::list({Value::list({1, 2}), Value::list({3}), Value::list({}),
                              Value::list({Value::list({4}), nullptr})});
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {3}}) {
               EXPECT_THAT(main.does(pool.starmap("arguments", items, chunksize)),
                           returns(expected));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap.fails_for_items_that_cannot_be_unpacked",
       .level = Level::kMust,
       .says = "An item that can't be iterated makes starmap() raise TypeError; wrong numbers of "
               "arguments do, too; the pool goes on.",
       .notes = {"pool.starmap.multiple_args"},
       .documented = {"POOL-18"},
       .needs = {"pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.starmap("arguments", {5})), raises("TypeError"));
             EXPECT_THAT(main.does(pool.starmap("square", {Value::tuple({1, 2})})),
                         raises("TypeError"));
             EXPECT_THAT(main.does(pool.starmap("square", {Value::tuple({6})})),
                         returns(Value::list({36})));
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap.raises_what_a_task_raised",
       .level = Level::kMust,
       .says = "The error of an item comes out of starmap(), and out of get() of starmap_async(), "
               "with its type and arguments.",
       .documented = {"POOL-18", "POOL-19"},
       .needs = {"pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             const Value::List items = {Value::tuple({1}), Value::tuple({-2}), Value::tuple({3})};
             RemoteAsyncResult result = result_named("result");
             for (int chunksize : {1, 2}) {
               main.must(pool.starmap_async(result, "positive", items, chunksize));
               for (const Op& op :
                    {pool.starmap("positive", items, chunksize), result.get(), result.get()}) {
                 Call call = main.does(op);
                 EXPECT_THAT(call, raises("ValueError"));
                 EXPECT_EQ(raised_by(call).args, Value::list({-2}));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap_async.does_not_wait",
       .level = Level::kMust,
       .says = "starmap_async() returns while its tasks run; get() returns the results in order.",
       .documented = {"POOL-18", "ARES-10"},
       .needs = {"pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List names = puppet_items(stage, 2), items;
             for (const Value& name : names) items.push_back(Value::tuple({name, "extra"}));
             RemoteAsyncResult result = result_named("result");
             main.must(pool.starmap_async(result, "puppet", items, 1));
             Puppet& first = arrival(stage, names[0]);
             Puppet& second = arrival(stage, names[1]);
             EXPECT_EQ(member_of(second.must(self::arguments()), "args"), Value::list({"extra"}));
             EXPECT_THAT(main.does(result.ready()), returns(false));
             Call get = main.begins(result.get());
             second.does(self::returns(2));
             EXPECT_THAT(get, blocks());
             first.does(self::returns(1));
             EXPECT_THAT(get, returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "pool.map.chunks_may_be_as_big_as_its_input",
       .level = Level::kMust,
       .says = "map() and starmap() return every result in its place however big the chunks are: "
               "thousands of items, all of them, or more than there are.",
       .documented = {"POOL-12", "POOL-16"},
       .needs = {"pool", "pool.starmap"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 5000;
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List tuples;
             for (int i = 0; i < kItems; ++i) tuples.push_back(Value::tuple({i}));
             const Value expected = Value::list(squares(kItems));
             for (int chunksize : {1025, kItems - 1, kItems, 1 << 20}) {
               EXPECT_THAT(main.does(pool.map("square", numbers(kItems), chunksize)),
                           returns(expected));
             }
             EXPECT_THAT(main.does(pool.map("square", numbers(kItems))), returns(expected));
             EXPECT_THAT(main.does(pool.starmap("square", tuples, kItems)), returns(expected));
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap.unpacks_whatever_can_be_iterated",
       .level = Level::kMust,
       .says = "starmap() and starmap_async() unpack items of every kind that can be iterated: "
               "texts, bytes and dictionaries as well as tuples, empty ones as well as long ones.",
       .documented = {"POOL-18"},
       .needs = {"pool.starmap", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             const Value::List items = {"xyz", Value::tuple({1}), Value::bytes("\1\2"), "",
                                        Value::dict({{"key", 5}, {6, 7}})};
             const Value expected =
                 Value::list({Value::list({"x", "y", "z"}), Value::list({1}), Value::list({1, 2}),
                              Value::list({}), Value::list({"key", 6})});
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {3}}) {
               EXPECT_THAT(main.does(pool.starmap("arguments", items, chunksize)),
                           returns(expected));
               RemoteAsyncResult result = result_named("result");
               main.must(pool.starmap_async(result, "arguments", items, chunksize));
               EXPECT_THAT(main.does(result.get()), returns(expected));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.starmap.chunks_are_those_of_map",
       .level = Level::kShould,
       .says = "starmap() cuts its input into chunks as map() does, with chunksize and without.",
       .documented = {"POOL-15", "POOL-16", "POOL-18"},
       .needs = {"pool.starmap", "pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value::List items(9, Value::tuple({1, 2}));
             for (auto [chunksize, chunks] :
                  {std::pair(std::optional<int>(5), std::vector<int>{5, 4}),
                   {std::nullopt, {3, 3, 3}}}) {
               RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
               EXPECT_EQ(runs(main.must(pool.starmap("pid", items, chunksize))), chunks);
               close_and_join(main, pool);
             }
           }},
  };
}

}  // namespace conformance
