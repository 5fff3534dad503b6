// multiprocessing.SimpleQueue: a locked pipe. put() sends at once, and waits where the pipe is
// full; there is no capacity, no timeout, and no way not to wait.
#include <signal.h>

#include <algorithm>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using testing::UnorderedElementsAre;

}  // namespace

Claims simple_queue_claims() {
  return {
      {.id = "simple_queue.get.blocks_while_empty",
       .level = Level::kMust,
       .says = "get() waits until another process has put an item.",
       .documented = {"SQ-04"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (int i = 0; i < 2; ++i) {
               Call get = child.begins(q.get());
               EXPECT_THAT(get, blocks());
               EXPECT_THAT(main.does(q.put(i)), returns(nullptr));
               EXPECT_THAT(get, returns(i));
             }
           }},
      {.id = "simple_queue.get.one_item_wakes_one",
       .level = Level::kMust,
       .says = "Of several processes that wait in get(), one item wakes exactly one.",
       .documented = {"SQ-03", "SQ-04"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Call a = stage.start_process(main, {q}).begins(q.get());
             Call b = stage.start_process(main, {q}).begins(q.get());
             EXPECT_THAT(a, blocks());
             EXPECT_THAT(b, blocks());
             main.must(q.put(1));
             stage.comes_to_rest();
             EXPECT_NE(std::holds_alternative<Returned>(a.outcome()),
                       std::holds_alternative<Returned>(b.outcome()));
             main.must(q.put(2));
             EXPECT_THAT((std::vector<Value>{a.value(), b.value()}),
                         UnorderedElementsAre(Value(1), Value(2)));
           }},
      {.id = "simple_queue.put.is_visible_at_once",
       .level = Level::kMust,
       .says = "When put() has returned, empty() is False in every process, until the item is "
               "taken.",
       .documented = {"SQ-05"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.empty()), returns(true));
             EXPECT_THAT(child.does(q.empty()), returns(true));
             for (const Value& each : results(main.does(batch({q.put(1), q.empty(), q.get()}, 20))))
               EXPECT_TRUE(each != Value(true));
             child.must(q.put(2));
             EXPECT_THAT(main.does(q.empty()), returns(false));
             EXPECT_THAT(child.does(q.empty()), returns(false));
             EXPECT_THAT(main.does(q.get()), returns(2));
             EXPECT_THAT(main.does(q.empty()), returns(true));
             EXPECT_THAT(child.does(q.empty()), returns(true));
           }},
      {.id = "simple_queue.put.of_a_big_item",
       .level = Level::kVariation,
       .says = "While nobody reads, put() of an item that no pipe holds waits for a reader, or "
               "returns because the item is stored elsewhere.",
       .documented = {"SQ-02"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Call put = main.does(q.put(big_item(1)));
             bool waits = std::holds_alternative<Blocked>(put.outcome());
             EXPECT_THAT(child.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(put, returns(nullptr));
             stage.varies(waits ? "waits" : "returns", {"waits", "returns"});
           }},
      {.id = "simple_queue.order.is_first_in_first_out",
       .level = Level::kMust,
       .says = "Items arrive in the order of their puts, whoever put them.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (int i = 0; i < 20; ++i) (i % 3 == 0 ? main : child).must(q.put(item_from(1, i)));
             EXPECT_THAT(indexes_from(1, results(main.does(batch({q.get()}, 20)))), zero_to(20));
           }},
      {.id = "simple_queue.delivery.exactly_once",
       .level = Level::kMust,
       .says =
           "With several producers and consumers every item arrives once, those of one producer "
           "in its order.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& producer = stage.start_process(main, {q});
             Puppet& a = stage.start_process(main, {q});
             Puppet& b = stage.start_process(main, {q});
             Call to_a = a.begins(batch({q.get()}, 100));
             Call to_b = b.begins(batch({q.get()}, 100));
             Call from_producer = producer.begins(batch(puts(q, 1, 100)));
             results(main.does(batch(puts(q, 2, 100))));
             results(from_producer);
             std::vector<Value> all;
             for (const Call& to : {to_a, to_b}) {
               for (const Value& item : results(to)) all.push_back(item);
             }
             for (int sender : {1, 2}) {
               std::vector<int64_t> indexes = indexes_from(sender, all);
               std::sort(indexes.begin(), indexes.end());
               EXPECT_THAT(indexes, zero_to(100));
             }
             EXPECT_THAT(main.does(q.empty()), returns(true));
           }},
      {.id = "simple_queue.delivery.big_items_arrive_whole",
       .level = Level::kMust,
       .says = "Big items that several processes put at the same time go whole to consumers that "
               "wait at the same time.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             std::vector<Puppet*> producers, consumers;
             for (int i = 0; i < 2; ++i) {
               producers.push_back(&stage.start_process(main, {q}));
               consumers.push_back(&stage.start_process(main, {q}));
             }
             std::vector<Call> sent, got;
             for (int i = 0; i < 2; ++i) {
               sent.push_back(producers[i]->begins(batch({q.put(big_item(i)), q.put(i)})));
             }
             stage.comes_to_rest();  // the pipe is full
             for (Puppet* each : consumers) got.push_back(each->begins(batch({q.get()}, 2)));
             std::vector<Value> all;
             for (const Call& call : got) {
               for (const Value& item : results(call)) all.push_back(item);
             }
             EXPECT_THAT(all, UnorderedElementsAre(big_item(0).as_received(), Value(0),
                                                   big_item(1).as_received(), Value(1)));
             for (const Call& call : sent) results(call);
           }},
      {.id = "simple_queue.delivery.to_waiting_consumers",
       .level = Level::kMust,
       .says = "Two processes that wait in get() never share a big item's pieces.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Call a = stage.start_process(main, {q}).begins(batch({q.get()}, 2));
             Call b = stage.start_process(main, {q}).begins(batch({q.get()}, 2));
             stage.comes_to_rest();
             for (int i = 0; i < 4; ++i) main.must(q.put(big_item(i)));
             std::vector<Value> all = results(a);
             for (const Value& item : results(b)) all.push_back(item);
             EXPECT_THAT(
                 all, UnorderedElementsAre(big_item(0).as_received(), big_item(1).as_received(),
                                           big_item(2).as_received(), big_item(3).as_received()));
           }},
      {.id = "simple_queue.delivery.a_waiting_thread_blocks_no_other",
       .level = Level::kMust,
       .says = "While a thread waits in get(), another thread of that process can put the item.",
       .documented = {"SQ-04"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Call get = stage.start_thread(main).begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "simple_queue.items.of_all_kinds",
       .level = Level::kMust,
       .says = "None, zero, empty and nested values, and bytes of all sizes arrive as they were "
               "sent.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (const Value& value : std::vector<Value>{
                      nullptr, false, 0, 0.0, "", Value::bytes(""), Value::list({}),
                      Value::tuple({}), Value::dict({{1, Value::list({"two", nullptr})}}),
                      Value::blob(40000, 1)}) {
               main.must(q.put(value));
               EXPECT_THAT(child.does(q.get()), returns(value));
             }
           }},
      {.id = "simple_queue.items.are_copies",
       .level = Level::kMust,
       .says = "The item is what it was when put() was called, and a copy on the other side.",
       .documented = {"SQ-01"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             RemoteList item = main.list({1});
             main.must(q.put(item.value()));
             main.must(item.append(2));
             EXPECT_THAT(main.does(q.get()), returns(Value::list({1})));
           }},
      {.id = "simple_queue.unpicklable.raises_in_put",
       .level = Level::kMust,
       .says =
           "put() of an item that can't be serialised raises in the caller, and leaves the queue "
           "as it was, for all processes.",
       .documented = {"SQ-01"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (const Value& bad :
                  {Value::unpicklable(), Value::list({1, Value::unpicklable()})}) {
               EXPECT_THAT(main.does(q.put(bad)), raises("TypeError"));
             }
             EXPECT_THAT(main.does(q.empty()), returns(true));
             child.must(q.put(1));
             main.must(q.put(2));
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(child.does(q.get()), returns(2));
           }},
      {.id = "simple_queue.inheritance.is_the_only_way",
       .level = Level::kMust,
       .says = "A SimpleQueue can't be put into another: put() raises RuntimeError.",
       .documented = {"SQ-09", "START-13"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue carrier = main.simple_queue();
             RemoteSimpleQueue q = main.simple_queue();
             EXPECT_THAT(main.does(carrier.put(q.value())), raises("RuntimeError"));
             EXPECT_THAT(main.does(carrier.empty()), returns(true));
           }},
      {.id = "simple_queue.inheritance.by_grandchildren",
       .level = Level::kMust,
       .says = "A SimpleQueue works in a grandchild to which a child has passed it on, both ways.",
       .documented = {"SQ-09", "START-12"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& grandchild = stage.start_process(child, {q});
             EXPECT_THAT(grandchild.does(q.empty()), returns(true));
             grandchild.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
             Call get = grandchild.begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(2));
             EXPECT_THAT(get, returns(2));
             Call put = grandchild.begins(q.put(big_item(1)));
             EXPECT_THAT(main.does(q.get()), returns(big_item(1)));
             EXPECT_THAT(put, returns());
           }},
      {.id = "simple_queue.exit.items_outlive_their_producer",
       .level = Level::kMust,
       .says = "An item that was put is readable after its producer has ended, even at once by "
               "os._exit() or SIGKILL.",
       .documented = {"SQ-10"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& returning = stage.start_process(main, {q});
             returning.must(q.put(1));
             returning.does(self::returns());
             main.must(returning.handle().join());
             Puppet& exiting = stage.start_process(main, {q});
             exiting.must(q.put(2));
             exiting.does(self::exits_at_once(0));
             main.must(exiting.handle().join());
             Puppet& killed = stage.start_process(main, {q});
             killed.must(q.put(3));
             stage.signal(killed, SIGKILL);
             main.must(killed.handle().join());
             for (int i = 1; i <= 3; ++i) EXPECT_THAT(main.does(q.get()), returns(i));
           }},
      {.id = "simple_queue.close.ends_its_use",
       .level = Level::kMust,
       .says = "After close() get(), put() and empty() raise in that process; closing again does "
               "nothing.",
       .documented = {"SQ-07"},
       .needs = {"simple_queue", "simple_queue.close"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.close()), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), raises("OSError"));
             EXPECT_THAT(main.does(q.put(2)), raises("OSError"));
             EXPECT_THAT(main.does(q.empty()), raises("OSError"));
             EXPECT_THAT(main.does(q.close()), returns(nullptr));
           }},
      {.id = "simple_queue.close.is_local",
       .level = Level::kMust,
       .says = "close() in one process leaves the others free to put and get.",
       .documented = {"SQ-07"},
       .needs = {"simple_queue", "simple_queue.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& other = stage.start_process(main, {q});
             child.must(q.put(1));
             child.must(q.close());
             EXPECT_THAT(main.does(q.get()), returns(1));
             Call get = other.begins(q.get());
             EXPECT_THAT(get, blocks());
             main.must(q.put(2));
             EXPECT_THAT(get, returns(2));
             main.must(q.close());
             Puppet& third = stage.start_thread(other);
             Call last = other.begins(q.get());
             EXPECT_THAT(last, blocks());
             third.must(q.put(3));
             EXPECT_THAT(last, returns(3));
           }},
      {.id = "simple_queue.close.gives_back_its_descriptors",
       .level = Level::kShould,
       .says = "A closed SimpleQueue keeps no files open.",
       .documented = {"SQ-07"},
       .needs = {"simple_queue", "simple_queue.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<std::optional<int>> open;
             for (int i = 0; i < 3; ++i) {  // the first may start what the library needs for ever
               RemoteSimpleQueue q = main.simple_queue();
               results(main.does(batch({q.put(1), q.get(), q.close()})));
               open.push_back(stage.open_files(main));
             }
             EXPECT_EQ(open[1], open[0]);
             EXPECT_EQ(open[2], open[0]);
           }},
      {.id = "simple_queue.kill.of_an_idle_user_hinders_nobody",
       .level = Level::kShould,
       .says =
           "A process that is killed after it has used the queue, but not while it does, leaves "
           "it in order.",
       .documented = {"LIFE-15"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             results(child.does(batch({q.put(1), q.get()})));
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             main.must(q.put(2));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "simple_queue.kill.of_a_waiting_consumer_hinders_nobody",
       .level = Level::kBeyond,
       .says = "A process killed while it waits in get() does not keep others from getting.",
       .documented = {"ROB-19", "LIFE-15"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(child.begins(q.get()), blocks());
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             main.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
           }},
      {.id = "simple_queue.get.interrupted_hinders_nobody",
       .level = Level::kShould,
       .says = "SIGINT ends get() with KeyboardInterrupt; everybody, that process too, gets what "
               "comes later.",
       .documented = {"SQ-03", "SQ-04", "LOCK-12"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Call waiting = child.begins(q.get());
             EXPECT_THAT(waiting, blocks());
             stage.signal(child, SIGINT);
             EXPECT_THAT(waiting, raises("KeyboardInterrupt"));
             for (Puppet* taker : {&main, &child}) {
               main.must(q.put(1));
               EXPECT_THAT(taker->does(q.get()), returns(1));
             }
           }},
      {.id = "simple_queue.get.as_many_go_on_as_items_come_in_a_row",
       .level = Level::kMust,
       .says =
           "Of several processes that wait in get() as many go on as items are put, though these "
           "are put in a row, before any of them has moved.",
       .documented = {"SQ-03", "SQ-04"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             const Crew crew = start_crew(stage, main, 3, {q});
             const std::vector<Call> gets = each_begins(crew, q.get());
             for (const Call& each : gets) EXPECT_THAT(each, blocks());
             results(main.does(batch({q.put(1), q.put(2), q.put(3)})));
             std::vector<int64_t> got;
             for (const Call& each : gets) got.push_back(as_int(each.value()));
             EXPECT_THAT(got, UnorderedElementsAre(1, 2, 3));
           }},
      {.id = "simple_queue.get.that_cannot_build_its_item_hinders_nobody",
       .level = Level::kShould,
       .says = "When get() raises because what it took can't be built again, such as a block of "
               "memory that is gone, the item has left the queue, and others get the next.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue", "shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (Puppet* unlucky : {&main, &child}) {
               RemoteSharedMemory block =
                   main.makes(module::shared_memory({.create = true, .size = 16}));
               main.must(q.put(block.value()));
               main.must(block.close());
               main.must(block.unlink());
               EXPECT_THAT(unlucky->does(q.get()), raises("OSError"));
               EXPECT_THAT(main.does(q.empty()), returns(true));
               for (Puppet* taker : {&main, &child}) {
                 main.must(q.put(1));
                 EXPECT_THAT(taker->does(q.get()), returns(1));
               }
             }
           }},
      {.id = "simple_queue.delivery.small_items_beside_a_big_one_of_another",
       .level = Level::kMust,
       .says = "Small items that other processes put while a big one is half sent do not get into "
               "the midst of it.",
       .documented = {"SQ-03"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& big = stage.start_process(main, {q});
             Puppet& small = stage.start_process(main, {q});
             Puppet& smaller = stage.start_process(main, {q});
             for (int round = 0; round < 3; ++round) {
               std::vector<Call> puts = {big.begins(q.put(big_item(round)))};
               stage.comes_to_rest();
               puts.push_back(small.begins(q.put("a small one")));
               puts.push_back(smaller.begins(q.put(nullptr)));
               stage.comes_to_rest();
               EXPECT_THAT(results(main.does(batch({q.get()}, 3))),
                           UnorderedElementsAre(big_item(round).as_received(), Value("a small one"),
                                                Value(nullptr)));
               for (const Call& put : puts) EXPECT_THAT(put, returns());
             }
           }},
      {.id = "simple_queue.put.thousands_of_small_items_wait",
       .level = Level::kMust,
       .says = "More short items than the pipe behind a SimpleQueue holds do not fail: put() "
               "waits, and they arrive in order.",
       .documented = {"SQ-03", "SQ-04"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             constexpr int kItems = 12000;
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Call putting = child.begins(batch({q.put(0), q.put("a short item")}, kItems / 2));
             stage.comes_to_rest();  // the pipe is full
             const std::vector<Value> got = results(main.does(batch({q.get()}, kItems)));
             ASSERT_EQ(got.size(), size_t{kItems});
             for (int i = 0; i < kItems; ++i)
               ASSERT_EQ(got[i], i % 2 == 0 ? Value(0) : Value("a short item")) << "item " << i;
             EXPECT_THAT(putting, returns());
           }},
      {.id = "simple_queue.kill.of_a_sending_producer_hinders_nobody",
       .level = Level::kBeyond,
       .says = "A process killed in the middle of put() does not keep the items of others from "
               "arriving.",
       .documented = {"ROB-20", "LIFE-15"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& taker = stage.start_process(main, {q});
             child.begins(q.put(big_item(1)));
             stage.comes_to_rest();
             stage.signal(child, SIGKILL);
             main.must(child.handle().join());
             EXPECT_THAT(main.does(q.put(2)), returns(nullptr));
             Call get = taker.does(q.get());  // the big item may have made it, or not
             if (get.value() == big_item(1).as_received()) get = taker.does(q.get());
             EXPECT_THAT(get, returns(2));
           }},
  };
}

}  // namespace conformance
