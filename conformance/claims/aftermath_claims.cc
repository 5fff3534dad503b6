// What comes after: the second call behind a failed one, the object that outlives who made it, the
// waiter whose neighbour gave up. Each of these was a fault that no scenario of a first use sees.
#include <sys/statvfs.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;

// ---- Processes and programs ----

Claims processes() {
  return {
      {.id = "process.exitcode_is_not_a_siblings_to_know",
       .level = Level::kMust,
       .says = "A process that asks for the exit code of one that it did not start gets None or an "
               "error, whether that one still runs or has ended; its creator gets the true one.",
       .documented = {"PROC-19"},
       .needs = {"process", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& sibling = stage.start_process(main, {child.handle()});
             const auto nothing = AnyOf(returns(nullptr), raises());
             EXPECT_THAT(sibling.does(child.handle().exitcode()), nothing);
             EXPECT_THAT(sibling.does(child.handle().exitcode()), nothing);
             EXPECT_EQ(ends_with(main, child, self::exits(6)), Value(6));
             EXPECT_THAT(sibling.does(child.handle().exitcode()), nothing);
           }},
      {.id = "isolation.what_a_creator_has_not_read_yet_is_no_childs",
       .level = Level::kShould,
       .says = "A child finds its standard input empty although its creator has read a part of its "
               "own, and more of that waits in a buffer; the creator reads the rest.",
       .documented = {"PROC-54"},
       .needs = {"process", "isolated", "puppet.stdin_part"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Op part{.name = "puppet.stdin", .args = {{"size", 5}}},
                 rest = self::reads_stdin();
             EXPECT_THAT(main.does(part), returns("input"));
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(part), returns(""));
             EXPECT_THAT(child.does(rest), returns(""));
             EXPECT_THAT(stage.start_process(child).does(rest), returns(""));
             EXPECT_THAT(main.does(rest), returns(" of the main program\n"));
           }},
      {.id = "process.join_with_a_timeout_knows_the_exitcode",
       .level = Level::kMust,
       .says = "When join(timeout) has come back because the process ended, exitcode is set and "
               "is_alive() False, as often as one asks.",
       .notes = {"proc.is_alive"},
       .documented = {"PROC-14", "PROC-16"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteProcess p = process_named("p");
             const Call rounds =
                 main.does(batch({named({.name = "process.new", .args = {{"func", "nothing"}}}, p),
                                  p.start(), p.join(60s), p.exitcode(), p.is_alive()},
                                 stage.has_feature("inherits_memory") ? 60 : 5));
             const std::vector<Value> all = results(rounds);
             for (size_t i = 0; i + 5 <= all.size(); i += 5) {
               ASSERT_EQ(all[i + 3], Value(0)) << "round " << i / 5;
               ASSERT_EQ(all[i + 4], Value(false)) << "round " << i / 5;
             }
           }},
      {.id = "lifecycle.failed_clean_up_hinders_no_other",
       .level = Level::kShould,
       .says =
           "Where one thing can't be cleaned up at a program's end, a socket's file that is gone "
           "already, all others are: the server of a manager ends, and the program with it.",
       .documented = {"MAN-08"},
       .needs = {"remote", "manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const pid_t server = stage.server_of(main, m);
             main.makes(module::listener({.address = "gone.sock"}));
             std::filesystem::remove(stage.folder() + "/gone.sock");
             main.does(self::returns());
             EXPECT_FALSE(std::holds_alternative<base::StillRunning>(stage.main_ends()));
             EXPECT_TRUE(stage.process_ends(server));
           }},
  };
}

// ---- Queues, pipes and locks ----

// Of two that wait the one that gives up takes nothing along.
void one_gives_up(Stage& stage, const RemoteLock& lock) {
  Puppet& main = stage.main();
  main.must(lock.acquire());
  Puppet& stays = stage.start_process(main, {lock});
  Puppet& leaves = stage.start_process(main, {lock});
  Call staying = stays.begins(lock.acquire());
  EXPECT_THAT(staying, blocks());
  EXPECT_THAT(leaves.does(lock.acquire({.timeout = 30ms})), returns(false));
  EXPECT_THAT(staying, blocks());
  main.must(lock.release());
  EXPECT_THAT(staying, returns(true));
  EXPECT_THAT(leaves.does(lock.acquire({.timeout = 30ms})), returns(false));
  stays.must(lock.release());
  EXPECT_THAT(leaves.does(lock.acquire()), returns(true));
}

Claims waiting_and_passing() {
  return {
      {.id = "joinable_queue.count.of_put_nowait",
       .level = Level::kMust,
       .says = "What put_nowait() has put counts as what put() has: join() waits for it.",
       .documented = {"JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& worker = stage.start_process(main, {q});
             main.must(q.put_nowait(1));
             Call join = main.begins(q.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.get_nowait()), AnyOf(returns(1), raises("Empty")));
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(worker.does(q.task_done()), raises("ValueError"));
           }},
      {.id = "joinable_queue.count.of_a_put_that_waited",
       .level = Level::kMust,
       .says = "An item whose put() had to wait for room counts as any other, with a manager's "
               "queue, too.",
       .documented = {"JQ-05"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteJoinableQueue> queues = {main.joinable_queue({.maxsize = 1})};
             if (stage.has_feature("manager.joinable_queue"))
               queues.push_back(main.makes(main.manager().joinable_queue(1)));
             for (const RemoteJoinableQueue& q : queues) {
               Puppet& worker = stage.start_process(main, {q});
               main.must(q.put(1));
               Call put = main.begins(q.put(2));
               EXPECT_THAT(put, blocks());
               EXPECT_THAT(worker.does(q.get()), returns(1));
               EXPECT_THAT(put, returns(nullptr));
               worker.must(q.task_done());
               Call join = main.begins(q.join());
               EXPECT_THAT(join, blocks());
               EXPECT_THAT(worker.does(q.get()), returns(2));
               EXPECT_THAT(worker.does(q.task_done()), returns(nullptr));
               EXPECT_THAT(join, returns(nullptr));
             }
           }},
      {.id = "lock.of_a_child_beside_many_of_its_creators",
       .level = Level::kMust,
       .says = "A child makes locks of its own however many its creator has: all are different.",
       .documented = {"LOCK-01"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteLock> locks;
             for (int i = 0; i < 120; ++i) locks.push_back(main.lock());
             Puppet& child = stage.start_process(main, {locks.front(), locks.back()});
             RemoteLock own = child.lock();
             for (const RemoteLock& lock : {own, locks.front(), locks.back()})
               EXPECT_THAT(child.does(lock.acquire({.block = false})), returns(true));
             EXPECT_THAT(main.does(locks.at(1).acquire({.block = false})), returns(true));
             EXPECT_THAT(main.does(locks.back().acquire({.block = false})), returns(false));
           }},
      {.id = "queue.get.who_is_outrun_waits_on",
       .level = Level::kMust,
       .says =
           "Of several in get(timeout=t) those who were not quick enough for an item wait for the "
           "next one: none gives up before its time.",
       .documented = {"QUE-14", "QUE-38"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             constexpr int kConsumers = 3, kEach = 1200;
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             std::vector<Call> consumers;
             for (int i = 0; i < kConsumers; ++i) {
               consumers.push_back(
                   stage.start_process(main, {q}).begins(batch({q.get({.timeout = 60s})}, kEach)));
             }
             EXPECT_THAT(main.does(batch({q.put(7)}, kConsumers * kEach)), returns());
             for (const Call& each : consumers) {
               for (const Value& item : results(each)) ASSERT_EQ(item, Value(7));
             }
           }},
      {.id = "pipe.fileno_is_quiet_after_a_long_message",
       .level = Level::kShould,
       .says = "When a message of any length has been received and none has come after it, the "
               "descriptor is not readable; select() and event loops rely on that.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             const int fd = static_cast<int>(as_int(main.must(here.fileno())));
             for (const int size : {10, 70'000, 1'000'000, 0, 300'000, 1}) {
               Call sent = child.begins(there.send_bytes(Value::blob(size, size)));
               EXPECT_THAT(main.does(here.recv_bytes()), returns(Value::blob(size, size)));
               EXPECT_THAT(sent, returns(nullptr));
               const std::optional<bool> readable = stage.is_readable(main, fd);
               if (!readable)
                 throw Abandon{Abandon::Why::kUnknown, "nobody can look at its descriptors here"};
               EXPECT_FALSE(*readable) << "after " << size << " bytes";
             }
           }},
      {.id = "lock.timeout_of_one_waiter_hinders_no_other",
       .level = Level::kMust,
       .says = "Of two that wait the one stays and gets the lock though the other gave up.",
       .documented = {"LOCK-02", "LOCK-09"},
       .needs = {"lock"},
       .check = [](Stage& stage) { one_gives_up(stage, stage.main().lock()); }},
      {.id = "rlock.timeout_of_one_waiter_hinders_no_other",
       .level = Level::kMust,
       .says = "Of two that wait the one stays and gets the lock though the other gave up.",
       .documented = {"RLCK-05", "LOCK-09"},
       .needs = {"rlock"},
       .check = [](Stage& stage) { one_gives_up(stage, stage.main().rlock()); }},
      {.id = "semaphore.timeout_of_one_waiter_hinders_no_other",
       .level = Level::kMust,
       .says = "Of two that wait the one stays and gets the permit though the other gave up.",
       .documented = {"SEMA-06", "SEMA-07"},
       .needs = {"semaphore"},
       .check = [](Stage& stage) { one_gives_up(stage, stage.main().semaphore(1)); }},
      {.id = "bounded_semaphore.timeout_of_one_waiter_hinders_no_other",
       .level = Level::kMust,
       .says = "Of two that wait the one stays and gets the permit though the other gave up.",
       .documented = {"SEMA-06", "SEMA-07"},
       .needs = {"bounded_semaphore"},
       .check = [](Stage& stage) { one_gives_up(stage, stage.main().bounded_semaphore(1)); }},
      {.id = "condition.takes_turns_without_losing_one",
       .level = Level::kMust,
       .says = "Three processes that take turns, each waiting for its own, never wait for ever: no "
               "notification gets lost between release and sleep.",
       .documented = {"COND-06", "COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             constexpr int kPlayers = 3, kRounds = 150;
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue turn = main.value("i", 0, {.lock = false});
             std::vector<Call> games;
             for (int i = 0; i < kPlayers; ++i) {
               Puppet& player = stage.start_process(main, {c, turn});
               games.push_back(
                   player.begins(batch({c.acquire(), c.wait_for(turn, i),
                                        turn.set((i + 1) % kPlayers), c.notify_all(), c.release()},
                                       kRounds)));
             }
             for (const Call& game : games) EXPECT_THAT(game, returns());
             EXPECT_THAT(main.does(turn.get()), returns(0));
           }},
      {.id = "barrier.default_timeout_travels",
       .level = Level::kMust,
       .says =
           "The default timeout of a barrier is that of every process that has it: a child that "
           "waits alone raises BrokenBarrierError when it is over, and a grandchild, too.",
       .documented = {"BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2, {.timeout = 50ms});
             Puppet& child = stage.start_process(main, {b});
             Puppet& grandchild = stage.start_process(child, {b});
             for (Puppet* each : {&child, &grandchild}) {
               EXPECT_THAT(each->does(b.wait()),
                           AllOf(raises("BrokenBarrierError"), took_at_least(50ms)));
               main.must(b.reset());
             }
           }},
  };
}

// ---- Pools ----

// Nobody waits for it; it is asked again and again.
void expect_to_become_ready(Puppet& main, const RemoteAsyncResult& result) {
  const base::Deadline patience = base::Deadline::after(patience::must_happen());
  while (main.must(result.ready()) != Value(true)) {
    if (patience.passed()) {
      ADD_FAILURE() << "the task has returned long ago, and ready() is still False";
      return;
    }
    let_a_while_pass(main);
  }
}

Claims pools() {
  return {
      {.id = "pool.maxtasksperchild.counts_results_that_cannot_travel",
       .level = Level::kMust,
       .says =
           "A task whose result can't be serialised counts as one: its worker is replaced after "
           "maxtasksperchild of them, whatever came of each.",
       .documented = {"POOL-29"},
       .needs = {"pool", "pool.maxtasksperchild"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 2});
             const Value first = main.must(pool.apply("pid", {}));
             auto [result, task] = stage.apply_async_puppet(main, pool);
             EXPECT_EQ(Value(static_cast<int>(task.pid())), first);
             task.does(self::returns(Value::unpicklable()));
             EXPECT_THAT(main.does(result.get()), raises("MaybeEncodingError"));
             EXPECT_THAT(main.does(pool.apply("pid", {})), returns_what(testing::Ne(first)));
             close_and_join(main, pool);
           }},
      {.id = "pool.terminate.ends_an_imap_without_end",
       .level = Level::kMust,
       .says = "terminate() returns though an imap() still reads an input that never ends.",
       .documented = {"POOL-33"},
       .needs = {"pool", "pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             RemoteSource endless = main.source();
             const RemoteResultIterator squares = iterator_named("squares");
             main.must(pool.imap(squares, "square", endless));
             for (int i = 0; i < 5; ++i) EXPECT_THAT(main.does(squares.next()), returns(i * i));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.join.waits_for_no_one_who_fetches",
       .level = Level::kMust,
       .says =
           "close() and join() return though thousands of results of an imap() were not fetched; "
           "they can be fetched afterwards.",
       .documented = {"POOL-32", "POOL-50"},
       .needs = {"pool", "pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             // More tasks than an implementation may be willing to have under way at a time.
             const RemoteResultIterator chunks = iterator_named("chunks");
             const RemoteResultIterator singles = iterator_named("singles");
             main.must(pool.imap(chunks, "square", numbers(20'000), 100));
             main.must(pool.imap(singles, "square", numbers(4000)));
             EXPECT_THAT(main.does(chunks.next()), returns(0));
             // When this is back the one worker has nothing more to do.
             EXPECT_THAT(main.does(pool.apply("square", {7})), returns(49));
             close_and_join(main, pool);
             const auto are_squares = [](const std::vector<Value>& rest, int64_t number) {
               for (const Value& each : rest) {
                 ASSERT_EQ(each, Value(number * number));
                 ++number;
               }
             };
             are_squares(results(main.does(batch({chunks.next()}, 5000))), 1);
             are_squares(results(main.does(batch({singles.next()}, 4000))), 0);
           }},
      {.id = "pool.apply.many_one_after_the_other",
       .level = Level::kMust,
       .says = "Hundreds of tasks, each handed in when the one before it is done, all come back.",
       .documented = {"POOL-08"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const Call all = main.does(batch({pool.apply("square", {7})}, 500));
             for (const Value& each : results(all)) ASSERT_EQ(each, Value(49));
             close_and_join(main, pool);
           }},
      {.id = "async_result.ready.comes_true_after_a_get_that_timed_out",
       .level = Level::kMust,
       .says =
           "A result for which get() gave up in time becomes ready when its task returns, though "
           "nobody waits for it any more.",
       .documented = {"ARES-01", "ARES-05"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             for (int i = 0; i < 4; ++i) {
               auto [result, task] = stage.apply_async_puppet(main, pool);
               EXPECT_THAT(main.does(result.get(20ms)), raises("TimeoutError"));
               if (i >= 2) {
                 EXPECT_THAT(main.does(result.wait(20ms)), returns(nullptr));
               }
               // Results of others come in between.
               if (i % 2 == 0) {
                 EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
               }
               task.does(self::returns(i));
               expect_to_become_ready(main, result);
               EXPECT_THAT(main.does(result.successful()), returns(true));
               EXPECT_THAT(main.does(result.get()), returns(i));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.of_threads_in_a_daemon",
       .level = Level::kMust,
       .says = "A daemonic process may have a ThreadPool: threads are no children.",
       .documented = {"POOL-60"},
       .needs = {"thread_pool", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& daemon = stage.start_process(stage.main(), {}, {.daemon = true});
             const RemotePool pool = handle_named<RemotePool>("pool");
             daemon.must(named({.name = "thread_pool.new", .args = {{"processes", 2}}}, pool));
             EXPECT_THAT(daemon.does(pool.map("square", {1, 2, 3})),
                         returns(Value::list({1, 4, 9})));
             EXPECT_THAT(daemon.does(pool.terminate()), returns(nullptr));
           }},
  };
}

// ---- Managers and remote connections ----

// The lock of a manager's condition, taken twice, is held as often when wait() gives up.
void keeps_its_levels(Puppet& main, Puppet& other, const RemoteCondition& c) {
  main.must(c.acquire());
  main.must(c.acquire());
  EXPECT_THAT(main.does(c.wait(20ms)), returns(false));
  EXPECT_THAT(main.does(c.release()), returns(nullptr));
  Call acquire = other.begins(c.acquire());
  EXPECT_THAT(acquire, blocks());
  EXPECT_THAT(main.does(c.release()), returns(nullptr));
  EXPECT_THAT(acquire, returns(true));
  EXPECT_THAT(other.does(c.release()), returns(nullptr));
}

Claims managers_and_listeners() {
  return {
      {.id = "manager.container_takes_a_proxy_of_another_manager",
       .level = Level::kMust,
       .says =
           "A proxy can be put into a list or a dict of another manager, and stands there for the "
           "same object of its own.",
       .documented = {"MAN-11", "MAN-14"},
       .needs = {"manager", "manager.list", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager one = main.manager();
             const RemoteManager two = main.manager();
             RemoteListProxy inner = main.makes(one.list({1}));
             RemoteListProxy list = main.makes(two.list({"first"}));
             RemoteDictProxy dict = main.makes(two.dict());
             EXPECT_THAT(main.does(list.append(inner.value())), returns(nullptr));
             EXPECT_THAT(main.does(dict.set("inner", inner.value())), returns(nullptr));
             Puppet& child = stage.start_process(main, {list, dict});
             const RemoteListProxy found = handle_named<RemoteListProxy>("found");
             for (const Op& at : {list.at(1), dict.at("inner")}) {
               child.must(named(at, found));
               EXPECT_THAT(child.does(found.append(2)), returns(nullptr));
             }
             EXPECT_THAT(main.does(inner.get()), returns(Value::list({1, 2, 2})));
           }},
      {.id = "manager.proxy_reaches_a_child_that_is_older",
       .level = Level::kMust,
       .says =
           "An object that was made after a child was started can be sent to it, also if it was "
           "the manager's first one.",
       .documented = {"MAN-11"},
       .needs = {"manager", "manager.list", "queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             RemoteListProxy list = main.makes(m.list({1}));
             main.must(q.put(list.value()));
             const RemoteListProxy received = handle_named<RemoteListProxy>("received");
             child.must(q.get_object(received));
             EXPECT_THAT(child.does(received.append(2)), returns(nullptr));
             EXPECT_THAT(main.does(list.get()), returns(Value::list({1, 2})));
           }},
      {.id = "manager.object_received_twice_lives_on",
       .level = Level::kMust,
       .says = "A process that has received an object more than once uses it on, whoever of its "
               "children ends and whichever of its proxies goes.",
       .documented = {"MAN-47", "MAN-48"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             for (const int receipts : {2, 3}) {
               RemoteListProxy outer = main.makes(m.list());
               RemoteListProxy inner = main.makes(m.list({1}));
               main.must(outer.append(inner.value()));
               main.must(inner.drop());
               Puppet& child = stage.start_process(main, {outer});
               std::vector<RemoteListProxy> received;
               for (int i = 0; i < receipts; ++i) {
                 received.push_back(handle_named<RemoteListProxy>(absl::StrCat("received", i)));
                 child.must(named(outer.at(0), received.back()));
               }
               main.must(outer.erase(0));
               for (int i = 0; i < 3; ++i) {
                 Puppet& grandchild = stage.start_process(child);
                 EXPECT_EQ(ends_with(child, grandchild, self::returns()), Value(0));
                 EXPECT_THAT(child.does(received.back().append(i)), returns(nullptr));
               }
               for (const RemoteListProxy& each : received) {
                 EXPECT_THAT(child.does(each.len()), returns(4));
                 child.must(each.drop());
               }
             }
           }},
      {.id = "manager.one_of_a_child_ends_alone",
       .level = Level::kMust,
       .says = "A child that had a manager of its own, and ends, takes nothing of its creator's "
               "along: its listener and its manager can be reached by who had no connection yet.",
       .documented = {"MAN-08"},
       .needs = {"manager", "manager.list", "remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteListener listener = main.makes(module::listener());
             const Value address = main.must(listener.address());
             const RemoteManager ours = main.manager();
             RemoteListProxy list = main.makes(ours.list({1}));
             {
               Puppet& child = stage.start_process(main);
               const RemoteManager its = child.manager();
               child.makes(its.list({2}));
               child.makes(module::listener());
               EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             }
             Puppet& later = stage.start_process(main, {list});
             Call accept = main.begins(listener.accept().op);
             EXPECT_THAT(later.does(module::client(address).op), returns());
             EXPECT_THAT(accept, returns());
             EXPECT_THAT(later.does(list.append(3)), returns(nullptr));
             EXPECT_THAT(main.does(list.get()), returns(Value::list({1, 3})));
             RemoteListProxy another = main.makes(main.manager().list({4}));
             EXPECT_THAT(main.does(another.get()), returns(Value::list({4})));
           }},
      {.id = "manager.condition.keeps_its_levels_when_a_wait_gives_up",
       .level = Level::kMust,
       .says =
           "A wait() that timed out within a lock acquired twice gives it back as it was: it is "
           "free after two releases, and not before.",
       .documented = {"COND-03"},
       .needs = {"manager", "manager.condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteCondition c = main.makes(main.manager().condition());
             keeps_its_levels(main, stage.start_process(main, {c}), c);
           }},
      {.id = "condition.keeps_its_levels_when_a_wait_gives_up",
       .level = Level::kMust,
       .says =
           "A wait() that timed out within a lock acquired twice gives it back as it was: it is "
           "free after two releases, and not before.",
       .documented = {"COND-03"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteCondition c = main.condition();
             keeps_its_levels(main, stage.start_process(main, {c}), c);
           }},
      {.id = "manager.condition.wait_for_is_not_prolonged_by_notifications",
       .level = Level::kMust,
       .says =
           "wait_for(p, t) of a manager's condition ends after t although it is notified in vain "
           "again and again.",
       .documented = {"COND-08"},
       .needs = {"manager", "manager.condition", "manager.value", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteCondition c = main.makes(m.condition());
             const RemoteValue v = main.makes(m.value("i", 0));
             const RemoteLock held = main.lock();
             main.must(held.acquire());
             Puppet& other = stage.start_process(main, {c, v});
             other.must(c.acquire());
             Call wait = other.begins(c.wait_for(v, 1, 50ms));
             // Much longer than the wait: on a crowded machine the waiter may come late, too.
             Call notifies = main.begins(batch(
                 {c.acquire(), c.notify(), c.release(), held.acquire({.timeout = 15ms})}, 34));
             EXPECT_THAT(wait, AllOf(returns(false), took_at_least(50ms)));
             other.must(c.release());
             EXPECT_THAT(notifies, returns());
             EXPECT_LT(wait.ended(), notifies.ended());
             main.must(held.release());
           }},
      {.id = "remote.all_of_a_key_with_zero_bytes_counts",
       .level = Level::kMust,
       .says = "Two keys that differ behind a zero byte are different keys.",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             using namespace std::string_literals;
             const Value key = Value::bytes("key\0of one"s);
             const RemoteListener listener = main.makes(module::listener({.authkey = key}));
             const Value address = main.must(listener.address());
             Call accept = main.begins(listener.accept().op);
             Call wrong = thread.begins(
                 module::client(address, {.authkey = Value::bytes("key\0of two"s)}).op);
             EXPECT_THAT(accept, raises("AuthenticationError"));
             EXPECT_THAT(wrong, raises("AuthenticationError"));
             accept = main.begins(listener.accept().op);
             Call right = thread.begins(module::client(address, {.authkey = key}).op);
             EXPECT_THAT(accept, returns());
             EXPECT_THAT(right, returns());
             main.must(listener.close());
           }},
      {.id = "remote.wrong_key_of_one_hinders_no_other",
       .level = Level::kMust,
       .says = "While a client with the wrong key is refused another one that has the right key "
               "waits, and gets in at the next accept().",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value key = Value::bytes("right");
             const RemoteListener listener =
                 main.makes(module::listener({.backlog = 5, .authkey = key}));
             const Value address = main.must(listener.address());
             std::vector<Call> clients;
             for (const char* each : {"wrong", "right", "right", "wrong", "right"}) {
               Making<RemoteConnection> client =
                   module::client(address, {.authkey = Value::bytes(each)});
               client.handle.name = absl::StrCat("client", clients.size());
               clients.push_back(stage.start_thread(main).begins(named(client.op, client.handle)));
             }
             let_a_while_pass(main);  // all of them have come, and wait
             int accepted = 0, refused = 0;
             for (size_t i = 0; i < clients.size(); ++i) {
               Call accept = main.does(listener.accept().op);
               EXPECT_THAT(accept, AnyOf(returns(), raises("AuthenticationError")));
               (testing::Matches(returns())(accept) ? accepted : refused)++;
             }
             EXPECT_EQ(accepted, 3);
             EXPECT_EQ(refused, 2);
             for (size_t right : {1, 2, 4}) EXPECT_THAT(clients[right], returns());
             for (size_t wrong : {0, 3}) EXPECT_THAT(clients[wrong], raises("AuthenticationError"));
             main.must(listener.close());
           }},
  };
}

// ---- Shared memory ----

// How many bytes are free in the testee's /dev/shm.
uint64_t free_shared_memory(Stage& stage, pid_t pid) {
  if (!stage.shared_memory())
    throw Abandon{Abandon::Why::kUnknown, "nobody can tell here whose memory is taken"};
  const std::string root = absl::StrCat("/proc/", pid, "/root");
  struct statvfs room = {};
  if (::statvfs(absl::StrCat(root, "/dev/shm").c_str(), &room) != 0)
    throw Abandon{Abandon::Why::kUnknown, "nobody can tell here how much memory is taken"};
  return uint64_t{room.f_bfree} * room.f_frsize;
}

Claims memory() {
  return {
      {.id = "shared_memory.unlink_by_another_gives_the_memory_back",
       .level = Level::kMust,
       .says =
           "When a block was unlinked by another process than its creator, and all have closed it, "
           "its memory is free again, though its creator lives on.",
       .documented = {"SHM-07"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kSize = 8 << 20;
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             const uint64_t before = free_shared_memory(stage, main.pid());
             RemoteSharedMemory ours =
                 main.makes(module::shared_memory({.create = true, .size = kSize}));
             const Value name = main.must(ours.get_name());
             main.must(ours.set_slice(0, kSize, Value::blob(kSize, 3)));
             RemoteSharedMemory its = child.makes(module::shared_memory({.name = name}));
             EXPECT_LE(free_shared_memory(stage, main.pid()) + kSize, before);
             child.must(its.unlink());
             main.must(ours.close());
             child.must(its.close());
             EXPECT_GT(free_shared_memory(stage, main.pid()) + kSize / 2, before);
           }},
      {.id = "shared_memory.manager_that_is_gone_makes_nothing",
       .level = Level::kMust,
       .says = "A SharedMemoryManager that was shut down raises when it is asked for a block or a "
               "list, and makes none.",
       .documented = {"MAN-07", "MAN-55"},
       .needs = {"shared_memory_manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteSharedMemoryManager m = main.makes(module::shared_memory_manager());
             main.must(m.start());
             stage.server_of(main, m);
             main.makes(m.shared_memory(8));
             main.must(m.shutdown());
             const auto before = stage.shared_memory();
             EXPECT_THAT(main.does(m.shared_memory(8).op), raises());
             EXPECT_THAT(main.does(m.shareable_list({1, 2}).op), raises());
             EXPECT_EQ(stage.shared_memory(), before);
           }},
  };
}

}  // namespace

Claims aftermath_claims() {
  return all_of({processes(), waiting_and_passing(), pools(), managers_and_listeners(), memory()});
}

}  // namespace conformance
