// A manager's queues, locks, Condition, Event, Barrier and Pool: who waits in the server for whom.
#include <signal.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/waits.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::UnorderedElementsAre;

Claims managed_queues() {
  return {
      {.id = "manager.queue.hands_on_in_order",
       .level = Level::kMust,
       .says = "Items come out in the order in which they went in, whoever put them.",
       .notes = {"mgr.queue"},
       .documented = {"MAN-30"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             Puppet& child = stage.start_process(main, {q});
             for (int i = 0; i < 6; ++i)
               EXPECT_THAT((i % 2 ? main : child).does(q.put(i)), returns(nullptr));
             for (int i = 0; i < 6; ++i)
               EXPECT_THAT((i % 3 ? main : child).does(q.get()), returns(i));
           }},
      {.id = "manager.queue.put_is_seen_at_once",
       .level = Level::kMust,
       .says = "When put() has returned, the item is there: for get_nowait, qsize, empty and full, "
               "and though its producer ends at once.",
       .notes = {"mgr.queue"},
       .documented = {"MAN-30"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue(2));
             EXPECT_THAT(main.does(q.empty()), returns(true));
             EXPECT_THAT(main.does(q.qsize()), returns(0));
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put("a"));
             child.must(q.put(big_item(1)));
             child.must(self::exits_at_once(0));
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_THAT(main.does(q.empty()), returns(false));
             EXPECT_THAT(main.does(q.full()), returns(true));
             EXPECT_THAT(main.does(q.qsize()), returns(2));
             EXPECT_THAT(main.does(q.get_nowait()), returns("a"));
             EXPECT_THAT(main.does(q.get_nowait()), returns(big_item(1)));
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "manager.queue.get_waits_for_an_item",
       .level = Level::kMust,
       .says = "get() of an empty queue waits until another process puts.",
       .documented = {"MAN-31"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             EXPECT_THAT(main.does(q.put(Value::list({1}))), returns(nullptr));
             EXPECT_THAT(get, returns(Value::list({1})));
           }},
      {.id = "manager.queue.put_waits_for_room",
       .level = Level::kMust,
       .says = "put() into a full queue waits until another process gets.",
       .notes = {"mgr.queue"},
       .documented = {"MAN-31"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue(1));
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(1));
             Call put = child.begins(q.put(2));
             EXPECT_THAT(put, blocks());
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(put, returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns(2));
           }},
      {.id = "manager.queue.obeys_block_and_timeout",
       .level = Level::kMust,
       .says = "Without block, or when the timeout has passed, get() raises Empty and put() Full.",
       .notes = {"mgr.queue"},
       .documented = {"MAN-31"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue(1));
             EXPECT_THAT(main.does(q.get(kWithoutBlocking)), raises("Empty"));
             EXPECT_THAT(main.does(q.get({.timeout = 30ms})),
                         AllOf(raises("Empty"), took_about(30ms)));
             EXPECT_THAT(main.does(q.put(1, {.timeout = kLong})), returns());
             EXPECT_THAT(main.does(q.put(2, kWithoutBlocking)), raises("Full"));
             EXPECT_THAT(main.does(q.put_nowait(2)), raises("Full"));
             EXPECT_THAT(main.does(q.put(2, {.timeout = 30ms})),
                         AllOf(raises("Full"), took_about(30ms)));
             EXPECT_THAT(main.does(q.get({.timeout = -1ms})), raises("ValueError"));
             EXPECT_THAT(main.does(q.get({.timeout = kLong})), returns(1));
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "manager.queue.each_item_goes_to_one",
       .level = Level::kMust,
       .says = "Several consumers that wait get one item each, and none twice.",
       .documented = {"MAN-30", "MAN-17"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             Crew crew = start_crew(stage, main, 2, {q});
             crew.push_back(&stage.start_thread(main));
             std::vector<Call> calls = each_begins(crew, q.get());
             EXPECT_THAT(calls, return_for_exactly(0));
             main.must(q.put(1));
             EXPECT_THAT(calls, return_for_exactly(1));
             main.must(q.put(2));
             main.must(q.put(3));
             std::vector<int64_t> got;
             for (const Call& call : calls) got.push_back(as_int(call.value()));
             EXPECT_THAT(got, UnorderedElementsAre(1, 2, 3));
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
      {.id = "manager.queue.join_waits_for_all_tasks",
       .level = Level::kMust,
       .says =
           "join() waits until task_done() was called for each item, by whichever process; once "
           "too often raises ValueError.",
       .notes = {"mgr.queue"},
       .documented = {"MAN-30", "MAN-32"},
       .needs = {"manager", "manager.joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteJoinableQueue q = main.makes(m.joinable_queue());
             Puppet& child = stage.start_process(main, {q});
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
             main.must(q.put(1));
             main.must(q.put(2));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(child.does(q.get()), returns(2));
             EXPECT_THAT(join, blocks());
             child.must(q.task_done());
             EXPECT_THAT(join, blocks());
             child.must(q.task_done());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(child.does(q.task_done()), raises("ValueError"));
             EXPECT_THAT(main.does(q.join()), returns(nullptr));
           }},
      {.id = "manager.queue.killed_consumer_takes_no_item",
       .level = Level::kBeyond,
       .says = "An item that is put after a waiting consumer was killed goes to one who lives.",
       .documented = {"ROB-25", "MAN-54"},
       .needs = {"manager", "manager.queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             kill_and_settle(stage, child);
             main.must(q.put("x"));
             EXPECT_TRUE(stage.comes_to_rest());  // whoever is woken by it has had his turn
             EXPECT_THAT(main.does(q.get()), returns("x"));
           }},
      {.id = "manager.queue.killed_producer_puts_nothing_late",
       .level = Level::kBeyond,
       .says = "What a producer that waited for room was killed with does not come later.",
       .documented = {"ROB-25"},
       .needs = {"manager", "manager.queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue(1));
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             Call put = child.begins(q.put("of a dead process"));
             EXPECT_THAT(put, blocks());
             kill_and_settle(stage, child);
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(q.get_nowait()), raises("Empty"));
           }},
  };
}

Claims managed_locks() {
  return {
      {.id = "manager.lock.excludes",
       .level = Level::kMust,
       .says = "acquire() of a lock that another process holds waits until it is released; another "
               "client may release it.",
       .documented = {"MAN-33", "MAN-36"},
       .needs = {"manager", "manager.lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             Puppet& child = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(child.does(l.acquire(kWithoutBlocking)), returns(false));
             Call acquire = child.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             EXPECT_THAT(main.does(l.release()), returns(nullptr));
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(main.does(l.release()), returns(nullptr));
             EXPECT_THAT(child.does(l.acquire(kWithoutBlocking)), returns(true));
           }},
      {.id = "manager.lock.obeys_block_and_timeout",
       .level = Level::kMust,
       .says = "acquire() without block, or when its timeout has passed, returns False.",
       .documented = {"MAN-36"},
       .needs = {"manager", "manager.lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(main.does(l.acquire({.block = true, .timeout = kLong})), returns(true));
             EXPECT_THAT(thread.does(l.acquire({.block = false})), returns(false));
             EXPECT_THAT(thread.does(l.acquire({.block = true, .timeout = 0s})), returns(false));
             EXPECT_THAT(thread.does(l.acquire({.block = true, .timeout = 30ms})),
                         AllOf(returns(false), took_about(30ms)));
             EXPECT_THAT(thread.does(l.acquire({.timeout = 30ms})),
                         AllOf(returns(false), took_about(30ms)));
             main.must(l.release());
             EXPECT_THAT(thread.does(l.acquire({.timeout = 30ms})), returns(true));
           }},
      {.id = "manager.lock.with_block",
       .level = Level::kMust,
       .says = "A with block holds the lock, and frees it at its end.",
       .documented = {"MAN-36"},
       .needs = {"manager", "manager.lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(main.does(l.enter()), returns());
             Call enter = thread.begins(l.enter());
             EXPECT_THAT(enter, blocks());
             EXPECT_THAT(main.does(l.exit()), returns());
             EXPECT_THAT(enter, returns());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(thread.does(l.exit()), returns());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(true));
           }},
      {.id = "manager.lock.release_of_a_free_lock_fails",
       .level = Level::kShould,
       .says = "release() of a Lock that nobody holds raises RuntimeError, and changes nothing.",
       .documented = {"MAN-33"},
       .needs = {"manager", "manager.lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             EXPECT_THAT(main.does(l.release()), raises("RuntimeError"));
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(false));
           }},
      {.id = "manager.lock.killed_holder_gives_it_back",
       .level = Level::kBeyond,
       .says = "The lock of a client that was killed can be acquired by others.",
       .documented = {"ROB-24", "MAN-53"},
       .needs = {"manager", "manager.lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             Puppet& child = stage.start_process(main, {l});
             child.must(l.acquire());
             kill_and_settle(stage, child);
             EXPECT_THAT(main.does(l.acquire()), returns(true));
           }},
      {.id = "manager.lock.killed_waiter_never_gets_it",
       .level = Level::kBeyond,
       .says = "A client that was killed while it waited for a lock does not get it.",
       .documented = {"ROB-24"},
       .needs = {"manager", "manager.lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.lock());
             Puppet& child = stage.start_process(main, {l});
             main.must(l.acquire());
             Call acquire = child.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             kill_and_settle(stage, child);
             main.must(l.release());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(l.acquire()), returns(true));
           }},
      {.id = "manager.rlock.belongs_to_a_client",
       .level = Level::kShould,
       .says =
           "Who owns an RLock may acquire it again, has to release it as often, and is the only "
           "one who may: another thread or process gets RuntimeError.",
       .documented = {"MAN-34"},
       .needs = {"manager", "manager.rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.rlock());
             Puppet& child = stage.start_process(main, {l});
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             for (Puppet* other : {&child, &thread}) {
               EXPECT_THAT(other->does(l.acquire(kWithoutBlocking)), returns(false));
               EXPECT_THAT(other->does(l.release()), raises("RuntimeError"));
             }
             Call acquire = child.begins(l.acquire());
             main.must(l.release());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(main.does(l.release()), raises("RuntimeError"));
             EXPECT_THAT(child.does(l.release()), returns(nullptr));
             EXPECT_THAT(child.does(l.release()), raises("RuntimeError"));
           }},
      {.id = "manager.rlock.killed_owner_gives_it_back",
       .level = Level::kBeyond,
       .says = "The RLock of a client that was killed can be acquired by others.",
       .documented = {"ROB-24", "MAN-53"},
       .needs = {"manager", "manager.rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.rlock());
             main.must(l.acquire());  // so that the server knows main before the other one goes
             main.must(l.release());
             Puppet& child = stage.start_process(main, {l});
             child.must(l.acquire());
             child.must(l.acquire());
             kill_and_settle(stage, child);
             EXPECT_THAT(main.does(l.acquire()), returns(true));
           }},
      {.id = "manager.semaphore.counts",
       .level = Level::kMust,
       .says = "A semaphore lets as many in as its value says, and one more for each release().",
       .documented = {"MAN-35", "MAN-36"},
       .needs = {"manager", "manager.semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock s = main.makes(m.semaphore(2));
             Puppet& child = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             EXPECT_THAT(child.does(s.acquire()), returns(true));
             EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(false));
             Call third = child.begins(s.acquire());
             EXPECT_THAT(third, blocks());
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(third, returns(true));
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(s.release()), returns());
             for (int i = 0; i < 3; ++i) EXPECT_THAT(child.does(s.acquire()), returns(true));
             EXPECT_THAT(child.does(s.acquire({.timeout = 30ms})),
                         AllOf(returns(false), took_about(30ms)));
             RemoteLock by_default = main.makes(m.semaphore());
             EXPECT_THAT(main.does(by_default.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(main.does(by_default.acquire(kWithoutBlocking)), returns(false));
           }},
      {.id = "manager.semaphore.killed_holder_gives_it_back",
       .level = Level::kBeyond,
       .says = "What a client that was killed had taken from a semaphore can be taken by others.",
       .documented = {"ROB-24", "MAN-53"},
       .needs = {"manager", "manager.semaphore", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock s = main.makes(m.semaphore(3));
             Puppet& child = stage.start_process(main, {s});
             main.must(s.acquire());
             for (int i = 0; i < 2; ++i) child.must(s.acquire());
             kill_and_settle(stage, child);
             for (bool left : {true, true, false})
               EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(left));
           }},
      {.id = "manager.bounded_semaphore.has_a_limit",
       .level = Level::kMust,
       .says = "A bounded semaphore counts as a semaphore does, and refuses a release() too many "
               "with ValueError.",
       .documented = {"MAN-35"},
       .needs = {"manager", "manager.bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock s = main.makes(m.bounded_semaphore(1));
             Puppet& child = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             Call acquire = child.begins(s.acquire());
             EXPECT_THAT(acquire, blocks());
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(child.does(s.release()), raises("ValueError"));
           }},
  };
}

Claims managed_meetings() {
  return {
      {.id = "manager.condition.wakes_those_who_wait",
       .level = Level::kMust,
       .says = "wait() gives the lock away until it is notified: notify() wakes one, notify_all() "
               "the rest.",
       .documented = {"MAN-37"},
       .needs = {"manager", "manager.condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             Crew crew = start_crew(stage, main, 2, {c});
             crew.push_back(&stage.start_thread(main));
             std::vector<Call> waits;
             for (Puppet* puppet : crew) {
               EXPECT_THAT(puppet->does(c.acquire()), returns(true));
               waits.push_back(puppet->begins(c.wait()));
               EXPECT_THAT(waits.back(), blocks());
             }
             EXPECT_THAT(main.does(c.acquire()), returns(true));
             EXPECT_THAT(main.does(c.notify()), returns());
             EXPECT_THAT(waits, return_for_exactly(0));
             main.must(c.release());
             EXPECT_THAT(waits, return_for_exactly(1));
             for (Puppet* woken : those_who_returned(crew, waits)) woken->must(c.release());
             EXPECT_THAT(main.does(c.enter()), returns());
             EXPECT_THAT(main.does(c.notify_all()), returns());
             EXPECT_THAT(main.does(c.exit()), returns());
             EXPECT_THAT(waits, return_for_exactly(2));  // the third one waits for the lock
             for (Puppet* woken : those_who_returned(crew, waits)) woken->does(c.release());
             EXPECT_THAT(waits, return_for_exactly(3));
           }},
      {.id = "manager.condition.needs_its_lock",
       .level = Level::kMust,
       .says = "wait(), notify() and notify_all() without the lock raise RuntimeError.",
       .documented = {"MAN-37"},
       .needs = {"manager", "manager.condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             Puppet& child = stage.start_process(main, {c});
             main.must(c.acquire());
             for (const Op& op : {c.wait(), c.notify(), c.notify_all(), c.release()})
               EXPECT_THAT(child.does(op), raises("RuntimeError"));
             EXPECT_THAT(main.does(c.notify()), returns());
             EXPECT_THAT(main.does(c.wait(30ms)), AllOf(returns(false), took_about(30ms)));
             EXPECT_THAT(main.does(c.release()), returns());
             EXPECT_THAT(main.does(c.notify_all()), raises("RuntimeError"));
           }},
      {.id = "manager.condition.wait_for_looks_again",
       .level = Level::kMust,
       .says = "wait_for() returns once its predicate is true, and looks again when notified.",
       .documented = {"MAN-37"},
       .needs = {"manager", "manager.condition", "manager.value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             RemoteValue v = main.makes(m.value("i", 0));
             Puppet& child = stage.start_process(main, {c, v});
             child.must(c.acquire());
             EXPECT_THAT(child.does(c.wait_for(v, 0)), returns(true));
             EXPECT_THAT(child.does(c.wait_for(v, 2, 30ms)),
                         AllOf(returns(false), took_about(30ms)));
             Call wait = child.begins(c.wait_for(v, 2));
             EXPECT_THAT(wait, blocks());
             for (int value : {1, 2}) {
               main.must(c.acquire());
               main.must(v.set(value));
               main.must(c.notify_all());
               EXPECT_THAT(wait, blocks());
               main.must(c.release());
               if (value == 1) {
                 EXPECT_THAT(wait, blocks());
               }
             }
             EXPECT_THAT(wait, returns(true));
             child.must(c.release());
           }},
      {.id = "manager.condition.wait_for_returns_what_the_predicate_did",
       .level = Level::kMust,
       .says = "wait_for() ends with whatever is true in a condition, be it not True, and returns "
               "just that; when the time is up it returns what the predicate returned last.",
       .documented = {"MAN-37", "COND-08"},
       .needs = {"manager", "manager.condition", "manager.value", "condition.wait_for_any"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             RemoteValue v = main.makes(m.value("i", 7));
             Puppet& child = stage.start_process(main, {c, v});
             child.must(c.acquire());
             EXPECT_THAT(child.does(c.wait_for_any(v)), returns(7));
             main.must(v.set(0));
             EXPECT_THAT(child.does(c.wait_for_any(v, 0s)), returns(0));
             Call waits = child.begins(c.wait_for_any(v));
             EXPECT_THAT(waits, blocks());
             main.must(c.acquire());
             main.must(v.set(-3));
             main.must(c.notify());
             main.must(c.release());
             EXPECT_THAT(waits, returns(-3));
             child.must(c.release());
           }},
      {.id = "manager.condition.wait_restores_all_levels",
       .level = Level::kMust,
       .says =
           "wait() gives up a lock that was acquired twice, and holds it twice when it returns.",
       .documented = {"MAN-37"},
       .needs = {"manager", "manager.condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             Puppet& child = stage.start_process(main, {c});
             child.must(c.acquire());
             child.must(c.acquire());
             Call wait = child.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(c.acquire()), returns(true));
             main.must(c.notify());
             main.must(c.release());
             EXPECT_THAT(wait, returns(true));
             child.must(c.release());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             child.must(c.release());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(true));
             main.must(c.release());
           }},
      {.id = "manager.condition.killed_waiter_takes_no_notification",
       .level = Level::kBeyond,
       .says = "notify() wakes one who lives, although another one was killed while it waited.",
       .documented = {"ROB-14"},
       .needs = {"manager", "manager.condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             Puppet& victim = stage.start_process(main, {c});
             Puppet& thread = stage.start_thread(main);
             victim.must(c.acquire());
             EXPECT_THAT(victim.begins(c.wait()), blocks());
             thread.must(c.acquire());
             Call wait = thread.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             kill_and_settle(stage, victim);
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.notify()), returns());
             EXPECT_THAT(main.does(c.release()), returns());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "manager.event.releases_all_who_wait",
       .level = Level::kMust,
       .says = "wait() lasts until set(), for every process; clear() makes the next one wait.",
       .documented = {"MAN-38"},
       .needs = {"manager", "manager.event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteEvent e = main.makes(m.event());
             Crew crew = start_crew(stage, main, 2, {e});
             crew.push_back(&stage.start_thread(main));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.wait(30ms)), AllOf(returns(false), took_about(30ms)));
             std::vector<Call> calls = each_begins(crew, e.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             for (const Call& call : calls) EXPECT_THAT(call, returns(true));
             EXPECT_THAT(crew[0]->does(e.is_set()), returns(true));
             EXPECT_THAT(main.does(e.wait()), returns(true));
             EXPECT_THAT(crew[0]->does(e.clear()), returns(nullptr));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.wait(0s)), returns(false));
           }},
      {.id = "manager.event.long_wait_is_no_failure",
       .level = Level::kMust,
       .says = "A call that waits in the manager for seconds waits on, and has its result then.",
       .documented = {"MAN-38"},
       .needs = {"manager", "manager.event"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteEvent e = main.makes(m.event());
             Puppet& thread = stage.start_thread(main);
             Call waiting = main.begins(e.wait());
             EXPECT_THAT(thread.does(e.wait(2500ms)), AllOf(returns(false), took_at_least(2500ms)));
             EXPECT_THAT(waiting, blocks());
             EXPECT_THAT(thread.does(e.set()), returns(nullptr));
             EXPECT_THAT(waiting, returns(true));
           }},
      {.id = "manager.event.killed_waiter_hinders_nobody",
       .level = Level::kShould,
       .says = "set() releases the others when a process that waited was killed.",
       .documented = {"MAN-38", "ROB-14"},
       .needs = {"manager", "manager.event", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteEvent e = main.makes(m.event());
             Puppet& victim = stage.start_process(main, {e});
             Puppet& thread = stage.start_thread(main);
             Call dead = victim.begins(e.wait());
             Call live = thread.begins(e.wait());
             EXPECT_THAT(dead, blocks());
             EXPECT_THAT(live, blocks());
             kill_and_settle(stage, victim);
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             EXPECT_THAT(live, returns(true));
             EXPECT_THAT(main.does(e.clear()), returns(nullptr));
             EXPECT_THAT(thread.does(e.wait(0s)), returns(false));
           }},
      {.id = "manager.barrier.releases_all_together",
       .level = Level::kMust,
       .says = "wait() lasts until all parties have come; each gets an index of its own, and it "
               "works again.",
       .documented = {"MAN-39"},
       .needs = {"manager", "manager.barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteBarrier b = main.makes(m.barrier(3));
             Crew crew = {&stage.start_process(main, {b}), &stage.start_thread(main)};
             EXPECT_THAT(main.does(b.parties()), returns(3));
             for (int round = 0; round < 2; ++round) {
               std::vector<Call> calls = each_begins(crew, b.wait());
               EXPECT_THAT(calls, return_for_exactly(0));
               EXPECT_THAT(main.does(b.n_waiting()), returns(2));
               calls.push_back(main.begins(b.wait()));
               std::vector<int64_t> indexes;
               for (const Call& call : calls) indexes.push_back(as_int(call.value()));
               EXPECT_THAT(indexes, UnorderedElementsAre(0, 1, 2));
               EXPECT_THAT(main.does(b.n_waiting()), returns(0));
             }
             EXPECT_THAT(main.does(b.broken()), returns(false));
           }},
      {.id = "manager.barrier.breaks_and_is_reset",
       .level = Level::kMust,
       .says = "A timeout and abort() break the barrier for all who wait and come, until reset().",
       .documented = {"MAN-39"},
       .needs = {"manager", "manager.barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteBarrier b = main.makes(m.barrier(3));
             Puppet& child = stage.start_process(main, {b});
             Call wait = child.begins(b.wait());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(b.wait(30ms)), raises("BrokenBarrierError"));
             EXPECT_THAT(wait, raises("BrokenBarrierError"));
             EXPECT_THAT(main.does(b.broken()), returns(true));
             EXPECT_THAT(child.does(b.wait()), raises("BrokenBarrierError"));
             EXPECT_THAT(main.does(b.reset()), returns());
             EXPECT_THAT(child.does(b.broken()), returns(false));
             Call again = child.begins(b.wait());
             EXPECT_THAT(again, blocks());
             EXPECT_THAT(main.does(b.abort()), returns());
             EXPECT_THAT(again, raises("BrokenBarrierError"));
             EXPECT_THAT(main.does(b.broken()), returns(true));
             RemoteBarrier hasty = main.makes(m.barrier(2, Timeout(30ms)));
             EXPECT_THAT(main.does(hasty.wait()), raises("BrokenBarrierError"));
           }},
      {.id = "manager.barrier.death_of_a_party_breaks_it",
       .level = Level::kBeyond,
       .says = "A barrier whose waiting party was killed breaks for those who wait there.",
       .documented = {"ROB-17"},
       .needs = {"manager", "manager.barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteBarrier b = main.makes(m.barrier(3));
             Puppet& victim = stage.start_process(main, {b});
             Call theirs = victim.begins(b.wait());
             Call mine = stage.start_thread(main).begins(b.wait());
             EXPECT_THAT(theirs, blocks());
             EXPECT_THAT(mine, blocks());
             kill_and_settle(stage, victim);
             EXPECT_THAT(mine, raises("BrokenBarrierError"));
             main.must(b.abort());
           }},
      {.id = "manager.pool.does_tasks",
       .level = Level::kShould,
       .says = "A Pool in the manager does tasks for every process that has its proxy, and returns "
               "results and errors.",
       .documented = {"MAN-40"},
       .needs = {"manager", "manager.pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemotePool pool = main.makes(m.pool(1));
             Puppet& child = stage.start_process(main, {pool});
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             EXPECT_THAT(child.does(pool.map("square", {1, 2, 3})),
                         returns(Value::list({1, 4, 9})));
             EXPECT_THAT(main.does(pool.apply("fail", {"no"})), raises("ValueError"));
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_NE(task.pid(), main.pid());
             EXPECT_NE(task.pid(), stage.server_of(main, m));
             EXPECT_THAT(main.does(result.ready()), returns(false));
             Call get = main.begins(result.get());
             EXPECT_THAT(get, blocks());
             task.must(self::returns("done"));
             EXPECT_THAT(get, returns("done"));
             EXPECT_THAT(main.does(result.successful()), returns(true));
           }},
      {.id = "manager.queue.last_task_done_releases_all_joiners",
       .level = Level::kMust,
       .says = "The last task_done() releases every process and thread that waits in join().",
       .documented = {"MAN-30"},
       .needs = {"manager", "manager.joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteJoinableQueue q = main.makes(m.joinable_queue());
             Crew crew = start_crew(stage, main, 2, {q});
             crew.push_back(&stage.start_thread(main));
             main.must(q.put(1));
             const std::vector<Call> joins = each_begins(crew, q.join());
             for (const Call& each : joins) EXPECT_THAT(each, blocks());
             main.must(q.task_done());
             for (const Call& each : joins) EXPECT_THAT(each, returns(nullptr));
           }},
      {.id = "manager.barrier.is_as_new_after_reset",
       .level = Level::kMust,
       .says = "After abort(), a timeout or reset() that met waiting parties, and a reset(), a "
               "manager's barrier waits for all its parties, and no fewer, again and again.",
       .documented = {"MAN-39"},
       .needs = {"manager", "manager.barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteBarrier b = main.makes(m.barrier(4));
             const Crew crew = start_crew(stage, main, 2, {b});
             Puppet& last = stage.start_thread(main);
             for (const Op& breaks : {b.abort(), b.wait(20ms), b.reset()}) {
               const std::vector<Call> in_vain = each_begins(crew, b.wait());
               for (const Call& each : in_vain) EXPECT_THAT(each, blocks());
               main.does(breaks).outcome();
               for (const Call& each : in_vain) EXPECT_THAT(each, raises("BrokenBarrierError"));
               main.must(b.reset());
               EXPECT_THAT(main.does(b.n_waiting()), returns(0));
               std::vector<Call> waits = each_begins(crew, b.wait());
               waits.push_back(main.begins(b.wait()));
               for (const Call& each : waits) EXPECT_THAT(each, blocks());
               waits.push_back(last.begins(b.wait()));
               std::vector<int64_t> indexes;
               for (const Call& each : waits) indexes.push_back(as_int(each.value()));
               EXPECT_THAT(indexes, UnorderedElementsAre(0, 1, 2, 3));
             }
           }},
      {.id = "manager.as_many_go_on_as_are_let_in_a_row",
       .level = Level::kMust,
       .says =
           "Of several who wait in a manager for an item, for room or for a permit as many go on "
           "as come, though these come in a row.",
       .documented = {"MAN-30", "MAN-35"},
       .needs = {"manager", "manager.queue", "manager.semaphore"},
       .check =
           [](Stage& stage) {
             constexpr int kWaiting = 3;
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue(kWaiting));
             RemoteLock s = main.makes(m.semaphore(0));
             Crew crew = start_crew(stage, main, kWaiting - 1, {q, s});
             crew.push_back(&stage.start_thread(main));
             const auto lets_all_go_on = [&](const Op& wait, const Op& let) {
               const std::vector<Call> calls = each_begins(crew, wait);
               EXPECT_THAT(calls, return_for_exactly(0));
               results(main.does(batch({let}, kWaiting)));
               EXPECT_THAT(calls, return_for_exactly(kWaiting));
             };
             lets_all_go_on(q.get(), q.put(1));
             results(main.does(batch({q.put(2)}, kWaiting)));
             lets_all_go_on(q.put(3), q.get());
             lets_all_go_on(s.acquire(), s.release());
           }},
      {.id = "manager.pool.spreads_items_without_waiting",
       .level = Level::kShould,
       .says = "starmap_async() of a Pool in the manager returns a result that can be waited for.",
       .documented = {"MAN-40"},
       .needs = {"manager", "manager.pool", "pool.starmap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemotePool pool = main.makes(m.pool(1));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             auto result = handle_named<RemoteAsyncResult>("result");
             main.must(pool.starmap_async(result, "arguments",
                                          {Value::tuple({1, 2}), Value::tuple({3})}));
             EXPECT_THAT(main.does(result.get()),
                         returns(Value::list({Value::list({1, 2}), Value::list({3})})));
           }},
      {.id = "manager.condition.wait_for_looks_once_more_when_its_time_has_passed",
       .level = Level::kMust,
       .says = "wait_for() returns the predicate's last value, also after a timeout, though nobody "
               "has notified.",
       .documented = {"MAN-37", "COND-08"},
       .needs = {"manager", "manager.condition", "manager.value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteCondition c = main.makes(m.condition());
             RemoteValue v = main.makes(m.value("i", 0));
             Puppet& other = stage.start_process(main, {c, v});
             other.must(c.acquire());
             Call acquire = main.begins(c.acquire());
             EXPECT_THAT(acquire, blocks());
             Call wait = other.begins(c.wait_for(v, 1, 100ms));
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(wait, blocks());  // proved only when its time has passed
             main.must(v.set(1));
             main.must(c.release());
             EXPECT_THAT(wait, returns(true));
             other.must(c.release());
           }},
      {.id = "manager.pool.with_block_terminates",
       .level = Level::kShould,
       .says =
           "The end of a with block of a Pool in the manager ends its workers, whatever they do.",
       .documented = {"MAN-40"},
       .needs = {"manager", "manager.pool", "pool.with"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemotePool pool = main.makes(m.pool(1));
             EXPECT_THAT(main.does(pool.apply("square", {2})), returns(4));
             EXPECT_THAT(main.does(pool.enter()), returns());
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.exit()), returns());
             EXPECT_TRUE(stage.process_ends(task));
           }},
  };
}

}  // namespace

Claims manager_sync_claims() {
  Claims all = managed_queues();
  for (const Claim& claim : managed_locks()) all.push_back(claim);
  for (const Claim& claim : managed_meetings()) all.push_back(claim);
  return all;
}

}  // namespace conformance
