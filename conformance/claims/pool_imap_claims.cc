// Pool.imap() and imap_unordered(): iterators over results that come one by one.
#include <algorithm>

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
using testing::ElementsAre;

// imap() or imap_unordered(), for what both must do.
Op imap_of_either_kind(const RemotePool& pool, bool ordered, const RemoteResultIterator& as,
                       std::string func, Input items, std::optional<int> chunksize = {}) {
  return ordered ? pool.imap(as, std::move(func), std::move(items), chunksize)
                 : pool.imap_unordered(as, std::move(func), std::move(items), chunksize);
}

// What is left in the iterator, up to its end.
Value::List rest_of(Puppet& main, const RemoteResultIterator& results) {
  Value::List all;
  while (true) {
    Call next = main.does(results.next());
    const Returned* returned = std::get_if<Returned>(&next.outcome());
    if (returned == nullptr) {
      EXPECT_THAT(next, raises("StopIteration"));
      return all;
    }
    all.push_back(returned->value);
  }
}

}  // namespace

Claims pool_imap_claims() {
  return {
      {.id = "pool.imap.does_not_wait",
       .level = Level::kMust,
       .says = "imap() and imap_unordered() return an iterator at once; its next() waits for a "
               "result, and others may be handed in meanwhile.",
       .notes = {"pool.imap.iterator", "pool.only_three_methods"},
       .documented = {"POOL-48", "POOL-49"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (bool ordered : {true, false}) {
               Value::List tasks = puppet_items(stage, 1);
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "puppet", tasks));
               Puppet& task = arrival(stage, tasks[0]);
               EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
               Call next = main.begins(results.next());
               EXPECT_THAT(next, blocks());
               task.does(self::returns("done"));
               EXPECT_THAT(next, returns("done"));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.yields_in_the_order_of_the_input",
       .level = Level::kMust,
       .says = "imap() gives each result as soon as it and all before it are there.",
       .notes = {"pool.imap.iterator"},
       .documented = {"POOL-48"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             Value::List tasks = puppet_items(stage, 3);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "puppet", tasks));
             Puppet& first = arrival(stage, tasks[0]);
             Puppet& second = arrival(stage, tasks[1]);
             Puppet& third = arrival(stage, tasks[2]);
             second.does(self::returns(2));
             Call next = main.begins(results.next());
             EXPECT_THAT(next, blocks());
             first.does(self::returns(1));
             EXPECT_THAT(next, returns(1));
             EXPECT_THAT(main.does(results.next()), returns(2));
             next = main.begins(results.next());
             EXPECT_THAT(next, blocks());
             third.does(self::returns(3));
             EXPECT_THAT(next, returns(3));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap_unordered.yields_as_tasks_are_done",
       .level = Level::kMust,
       .says = "imap_unordered() gives results in the order in which they come.",
       .notes = {"pool.imap_unordered.arrival_order"},
       .documented = {"POOL-49"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             Value::List tasks = puppet_items(stage, 3);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "puppet", tasks));
             std::vector<Puppet*> puppets;
             for (const Value& task : tasks) puppets.push_back(&arrival(stage, task));
             for (int i : {2, 0, 1}) {
               Call next = main.begins(results.next());
               EXPECT_THAT(next, blocks());
               puppets[i]->does(self::returns(i));
               EXPECT_THAT(next, returns(i));
             }
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap_unordered.of_one_worker_keeps_the_order",
       .level = Level::kShould,
       .says = "With a single worker imap_unordered() gives results in the order of the input.",
       .notes = {"pool.imap_unordered.arrival_order"},
       .documented = {"POOL-49", "POOL-10"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteResultIterator results = iterator_named("results");
             for (int chunksize : {1, 3}) {
               main.must(pool.imap_unordered(results, "square", numbers(12), chunksize));
               EXPECT_EQ(rest_of(main, results), squares(12));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.gives_all_results_whatever_the_chunks",
       .level = Level::kMust,
       .says = "Every result comes once from imap(), in order, and from imap_unordered(), in some "
               "order, with any chunk size.",
       .documented = {"POOL-48", "POOL-49", "POOL-52"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(3);
             RemoteResultIterator results = iterator_named("results");
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {2}, {7}, {100}}) {
               main.must(pool.imap(results, "square", numbers(25), chunksize));
               EXPECT_EQ(rest_of(main, results), squares(25));
               main.must(pool.imap_unordered(results, "square", numbers(25), chunksize));
               EXPECT_THAT(rest_of(main, results), testing::UnorderedElementsAreArray(squares(25)));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.takes_items_one_by_one",
       .level = Level::kMust,
       .says = "Without chunksize each item is a task of its own.",
       .documented = {"POOL-48", "POOL-16"},
       .needs = {"pool.imap", "pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "pid", numbers(4)));
             EXPECT_THAT(runs(Value::list(rest_of(main, results))), ElementsAre(1, 1, 1, 1));
             main.must(pool.imap_unordered(results, "pid", numbers(3)));
             EXPECT_THAT(runs(Value::list(rest_of(main, results))), ElementsAre(1, 1, 1));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.chunks_have_the_size_asked_for",
       .level = Level::kShould,
       .says = "With chunksize=k, k neighbours are one task; the last one may be shorter.",
       .documented = {"POOL-16"},
       .needs = {"pool.imap", "pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             RemoteResultIterator results = iterator_named("results");
             for (bool ordered : {true, false}) {
               main.must(imap_of_either_kind(pool, ordered, results, "pid", numbers(8), 3));
               EXPECT_THAT(runs(Value::list(rest_of(main, results))), ElementsAre(3, 3, 2));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.refuses_a_chunksize_below_one",
       .level = Level::kMust,
       .says = "imap() and imap_unordered() raise ValueError for chunksize 0 and -1, at once.",
       .documented = {"POOL-53"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteResultIterator results = iterator_named("results");
             for (bool ordered : {true, false}) {
               for (int chunksize : {0, -1}) {
                 EXPECT_THAT(main.does(imap_of_either_kind(pool, ordered, results, "square", {1},
                                                           chunksize)),
                             raises("ValueError"));
               }
             }
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.stops_after_the_last",
       .level = Level::kMust,
       .says = "After the last result next() raises StopIteration, each time; over nothing it does "
               "so at once, though the workers are busy.",
       .documented = {"POOL-56", "POOL-57"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             RemoteResultIterator results = iterator_named("results");
             for (bool ordered : {true, false}) {
               main.must(imap_of_either_kind(pool, ordered, results, "square", {3}));
               EXPECT_THAT(main.does(results.next()), returns(9));
               for (int i = 0; i < 3; ++i)
                 EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
               EXPECT_THAT(main.does(results.next(kLong)), raises("StopIteration"));
               main.must(imap_of_either_kind(pool, ordered, results, "fail", {}));
               for (int i = 0; i < 2; ++i)
                 EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             task.does(self::returns());
             main.must(result.get());
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.next_obeys_its_timeout",
       .level = Level::kMust,
       .says = "next(timeout=t) raises multiprocessing's TimeoutError when nothing has come in "
               "time, and not before t has passed; the result is not lost.",
       .documented = {"POOL-51", "ARES-06"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               Value::List tasks = puppet_items(stage, 1);
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "puppet", tasks));
               Puppet& task = arrival(stage, tasks[0]);
               EXPECT_THAT(main.does(results.next(50ms)),
                           AllOf(raises("TimeoutError"), took_about(50ms)));
               EXPECT_THAT(main.does(results.next(0s)), raises("TimeoutError"));
               task.does(self::returns("late"));
               EXPECT_THAT(main.does(results.next(kLong)), returns("late"));
               EXPECT_THAT(main.does(results.next(kLong)), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.next_without_time_takes_what_is_there",
       .level = Level::kShould,
       .says = "next(timeout=0), and next() with a negative timeout, return a result that has come "
               "already, and raise TimeoutError at once if none has.",
       .documented = {"POOL-51"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (auto no_time : {0s, -1s}) {
               RemoteResultIterator results = iterator_named("results");
               main.must(pool.imap(results, "square", numbers(3)));
               stage.comes_to_rest();
               for (int i = 0; i < 3; ++i) {
                 EXPECT_THAT(main.does(results.next(no_time)), returns(i * i));
               }
               EXPECT_THAT(main.does(results.next(no_time)), raises("StopIteration"));
               const Value::List task = puppet_items(stage, 1);
               main.must(pool.imap(results, "puppet", task));
               Puppet& busy = arrival(stage, task[0]);
               EXPECT_THAT(main.does(results.next(no_time)), raises("TimeoutError"));
               busy.must(self::returns("late"));
               EXPECT_THAT(main.does(results.next()), returns("late"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.goes_on_after_an_error",
       .level = Level::kShould,
       .says = "An item that fails makes its own next() raise, with the exception's type and "
               "arguments; the results of the others come before and after it.",
       .documented = {"POOL-54"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);  // so that both kinds keep the order
             for (bool ordered : {true, false}) {
               RemoteResultIterator results = iterator_named("results");
               main.must(
                   imap_of_either_kind(pool, ordered, results, "positive", {0, -1, 2, -3, 4}));
               for (int i = 0; i < 5; ++i) {
                 Call next = main.does(results.next());
                 if (i % 2 == 0) {
                   EXPECT_THAT(next, returns(i));
                 } else {
                   EXPECT_THAT(next, raises("ValueError"));
                   EXPECT_EQ(raised_by(next).args, Value::list({-i}));
                 }
               }
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.error_in_a_chunk_is_raised",
       .level = Level::kMust,
       .says = "With chunks, too, a failing item makes next() raise its exception, and the pool "
               "goes on.",
       .documented = {"POOL-54", "POOL-19"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "positive", {1, 2, -3, 4}, 2));
               EXPECT_THAT(main.does(results.next()), returns(1));
               EXPECT_THAT(main.does(results.next()), returns(2));
               Call next = main.does(results.next());
               EXPECT_THAT(next, raises("ValueError"));
               EXPECT_EQ(raised_by(next).args, Value::list({-3}));
               EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.raises_the_error_of_its_input",
       .level = Level::kShould,
       .says = "When the input raises while it is read, the results of the items before come, then "
               "its exception, then the end; the pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteSource source = main.source({.items = numbers(3), .raises = "KeyError"});
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "square", source));
               for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(results.next()), returns(i * i));
               EXPECT_THAT(main.does(results.next()), raises("KeyError"));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
               EXPECT_THAT(main.does(pool.apply("square", {5})), returns(25));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.unpicklable_item_fails_itself_only",
       .level = Level::kShould,
       .says = "An item that can't be serialised makes its own next() raise; the others' results "
               "come.",
       .documented = {"POOL-23", "POOL-54"},
       .needs = {"pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "identity", {1, Value::unpicklable(), 3}));
             EXPECT_THAT(main.does(results.next()), returns(1));
             EXPECT_THAT(main.does(results.next()), raises("TypeError"));
             EXPECT_THAT(main.does(results.next()), returns(3));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.unpicklable_last_item_is_the_last",
       .level = Level::kShould,
       .says = "Where the last item of imap() or imap_unordered() can't be serialised its next() "
               "raises, and the one after it says that there is no more.",
       .documented = {"POOL-23", "POOL-57"},
       .needs = {"pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "identity",
                                             {1, Value::unpicklable()}));
               const testing::Matcher<const Call&> result = returns(1), error = raises("TypeError");
               const testing::Matcher<const Call&> either =
                   testing::AnyOf(result, error);  // without an order
               EXPECT_THAT(main.does(results.next()), ordered ? result : either);
               EXPECT_THAT(main.does(results.next()), ordered ? error : either);
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.gives_an_error_that_was_returned",
       .level = Level::kMust,
       .says = "Tasks that return an exception have succeeded: imap() and imap_unordered() give it "
               "back and raise nothing.",
       .documented = {"POOL-49", "POOL-54"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "error", {1, 2}));
               for (int i = 0; i < 2; ++i)
                 EXPECT_THAT(main.does(results.next()), returns(exception_object("ValueError")));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.chunks_begin_though_nobody_asks",
       .level = Level::kMust,
       .says = "Tasks of imap() and imap_unordered() run without a next(), in chunks as well.",
       .documented = {"POOL-48", "POOL-50"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               const Value::List items = puppet_items(stage, 2);
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "puppet", items, 2));
               for (int i = 0; i < 2; ++i) arrival(stage, items[i]).does(self::returns(i));
               for (int i = 0; i < 2; ++i) EXPECT_THAT(main.does(results.next()), returns(i));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.input_that_ends_late_is_waited_for",
       .level = Level::kMust,
       .says = "join() waits for an input whose end comes after its last result, and returns when "
               "it has come.",
       .documented = {"POOL-32", "POOL-50"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             for (bool ordered : {true, false}) {
               RemotePool pool = main.pool(1);
               const RemoteSource source = main.source({.items = numbers(2), .allowed = 2});
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "square", source));
               for (int i = 0; i < 2; ++i) EXPECT_THAT(main.does(results.next()), returns(i * i));
               main.must(pool.close());
               Call join = main.begins(pool.join());
               EXPECT_THAT(join, blocks());
               thread.must(source.end());
               EXPECT_THAT(join, returns(nullptr));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
           }},
      {.id = "pool.imap.gives_results_before_the_input_ends",
       .level = Level::kMust,
       .says = "imap() and imap_unordered() read an input that comes slowly: the results of what "
               "has come can be had before more comes.",
       .notes = {"pool.imap.iterator"},
       .documented = {"POOL-48", "POOL-50"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Puppet& feeder = stage.start_thread(main);
             for (bool ordered : {true, false}) {
               RemoteSource source = main.source({.allowed = 1});
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "square", source));
               EXPECT_THAT(main.does(results.next()), returns(0));
               for (int i = 1; i < 4; ++i) {
                 Call next = main.begins(results.next());
                 EXPECT_THAT(next, blocks());
                 feeder.must(source.allow(1));
                 EXPECT_THAT(next, returns(i * i));
               }
               Call next = main.begins(results.next());
               EXPECT_THAT(next, blocks());
               feeder.must(source.end());
               EXPECT_THAT(next, raises("StopIteration"));
               EXPECT_THAT(main.does(source.taken()), returns(4));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.two_iterators_do_not_mix",
       .level = Level::kMust,
       .says = "Two iterators of a pool may be read by turns; each gives its own results.",
       .documented = {"POOL-48"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             RemoteResultIterator one = iterator_named("one"), other = iterator_named("other");
             main.must(pool.imap(one, "square", numbers(20)));
             main.must(pool.imap(other, "identity", numbers(20), 3));
             for (int i = 0; i < 20; ++i) {
               EXPECT_THAT(main.does(one.next()), returns(i * i));
               EXPECT_THAT(main.does(other.next()), returns(i));
             }
             EXPECT_THAT(main.does(one.next()), raises("StopIteration"));
             EXPECT_THAT(main.does(other.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.wakes_who_waits_in_several_threads",
       .level = Level::kShould,
       .says = "Several threads may wait in next() of one iterator; each result goes to one of "
               "them.",
       .documented = {"POOL-61", "POOL-49"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List tasks = puppet_items(stage, 2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap_unordered(results, "puppet", tasks));
             Puppet& first = arrival(stage, tasks[0]);
             Puppet& second = arrival(stage, tasks[1]);
             Puppet& thread = stage.start_thread(main);
             Call one = main.begins(results.next());
             Call other = thread.begins(results.next());
             EXPECT_THAT(one, blocks());
             EXPECT_THAT(other, blocks());
             first.does(self::returns(1));
             second.does(self::returns(2));
             EXPECT_THAT((std::vector<int64_t>{as_int(one.value()), as_int(other.value())}),
                         testing::UnorderedElementsAre(1, 2));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.results_outlive_the_pool",
       .level = Level::kMust,
       .says = "After close() and join() the results that nobody has fetched yet are still there.",
       .documented = {"ARES-12", "POOL-30"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "square", numbers(10)));
             EXPECT_THAT(main.does(results.next()), returns(0));
             close_and_join(main, pool);
             for (int i = 1; i < 10; ++i) EXPECT_THAT(main.does(results.next()), returns(i * i));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
           }},
      {.id = "pool.imap.hands_out_all_that_waited_for_the_first",
       .level = Level::kMust,
       .says = "When the first item is the last to be done, and the others in any order, next() "
               "gives all of them in the order of the input.",
       .documented = {"POOL-48"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(5);
             RemoteResultIterator results = iterator_named("results");
             bool rests = true;  // a pool that polls never does, and need not be waited for again
             for (const std::vector<int>& order :
                  {std::vector<int>{4, 3, 2, 1, 0}, {1, 2, 3, 4, 0}, {3, 1, 0, 4, 2}}) {
               Value::List tasks = puppet_items(stage, 5);
               main.must(pool.imap(results, "puppet", tasks));
               std::vector<Puppet*> puppets;
               for (const Value& task : tasks) puppets.push_back(&arrival(stage, task));
               for (int i : order) {
                 puppets[i]->does(self::returns(i));
                 rests = rests && stage.comes_to_rest();
               }
               for (int i = 0; i < 5; ++i) EXPECT_THAT(main.does(results.next()), returns(i));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.keeps_thousands_of_results",
       .level = Level::kMust,
       .says =
           "Thousands of results that nobody has fetched wait for who fetches them late, all of "
           "them, in chunks and without.",
       .documented = {"POOL-48", "POOL-49"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 1500;
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             RemoteResultIterator iterator = iterator_named("results");
             bool rests = true;  // as above
             for (bool ordered : {true, false}) {
               for (int chunksize : {1, 700}) {
                 main.must(imap_of_either_kind(pool, ordered, iterator, "square", numbers(kItems),
                                               chunksize));
                 rests = rests && stage.comes_to_rest();
                 std::vector<int64_t> got;
                 for (const Value& each : results(main.does(batch({iterator.next()}, kItems))))
                   got.push_back(as_int(each));
                 if (!ordered) std::sort(got.begin(), got.end());
                 for (int i = 0; i < kItems; ++i) ASSERT_EQ(got[i], int64_t{i} * i);
                 EXPECT_THAT(main.does(iterator.next()), raises("StopIteration"));
               }
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.thousands_outlive_the_pool",
       .level = Level::kMust,
       .says = "close() and join() return though nobody has fetched any of thousands of results, "
               "and all of them are there afterwards.",
       .documented = {"ARES-12", "POOL-30"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 3000;
             Puppet& main = stage.main();
             for (bool ordered : {true, false}) {
               RemotePool pool = main.pool(2);
               RemoteResultIterator iterator = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, iterator, "square", numbers(kItems)));
               close_and_join(main, pool);
               std::vector<int64_t> got;
               for (const Value& each : results(main.does(batch({iterator.next()}, kItems))))
                 got.push_back(as_int(each));
               if (!ordered) std::sort(got.begin(), got.end());
               for (int i = 0; i < kItems; ++i) ASSERT_EQ(got[i], int64_t{i} * i);
               EXPECT_THAT(main.does(iterator.next()), raises("StopIteration"));
             }
           }},
      {.id = "pool.imap.carries_big_items",
       .level = Level::kMust,
       .says = "Items and results of imap() may be larger than any channel holds, though nobody "
               "fetches them at first.",
       .documented = {"POOL-48"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::List items;
             for (int i = 0; i < 4; ++i) items.push_back(big_item(i));
             RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "identity", items));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             for (const Value& item : items) EXPECT_THAT(main.does(results.next()), returns(item));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.chunks_are_read_as_they_come",
       .level = Level::kShould,
       .says = "With a chunksize, too, imap() and imap_unordered() return before their input has "
               "ended, and the results of a chunk can be had before the next one comes.",
       .documented = {"POOL-48", "POOL-50"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             Puppet& feeder = stage.start_thread(main);
             for (bool ordered : {true, false}) {
               RemoteSource source = main.source({.allowed = 2});
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "square", source, 2));
               for (int i = 0; i < 6; i += 2) {
                 EXPECT_THAT(main.does(results.next()), returns(i * i));
                 EXPECT_THAT(main.does(results.next()), returns((i + 1) * (i + 1)));
                 feeder.must(source.allow(2));
               }
               feeder.must(source.end());
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.raises_the_error_of_input_that_never_begins",
       .level = Level::kShould,
       .says = "When the input raises before its first item the first next() raises that, the "
               "second is the end, and the pool goes on.",
       .documented = {"POOL-22"},
       .needs = {"pool.imap", "source"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             for (bool ordered : {true, false}) {
               RemoteSource source = main.source({.items = Value::List{}, .raises = "KeyError"});
               RemoteResultIterator results = iterator_named("results");
               main.must(imap_of_either_kind(pool, ordered, results, "square", source));
               EXPECT_THAT(main.does(results.next()), raises("KeyError"));
               EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
               EXPECT_THAT(main.does(pool.apply("square", {5})), returns(25));
             }
             close_and_join(main, pool);
           }},
  };
}

}  // namespace conformance
