// The queues of the module `queue`, which threads share: their orders, their limits, who waits, and
// that they are of no use between processes.
#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::UnorderedElementsAreArray;

// One of each of the three classes.
std::vector<RemoteJoinableQueue> one_of_each(Puppet& puppet, std::optional<int> maxsize = {}) {
  return {puppet.makes(module::thread_queue(maxsize)), puppet.makes(module::lifo_queue(maxsize)),
          puppet.makes(module::priority_queue(maxsize))};
}

// What is in the queue, in the order in which it comes out.
Value::List drained(Puppet& puppet, const RemoteJoinableQueue& q) {
  Value::List items;
  while (puppet.must(q.empty()) == Value(false)) items.push_back(puppet.must(q.get()));
  return items;
}

// The three queues after the same items were put.
std::vector<Value::List> orders_of(Puppet& puppet, const Value::List& items) {
  std::vector<Value::List> orders;
  for (const RemoteJoinableQueue& q : one_of_each(puppet)) {
    for (const Value& item : items) puppet.must(q.put(item));
    orders.push_back(drained(puppet, q));
  }
  return orders;
}

Claims queue_module_orders() {
  return {
      {.id = "thread_queue.three_orders",
       .level = Level::kMust,
       .says = "Queue gives the items in the order put, LifoQueue the last one first, "
               "PriorityQueue the least one first.",
       .notes = {"qm.three_classes", "qm.order_difference"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::vector<Value::List> orders = orders_of(main, {2, 3, 1});
             EXPECT_EQ(orders[0], (Value::List{2, 3, 1}));
             EXPECT_EQ(orders[1], (Value::List{1, 3, 2}));
             EXPECT_EQ(orders[2], (Value::List{1, 2, 3}));
           }},
      {.id = "lifo_queue.is_a_stack",
       .level = Level::kMust,
       .says = "A LifoQueue always gives the item that was put last of those in it, also between "
               "other puts.",
       .notes = {"qm.order_difference"},
       .needs = {"lifo_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::lifo_queue());
             main.must(q.put("a"));
             main.must(q.put("b"));
             EXPECT_THAT(main.does(q.get()), returns("b"));
             main.must(q.put("c"));
             EXPECT_THAT(main.does(q.get()), returns("c"));
             EXPECT_THAT(main.does(q.get()), returns("a"));
           }},
      {.id = "priority_queue.least_of_those_in_it",
       .level = Level::kMust,
       .says = "A PriorityQueue gives the least of the items in it, whenever they came; tuples go "
               "by their first element, then by their second.",
       .notes = {"qm.order_difference"},
       .needs = {"priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::priority_queue());
             const auto job = [](int priority, const char* what) {
               return Value::tuple({priority, what});
             };
             for (const Value& each : {job(2, "later"), job(3, "last"), job(1, "now")})
               main.must(q.put(each));
             EXPECT_THAT(main.does(q.get()), returns(job(1, "now")));
             main.must(q.put(job(2, "a bit later")));
             main.must(q.put(job(0, "urgent")));
             EXPECT_THAT(main.does(q.get()), returns(job(0, "urgent")));
             EXPECT_THAT(main.does(q.get()), returns(job(2, "a bit later")));
             EXPECT_THAT(main.does(q.get()), returns(job(2, "later")));
             EXPECT_THAT(main.does(q.get()), returns(job(3, "last")));
           }},
      {.id = "priority_queue.wants_an_order",
       .level = Level::kMust,
       .says = "Items of equal priority that have no order themselves raise TypeError from put().",
       .notes = {"qm.order_difference"},
       .needs = {"priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::priority_queue());
             main.must(q.put(Value::tuple({1, Value::dict({{"k", 1}})})));
             EXPECT_THAT(main.does(q.put(Value::tuple({1, Value::dict({{"k", 2}})}))),
                         raises("TypeError"));
             EXPECT_THAT(main.does(q.put("a word")), raises("TypeError"));
           }},
  };
}

Claims queue_module_limits() {
  return {
      {.id = "thread_queue.put_waits_while_full",
       .level = Level::kMust,
       .says = "The fourth put() into a queue of three waits until another thread has taken an "
               "item; so with all three classes.",
       .notes = {"qm.put_blocks_when_full"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& taker = stage.start_thread(main);
             for (const RemoteJoinableQueue& q : one_of_each(main, 3)) {
               for (int i = 0; i < 3; ++i) {
                 EXPECT_THAT(main.does(q.full()), returns(false));
                 EXPECT_THAT(main.does(q.put(i)), returns(nullptr));
               }
               EXPECT_THAT(main.does(q.full()), returns(true));
               EXPECT_THAT(main.does(q.qsize()), returns(3));
               Call fourth = main.begins(q.put(3));
               EXPECT_THAT(fourth, blocks());
               EXPECT_THAT(taker.does(q.get()), returns());
               EXPECT_THAT(fourth, returns(nullptr));
               EXPECT_THAT(main.does(q.qsize()), returns(3));
             }
           }},
      {.id = "thread_queue.put_gives_up",
       .level = Level::kMust,
       .says = "put() into a full queue raises Full: after its timeout, or at once with "
               "block=False or put_nowait(); the item is not put.",
       .notes = {"qm.put_timeout_full"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteJoinableQueue& q : one_of_each(main, 1)) {
               main.must(q.put(1));
               EXPECT_THAT(main.does(q.put(2, {.timeout = kShort})),
                           AllOf(raises("Full"), took_about(kShort)));
               EXPECT_THAT(main.does(q.put(2, {.block = true, .timeout = 0s})), raises("Full"));
               EXPECT_THAT(main.does(q.put(2, kWithoutBlocking)), raises("Full"));
               EXPECT_THAT(main.does(q.put(2, {.block = false, .timeout = kLong})), raises("Full"));
               EXPECT_THAT(main.does(q.put_nowait(2)), raises("Full"));
               EXPECT_THAT(main.does(q.get()), returns(1));
               EXPECT_THAT(main.does(q.empty()), returns(true));
               EXPECT_THAT(main.does(q.put_nowait(3)), returns(nullptr));
               EXPECT_THAT(main.does(q.get()), returns(3));
             }
           }},
      {.id = "thread_queue.put_with_a_timeout_waits_for_room",
       .level = Level::kMust,
       .says = "put() with a timeout puts its item when room comes in time, get() with a timeout "
               "takes one that comes in time.",
       .notes = {"qm.put_timeout_full"},
       .needs = {"thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue(1));
             Puppet& thread = stage.start_thread(main);
             main.must(q.put(1));
             Call put = main.begins(q.put(2, {.timeout = kLong}));
             EXPECT_THAT(thread.does(q.get()), returns(1));
             EXPECT_THAT(put, returns(nullptr));
             EXPECT_THAT(thread.does(q.get()), returns(2));
             Call get = thread.begins(q.get({.timeout = kLong}));
             main.must(q.put(3));
             EXPECT_THAT(get, returns(3));
           }},
      {.id = "thread_queue.get_waits_while_empty",
       .level = Level::kMust,
       .says = "get() from an empty queue waits until another thread puts an item; get_nowait() "
               "and get(block=False) raise Empty at once, get(timeout=t) after t.",
       .notes = {"qm.get_blocks_and_get_nowait"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& taker = stage.start_thread(main);
             for (const RemoteJoinableQueue& q : one_of_each(main)) {
               EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
               EXPECT_THAT(main.does(q.get(kWithoutBlocking)), raises("Empty"));
               EXPECT_THAT(main.does(q.get({.block = false, .timeout = kLong})), raises("Empty"));
               EXPECT_THAT(main.does(q.get({.timeout = 0s})), raises("Empty"));
               EXPECT_THAT(main.does(q.get({.timeout = kShort})),
                           AllOf(raises("Empty"), took_about(kShort)));
               Call get = taker.begins(q.get());
               EXPECT_THAT(get, blocks());
               main.must(q.put(1));
               EXPECT_THAT(get, returns(1));
             }
           }},
      {.id = "thread_queue.negative_timeouts",
       .level = Level::kMust,
       .says = "A negative timeout raises ValueError, from put() and from get(); without block it "
               "is ignored, as every timeout.",
       .notes = {"qm.threads_queue_blocking_use"},
       .needs = {"thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue(1));
             EXPECT_THAT(main.does(q.get({.timeout = -1s})), raises("ValueError"));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = -1s})), raises("Empty"));
             EXPECT_THAT(main.does(q.put(1, {.timeout = -1s})), raises("ValueError"))
                 << "with room";
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.get({.timeout = -1s})), raises("ValueError"))
                 << "with an item";
             EXPECT_THAT(main.does(q.put(2, {.timeout = -1s})), raises("ValueError"));
             EXPECT_THAT(main.does(q.put(2, {.block = false, .timeout = -1s})), raises("Full"));
             EXPECT_THAT(main.does(q.qsize()), returns(1));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = -1s})), returns(1));
           }},
      {.id = "thread_queue.without_a_limit",
       .level = Level::kMust,
       .says = "Without maxsize, or with one of 0 or less, put() never waits and full() is never "
               "true.",
       .notes = {"qm.threads_queue_blocking_use"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (std::optional<int> maxsize : {std::optional<int>(), {0}, {-1}}) {
               for (const RemoteJoinableQueue& q : one_of_each(main, maxsize)) {
                 EXPECT_THAT(main.does(batch({q.put(1)}, 100)), returns());
                 EXPECT_THAT(main.does(q.qsize()), returns(100));
                 EXPECT_THAT(main.does(q.full()), returns(false));
               }
             }
           }},
      {.id = "thread_queue.gives_the_item_itself",
       .level = Level::kMust,
       .says = "What comes out is what was put, not a copy: a change by the taker is seen by who "
               "put it. Nothing needs to be serialisable.",
       .notes = {"thr.talk_to_main", "qm.thread_safe"},
       .needs = {"thread_queue", "thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             Puppet& thread = stage.start_thread(main);
             RemoteList list = main.list({1});
             main.must(q.put(list.value()));
             RemoteList taken;
             taken.name = "taken";
             thread.must(named(q.get(), taken));
             thread.must(taken.append(2));
             EXPECT_THAT(main.does(list.get()), returns(Value::list({1, 2})));
             EXPECT_THAT(main.does(q.put(Value::unpicklable())), returns(nullptr));
             EXPECT_THAT(thread.does(q.get()), returns(Value::unpicklable()));
           }},
      {.id = "thread_queue.is_safe_between_threads",
       .level = Level::kMust,
       .says = "Of many items that several threads put into a small queue while several take, "
               "each arrives once, and those of one thread in the order put.",
       .notes = {"qm.threads_queue_blocking_use", "qm.thread_safe"},
       .needs = {"thread_queue"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 100;
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue(5));
             std::vector<Call> puttings, gettings;
             for (int sender = 0; sender < 3; ++sender)
               puttings.push_back(stage.start_thread(main).begins(batch(puts(q, sender, kItems))));
             for (int i = 0; i < 2; ++i)
               gettings.push_back(
                   stage.start_thread(main).begins(batch({q.get()}, 3 * kItems / 2)));
             for (const Call& each : puttings) EXPECT_THAT(each, returns());
             std::vector<int64_t> all[3];
             for (const Call& each : gettings) {
               const std::vector<Value> got = results(each);
               for (int sender = 0; sender < 3; ++sender) {
                 const std::vector<int64_t> indexes = indexes_from(sender, got);
                 EXPECT_TRUE(std::is_sorted(indexes.begin(), indexes.end()));
                 all[sender].insert(all[sender].end(), indexes.begin(), indexes.end());
               }
             }
             std::vector<int64_t> each_once(kItems);
             std::iota(each_once.begin(), each_once.end(), 0);
             for (const std::vector<int64_t>& indexes : all)
               EXPECT_THAT(indexes, UnorderedElementsAreArray(each_once));
           }},
  };
}

Claims queue_module_joins() {
  return {
      {.id = "thread_queue.join_waits_for_task_done",
       .level = Level::kMust,
       .says = "join() waits until as many task_done() as items that were put, taken or not, and "
               "returns at once where nothing is unfinished.",
       .notes = {"qm.threads_queue_blocking_use"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& consumer = stage.start_thread(main);
             for (const RemoteJoinableQueue& q : one_of_each(main)) {
               EXPECT_THAT(main.does(q.join()), returns(nullptr));
               main.must(q.put(1));
               main.must(q.put(2));
               Call join = main.begins(q.join());
               consumer.must(q.get());
               consumer.must(q.get());
               EXPECT_THAT(join, blocks());
               EXPECT_THAT(consumer.does(q.task_done()), returns(nullptr));
               EXPECT_THAT(join, blocks());
               EXPECT_THAT(consumer.does(q.task_done()), returns(nullptr));
               EXPECT_THAT(join, returns(nullptr));
             }
           }},
      {.id = "thread_queue.task_done_too_often",
       .level = Level::kMust,
       .says = "One task_done() more than items were put raises ValueError.",
       .notes = {"qm.threads_queue_blocking_use"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteJoinableQueue& q : one_of_each(main)) {
               EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
               main.must(q.put(1));
               EXPECT_THAT(main.does(q.task_done()), returns(nullptr));
               EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
               main.must(q.put(2));
               Call join = stage.start_thread(main).begins(q.join());
               EXPECT_THAT(join, blocks());
               main.must(q.task_done());
               EXPECT_THAT(join, returns(nullptr));
             }
           }},
      {.id = "thread_queue.join_wakes_everybody",
       .level = Level::kMust,
       .says = "The last task_done() wakes all threads that wait in join().",
       .notes = {"qm.threads_queue_blocking_use"},
       .needs = {"thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             main.must(q.put(1));
             Call one = stage.start_thread(main).begins(q.join());
             Call two = stage.start_thread(main).begins(q.join());
             EXPECT_THAT(one, blocks());
             EXPECT_THAT(two, blocks());
             main.must(q.task_done());
             EXPECT_THAT(one, returns(nullptr));
             EXPECT_THAT(two, returns(nullptr));
           }},
  };
}

Claims queue_module_apart() {
  return {
      {.id = "thread_queue.as_many_go_on_as_can",
       .level = Level::kMust,
       .says = "Of threads that wait in put() as many go on as items are taken, though these are "
               "taken in a row; and of those in get() as many as items are put.",
       .notes = {"qm.put_blocks_when_full"},
       .needs = {"thread_queue", "lifo_queue", "priority_queue"},
       .check =
           [](Stage& stage) {
             constexpr int kThreads = 3;
             Puppet& main = stage.main();
             Crew crew;
             for (int i = 0; i < kThreads; ++i) crew.push_back(&stage.start_thread(main));
             for (const RemoteJoinableQueue& q : one_of_each(main, kThreads)) {
               const std::vector<Op> put_all(kThreads, q.put(1)), get_all(kThreads, q.get());
               for (int round = 0; round < 2; ++round) {
                 results(main.does(batch(put_all)));
                 const std::vector<Call> putting = each_begins(crew, q.put(2));
                 for (const Call& each : putting) EXPECT_THAT(each, blocks());
                 results(main.does(batch(get_all)));
                 for (const Call& each : putting) EXPECT_THAT(each, returns());
                 results(main.does(batch(get_all)));
                 const std::vector<Call> getting = each_begins(crew, q.get());
                 for (const Call& each : getting) EXPECT_THAT(each, blocks());
                 results(main.does(batch(put_all)));
                 for (const Call& each : getting) EXPECT_THAT(each, returns(1));
               }
             }
           }},
      {.id = "thread_queue.a_forked_child_has_a_copy",
       .level = Level::kMust,
       .says = "A forked child that is given a queue.Queue has a copy of it: what one of both "
               "puts never comes to the other.",
       .notes = {"queue.module_queue_not_cross_process"},
       .needs = {"thread_queue", "thread", "process", "isolated", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             main.must(q.put("before"));
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(child.does(q.get()), returns("before"));
             child.must(q.put("child's"));
             EXPECT_THAT(main.does(q.get()), returns("before"));
             EXPECT_THAT(main.does(q.qsize()), returns(0));
             main.must(q.put("main's"));
             EXPECT_THAT(child.does(q.get()), returns("child's"));
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
           }},
      {.id = "thread_queue.does_not_go_to_a_new_program",
       .level = Level::kMust,
       .says = "Where a child's arguments are serialised, to start one with a queue.Queue raises "
               "TypeError; as a pool's argument it does so everywhere, and a mere Queue of the "
               "module for processes does carry.",
       .notes = {"queue.module_queue_not_cross_process"},
       .needs = {"thread_queue", "thread", "pool", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             if (!stage.has_feature("inherits_memory")) {
               RemoteProcess child = main.process({q});
               EXPECT_THAT(main.does(child.start()), raises("TypeError"));
             }
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("identity", {q.value()})), raises("TypeError"));
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             main.must(pool.close());
             main.must(pool.join());
             RemoteQueue carries = main.queue();
             Puppet& child = stage.start_process(main, {carries});
             child.must(carries.put("child's"));
             EXPECT_THAT(main.does(carries.get()), returns("child's"));
           }},
  };
}

}  // namespace

Claims queue_module_claims() {
  return all_of(
      {queue_module_orders(), queue_module_limits(), queue_module_joins(), queue_module_apart()});
}

}  // namespace conformance
