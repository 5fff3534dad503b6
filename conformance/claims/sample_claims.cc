// The sample programs of the notes, each as a whole: what they print, and in which order. What an
// order depends on is chosen by the runner, where the program leaves it open.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/ending.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using base::Ending;
using base::Exited;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// As print() does, to a terminal: the line is there when it returns.
void says(Puppet& puppet, const std::string& line) {
  puppet.must(self::prints(line + "\n", "stdout", /*flush=*/true));
}

std::vector<std::string> lines(const Stage& stage) {
  return absl::StrSplit(stage.printed("stdout"), '\n', absl::SkipEmpty());
}

// Of all lines, those that begin so.
std::vector<std::string> lines_of(const Stage& stage, const std::string& prefix) {
  std::vector<std::string> some;
  for (const std::string& line : lines(stage)) {
    if (absl::StartsWith(line, prefix)) some.push_back(line);
  }
  return some;
}

// Tells the child to return and waits for it.
void ends(Puppet& creator, Puppet& child) {
  child.must(self::returns());
  creator.must(child.handle().join());
}

Claims process_samples() {
  return {
      {.id = "sample.greeting_without_join",
       .level = Level::kMust,
       .says = "A child that says two lines and a creator that says one, with no join(): the "
               "creator's line may come first, in the middle or last. The child's are in order.",
       .notes = {"proc.without_join_no_waiting", "os.async_no_order"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int place = 0; place < 3; ++place) {
               Puppet& child = stage.start_process(main);
               if (place == 0) says(main, absl::StrCat(place, " main"));
               says(child, absl::StrCat(place, " joker runs"));
               if (place == 1) says(main, absl::StrCat(place, " main"));
               says(child, absl::StrCat(place, " joker ends"));
               if (place == 2) says(main, absl::StrCat(place, " main"));
               child.must(self::returns());
             }
             EXPECT_THAT(lines(stage), ElementsAre("0 main", "0 joker runs", "0 joker ends",
                                                   "1 joker runs", "1 main", "1 joker ends",
                                                   "2 joker runs", "2 joker ends", "2 main"));
           }},
      {.id = "sample.greeting_with_join",
       .level = Level::kMust,
       .says = "With join() before it, the creator's line comes after all that the child says; so "
               "with a function and with a class that overrides run().",
       .notes = {"proc.fn_style_sample", "proc.importable_examples"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const char* style : {"function", "subclass"}) {
               Puppet& child = stage.start_process(main, {}, {.style = style});
               Call join = main.begins(child.handle().join());
               says(child, "joker runs");
               EXPECT_THAT(join, blocks());
               says(child, "joker ends");
               child.must(self::returns());
               EXPECT_THAT(join, returns());
               says(main, "main");
             }
             EXPECT_THAT(lines(stage), ElementsAre("joker runs", "joker ends", "main", "joker runs",
                                                   "joker ends", "main"));
           }},
      {.id = "sample.either_child_may_be_first",
       .level = Level::kMust,
       .says = "Which of two children that were started together comes first is open; with join() "
               "between the starts, or a lock, the program does control it.",
       .notes = {"os.async_no_order"},
       .needs = {"process", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool first_begins : {true, false}) {
               Puppet& one = stage.start_process(main);
               Puppet& two = stage.start_process(main);
               says(first_begins ? one : two, first_begins ? "one" : "two");
               says(first_begins ? two : one, first_begins ? "two" : "one");
               one.must(self::returns());
               two.must(self::returns());
             }
             RemoteLock turn = main.lock();
             main.must(turn.acquire());
             Puppet& late = stage.start_process(main, {turn});
             Call waits = late.begins(turn.acquire());
             EXPECT_THAT(waits, blocks());
             says(main, "controlled");
             main.must(turn.release());
             EXPECT_THAT(waits, returns());
             says(late, "late");
             late.must(turn.release());
             EXPECT_THAT(lines(stage),
                         ElementsAre("one", "two", "two", "one", "controlled", "late"));
           }},
      {.id = "sample.money",
       .level = Level::kMust,
       .says = "A child sets the global money to 666 and says so; its creator says 100 after "
               "join(). A thread in the child's place makes it 666 for all.",
       .notes = {"proc.data_isolated_by_default", "thr.globals_shared"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("money", 100));
             Puppet& child = stage.start_process(main);
             child.must(self::sets_global("money", 666));
             says(child, absl::StrCat("child ", global_number(child, "money")));
             ends(main, child);
             says(main, absl::StrCat("parent ", global_number(main, "money")));
             Puppet& thread = stage.start_thread(main);
             thread.must(self::sets_global("money", 666));
             says(main, absl::StrCat("parent ", global_number(main, "money")));
             EXPECT_THAT(lines(stage), ElementsAre("child 666", "parent 100", "parent 666"));
           }},
      {.id = "sample.bodyguard",
       .level = Level::kMust,
       .says = "A daemon says that it lives and later that it has died: if its creator is through "
               "in between, it never comes to the second line.",
       .notes = {"daemon.sample_guards"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& guard = stage.start_process(main, {}, {.daemon = true});
             says(guard, "jason lives");
             guard.must(self::prints("jason dies\n", "stdout", /*flush=*/false));
             says(main, "main");
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
             EXPECT_TRUE(stage.process_ends(guard));
             EXPECT_THAT(lines(stage), ElementsAre("jason lives", "main"));
           }},
      {.id = "sample.dogs_and_cats",
       .level = Level::kMust,
       .says = "One child says www0 to www4 and another mmm0 to mmm4, each at its own pace: ten "
               "lines, each child's in order, both at work at once; the program ends after both.",
       .notes = {"proc.sample_dogcat"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& dog = stage.start_process(main);
             Puppet& cat = stage.start_process(main);
             main.must(self::returns());
             for (const char* turn :
                  {"cat", "dog", "cat", "cat", "dog", "cat", "dog", "cat", "dog", "dog"}) {
               const bool is_dog = turn == std::string("dog");
               const std::string sound = is_dog ? "www" : "mmm";
               says(is_dog ? dog : cat, absl::StrCat(sound, lines_of(stage, sound).size()));
             }
             EXPECT_THAT(lines_of(stage, "www"),
                         ElementsAre("www0", "www1", "www2", "www3", "www4"));
             EXPECT_THAT(lines_of(stage, "mmm"),
                         ElementsAre("mmm0", "mmm1", "mmm2", "mmm3", "mmm4"));
             EXPECT_THAT(lines(stage), ElementsAre("mmm0", "www0", "mmm1", "mmm2", "www1", "mmm3",
                                                   "www2", "mmm4", "www3", "www4"));
             cat.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             dog.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
  };
}

Claims carrier_samples() {
  return {
      {.id = "sample.message_between_children",
       .level = Level::kMust,
       .says = "One child puts a message into a queue that was made by their creator, the other "
               "one says what it got; the creator's own line is first, as it waits for neither.",
       .notes = {"queue.sample.download_analysis"},
       .needs = {"queue", "process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& producer = stage.start_process(main, {q});
             Puppet& consumer = stage.start_process(main, {q});
             Call get = consumer.begins(q.get());
             EXPECT_THAT(get, blocks());
             says(main, "main");
             producer.must(q.put("data of the child"));
             says(consumer, "got " + as_text(get.value()));
             EXPECT_THAT(lines(stage), ElementsAre("main", "got data of the child"));
           }},
      {.id = "sample.queue_of_five",
       .level = Level::kMust,
       .says = "Into a queue of five 111 to 555 go; full() is False after three and True after "
               "five, the sixth put() waits for ever with nobody to take, and then the first item "
               "is 111. Empty again, get_nowait() raises Empty and get() waits.",
       .notes = {"queue.sample.single_process_sixth_put_deadlocks"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 5});
             for (int i : {111, 222, 333}) main.must(q.put(i));
             EXPECT_THAT(main.does(q.full()), returns(false));
             for (int i : {444, 555}) main.must(q.put(i));
             EXPECT_THAT(main.does(q.full()), returns(true));
             Puppet& taker = stage.start_thread(main);
             Call sixth = main.begins(q.put(666));
             EXPECT_THAT(sixth, blocks());
             for (int i : {111, 222, 333, 444, 555, 666})
               EXPECT_THAT(taker.does(q.get()), returns(i));
             EXPECT_THAT(sixth, returns(nullptr));
             EXPECT_THAT(taker.does(q.get_nowait()), raises("Empty"));
             EXPECT_THAT(taker.does(q.empty()), returns(true));
             Call get = taker.begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put("end"));
             EXPECT_THAT(get, returns("end"));
           }},
      {.id = "sample.pipe_in_one_process",
       .level = Level::kMust,
       .says = "What con1 sends con2 receives, and the other way round: it says 123 and 456.",
       .notes = {"pipe.sample.eof_loop_as_written"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [con1, con2] = main.pipe();
             main.must(con1.send("123"));
             says(main, as_text(main.must(con2.recv())));
             main.must(con2.send("456"));
             says(main, as_text(main.must(con1.recv())));
             EXPECT_THAT(lines(stage), ElementsAre("123", "456"));
           }},
      {.id = "sample.pipe_to_a_child",
       .level = Level::kMust,
       .says = "A child says what it receives until EOFError: the ten names that its creator "
               "sends before it closes its end, and then it ends by itself.",
       .notes = {"pipe.sample.eof_loop_as_written"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [con1, con2] = main.pipe();
             Puppet& child = stage.start_process(main, {con1, con2});
             child.must(con1.close());
             main.must(con2.close());
             std::vector<std::string> expected;
             for (int i = 0; i < 10; ++i) {
               expected.push_back(absl::StrCat("guo", i));
               main.must(con1.send(expected.back()));
             }
             main.must(con1.close());
             for (int i = 0; i < 10; ++i) says(child, as_text(child.must(con2.recv())));
             EXPECT_THAT(child.does(con2.recv()), raises("EOFError"));
             child.must(con2.close());
             ends(main, child);
             EXPECT_EQ(lines(stage), expected);
           }},
      {.id = "sample.value_of_123",
       .level = Level::kMust,
       .says = "A child adds 1 to a shared Value of 123 and says 124; its creator finds 124 after "
               "join().",
       .notes = {"value.sample.output"},
       .needs = {"value", "process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue num = main.value("i", 123);
             Puppet& child = stage.start_process(main, {num});
             child.must(num.add(1));
             says(child, absl::StrCat(as_int(child.must(num.get()))));
             ends(main, child);
             EXPECT_THAT(main.does(num.get()), returns(124));
             EXPECT_THAT(lines(stage), ElementsAre("124"));
           }},
      {.id = "sample.downloads_are_analysed",
       .level = Level::kMust,
       .says = "One child puts 0 to 9, the other one gets with a timeout, and says the list that "
               "it has so far after each, until Empty: [0], [0, 1], ... up to all ten.",
       .notes = {"queue.sample.download_analysis"},
       .needs = {"queue", "process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& download = stage.start_process(main, {q});
             Puppet& analysis = stage.start_process(main, {q});
             Value::List so_far;
             std::vector<std::string> expected;
             for (int i = 0; i < 10; ++i) {
               download.must(q.put(i));
               so_far.push_back(analysis.must(q.get({.timeout = kLong})));
               says(analysis, Value::list(so_far).text());
               expected.push_back(Value::list(numbers(i + 1)).text());
             }
             EXPECT_THAT(analysis.does(q.get({.timeout = kShort})),
                         testing::AllOf(raises("Empty"), took_at_least(kShort)));
             EXPECT_EQ(lines(stage), expected);
           }},
      {.id = "sample.swords",
       .level = Level::kMust,
       .says = "A daemon takes eight swords and says who took which, one task_done() each; the "
               "producer's join() returns after the eighth, and the program ends with a consumer "
               "that waits for a ninth.",
       .notes = {"jq.sample.swords_output", "jq.sample.daemon_consumer_needed"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             const std::vector<std::string> takers = {"Gai", "Wei", "Gao", "Sheng", "Yan"};
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& consumer = stage.start_process(main, {q}, {.daemon = true});
             Puppet& producer = stage.start_process(main, {q});
             for (int i = 1; i < 9; ++i) producer.must(q.put(absl::StrCat("sword ", i)));
             Call join = producer.begins(q.join());
             for (size_t i = 0; i < 8; ++i) {
               EXPECT_THAT(join, blocks());
               says(consumer, takers[i % 5] + " took " + as_text(consumer.must(q.get())));
               consumer.must(q.task_done());
             }
             EXPECT_THAT(join, returns());
             Call ninth = consumer.begins(q.get());
             EXPECT_THAT(ninth, blocks());
             ends(main, producer);
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
             EXPECT_TRUE(stage.process_ends(consumer));
             EXPECT_THAT(lines(stage),
                         ElementsAre("Gai took sword 1", "Wei took sword 2", "Gao took sword 3",
                                     "Sheng took sword 4", "Yan took sword 5", "Gai took sword 6",
                                     "Wei took sword 7", "Gao took sword 8"));
           }},
  };
}

// Tasks that are puppets, handed in together.
struct Handed {
  std::vector<RemoteAsyncResult> results;
  std::vector<std::string> puppets;
};

Handed hand_in(Stage& stage, const RemotePool& pool, int count) {
  Handed handed;
  for (int i = 0; i < count; ++i) {
    handed.puppets.push_back(stage.invite("task"));
    handed.results.push_back(result_named(absl::StrCat("r", i)));
    stage.main().must({.name = "pool.apply_async",
                       .on = pool.name,
                       .as = {handed.results.back().name},
                       .args = {{"func", "puppet"}, {"puppet", handed.puppets.back()}}});
  }
  return handed;
}

Claims pool_samples() {
  return {
      {.id = "sample.marks_without_waiting",
       .level = Level::kMust,
       .says = "Seven tasks are handed to a pool of five without waiting: start comes before what "
               "the first task says, five run at once in five processes and the other "
               "two in the first that are free, and end comes after close() and join().",
       .notes = {"pool.sample.async_five_then_two", "pool.sample.async_start_before_tasks",
                 "pool.sample.async_end_after_join", "pool.thread_pool_naming"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(5);
             Handed handed = hand_in(stage, pool, 7);
             says(main, "start");
             main.must(pool.close());
             Call join = main.begins(pool.join());
             std::set<pid_t> pids;
             for (int i = 0; i < 5; ++i) {
               Puppet& task = stage.arrival(handed.puppets[i]);
               pids.insert(task.pid());
               says(task, absl::StrCat("mark runs ", i));
             }
             EXPECT_EQ(pids.size(), 5u);
             EXPECT_EQ(pids.count(main.pid()), 0u);
             EXPECT_THAT(join, blocks());
             EXPECT_FALSE(stage.has_come(handed.puppets[5]));
             for (int i = 0; i < 7; ++i) {
               Puppet& task = stage.arrival(handed.puppets[i]);
               if (i > 4) {
                 EXPECT_EQ(pids.count(task.pid()), 1u);
                 says(task, absl::StrCat("mark runs ", i));
               }
               says(task, "mark done");
               task.must(self::returns());
             }
             EXPECT_THAT(join, returns());
             says(main, "end");
             const std::vector<std::string> all = lines(stage);
             ASSERT_EQ(all.size(), 16u);
             EXPECT_EQ(all.front(), "start");
             EXPECT_EQ(all.back(), "end");
             EXPECT_EQ(lines_of(stage, "mark runs").size(), 7u);
             EXPECT_EQ(lines_of(stage, "mark done").size(), 7u);
           }},
      {.id = "sample.marks_one_by_one",
       .level = Level::kMust,
       .says = "With apply() instead each task has ended before the next begins, all seven before "
               "start is said; which worker has which one is open.",
       .notes = {"pool.sample.blocking_strict_sequence"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(5);
             std::vector<std::string> expected;
             for (int i = 0; i < 7; ++i) {
               const std::string name = stage.invite("task");
               Call apply = main.begins(pool.apply_puppet(name));
               Puppet& task = stage.arrival(name);
               says(task, absl::StrCat("mark runs ", i));
               EXPECT_THAT(apply, blocks());
               says(task, absl::StrCat("mark done ", i));
               task.must(self::returns());
               EXPECT_THAT(apply, returns());
               expected.push_back(absl::StrCat("mark runs ", i));
               expected.push_back(absl::StrCat("mark done ", i));
             }
             says(main, "start");
             close_and_join(main, pool);
             says(main, "end");
             expected.insert(expected.end(), {"start", "end"});
             EXPECT_EQ(lines(stage), expected);
           }},
      {.id = "sample.results_of_a_hundred",
       .level = Level::kMust,
       .says = "A hundred results, from apply() one by one and from apply_async() after close() "
               "and join(), are said in the order of the arguments; no close() or join() is "
               "needed for those of apply().",
       .notes = {"pool.apply.sample_prints_1_to_100", "pool.apply_async.sample",
                 "pool.apply.no_close_join_needed"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(5);
             std::vector<Op> applies, asyncs, gets;
             std::vector<Value> expected;
             for (int i = 0; i < 100; ++i) {
               const RemoteAsyncResult result = result_named(absl::StrCat("r", i));
               applies.push_back(pool.apply("square", {i}));
               asyncs.push_back(pool.apply_async(result, "square", {i}));
               gets.push_back(result.get());
               expected.emplace_back(i * i);
             }
             EXPECT_EQ(results(main.does(batch(applies))), expected);
             main.must(batch(asyncs));
             close_and_join(main, pool);
             EXPECT_EQ(results(main.does(batch(gets))), expected);
           }},
      {.id = "sample.map_says_the_list",
       .level = Level::kMust,
       .says = "The list that map() returns is in the order of its input, after close() and "
               "join() as before.",
       .notes = {"pool.map.sample_output"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(PoolOptions());
             const Value result = main.must(pool.map("square", numbers(10)));
             close_and_join(main, pool);
             says(main, "main " + result.text());
             EXPECT_THAT(lines(stage), ElementsAre("main [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]"));
           }},
      {.id = "sample.callback_in_the_parent",
       .level = Level::kMust,
       .says = "Each of six tasks runs in a process of the pool; each callback runs in the program "
               "itself, and gets what its task returned.",
       .notes = {"cb.sample_spider", "cb.runs_in_main_process"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (int i = 0; i < 6; ++i) {
               auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
               EXPECT_NE(task.pid(), main.pid());
               task.must(self::returns(Value::tuple({absl::StrCat("url", i), "text"})));
               Puppet& callback = stage.arrival(task.name() + "_done");
               EXPECT_EQ(callback.pid(), main.pid());
               EXPECT_EQ(callback.ppid(), main.ppid());
               EXPECT_THAT(
                   callback.does(self::arguments()),
                   returns(Value::dict(
                       {{"args", Value::list({Value::tuple({absl::StrCat("url", i), "text"})})},
                        {"kwargs", Value::dict({})}})));
               callback.must(self::returns());
             }
             close_and_join(main, pool);
           }},
      {.id = "sample.spider_with_a_managers_queue",
       .level = Level::kMust,
       .says = "Ten tasks of a pool of three put what they found into a manager's queue that is "
               "their argument, and a process beside the pool takes all ten.",
       .notes = {"pool.sample.spider_manager_queue"},
       .needs = {"manager.queue", "pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.makes(main.manager().queue());
             Puppet& insert = stage.start_process(main, {q});
             RemotePool pool = main.pool(3);
             for (int i = 1; i < 11; ++i)
               main.must(
                   pool.apply_async(result_named(absl::StrCat("r", i)), "put", {q.value(), i}));
             close_and_join(main, pool);
             std::set<int64_t> got;
             for (int i = 1; i < 11; ++i) got.insert(as_int(insert.must(q.get())));
             EXPECT_THAT(got, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
             EXPECT_THAT(insert.does(q.empty()), returns(true));
           }},
  };
}

// ---------------------------------------------------------------- how things are called

Claims calling_samples() {
  return {
      {.id = "sample.results_say_what_they_are",
       .level = Level::kShould,
       .says = "The sample that prints what apply_async() returns shows an ApplyResult object, not "
               "the result.",
       .notes = {"pool.apply_async.repr_ApplyResult"},
       .needs = {"pool", "pool.repr"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult r = result_named("r");
             main.must(pool.apply_async(r, "square", {3}));
             EXPECT_THAT(as_text(main.must({.name = "async_result.repr", .on = r.name})),
                         HasSubstr("ApplyResult object at 0x"));
             EXPECT_THAT(main.does(r.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "sample.without_a_main_guard",
       .level = Level::kMust,
       .says = "A program that starts a child from its top level, without asking whether it is the "
               "main program, works where a child is forked; elsewhere the child raises "
               "RuntimeError before it runs anything, and ends with 1.",
       .notes = {"proc.main_guard_windows", "pool.must_be_in_main_guard"},
       .needs = {"program.unguarded"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value done = main.must(module::runs_program("unguarded"));
             const std::string out = as_text(member_of(done, "stdout"));
             if (stage.has_feature("inherits_memory")) {
               EXPECT_EQ(out, "module __main__\nchild\nexit code 0\n");
             } else {
               EXPECT_EQ(out, "module __main__\nmodule __mp_main__\nexit code 1\n");
               EXPECT_THAT(as_text(member_of(done, "stderr")),
                           testing::AllOf(HasSubstr("RuntimeError"), HasSubstr("bootstrapping")));
             }
             EXPECT_EQ(member_of(done, "code"), Value(0));
           }},
  };
}

}  // namespace

Claims sample_claims() {
  return all_of({process_samples(), carrier_samples(), pool_samples(), calling_samples()});
}

}  // namespace conformance
