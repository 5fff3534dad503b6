// multiprocessing.JoinableQueue: task_done() and join(), and that it is a Queue otherwise.
#include <signal.h>

#include <algorithm>

#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::UnorderedElementsAre;

// The count of unfinished items, and those who wait for it.
Claims join_claims() {
  return {
      {.id = "joinable_queue.join.returns_on_a_fresh_queue",
       .level = Level::kMust,
       .says = "join() on a queue into which nothing was put returns at once, in any process.",
       .notes = {"jq.join_on_fresh_queue_returns"},
       .documented = {"JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             EXPECT_THAT(stage.start_process(main, {q}).does(q.join()), returns(nullptr));
           }},
      {.id = "joinable_queue.join.waits_for_each_item",
       .level = Level::kMust,
       .says = "join() waits until task_done() was called once for each item put, and no less; to "
               "take the items is not enough.",
       .notes = {"jq.join_blocks_until_all_done", "jq.task_done_signals_join",
                 "jq.join_reports_consumed_count", "jq.two_extra_methods"},
       .documented = {"JQ-02", "JQ-03", "JQ-05", "JQ-08"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             for (int i = 0; i < 3; ++i) main.must(q.put(i));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             for (int i = 0; i < 3; ++i) EXPECT_THAT(worker.does(q.get()), returns(i));
             EXPECT_THAT(join, blocks());
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(join, blocks());
               EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
             }
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.join.waits_for_what_was_acknowledged_too_little",
       .level = Level::kMust,
       .says = "A join() that begins when all items are taken, but not all acknowledged, waits.",
       .notes = {"jq.join_blocks_until_all_done"},
       .documented = {"JQ-05", "JQ-08"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             results(main.does(batch({q.put(1), q.put(2), q.get(), q.get(), q.task_done()})));
             Call join = worker.begins(q.join());
             EXPECT_THAT(join, blocks());
             main.must(q.task_done());
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.join.releases_all_joiners",
       .level = Level::kMust,
       .says = "The last task_done() releases every process and thread that waits in join().",
       .notes = {"jq.join_for_producer_task_done_for_consumer"},
       .documented = {"JQ-06"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             main.must(q.put(1));
             std::vector<Call> joins = {main.begins(q.join()),
                                        stage.start_process(worker, {q}).begins(q.join()),
                                        stage.start_thread(worker).begins(q.join()),
                                        stage.start_thread(worker).begins(q.join())};
             for (const Call& join : joins) EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.get()), returns(1));
             for (const Call& join : joins) EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
             for (const Call& join : joins) EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.join.again_in_the_next_round",
       .level = Level::kMust,
       .says = "After a join() has returned, the next items make the next join() wait again.",
       .notes = {"jq.join_blocks_until_all_done"},
       .documented = {"JQ-07", "JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             for (int round = 0; round < 3; ++round) {
               main.must(q.put(round));
               Call join = main.begins(q.join());
               EXPECT_THAT(join, blocks());
               EXPECT_THAT(worker.does(q.get()), returns(round));
               worker.must(q.task_done());
               EXPECT_THAT(join, returns());
               EXPECT_THAT(main.does(q.join()), returns());
             }
           }},
      {.id = "joinable_queue.join.waits_for_all_producers",
       .level = Level::kMust,
       .says = "join() waits for the items of all processes, not only for the caller's own.",
       .notes = {"jq.join_for_producer_task_done_for_consumer"},
       .documented = {"JQ-02", "JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             a.must(q.put(1));
             b.must(q.put(2));
             Call join = a.begins(q.join());
             main.must(q.get());
             main.must(q.task_done());
             EXPECT_THAT(join, blocks());
             main.must(q.get());
             main.must(q.task_done());
             EXPECT_THAT(join, returns());
           }},
      {.id = "joinable_queue.join.does_not_lock_out_others",
       .level = Level::kMust,
       .says = "While one process waits in join(), others put, get and acknowledge; what they put "
               "meanwhile counts too.",
       .documented = {"JQ-05", "JQ-07"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             main.must(q.put(1));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.put(2)), returns(nullptr));
             EXPECT_THAT(worker.does(q.get()), returns());
             EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.get()), returns());
             EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.join.returns_nothing",
       .level = Level::kMust,
       .says = "Neither join() nor task_done() reports a count: both return None.",
       .notes = {"jq.join_reports_consumed_count"},
       .documented = {"JQ-03", "JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             EXPECT_THAT(main.does(q.put(1)), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
           }},
      {.id = "joinable_queue.task_done.too_often",
       .level = Level::kMust,
       .says = "task_done() beyond the number of items put raises ValueError, in any process, and "
               "leaves the count in order.",
       .notes = {"jq.task_done_too_many"},
       .documented = {"JQ-03"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
             EXPECT_THAT(child.does(q.task_done()), raises("ValueError"));
             main.must(q.put(1));
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(child.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(child.does(q.task_done()), raises("ValueError"));
             EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             main.must(q.put(2));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(child.does(q.get()), returns(2));
             EXPECT_THAT(child.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.task_done.by_any_process",
       .level = Level::kMust,
       .says =
           "task_done() may be called by a process that neither put nor got the item, and before "
           "it was taken.",
       .notes = {"jq.join_for_producer_task_done_for_consumer"},
       .documented = {"JQ-04"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& stranger = stage.start_process(main, {q});
             main.must(q.put(1));
             EXPECT_THAT(stranger.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "joinable_queue.count.is_shared_by_grandchildren",
       .level = Level::kMust,
       .says = "What a grandchild puts and acknowledges counts for everybody.",
       .notes = {"jq.sample.producer_ends_after_8_acks"},
       .documented = {"JQ-02", "JQ-04", "START-12"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             Puppet& grandchild = stage.start_process(child, {q});
             grandchild.must(q.put(1));
             EXPECT_THAT(grandchild.does(q.put_nowait(2)), raises("Full"));
             Call in_main = main.begins(q.join());
             Call in_grandchild = grandchild.begins(q.join());
             EXPECT_THAT(in_main, blocks());
             EXPECT_THAT(in_grandchild, blocks());
             EXPECT_THAT(child.does(q.get()), returns(1));
             child.must(q.task_done());
             EXPECT_THAT(in_main, returns());
             EXPECT_THAT(in_grandchild, returns());
           }},
      {.id = "joinable_queue.count.is_not_moved_by_put_that_failed",
       .level = Level::kMust,
       .says = "A put() that raised Full adds nothing to what join() waits for.",
       .documented = {"JQ-02", "JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("Full"));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 0s})), raises("Full"));
             main.must(q.get());
             main.must(q.task_done());
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
           }},
      {.id = "joinable_queue.count.includes_items_still_buffered",
       .level = Level::kMust,
       .says =
           "join() waits from the moment in which put() has returned, though the item cannot be "
           "taken yet.",
       .documented = {"JQ-02"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             results(main.does(batch({q.put(big_item(1)), q.put(2)})));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.get()), returns(big_item(1)));
             worker.must(q.task_done());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.get()), returns(2));
             worker.must(q.task_done());
             EXPECT_THAT(join, returns());
           }},
      {.id = "joinable_queue.count.many_items_many_workers",
       .level = Level::kMust,
       .says =
           "With two workers that acknowledge each item at once, join() returns when all 200 are "
           "done, and not one task_done() is lost or too many.",
       .notes = {"jq.sample.swords_output"},
       .documented = {"JQ-01", "JQ-03", "QUE-01"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 8});
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             Call by_a = a.begins(batch({q.get(), q.task_done()}, 100));
             Call by_b = b.begins(batch({q.get(), q.task_done()}, 100));
             results(main.does(batch(puts(q, 1, 200))));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             results(by_a);
             results(by_b);
             EXPECT_THAT(main.does(q.task_done()), raises("ValueError"));
           }},
      {.id = "joinable_queue.join.survives_an_unpicklable_item",
       .level = Level::kBeyond,
       .says = "An item that can't be serialised does not make join() wait for ever.",
       .documented = {"ROB-16", "JQ-11"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& helper = stage.start_process(main, {q});
             main.does(q.put(Value::unpicklable()));
             Call join = main.does(q.join());
             EXPECT_THAT(join, returns(nullptr));
             helper.does(q.task_done());  // lets it out if it hangs
             join.outcome();
           }},
      {.id = "joinable_queue.kill.of_a_joiner_hinders_nobody",
       .level = Level::kBeyond,
       .says = "When a process is killed in join(), task_done() still returns and releases the "
               "others.",
       .documented = {"ROB-14", "LIFE-15"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& joiner = stage.start_process(main, {q});
             main.must(q.put(1));
             EXPECT_THAT(joiner.begins(q.join()), blocks());
             stage.signal(joiner, SIGKILL);
             main.must(joiner.handle().join());
             main.must(q.get());
             EXPECT_THAT(main.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
           }},
  };
}

// The promises of Queue, kept by this class's own put().
Claims queue_like_claims() {
  return {
      {.id = "joinable_queue.put.blocks_while_full",
       .level = Level::kMust,
       .says = "A JoinableQueue has a capacity, and put() waits for room in it.",
       .notes = {"jq.inherits_queue"},
       .documented = {"JQ-01", "QUE-08"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 2});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             main.must(q.put_nowait(2));
             EXPECT_THAT(main.does(q.full()), returns(true));
             Call put = main.begins(q.put(3, {.timeout = nullptr}));
             EXPECT_THAT(put, blocks());
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(put, returns(nullptr));
             EXPECT_THAT(child.does(q.get()), returns(2));
             EXPECT_THAT(child.does(q.get()), returns(3));
           }},
      {.id = "joinable_queue.put.blocked_locks_out_nobody",
       .level = Level::kMust,
       .says = "While put() waits for room, others take and acknowledge items, and put as there is "
               "room.",
       .documented = {"JQ-01", "QUE-08"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             Puppet& thread = stage.start_thread(main);
             main.must(q.put(1));
             Call put = main.begins(q.put(2));
             EXPECT_THAT(put, blocks());
             EXPECT_THAT(child.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(thread.does(q.put_nowait(3)), raises("Full"));
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(put, returns(nullptr));
             EXPECT_THAT(thread.does(q.get()), returns(2));
           }},
      {.id = "joinable_queue.put.raises_full",
       .level = Level::kMust,
       .says = "put() with a timeout raises Full when it is over, without block at once.",
       .notes = {"jq.inherits_queue"},
       .documented = {"JQ-01", "QUE-09", "QUE-10"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             main.must(q.put(1, {.timeout = 0s}));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 50ms})),
                         AllOf(raises("Full"), took_about(50ms)));
             EXPECT_THAT(main.does(q.put(2, {.block = false, .timeout = kLong})), raises("Full"));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 0s})), raises("Full"));
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("Full"));
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.put_nowait(3)), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(3));
           }},
      {.id = "joinable_queue.put.is_unbounded_by_default",
       .level = Level::kMust,
       .says = "A JoinableQueue made without maxsize, or with zero, has no capacity to reach.",
       .notes = {"jq.inherits_queue"},
       .documented = {"JQ-01", "QUE-07"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteJoinableQueue& q :
                  {main.joinable_queue(), main.joinable_queue({.maxsize = 0})}) {
               results(main.does(batch({q.put_nowait(1)}, 1000)));
               EXPECT_THAT(main.does(q.full()), returns(false));
             }
           }},
      {.id = "joinable_queue.get.waits_or_raises_empty",
       .level = Level::kMust,
       .says =
           "get() waits for an item, with a timeout until it is over, without block not at all.",
       .notes = {"jq.inherits_queue"},
       .documented = {"JQ-01", "QUE-11", "QUE-12", "QUE-14"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.timeout = 50ms})),
                         AllOf(raises("Empty"), took_about(50ms)));
             Call get = main.begins(q.get());
             EXPECT_THAT(get, blocks());
             child.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "joinable_queue.delivery.exactly_once_in_order",
       .level = Level::kMust,
       .says = "Items of several producers arrive once each, those of one in its order, big ones "
               "whole.",
       .notes = {"jq.inherits_queue", "pc.queue_example_process_queue"},
       .documented = {"JQ-01", "QUE-01", "QUE-02"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& taker = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             child.must(q.put(big_item(2)));
             results(main.does(batch(puts(q, 1, 50))));
             results(child.does(batch(puts(q, 2, 50))));
             std::vector<Value> small, big;
             for (Value& item : results(taker.does(batch({q.get()}, 102)))) {
               (item.get_if<Value::Digest>() ? big : small).push_back(item);
             }
             EXPECT_THAT(
                 big, UnorderedElementsAre(big_item(1).as_received(), big_item(2).as_received()));
             EXPECT_THAT(indexes_from(1, small), zero_to(50));
             EXPECT_THAT(indexes_from(2, small), zero_to(50));
           }},
      {.id = "joinable_queue.delivery.between_threads",
       .level = Level::kMust,
       .says = "Threads of one process put and acknowledge at the same time, and nothing is lost.",
       .documented = {"JQ-01", "QUE-01"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Call first = stage.start_thread(main).begins(batch(puts(q, 1, 100)));
             Call second = stage.start_thread(main).begins(batch(puts(q, 2, 100)));
             std::vector<Value> got;
             for (const Value& item : results(main.does(batch({q.get(), q.task_done()}, 200)))) {
               if (!item.is_null()) got.push_back(item);
             }
             EXPECT_THAT(indexes_from(1, got), zero_to(100));
             EXPECT_THAT(indexes_from(2, got), zero_to(100));
             results(first);
             results(second);
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
           }},
      {.id = "joinable_queue.unpicklable.gives_its_slot_back",
       .level = Level::kShould,
       .says = "An item that can't be serialised takes up no room, and later items arrive.",
       .documented = {"JQ-01", "QUE-19"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             main.does(q.put(Value::unpicklable()));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.put(1, {.timeout = 0s})), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "joinable_queue.close.refuses_put",
       .level = Level::kMust,
       .says = "After close() put() raises ValueError and adds nothing to what join() waits for.",
       .documented = {"JQ-10", "QUE-21", "QUE-22"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.close());
             EXPECT_THAT(main.does(q.put(1)), raises("ValueError"));
             EXPECT_THAT(main.does(q.put_nowait(1)), raises("ValueError"));
             EXPECT_THAT(main.does(q.put(1, {.timeout = 50ms})), raises("ValueError"));
             EXPECT_THAT(main.does(q.get_nowait()), raises("ValueError"));
             EXPECT_THAT(child.does(q.join()), returns(nullptr));
             EXPECT_THAT(child.does(q.task_done()), raises("ValueError"));
           }},
      {.id = "joinable_queue.close.refuses_put_on_a_full_queue",
       .level = Level::kShould,
       .says =
           "put() on a queue that is both full and closed says that it is closed, does not wait, "
           "and takes no place of the others'.",
       .documented = {"JQ-10", "QUE-21"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             main.must(q.close());
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("ValueError"));
             EXPECT_THAT(main.does(q.put(2)), raises("ValueError"));
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.put(2)), raises("ValueError"));
             EXPECT_THAT(child.does(q.put(3, {.timeout = 0s})), returns(nullptr));
             EXPECT_THAT(child.does(q.get()), returns(3));
           }},
      {.id = "joinable_queue.close.leaves_the_count_alone",
       .level = Level::kShould,
       .says = "A process that has closed the queue can still wait in join() and call task_done().",
       .documented = {"JQ-09"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             main.must(q.put(2));
             main.must(q.close());
             EXPECT_THAT(main.does(q.task_done()), returns(nullptr));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(child.does(q.get()), returns(2));
             child.must(q.task_done());
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.exit.loses_nothing",
       .level = Level::kMust,
       .says = "A process that puts much and returns loses nothing, and leaves its items to be "
               "acknowledged.",
       .notes = {"jq.inherits_queue"},
       .documented = {"JQ-01", "QUE-27"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             child.must(q.put(2));
             child.does(self::returns());
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(main.does(q.get()), returns(2));
             main.must(q.task_done());
             Puppet& joiner = stage.start_process(main, {q});
             Call join = joiner.begins(q.join());
             EXPECT_THAT(join, blocks());
             main.must(q.task_done());
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "joinable_queue.exit.a_waiting_daemon_does_not_keep_the_program",
       .level = Level::kMust,
       .says = "When all items are acknowledged and main returns, a daemon that waits in get() for "
               "more ends with it.",
       .notes = {"jq.sample.daemon_consumer_needed"},
       .documented = {"LIFE-02", "JQ-05"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q}, {.daemon = true});
             main.must(q.put(1));
             results(worker.does(batch({q.get(), q.task_done()})));
             Call more = worker.begins(q.get());
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             EXPECT_THAT(more, blocks());
             main.does(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
             EXPECT_TRUE(stage.process_ends(worker));
           }},
      {.id = "joinable_queue.join.interrupted_hinders_nobody",
       .level = Level::kShould,
       .says = "SIGINT ends join() with KeyboardInterrupt; the others go on, and the last "
               "task_done() releases who waits then.",
       .documented = {"JQ-03", "JQ-05", "JQ-06", "LOCK-12"},
       .needs = {"joinable_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& other = stage.start_process(main, {q});
             main.must(q.put(1));
             Call join = child.begins(q.join());
             EXPECT_THAT(join, blocks());
             stage.signal(child, SIGINT);
             EXPECT_THAT(join, raises("KeyboardInterrupt"));
             main.must(q.put(2));
             Call joins[] = {child.begins(q.join()), other.begins(q.join())};
             EXPECT_THAT(main.does(q.get()), returns(1));
             main.must(q.task_done());
             for (const Call& each : joins) EXPECT_THAT(each, blocks());
             EXPECT_THAT(main.does(q.get()), returns(2));
             main.must(q.task_done());
             for (const Call& each : joins) EXPECT_THAT(each, returns(nullptr));
           }},
      {.id = "joinable_queue.inheritance.of_a_queue_in_use",
       .level = Level::kMust,
       .says = "A process started after its creator has used the queue puts and acknowledges.",
       .documented = {"START-12", "QUE-34", "JQ-04"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             results(main.does(batch({q.put(0), q.get()})));
             stage.comes_to_rest();
             Puppet& child = stage.start_process(main, {q});
             for (int i = 1; i <= 3; ++i) {
               child.must(q.put(i));
               EXPECT_THAT(main.does(q.get()), returns(i));
             }
             for (int i = 0; i < 4; ++i) EXPECT_THAT(child.does(q.task_done()), returns());
             EXPECT_THAT(main.does(q.join()), returns());
           }},
  };
}

}  // namespace

Claims joinable_queue_claims() {
  Claims all = join_claims();
  for (Claim& claim : queue_like_claims()) all.push_back(std::move(claim));
  return all;
}

}  // namespace conformance
