// multiprocessing.Queue: capacity, waiting and not waiting, order, copies, closing, what becomes of
// items when processes end.
//
// An item that was put may reach the queue later (CPython has a feeder thread). Where a claim needs
// it to be there without taking it, it lets the testee come to rest first.
#include <signal.h>

#include <algorithm>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

// "returns", "blocks", or the exception's type.
std::string manner_of(const Call& call) {
  const Outcome& outcome = call.outcome();
  if (const Raised* raised = std::get_if<Raised>(&outcome)) return raised->type;
  if (std::holds_alternative<Blocked>(outcome)) return "blocks";
  return std::holds_alternative<Returned>(outcome) ? "returns" : text_of(outcome);
}

// One value of each kind, with all those that a careless test for truth would take for nothing.
std::vector<Value> values_of_all_kinds() {
  return {nullptr,
          false,
          true,
          0,
          -1,
          int64_t{9223372036854775807},
          0.0,
          -2.5,
          "",
          "text with \xc3\xa4, \xe2\x82\xac and a newline\n",
          Value::bytes(""),
          Value::bytes(std::string("\0\xff\n", 3)),
          Value::list({}),
          Value::list({1, "two", Value::list({nullptr})}),
          Value::tuple({}),
          Value::tuple({1, Value::tuple({2.0})}),
          Value::dict({}),
          Value::dict({{"key", Value::list({1})}, {2, nullptr}}),
          Value::function("square")};
}

// The capacity, and what waits for it.
Claims capacity_claims() {
  return {
      {.id = "queue.put.blocks_while_full",
       .level = Level::kMust,
       .says = "put() on a full queue waits until a consumer has taken an item.",
       .notes = {"queue.put.blocks_when_full", "queue.put.unblocks_after_get",
                 "queue.ctor.maxsize_is_capacity",
                 "queue.sample.single_process_sixth_put_deadlocks"},
       .documented = {"QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& taker = stage.start_process(main, {q});
             main.must(q.put(1));
             Call second = main.begins(q.put(2));
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(taker.does(q.get()), returns(1));
             EXPECT_THAT(second, returns(nullptr));
             EXPECT_THAT(taker.does(q.get()), returns(2));
           }},
      {.id = "queue.capacity.is_maxsize",
       .level = Level::kMust,
       .says = "A queue takes exactly maxsize items before one is taken out.",
       .notes = {"queue.ctor.maxsize_is_capacity", "queue.put_nowait.stores_if_room",
                 "queue.put_nowait.raises_when_full"},
       .documented = {"QUE-08", "QUE-09"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 3});
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(q.put_nowait(i)), returns(nullptr));
             EXPECT_THAT(main.does(q.put_nowait(3)), raises("Full"));
           }},
      {.id = "queue.capacity.is_shared",
       .level = Level::kMust,
       .says = "The capacity counts the items of all processes together.",
       .notes = {"queue.ctor.maxsize_is_capacity"},
       .documented = {"QUE-08", "QUE-18"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             child.must(q.put(2));
             EXPECT_THAT(main.does(q.full()), returns(true));
             EXPECT_THAT(child.does(q.full()), returns(true));
             EXPECT_THAT(main.does(q.put_nowait(3)), raises("Full"));
             EXPECT_THAT(child.does(q.put_nowait(3)), raises("Full"));
           }},
      {.id = "queue.capacity.stays_the_same_in_use",
       .level = Level::kMust,
       .says = "However items were taken and whatever failed, the capacity stays what it was.",
       .notes = {"queue.ctor.maxsize_is_capacity"},
       .documented = {"QUE-08", "QUE-15"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             results(main.does(batch({q.put(1), q.put(2), q.get(), q.get({.timeout = kLong}),
                                      q.put(3), q.get({.block = true})},
                                     5)));
             main.does(q.get_nowait());
             main.does(q.get({.timeout = 0s}));
             EXPECT_THAT(main.does(q.put_nowait(1)), returns());
             EXPECT_THAT(main.does(q.put_nowait(2)), returns());
             EXPECT_THAT(main.does(q.put_nowait(3)), raises("Full"));
           }},
      {.id = "queue.capacity.none_by_default",
       .level = Level::kMust,
       .says = "A queue made without maxsize takes tens of thousands of items that nobody takes.",
       .notes = {"queue.ctor.maxsize_default_unbounded", "pc.producer_does_not_wait"},
       .documented = {"QUE-07"},
       .needs = {"queue", "queue.qsize"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             if (stage.has_feature("isolated")) main.must(q.cancel_join_thread());
             main.must(q.put(big_item(1)));  // the rest piles up behind this
             for (int i = 0; i < 4; ++i) results(main.does(batch({q.put_nowait(i)}, 8500)));
             EXPECT_THAT(main.does(q.qsize()), returns(34001));
             EXPECT_THAT(main.does(q.full()), returns(false));
           }},
      {.id = "queue.capacity.none_for_zero",
       .level = Level::kMust,
       .says = "Queue(0) has no capacity to reach.",
       .notes = {"queue.ctor.maxsize_default_unbounded"},
       .documented = {"QUE-07"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 0});
             results(main.does(batch({q.put_nowait(1)}, 100)));
             EXPECT_THAT(main.does(q.full()), returns(false));
           }},
      {.id = "queue.capacity.none_for_negative",
       .level = Level::kMust,
       .says = "Queue(-1) has no capacity to reach.",
       .notes = {"queue.ctor.maxsize_default_unbounded"},
       .documented = {"QUE-07"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = -1});
             results(main.does(batch({q.put_nowait(1)}, 100)));
             EXPECT_THAT(main.does(q.full()), returns(false));
           }},
      {.id = "queue.put.does_not_wait_for_a_consumer",
       .level = Level::kMust,
       .says =
           "While there is room put() returns, however big the items and whether or not anybody "
           "reads.",
       .notes = {"pc.producer_does_not_wait", "pc.buffer_balances_rates",
                 "queue.spec.put_copies_at_feed_time"},
       .documented = {"QUE-05"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             for (int i = 0; i < 4; ++i) EXPECT_THAT(main.does(q.put(big_item(i))), returns());
             for (int i = 0; i < 4; ++i) EXPECT_THAT(main.does(q.get()), returns(big_item(i)));
           }},
      {.id = "queue.put.each_get_lets_one_waiting_put_in",
       .level = Level::kMust,
       .says = "Of several processes that wait in put(), each item taken lets exactly one go on.",
       .notes = {"queue.put.unblocks_after_get"},
       .documented = {"QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             main.must(q.put(0));
             Call from_a = a.begins(q.put(1));
             Call from_b = b.begins(q.put(2));
             EXPECT_THAT(from_a, blocks());
             EXPECT_THAT(from_b, blocks());
             EXPECT_THAT(main.does(q.get()), returns(0));
             stage.comes_to_rest();
             EXPECT_NE(manner_of(from_a), manner_of(from_b));
             EXPECT_THAT((std::vector<Value>{main.must(q.get()), main.must(q.get())}),
                         UnorderedElementsAre(Value(1), Value(2)));
             EXPECT_THAT(from_a, returns());
             EXPECT_THAT(from_b, returns());
           }},
      {.id = "queue.put.raises_full_after_timeout",
       .level = Level::kMust,
       .says = "put(timeout=t) on a full queue raises Full, and not before t has passed.",
       .notes = {"queue.put.timeout_raises_full"},
       .documented = {"QUE-10", "QUE-38", "QUE-39"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 50ms})),
                         AllOf(raises("Full"), took_about(50ms)));
             EXPECT_THAT(main.does(q.put(2, {.block = true, .timeout = 50ms})),
                         AllOf(raises("Full"), took_about(50ms)));
           }},
      {.id = "queue.put.zero_timeout_does_not_wait",
       .level = Level::kMust,
       .says =
           "put(timeout=0) on a full queue raises Full at once, and stores where there is room.",
       .documented = {"QUE-10"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             EXPECT_THAT(main.does(q.put(1, {.timeout = 0s})), returns(nullptr));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 0s})),
                         AllOf(raises("Full"), took_not_much_longer_than(0s)));
           }},
      {.id = "queue.put.negative_timeout",
       .level = Level::kVariation,
       .says = "put() with a negative timeout on a full queue does not wait: it raises Full, or "
               "refuses the timeout with ValueError.",
       .notes = {"queue.put.timeout_raises_full"},
       .documented = {"QUE-10"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             main.must(q.put(1));
             stage.varies(manner_of(main.does(q.put(2, {.timeout = -1s}))), {"Full", "ValueError"});
           }},
      {.id = "queue.put.timeout_none_waits",
       .level = Level::kMust,
       .says = "put(block=True, timeout=None) waits for room without limit.",
       .notes = {"queue.put.blocks_when_full"},
       .documented = {"QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             Call put = child.begins(q.put(2, {.block = true, .timeout = nullptr}));
             EXPECT_THAT(put, blocks());
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(put, returns());
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "queue.put.without_block_ignores_timeout",
       .level = Level::kMust,
       .says = "put(block=False) on a full queue raises Full at once, whatever the timeout.",
       .notes = {"queue.put_nowait.raises_when_full"},
       .documented = {"QUE-09"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             EXPECT_THAT(main.does(q.put(1, {.block = false, .timeout = kLong})), returns(nullptr));
             EXPECT_THAT(main.does(q.put(2, {.block = false})), raises("Full"));
             EXPECT_THAT(main.does(q.put(2, {.block = false, .timeout = nullptr})), raises("Full"));
             EXPECT_THAT(main.does(q.put(2, {.block = false, .timeout = kLong})), raises("Full"));
           }},
      {.id = "queue.put.within_timeout_returns_when_room_appears",
       .level = Level::kMust,
       .says = "A put() with a timeout returns as soon as there is room, not when the time is up.",
       .notes = {"queue.put.timeout_raises_full", "queue.put.unblocks_after_get"},
       .documented = {"QUE-10"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             Call put = child.begins(q.put(2, {.timeout = kLong}));
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(put, AllOf(returns(nullptr), took_not_much_longer_than(0s)));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "queue.put.that_failed_leaves_nothing",
       .level = Level::kMust,
       .says =
           "An item whose put() raised Full never arrives; once there is room the queue goes on.",
       .notes = {"queue.put.timeout_raises_full", "queue.put_nowait.raises_when_full"},
       .documented = {"QUE-09", "QUE-10", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 50ms})), raises("Full"));
             EXPECT_THAT(main.does(q.put_nowait(3)), raises("Full"));
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.put(4, {.timeout = 50ms})), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(4));
           }},
  };
}

// Waiting for an item, and not waiting.
Claims get_claims() {
  return {
      {.id = "queue.get.blocks_while_empty",
       .level = Level::kMust,
       .says = "get() on an empty queue waits until another process has put an item.",
       .notes = {"queue.get.blocks_when_empty", "queue.ipc_main_to_child", "queue.ipc_by_queue"},
       .documented = {"QUE-11"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
             Call again = child.begins(q.get({.block = true}));
             EXPECT_THAT(again, blocks());
             main.must(q.put(2));
             EXPECT_THAT(again, returns(2));
           }},
      {.id = "queue.get.raises_empty_after_timeout",
       .level = Level::kMust,
       .says = "get(timeout=t) on an empty queue raises Empty, and not before t has passed.",
       .notes = {"queue.get.timeout_raises_empty"},
       .documented = {"QUE-14", "QUE-38", "QUE-39"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.get({.timeout = 50ms})),
                         AllOf(raises("Empty"), took_about(50ms)));
             EXPECT_THAT(main.does(q.get({.block = true, .timeout = 50ms})),
                         AllOf(raises("Empty"), took_about(50ms)));
           }},
      {.id = "queue.get.zero_timeout_does_not_wait",
       .level = Level::kMust,
       .says = "get(timeout=0) on an empty queue raises Empty at once, and takes an item that is "
               "there.",
       .documented = {"QUE-14"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.get({.timeout = 0s})),
                         AllOf(raises("Empty"), took_not_much_longer_than(0s)));
             main.must(q.put(1));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.get({.timeout = 0s})), returns(1));
           }},
      {.id = "queue.get.negative_timeout",
       .level = Level::kVariation,
       .says = "get() with a negative timeout on an empty queue does not wait: it raises Empty, or "
               "refuses the timeout with ValueError.",
       .notes = {"queue.get.timeout_raises_empty"},
       .documented = {"QUE-14"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             stage.varies(manner_of(main.does(q.get({.timeout = -1s}))), {"Empty", "ValueError"});
           }},
      {.id = "queue.get.timeout_none_waits",
       .level = Level::kMust,
       .says = "get(block=True, timeout=None) waits for an item without limit.",
       .notes = {"queue.get.blocks_when_empty"},
       .documented = {"QUE-11"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get({.block = true, .timeout = nullptr}));
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "queue.get.without_block_ignores_timeout",
       .level = Level::kMust,
       .says = "get(block=False) on an empty queue raises Empty at once, whatever the timeout.",
       .notes = {"queue.get_nowait.raises_when_empty"},
       .documented = {"QUE-12"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.get({.block = false})), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = nullptr})), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = kLong})), raises("Empty"));
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.get_nowait.takes_what_is_there",
       .level = Level::kMust,
       .says = "Once an item has reached the queue, get_nowait() takes it, and only once.",
       .notes = {"queue.get_nowait.returns_item_if_present"},
       .documented = {"QUE-12", "QUE-13"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             main.must(q.put(2));
             stage.comes_to_rest();
             EXPECT_THAT(child.does(q.get_nowait()), returns(1));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = kLong})), returns(2));
             EXPECT_THAT(child.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.get.within_timeout_returns_when_an_item_arrives",
       .level = Level::kMust,
       .says = "A get() with a timeout returns as soon as there is an item, not when the time is "
               "up.",
       .notes = {"queue.get.timeout_raises_empty", "queue.sample.download_analysis"},
       .documented = {"QUE-14"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get({.timeout = kLong}));
             main.must(q.put(1));
             EXPECT_THAT(get, AllOf(returns(1), took_not_much_longer_than(0s)));
           }},
      {.id = "queue.get.one_item_wakes_one",
       .level = Level::kMust,
       .says = "Of several processes that wait in get(), one item wakes exactly one; the others go "
               "on waiting.",
       .notes = {"queue.get.blocks_when_empty", "queue.process_safe"},
       .documented = {"QUE-36", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Call a = stage.start_process(main, {q}).begins(q.get());
             Call b = stage.start_process(main, {q}).begins(q.get());
             EXPECT_THAT(a, blocks());
             EXPECT_THAT(b, blocks());
             main.must(q.put(1));
             stage.comes_to_rest();
             EXPECT_NE(manner_of(a), manner_of(b));
             main.must(q.put(2));
             EXPECT_THAT((std::vector<Value>{a.value(), b.value()}),
                         UnorderedElementsAre(Value(1), Value(2)));
           }},
      {.id = "queue.get.timeout_holds_beside_another_consumer",
       .level = Level::kMust,
       .says = "get(timeout=t) raises Empty after t also while another process waits in get().",
       .notes = {"queue.get.timeout_raises_empty"},
       .documented = {"QUE-14", "QUE-37"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Call waiting = stage.start_process(main, {q}).begins(q.get());
             EXPECT_THAT(waiting, blocks());
             EXPECT_THAT(main.does(q.get({.timeout = 50ms})),
                         AllOf(raises("Empty"), took_about(50ms)));
             main.must(q.put(1));
             EXPECT_THAT(waiting, returns(1));
           }},
      {.id = "queue.get_nowait.does_not_wait_for_another_consumer",
       .level = Level::kMust,
       .says = "get_nowait() raises Empty at once also while another process waits in get().",
       .notes = {"queue.get_nowait.raises_when_empty"},
       .documented = {"QUE-12"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Call waiting = stage.start_process(main, {q}).begins(q.get());
             EXPECT_THAT(waiting, blocks());
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.block = false, .timeout = kLong})), raises("Empty"));
             main.must(q.put(1));
             EXPECT_THAT(waiting, returns(1));
           }},
      {.id = "queue.get.that_failed_hinders_nobody",
       .level = Level::kMust,
       .says = "After a get() that raised Empty, that process and all others get what comes later.",
       .notes = {"queue.get.timeout_raises_empty", "pc.consumer_stop_protocol"},
       .documented = {"QUE-14", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             for (Puppet* each : {&main, &child}) {
               EXPECT_THAT(each->does(q.get_nowait()), raises("Empty"));
               EXPECT_THAT(each->does(q.get({.timeout = 50ms})), raises("Empty"));
               EXPECT_THAT(each->does(q.get({.timeout = 0s})), raises("Empty"));
             }
             for (Puppet* each : {&child, &main}) {
               Call get = each->begins(q.get());
               EXPECT_THAT(get, blocks());
               (each == &main ? child : main).must(q.put(1));
               EXPECT_THAT(get, returns(1));
             }
           }},
      {.id = "queue.get.frees_a_slot",
       .level = Level::kMust,
       .says = "An item that was taken, by whatever form of get(), makes room for the next.",
       .notes = {"queue.put.unblocks_after_get"},
       .documented = {"QUE-08", "QUE-15"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             for (const Op& get : {q.get(), q.get({.timeout = kLong}), q.get({.block = false}),
                                   q.get_nowait(), q.get({.timeout = 0s})}) {
               EXPECT_THAT(main.does(q.put_nowait(1)), returns(nullptr));
               stage.comes_to_rest();
               EXPECT_THAT(main.does(get), returns(1));
             }
             EXPECT_THAT(main.does(q.put_nowait(2)), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
  };
}

// qsize(), empty() and full().
Claims count_claims() {
  return {
      {.id = "queue.qsize.counts_items_of_all_processes",
       .level = Level::kMust,
       .says = "While nobody moves, qsize() is the number of items put minus those taken, in every "
               "process.",
       .notes = {"queue.full_empty_getnowait_unreliable"},
       .documented = {"QUE-17"},
       .needs = {"queue", "queue.qsize"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.qsize()), returns(0));
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             main.must(q.put(2));
             child.must(q.put(3));
             EXPECT_THAT(main.does(q.qsize()), returns(3));
             EXPECT_THAT(child.does(q.qsize()), returns(3));
             child.must(q.get());
             main.must(q.get({.timeout = kLong}));
             EXPECT_THAT(main.does(q.qsize()), returns(1));
             EXPECT_THAT(child.does(q.qsize()), returns(1));
             child.must(q.get());
             EXPECT_THAT(child.does(q.qsize()), returns(0));
           }},
      {.id = "queue.qsize.is_not_moved_by_failures",
       .level = Level::kMust,
       .says = "A put() that raised Full and a get() that raised Empty leave qsize() as it was.",
       .documented = {"QUE-17"},
       .needs = {"queue", "queue.qsize"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.timeout = 0s})), raises("Empty"));
             EXPECT_THAT(main.does(q.qsize()), returns(0));
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.qsize()), returns(1));
             main.must(q.put(2));
             EXPECT_THAT(main.does(q.put_nowait(3)), raises("Full"));
             EXPECT_THAT(main.does(q.put(3, {.timeout = 0s})), raises("Full"));
             EXPECT_THAT(main.does(q.qsize()), returns(2));
           }},
      {.id = "queue.empty.tells_whether_there_is_an_item",
       .level = Level::kMust,
       .says = "While nobody moves, empty() says in every process whether the queue holds nothing.",
       .notes = {"queue.empty.true_when_drained", "queue.full_empty_getnowait_unreliable",
                 "queue.check_empty_before_get_avoids_block"},
       .documented = {"QUE-16"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.empty()), returns(true));
             EXPECT_THAT(child.does(q.empty()), returns(true));
             main.must(q.put(nullptr));
             main.must(q.put(nullptr));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.empty()), returns(false));
             EXPECT_THAT(child.does(q.empty()), returns(false));
             EXPECT_THAT(child.does(q.get_nowait()), returns(nullptr));
             EXPECT_THAT(child.does(q.empty()), returns(false));
             EXPECT_THAT(main.does(q.get_nowait()), returns(nullptr));
             EXPECT_THAT(main.does(q.empty()), returns(true));
             EXPECT_THAT(child.does(q.empty()), returns(true));
           }},
      {.id = "queue.empty.promises_nothing_for_later",
       .level = Level::kMust,
       .says = "That empty() was False does not keep a get() from waiting: another process may "
               "have taken the item.",
       .notes = {"queue.check_empty_before_get_avoids_block",
                 "queue.full_empty_getnowait_unreliable"},
       .documented = {"QUE-16"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.empty()), returns(false));
             EXPECT_THAT(child.does(q.empty()), returns(false));
             EXPECT_THAT(child.does(q.get()), returns(1));
             Call late = main.begins(q.get());
             EXPECT_THAT(late, blocks());
             child.must(q.put(2));
             EXPECT_THAT(late, returns(2));
           }},
      {.id = "queue.full.tells_whether_there_is_room",
       .level = Level::kMust,
       .says = "While nobody moves, full() is true exactly when maxsize items are in the queue.",
       .notes = {"queue.full.false_below_capacity", "queue.full.true_at_capacity"},
       .documented = {"QUE-18"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 5});
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.full()), returns(false));
             for (int i = 0; i < 4; ++i) main.must(q.put(i));
             EXPECT_THAT(main.does(q.full()), returns(false));
             EXPECT_THAT(child.does(q.full()), returns(false));
             main.must(q.put(4));
             EXPECT_THAT(main.does(q.full()), returns(true));
             EXPECT_THAT(child.does(q.full()), returns(true));
             EXPECT_THAT(child.does(q.get()), returns(0));
             EXPECT_THAT(main.does(q.full()), returns(false));
             EXPECT_THAT(child.does(q.full()), returns(false));
           }},
  };
}

// What arrives: which items, in which order, and in which form.
Claims delivery_claims() {
  return {
      {.id = "queue.order.is_first_in_first_out",
       .level = Level::kMust,
       .says = "Items of one process arrive in the order in which it put them, also when they had "
               "to pile up behind a big one.",
       .notes = {"queue.fifo", "queue.stack_is_lifo", "queue.ipc_main_to_child"},
       .documented = {"QUE-02"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             stage.comes_to_rest();
             results(main.does(batch(puts(q, 1, 50))));
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(indexes_from(1, results(child.does(batch({q.get()}, 50)))), zero_to(50));
           }},
      {.id = "queue.order.holds_for_each_producer",
       .level = Level::kMust,
       .says = "Items of several processes may mix, but those of each arrive in its order.",
       .notes = {"queue.fifo", "pc.queue_example_process_queue"},
       .documented = {"QUE-02", "QUE-03", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 10});
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             Call from_a = a.begins(batch(puts(q, 1, 100)));
             Call from_b = b.begins(batch(puts(q, 2, 100)));
             std::vector<Value> got = results(main.does(batch({q.get()}, 200)));
             EXPECT_THAT(indexes_from(1, got), zero_to(100));
             EXPECT_THAT(indexes_from(2, got), zero_to(100));
             results(from_a);
             results(from_b);
           }},
      {.id = "queue.delivery.exactly_once",
       .level = Level::kMust,
       .says = "With several producers and several consumers every item arrives exactly once.",
       .notes = {"queue.process_safe", "queue.frees_user_from_locking", "pc.decouples",
                 "pc.consumer_takes_from_queue", "queue.ipc_child_to_child", "pc.three_parts"},
       .documented = {"QUE-01", "QUE-02"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 7});
             Puppet& producer = stage.start_process(main, {q});
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             Call to_a = a.begins(batch({q.get(), q.get({.timeout = kLong})}, 50));
             Call to_b = b.begins(batch({q.get({.timeout = kLong}), q.get()}, 50));
             Call from_producer = producer.begins(batch(puts(q, 1, 100)));
             results(main.does(batch(puts(q, 2, 100))));
             results(from_producer);
             std::vector<Value> all;
             for (const Call& to : {to_a, to_b}) {
               std::vector<Value> got = results(to);
               for (int sender : {1, 2}) {
                 std::vector<int64_t> indexes = indexes_from(sender, got);
                 EXPECT_TRUE(std::is_sorted(indexes.begin(), indexes.end()));
               }
               all.insert(all.end(), got.begin(), got.end());
             }
             for (int sender : {1, 2}) {
               std::vector<int64_t> indexes = indexes_from(sender, all);
               std::sort(indexes.begin(), indexes.end());
               EXPECT_THAT(indexes, zero_to(100));
             }
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.delivery.big_items_of_two_producers_do_not_mix",
       .level = Level::kMust,
       .says = "Big items that two processes put at the same time arrive whole.",
       .notes = {"queue.process_safe", "queue.is_pipe_plus_lock"},
       .documented = {"QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             results(a.does(batch({q.put(big_item(1)), q.put(big_item(2))})));
             results(b.does(batch({q.put(big_item(3)), q.put(big_item(4))})));
             stage.comes_to_rest();
             EXPECT_THAT(
                 results(main.does(batch({q.get()}, 4))),
                 UnorderedElementsAre(big_item(1).as_received(), big_item(2).as_received(),
                                      big_item(3).as_received(), big_item(4).as_received()));
           }},
      {.id = "queue.delivery.big_items_go_whole_to_one_of_two_consumers",
       .level = Level::kMust,
       .says = "Two processes that get at the same time never share a big item's pieces.",
       .notes = {"queue.process_safe", "queue.is_pipe_plus_lock"},
       .documented = {"QUE-01", "QUE-36"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             Call to_a = a.begins(batch({q.get(), q.get({.timeout = kLong})}));
             Call to_b = b.begins(batch({q.get(), q.get({.timeout = kLong})}));
             stage.comes_to_rest();
             for (int i = 1; i <= 4; ++i) main.must(q.put(big_item(i)));
             std::vector<Value> all = results(to_a);
             for (const Value& item : results(to_b)) all.push_back(item);
             EXPECT_THAT(
                 all, UnorderedElementsAre(big_item(1).as_received(), big_item(2).as_received(),
                                           big_item(3).as_received(), big_item(4).as_received()));
           }},
      {.id = "queue.delivery.between_threads",
       .level = Level::kMust,
       .says = "Several threads of a process may put and get at the same time: every item arrives "
               "once, those of a thread in its order.",
       .notes = {"queue.used_with_threads_or_processes", "queue.near_equivalent_of_queue_Queue"},
       .documented = {"QUE-01", "QUE-02"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Call first = stage.start_thread(main).begins(batch(puts(q, 1, 100)));
             Call second = stage.start_thread(main).begins(batch(puts(q, 2, 100)));
             Call got = stage.start_thread(child).begins(batch({q.get()}, 100));
             std::vector<Value> all = results(child.does(batch({q.get()}, 100)));
             for (const Value& item : results(got)) all.push_back(item);
             results(first);
             results(second);
             for (int sender : {1, 2}) {
               std::vector<int64_t> indexes = indexes_from(sender, all);
               std::sort(indexes.begin(), indexes.end());
               EXPECT_THAT(indexes, zero_to(100));
             }
           }},
      {.id = "queue.delivery.a_waiting_thread_blocks_no_other",
       .level = Level::kMust,
       .says = "While a thread waits in get(), another thread of that process can put the item.",
       .notes = {"queue.used_with_threads_or_processes"},
       .documented = {"QUE-11"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Call get = stage.start_thread(main).begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "queue.items.of_all_kinds",
       .level = Level::kMust,
       .says = "Values of all kinds arrive as they were sent, None, zero and the empty ones too.",
       .notes = {"queue.near_equivalent_of_queue_Queue"},
       .documented = {"QUE-01", "QUE-04"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             for (const Value& value : values_of_all_kinds()) {
               main.must(q.put(value));
               EXPECT_THAT(child.does(q.get()), returns(value));
               main.must(q.put_nowait(value));
               EXPECT_THAT(child.does(q.get({.timeout = kLong})), returns(value));
             }
           }},
      {.id = "queue.items.bigger_than_a_pipe",
       .level = Level::kMust,
       .says = "Items of many sizes, up to some that no pipe holds, arrive byte for byte.",
       .notes = {"queue.built_on_pipe", "queue.in_memory"},
       .documented = {"QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             for (int size : {1, 4096, 16384, 65535, 65536, 65537, 5000000}) {
               child.must(q.put(Value::blob(size, size)));
               EXPECT_THAT(main.does(q.get({.timeout = kLong})), returns(Value::blob(size, size)));
             }
           }},
      {.id = "queue.items.are_copies",
       .level = Level::kMust,
       .says = "What get() returns is a copy: changing it, or changing what was sent after it has "
               "reached the queue, is not seen on the other side.",
       .notes = {"queue.near_equivalent_of_queue_Queue"},
       .documented = {"QUE-04"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemoteList sent = main.list({1});
             main.must(q.put(sent.value()));
             stage.comes_to_rest();
             main.must(sent.append(2));
             RemoteList received = main.list();
             main.must(q.get_object(received));
             EXPECT_THAT(main.does(received.get()), returns(Value::list({1})));
             main.must(received.append(3));
             EXPECT_THAT(main.does(sent.get()), returns(Value::list({1, 2})));
           }},
      {.id = "queue.items.serialised_when",
       .level = Level::kVariation,
       .says = "An item that is changed after put(), while earlier items still wait to be sent, "
               "arrives as it was at put() or as it is now.",
       .notes = {"queue.spec.put_copies_at_feed_time"},
       .documented = {"QUE-05", "QUE-06"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemoteList item = main.list({1});
             main.must(q.put(big_item(1)));
             stage.comes_to_rest();
             main.must(q.put(item.value()));
             main.must(item.append(2));
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             Value got = main.must(q.get());
             stage.varies(got == Value::list({1})      ? "as at put()"
                          : got == Value::list({1, 2}) ? "as changed later"
                                                       : got.text(),
                          {"as at put()", "as changed later"});
           }},
  };
}

// Items that cannot be serialised, and objects that may only be inherited.
Claims refusal_claims() {
  return {
      {.id = "queue.unpicklable.is_dropped_and_the_rest_arrives",
       .level = Level::kShould,
       .says = "An item that can't be serialised never arrives; those before and after it do, in "
               "order.",
       .notes = {"queue.spec.put_copies_at_feed_time"},
       .documented = {"QUE-19"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));  // the rest piles up behind this
             stage.comes_to_rest();
             main.must(q.put(1));
             main.does(q.put(Value::unpicklable()));
             main.does(q.put(Value::list({2, Value::unpicklable()})));
             main.must(q.put(3));
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             stage.comes_to_rest();
             main.must(q.put(4));
             for (int i : {1, 3, 4}) EXPECT_THAT(child.does(q.get()), returns(i));
             EXPECT_THAT(child.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.unpicklable.gives_its_slot_back",
       .level = Level::kShould,
       .says = "An item that can't be serialised takes up no room in a bounded queue.",
       .notes = {"queue.spec.put_copies_at_feed_time"},
       .documented = {"QUE-19"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             main.does(q.put(Value::unpicklable()));
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.full()), returns(false));
             EXPECT_THAT(main.does(q.put(1, {.timeout = 0s})), returns(nullptr));
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("Full"));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "queue.unpicklable.lets_a_waiting_put_in",
       .level = Level::kShould,
       .says = "A put() that waits for room goes on when the item before it turns out to be "
               "unserialisable.",
       .documented = {"QUE-19", "QUE-08"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             stage.comes_to_rest();
             main.does(q.put(Value::unpicklable()));
             Call third = main.begins(q.put(3));
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(third, returns(nullptr));
             EXPECT_THAT(main.does(q.put(4)), returns(nullptr));
             EXPECT_THAT(child.does(q.get()), returns(3));
             EXPECT_THAT(child.does(q.get()), returns(4));
           }},
      {.id = "queue.unpicklable.hinders_no_other_process",
       .level = Level::kShould,
       .says = "After one process has put something unserialisable, others can put as before.",
       .documented = {"QUE-19"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.does(q.put(Value::unpicklable()));
             stage.comes_to_rest();
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
             child.must(q.put(2));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "queue.unpicklable.is_not_silent",
       .level = Level::kShould,
       .says = "The putting process is told of an item that can't be serialised: put() raises, or "
               "the error is printed on its standard error.",
       .notes = {"queue.spec.put_copies_at_feed_time"},
       .documented = {"QUE-19"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Call put = main.does(q.put(Value::unpicklable()));
             stage.comes_to_rest();
             EXPECT_TRUE(manner_of(put) != "returns" || !stage.printed("stderr").empty());
           }},
      {.id = "queue.unpicklable.is_reported_by_put",
       .level = Level::kBeyond,
       .says = "put() of an item that can't be serialised raises in the caller.",
       .notes = {"queue.spec.put_copies_at_feed_time"},
       .documented = {"ROB-16"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.put(Value::unpicklable())), raises());
           }},
      {.id = "queue.inheritance.not_through_a_pipe",
       .level = Level::kMust,
       .says = "A queue can't be sent through a pipe: send() raises RuntimeError.",
       .notes = {"queue.must_be_created_in_parent"},
       .documented = {"START-13", "QUE-35"},
       .needs = {"queue", "connection", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             auto [receiver, sender] = main.pipe(false);
             EXPECT_THAT(main.does(sender.send(q.value())), raises("RuntimeError"));
             main.must(sender.send(1));
             EXPECT_THAT(main.does(receiver.recv()), returns(1));
           }},
      {.id = "queue.inheritance.not_through_a_queue",
       .level = Level::kMust,
       .says = "A queue can't be put into a queue: it never arrives, and later items do.",
       .notes = {"queue.must_be_created_in_parent"},
       .documented = {"START-13", "QUE-19"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue carrier = main.queue();
             RemoteQueue q = main.queue();
             main.does(carrier.put(q.value()));
             main.must(carrier.put(1));
             EXPECT_THAT(main.does(carrier.get()), returns(1));
           }},
  };
}

// Closing, and waiting or not for what is still buffered.
Claims closing_claims() {
  return {
      {.id = "queue.close.refuses_put",
       .level = Level::kMust,
       .says = "After close() every form of put() raises ValueError in that process.",
       .documented = {"QUE-20", "QUE-21"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue used = main.queue();
             main.must(used.put(1));
             for (const RemoteQueue& q : {main.queue(), main.queue({.maxsize = 1}), used}) {
               main.must(q.close());
               EXPECT_THAT(main.does(q.put(2)), raises("ValueError"));
               EXPECT_THAT(main.does(q.put(2, {.timeout = 50ms})), raises("ValueError"));
               EXPECT_THAT(main.does(q.put_nowait(2)), raises("ValueError"));
             }
           }},
      {.id = "queue.close.refuses_put_on_a_full_queue",
       .level = Level::kShould,
       .says = "put() on a queue that is both full and closed says that it is closed, and does not "
               "wait.",
       .documented = {"QUE-21"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             main.must(q.put(1));
             main.must(q.close());
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("ValueError"));
             EXPECT_THAT(main.does(q.put(2)), raises("ValueError"));
           }},
      {.id = "queue.close.refuses_get",
       .level = Level::kMust,
       .says = "After close() every form of get() raises ValueError in that process.",
       .documented = {"QUE-22"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue used = main.queue();
             main.must(used.put(1));
             for (const RemoteQueue& q : {main.queue(), used}) {
               main.must(q.close());
               EXPECT_THAT(main.does(q.get()), raises("ValueError"));
               EXPECT_THAT(main.does(q.get({.timeout = 50ms})), raises("ValueError"));
               EXPECT_THAT(main.does(q.get_nowait()), raises("ValueError"));
             }
           }},
      {.id = "queue.close.twice",
       .level = Level::kMust,
       .says = "close() may be called again, before and after join_thread().",
       .documented = {"QUE-23"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue used = main.queue();
             main.must(used.put(1));
             for (const RemoteQueue& q : {main.queue(), used}) {
               for (const Op& op :
                    {q.close(), q.close(), q.join_thread(), q.close(), q.join_thread()}) {
                 EXPECT_THAT(main.does(op), returns(nullptr));
               }
             }
           }},
      {.id = "queue.close.is_local",
       .level = Level::kMust,
       .says = "close() in one process leaves all others free to put and get, its creator too.",
       .documented = {"QUE-20"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& closer = stage.start_process(main, {q});
             Puppet& other = stage.start_process(main, {q});
             Puppet& thread = stage.start_thread(other);
             closer.must(q.put(1));
             closer.must(q.close());
             closer.must(q.join_thread());
             EXPECT_THAT(main.does(q.get()), returns(1));
             main.must(q.put(2));
             EXPECT_THAT(other.does(q.get()), returns(2));
             main.must(q.close());
             main.must(q.join_thread());
             Call get = other.begins(q.get());
             EXPECT_THAT(get, blocks());
             thread.must(q.put(3));
             EXPECT_THAT(get, returns(3));
           }},
      {.id = "queue.close.is_not_inherited",
       .level = Level::kShould,
       .says = "A queue that its creator has closed, unused, works in a process started later.",
       .documented = {"QUE-20"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.close());
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(child.does(q.put(1)), returns(nullptr));
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.put(2)), raises("ValueError"));
           }},
      {.id = "queue.close.flushes",
       .level = Level::kMust,
       .says = "What was put before close() arrives, in order, however much it is.",
       .documented = {"QUE-23"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             stage.comes_to_rest();
             results(main.does(batch(puts(q, 1, 20))));
             main.must(q.close());
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(indexes_from(1, results(child.does(batch({q.get()}, 20)))), zero_to(20));
           }},
      {.id = "queue.close.gives_back_its_descriptors",
       .level = Level::kShould,
       .says = "Once a used queue is closed and flushed, the process has no more files open than "
               "before it made the queue.",
       .documented = {"QUE-24"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<std::optional<int>> open;
             for (int i = 0; i < 3; ++i) {  // the first may start what the library needs for ever
               RemoteQueue q = main.queue();
               results(main.does(batch({q.put(1), q.get(), q.close(), q.join_thread()})));
               open.push_back(stage.open_files(main));
             }
             EXPECT_EQ(open[1], open[0]);
             EXPECT_EQ(open[2], open[0]);
           }},
      {.id = "queue.close.by_a_consumer_gives_back_its_descriptors",
       .level = Level::kShould,
       .says = "A process that was given queues, and has only taken something out of them, keeps "
               "no files open for those that it has closed.",
       .documented = {"QUE-24"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteQueue> queues;
             for (int i = 0; i < 4; ++i) {
               queues.push_back(main.queue());
               main.must(queues.back().put(i));
             }
             Puppet& taker =
                 stage.start_process(main, {queues[0], queues[1], queues[2], queues[3]});
             std::vector<std::optional<int>> open_files;
             for (int i = 0; i < 4; ++i) EXPECT_THAT(taker.does(queues[i].get()), returns(i));
             for (const RemoteQueue& q : queues) {
               results(taker.does(batch({q.close(), q.join_thread()})));
               open_files.push_back(stage.open_files(taker));
             }
             for (int i = 1; i < 4; ++i)
               EXPECT_TRUE(!open_files[i] || *open_files[i] < *open_files[i - 1]) << "queue " << i;
           }},
      {.id = "queue.close.then_empty",
       .level = Level::kVariation,
       .says = "On a queue that was closed before its first use empty() still answers, or raises "
               "OSError or ValueError.",
       .documented = {"QUE-24"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.close());
             stage.varies(manner_of(main.does(q.empty())), {"returns", "OSError", "ValueError"});
           }},
      {.id = "queue.join_thread.needs_close",
       .level = Level::kMust,
       .says = "join_thread() before close() raises AssertionError, and the queue goes on working.",
       .documented = {"QUE-25"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             EXPECT_THAT(main.does(q.join_thread()), raises("AssertionError"));
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.join_thread()), raises("AssertionError"));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "queue.join_thread.waits_until_all_is_flushed",
       .level = Level::kMust,
       .says = "When join_thread() has returned, all that was put is in the queue: another process "
               "gets it even though this one is killed.",
       .documented = {"QUE-26"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             results(child.does(batch(puts(q, 1, 10))));
             child.must(q.close());
             Call join = child.does(q.join_thread());
             bool big_item_read = std::holds_alternative<Blocked>(join.outcome());
             if (big_item_read) {
               EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             }
             EXPECT_THAT(join, returns(nullptr));
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             if (!big_item_read) {
               EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             }
             EXPECT_THAT(indexes_from(1, results(main.does(batch({q.get()}, 10)))), zero_to(10));
           }},
      {.id = "queue.join_thread.waits_for_a_reader",
       .level = Level::kVariation,
       .says = "While an item that no pipe holds is unread, join_thread() waits for a reader, or "
               "returns because the item is stored elsewhere.",
       .documented = {"QUE-26"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             child.must(q.close());
             std::string manner = manner_of(child.does(q.join_thread()));
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             stage.varies(manner, {"blocks", "returns"});
           }},
      {.id = "queue.join_thread.has_nothing_to_wait_for",
       .level = Level::kMust,
       .says = "join_thread() on a closed queue into which this process put nothing returns at "
               "once.",
       .documented = {"QUE-26"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             child.must(q.close());
             EXPECT_THAT(child.does(q.join_thread()), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
           }},
      {.id = "queue.cancel_join_thread.lets_join_thread_return",
       .level = Level::kMust,
       .says = "After cancel_join_thread(), join_thread() does not wait for unread items.",
       .documented = {"QUE-29"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue before = main.queue();
             RemoteQueue after = main.queue();
             main.must(before.cancel_join_thread());
             for (const RemoteQueue& q : {before, after}) main.must(q.put(big_item(1)));
             main.must(after.cancel_join_thread());
             for (const RemoteQueue& q : {before, after}) {
               main.must(q.close());
               EXPECT_THAT(main.does(q.join_thread()), returns(nullptr));
             }
           }},
      {.id = "queue.cancel_join_thread.lets_the_process_end",
       .level = Level::kMust,
       .says = "A process that called cancel_join_thread(), before or after its puts, ends though "
               "nobody reads what it put.",
       .documented = {"QUE-29"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue first = main.queue();
             RemoteQueue second = main.queue();
             Puppet& before = stage.start_process(main, {first});
             before.must(first.cancel_join_thread());
             before.must(first.put(big_item(1)));
             Puppet& after = stage.start_process(main, {second});
             after.must(second.put(big_item(1)));
             after.must(second.cancel_join_thread());
             stage.comes_to_rest();
             for (Puppet* child : {&before, &after}) {
               child->does(self::returns());
               EXPECT_THAT(main.does(child->handle().join()), returns());
               EXPECT_THAT(main.does(child->handle().exitcode()), returns(0));
             }
           }},
      {.id = "queue.cancel_join_thread.is_local",
       .level = Level::kMust,
       .says = "cancel_join_thread() in a process does not make its children lose what they put.",
       .documented = {"QUE-29", "QUE-27"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.cancel_join_thread());
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             child.does(self::returns());
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
           }},
      {.id = "queue.cancel_join_thread.keeps_the_queue_working",
       .level = Level::kMust,
       .says = "cancel_join_thread() changes nothing about what is put and got while the process "
               "lives.",
       .documented = {"QUE-29"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.cancel_join_thread());
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
             main.must(q.cancel_join_thread());
             main.must(q.put(2));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "queue.join_thread.waits_in_the_creator_as_well",
       .level = Level::kMust,
       .says = "When join_thread() has returned in the process that made the queue all that it put "
               "is in the queue: another process gets it even though this one is killed.",
       .documented = {"QUE-26"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& creator = stage.start_process(stage.main());
             RemoteQueue q = creator.queue();
             Puppet& reader = stage.start_process(creator, {q});
             creator.must(q.put(big_item(1)));
             creator.must(q.put("the last"));
             creator.must(q.close());
             Call join = creator.does(q.join_thread());
             const bool waits = std::holds_alternative<Blocked>(join.outcome());
             if (waits) {
               EXPECT_THAT(reader.does(q.get()), returns(big_item(1)));
             }
             EXPECT_THAT(join, returns(nullptr));
             stage.signal(creator, SIGKILL);
             EXPECT_TRUE(stage.process_ends(creator));
             if (!waits) {
               EXPECT_THAT(reader.does(q.get()), returns(big_item(1)));
             }
             EXPECT_THAT(reader.does(q.get()), returns("the last"));
           }},
  };
}

// What becomes of items and of the queue when a process ends.
Claims ending_claims() {
  return {
      {.id = "queue.exit.of_a_producer_loses_nothing",
       .level = Level::kMust,
       .says = "A process that puts much and returns loses nothing, though nobody reads before.",
       .notes = {"queue.ipc_child_to_child"},
       .documented = {"QUE-27", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             results(child.does(batch(puts(q, 1, 200))));
             child.must(q.put(big_item(2)));
             child.does(self::returns());
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(indexes_from(1, results(main.does(batch({q.get()}, 200)))), zero_to(200));
             EXPECT_THAT(main.does(q.get()), returns(big_item(2)));
             EXPECT_THAT(main.does(child.handle().join()), returns());
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
           }},
      {.id = "queue.exit.by_sys_exit_or_error_loses_nothing",
       .level = Level::kMust,
       .says =
           "A process that ends by sys.exit() or by an uncaught exception loses nothing that it "
           "put.",
       .documented = {"QUE-27"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Op& end : {self::exits(3), self::raises("ValueError", "meant to be")}) {
               RemoteQueue q = main.queue();
               Puppet& child = stage.start_process(main, {q});
               child.must(q.put(big_item(1)));
               child.must(q.put(2));
               child.does(end);
               stage.comes_to_rest();
               EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
               EXPECT_THAT(main.does(q.get()), returns(2));
             }
           }},
      {.id = "queue.exit.of_the_main_program_loses_nothing",
       .level = Level::kMust,
       .says = "A child gets all that the main program has put, though its main function has "
               "returned meanwhile.",
       .documented = {"QUE-27", "LIFE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             main.must(q.put(2));
             main.must(q.put(big_item(3)));
             main.does(self::returns());
             stage.comes_to_rest();
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(child.does(q.get()), returns(2));
             EXPECT_THAT(child.does(q.get()), returns(big_item(3)));
           }},
      {.id = "queue.exit.does_not_wait_for_a_few_unread_items",
       .level = Level::kShould,
       .says = "A program ends though a few small items that it put are never taken.",
       .documented = {"QUE-30"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             child.must(q.put(2));
             child.does(self::returns());
             main.does(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
           }},
      {.id = "queue.exit.items_outlive_their_producer",
       .level = Level::kMust,
       .says = "Items that have reached the queue stay there when the process that put them is "
               "gone.",
       .notes = {"queue.in_memory"},
       .documented = {"QUE-01"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& ends = stage.start_process(main, {q});
             ends.must(q.put(1));
             ends.does(self::returns());
             main.must(ends.handle().join());
             Puppet& killed = stage.start_process(main, {q});
             killed.must(q.put(2));
             stage.comes_to_rest();
             stage.signal(killed, SIGKILL);
             main.must(killed.handle().join());
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "queue.exit.at_once",
       .level = Level::kVariation,
       .says = "What a process has put but not yet sent when it calls os._exit() may be lost.",
       .documented = {"QUE-31"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));  // the child's item has to wait behind this
             stage.comes_to_rest();
             child.must(q.put(2));
             stage.comes_to_rest();
             child.does(self::exits_at_once(0));
             main.must(child.handle().join());
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             Call get = main.does(q.get({.timeout = 50ms}));
             stage.varies(manner_of(get) == "Empty" ? "lost"
                          : get.value() == Value(2) ? "delivered"
                                                    : get.value().text(),
                          {"lost", "delivered"});
           }},
      {.id = "queue.drop.flushes",
       .level = Level::kShould,
       .says = "A process that forgets its last reference to a queue loses nothing that it put.",
       .documented = {"QUE-32"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             stage.comes_to_rest();
             child.must(q.put(2));
             child.must(q.drop());
             stage.comes_to_rest();
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(main.does(q.get()), returns(2));
             child.does(self::returns());
             EXPECT_THAT(main.does(child.handle().join()), returns());
           }},
      {.id = "queue.drop.gives_back_its_descriptors",
       .level = Level::kShould,
       .says = "A process that makes, uses and forgets queues keeps no files open for them.",
       .documented = {"QUE-32"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<std::optional<int>> open;
             for (int i = 0; i < 4; ++i) {
               RemoteQueue q = main.queue();
               main.must(q.put(i));
               if (i % 2 == 0) main.must(q.get());
               main.must(q.drop());
               stage.comes_to_rest();
               open.push_back(stage.open_files(main));
             }
             EXPECT_THAT(open, ElementsAre(open[0], open[0], open[0], open[0]));
           }},
      {.id = "queue.kill.of_an_idle_user_hinders_nobody",
       .level = Level::kShould,
       .says =
           "A process that is killed after it has used the queue, but not while it does, leaves "
           "it in order.",
       .documented = {"LIFE-15"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             results(child.does(batch({q.put(1), q.get()}, 3)));
             EXPECT_THAT(child.does(q.get({.timeout = 0s})), raises("Empty"));
             stage.comes_to_rest();
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(main.does(q.put_nowait(i)), returns(nullptr));
               EXPECT_THAT(main.does(q.get()), returns(i));
             }
           }},
      {.id = "queue.kill.of_a_waiting_producer_hinders_nobody",
       .level = Level::kShould,
       .says = "A process killed while its put() waits for room takes no room and no item with it.",
       .documented = {"LIFE-15"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             EXPECT_THAT(child.begins(q.put(2)), blocks());
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.put_nowait(3)), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(3));
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.kill.of_a_waiting_consumer_hinders_nobody",
       .level = Level::kBeyond,
       .says = "A process killed while it waits in get() does not keep others from getting.",
       .notes = {"queue.process_safe"},
       .documented = {"ROB-19", "LIFE-15"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(child.begins(q.get()), blocks());
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "queue.kill.of_a_sending_producer_hinders_nobody",
       .level = Level::kBeyond,
       .says = "A process killed while a big item of its is half sent does not keep the items of "
               "others from arriving.",
       .notes = {"queue.process_safe"},
       .documented = {"ROB-20", "LIFE-15"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& taker = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             stage.comes_to_rest();
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             main.must(q.put(2));
             Call get = taker.does(q.get());  // the big item may have made it, or not
             if (get.value() == big_item(1).as_received()) get = taker.does(q.get());
             EXPECT_THAT(get, returns(2));
           }},
      {.id = "queue.kill.of_a_buffering_producer_takes_no_room",
       .level = Level::kBeyond,
       .says = "The room that a killed process had reserved for an item that never arrives comes "
               "back.",
       .documented = {"ROB-20", "LIFE-15"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));  // the child's item has to wait behind this
             stage.comes_to_rest();
             child.must(q.put(2));
             stage.comes_to_rest();
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             main.does(q.get({.timeout = 50ms}));  // takes it if it did arrive
             EXPECT_THAT(main.does(q.put_nowait(3)), returns(nullptr));
             EXPECT_THAT(main.does(q.put_nowait(4)), returns(nullptr));
           }},
      {.id = "queue.join_before_drain.does_not_deadlock",
       .level = Level::kBeyond,
       .says = "Joining a process whose big item is still unread returns.",
       .notes = {"queue.spec.join_before_drain_deadlocks"},
       .documented = {"ROB-21", "QUE-28"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& taker = stage.start_process(main, {q});
             child.must(q.put(big_item(1)));
             child.does(self::returns());
             Call join = main.does(child.handle().join());
             EXPECT_THAT(join, returns());
             EXPECT_THAT(taker.does(q.get()), returns(big_item(1)));
             join.outcome();  // by now at the latest
           }},
  };
}

// Queues that are handed on.
Claims inheritance_claims() {
  return {
      {.id = "queue.inheritance.by_grandchildren",
       .level = Level::kMust,
       .says =
           "A queue works in a grandchild to which a child has passed it on, both ways, with its "
           "capacity.",
       .notes = {"queue.must_be_created_in_parent"},
       .documented = {"START-12", "QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 2});
             Puppet& child = stage.start_process(main, {q});
             Puppet& grandchild = stage.start_process(child, {q});
             grandchild.must(q.put(1));
             child.must(q.put(2));
             EXPECT_THAT(grandchild.does(q.full()), returns(true));
             EXPECT_THAT(grandchild.does(q.put_nowait(3)), raises("Full"));
             EXPECT_THAT((std::vector<Value>{main.must(q.get()), main.must(q.get())}),
                         UnorderedElementsAre(Value(1), Value(2)));
             Call get = grandchild.begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(3));
             EXPECT_THAT(get, returns(3));
           }},
      {.id = "queue.inheritance.of_a_queue_in_use",
       .level = Level::kMust,
       .says = "A process started after its creator has used the queue can put, again and again.",
       .notes = {"queue.must_be_created_in_parent"},
       .documented = {"START-12", "QUE-34"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.put(0));
             EXPECT_THAT(main.does(q.get()), returns(0));
             stage.comes_to_rest();
             Puppet& child = stage.start_process(main, {q});
             for (int i = 1; i <= 3; ++i) {
               child.must(q.put(i));
               stage.comes_to_rest();
               EXPECT_THAT(main.does(q.get_nowait()), returns(i));
             }
             Puppet& grandchild = stage.start_process(child, {q});
             for (int i = 4; i <= 6; ++i) {
               grandchild.must(q.put(i));
               stage.comes_to_rest();
               EXPECT_THAT(child.does(q.get_nowait()), returns(i));
             }
             main.must(q.put(7));
             EXPECT_THAT(grandchild.does(q.get()), returns(7));
           }},
      {.id = "queue.inheritance.duplicates_nothing",
       .level = Level::kMust,
       .says = "Items that were put but not yet sent when a child was started arrive once.",
       .documented = {"QUE-34", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             main.must(q.put(big_item(1)));
             stage.comes_to_rest();
             results(main.does(batch(puts(q, 1, 3))));
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(item_from(2, 0)));
             Puppet& taker = stage.start_process(child, {q});
             EXPECT_THAT(taker.does(q.get()), returns(big_item(1)));
             std::vector<Value> got = results(taker.does(batch({q.get()}, 4)));
             EXPECT_THAT(indexes_from(1, got), zero_to(3));
             EXPECT_THAT(indexes_from(2, got), zero_to(1));
             stage.comes_to_rest();
             EXPECT_THAT(taker.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "queue.inheritance.of_a_queue_made_by_a_child",
       .level = Level::kMust,
       .says = "A child can make a queue and let its own children talk through it.",
       .notes = {"queue.ipc_child_to_child"},
       .documented = {"START-12"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& child = stage.start_process(stage.main());
             RemoteQueue q = child.queue({.maxsize = 1});
             Puppet& a = stage.start_process(child, {q});
             Puppet& b = stage.start_process(child, {q});
             for (int i = 0; i < 3; ++i) {
               a.must(q.put(i));
               EXPECT_THAT(b.does(q.get()), returns(i));
             }
           }},
      {.id = "queue.items.pile_up_by_the_thousand",
       .level = Level::kMust,
       .says = "Thousands of items that wait behind a big one, while nobody gets, all arrive, in "
               "their order.",
       .documented = {"QUE-01", "QUE-02"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 3500;
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& taker = stage.start_process(main, {q});
             main.must(q.put(big_item(1)));
             results(main.does(batch(puts(q, 1, kItems))));
             EXPECT_THAT(taker.does(q.get()), returns(big_item(1)));
             Call got = taker.begins(batch({q.get()}, kItems));
             EXPECT_THAT(got, returns());
             EXPECT_THAT(indexes_from(1, results(got)), zero_to(kItems));
           }},
      {.id = "queue.get.interrupted_hinders_nobody",
       .level = Level::kShould,
       .says = "SIGINT ends get() with KeyboardInterrupt; everybody, that process too, gets what "
               "comes later.",
       .documented = {"QUE-11", "QUE-36", "LOCK-12"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             for (int round = 0; round < 2; ++round) {
               Call waiting = child.begins(q.get());
               EXPECT_THAT(waiting, blocks());
               stage.signal(child, SIGINT);
               EXPECT_THAT(waiting, raises("KeyboardInterrupt"));
               for (Puppet* taker : {&main, &child}) {
                 main.must(q.put(1, {.block = false}));
                 EXPECT_THAT(taker->does(q.get()), returns(1));
               }
             }
           }},
      {.id = "queue.put.interrupted_leaves_nothing",
       .level = Level::kShould,
       .says = "SIGINT ends a put() that waits for room with KeyboardInterrupt; its item never "
               "arrives, and takes no room.",
       .documented = {"QUE-08", "QUE-17", "LOCK-12"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             for (int round = 0; round < 2; ++round) {
               main.must(q.put(1));
               Call waiting = child.begins(q.put(2));
               EXPECT_THAT(waiting, blocks());
               stage.signal(child, SIGINT);
               EXPECT_THAT(waiting, raises("KeyboardInterrupt"));
               EXPECT_THAT(main.does(q.get()), returns(1));
               EXPECT_THAT(child.does(q.put(3, {.block = false})), returns(nullptr));
               EXPECT_THAT(main.does(q.put(4, {.block = false})), raises("Full"));
               EXPECT_THAT(main.does(q.get()), returns(3));
             }
           }},
      {.id = "queue.items.of_one_length_pile_up_by_the_thousand",
       .level = Level::kMust,
       .says = "Thousands of short items of the same length that nobody takes do each other no "
               "harm, whatever that length.",
       .documented = {"QUE-01", "QUE-02"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 3000;
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& taker = stage.start_process(main, {q});
             for (const Value& item :
                  {Value(nullptr), Value("seven.."), Value::tuple({1, "two"})}) {
               results(main.does(batch({q.put(item)}, kItems)));
               for (const Value& got : results(taker.does(batch({q.get()}, kItems))))
                 ASSERT_EQ(got, item);
             }
           }},
      {.id = "queue.get.as_many_go_on_as_items_come_in_a_row",
       .level = Level::kMust,
       .says =
           "Of several who wait in get() as many go on as items are put, though these are put in "
           "a row, before any of them has moved.",
       .documented = {"QUE-01", "QUE-36"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Crew crew = start_crew(stage, main, 3, {q});
             crew.push_back(&stage.start_thread(main));
             for (int round = 0; round < 3; ++round) {
               const std::vector<Call> gets = each_begins(crew, q.get());
               for (const Call& each : gets) EXPECT_THAT(each, blocks());
               results(main.does(batch({q.put(1), q.put(2), q.put(3), q.put(4)})));
               std::vector<int64_t> got;
               for (const Call& each : gets) got.push_back(as_int(each.value()));
               EXPECT_THAT(got, UnorderedElementsAre(1, 2, 3, 4));
             }
           }},
      {.id = "queue.put.as_many_go_on_as_are_taken_in_a_row",
       .level = Level::kMust,
       .says =
           "Of several who wait in put() as many go on as items are taken, though these are taken "
           "in a row, before any of them has moved.",
       .documented = {"QUE-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             constexpr int kRoom = 4;
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = kRoom});
             Crew crew = start_crew(stage, main, kRoom - 1, {q});
             crew.push_back(&stage.start_thread(main));
             results(main.does(batch({q.put(0)}, kRoom)));
             for (int round = 0; round < 3; ++round) {
               const std::vector<Call> puts = each_begins(crew, q.put(round));
               for (const Call& each : puts) EXPECT_THAT(each, blocks());
               results(main.does(batch({q.get()}, kRoom)));
               for (const Call& each : puts) EXPECT_THAT(each, returns());
             }
           }},
      {.id = "queue.get.that_cannot_build_its_item_hinders_nobody",
       .level = Level::kShould,
       .says = "When get() raises because what it took can't be built again, such as a block of "
               "memory that is gone, the item has left the queue, and its place is free.",
       .documented = {"QUE-01", "QUE-15", "QUE-17"},
       .needs = {"queue", "shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             for (const Op& get : {q.get(), q.get({.timeout = kLong}), q.get_nowait()}) {
               for (Puppet* unlucky : {&main, &child}) {
                 RemoteSharedMemory block =
                     main.makes(module::shared_memory({.create = true, .size = 16}));
                 main.must(q.put(block.value()));
                 stage.comes_to_rest();
                 main.must(block.close());
                 main.must(block.unlink());
                 EXPECT_THAT(unlucky->does(get), raises("OSError"));
                 for (Puppet* taker : {&main, &child}) {
                   EXPECT_THAT(main.does(q.put(1, {.block = false})), returns(nullptr));
                   EXPECT_THAT(taker->does(q.get()), returns(1));
                 }
               }
             }
           }},
      {.id = "queue.delivery.small_items_beside_a_big_one_of_another",
       .level = Level::kMust,
       .says = "Small items that other processes put while a big one is half sent do not get into "
               "the midst of it.",
       .documented = {"QUE-01"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& big = stage.start_process(main, {q});
             Puppet& small = stage.start_process(main, {q});
             Puppet& smaller = stage.start_process(main, {q});
             for (int round = 0; round < 3; ++round) {
               big.must(q.put(big_item(round)));
               stage.comes_to_rest();  // no pipe holds it
               small.must(q.put("a small one"));
               smaller.must(q.put(nullptr));
               stage.comes_to_rest();
               EXPECT_THAT(results(main.does(batch({q.get()}, 3))),
                           UnorderedElementsAre(big_item(round).as_received(), Value("a small one"),
                                                Value(nullptr)));
             }
           }},
      {.id = "queue.inheritance.two_queues_are_two",
       .level = Level::kMust,
       .says = "Two queues passed to one process stay apart.",
       .documented = {"START-12", "QUE-01"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue tasks = main.queue({.maxsize = 1});
             RemoteQueue answers = main.queue();
             Puppet& child = stage.start_process(main, {tasks, answers});
             main.must(tasks.put(1));
             EXPECT_THAT(main.does(tasks.full()), returns(true));
             EXPECT_THAT(main.does(answers.full()), returns(false));
             EXPECT_THAT(child.does(answers.get_nowait()), raises("Empty"));
             EXPECT_THAT(child.does(tasks.get()), returns(1));
             child.must(answers.put(2));
             EXPECT_THAT(main.does(answers.get()), returns(2));
             EXPECT_THAT(main.does(tasks.get_nowait()), raises("Empty"));
           }},
  };
}

}  // namespace

Claims queue_claims() {
  Claims all;
  for (auto part : {capacity_claims, get_claims, count_claims, delivery_claims, refusal_claims,
                    closing_claims, ending_claims, inheritance_claims}) {
    for (Claim& claim : part()) all.push_back(std::move(claim));
  }
  return all;
}

}  // namespace conformance
