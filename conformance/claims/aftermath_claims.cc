// What comes after: the second call behind a failed one, the object that outlives who made it, the
// waiter whose neighbour gave up. Each of these was a fault that no scenario of a first use sees.
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/condition_support.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/pipe_support.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/raised.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/neighbours.h"
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
      {.id = "start_method.children_of_a_dead_fork_server_end_alone",
       .level = Level::kShould,
       .says = "When the fork server was killed, a child of it that ends is known to be dead "
               "though a younger one lives, and is not taken for one that ended well.",
       .documented = {"START-16", "PROC-19"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             Puppet& elder = stage.start_process(main);
             Puppet& younger = stage.start_process(main);
             stage.signal(elder.ppid(), SIGKILL);
             EXPECT_TRUE(stage.process_ends(elder.ppid()));
             elder.does(self::exits(0));
             EXPECT_THAT(main.does(elder.handle().join()), returns(nullptr));
             EXPECT_THAT(main.does(elder.handle().is_alive()), returns(false));
             EXPECT_THAT(main.does(elder.handle().exitcode()), returns(255));
             younger.does(self::exits(0));
             EXPECT_THAT(main.does(younger.handle().join()), returns(nullptr));
             EXPECT_THAT(main.does(younger.handle().exitcode()), returns(255));
           }},
      {.id = "start_method.children_of_a_dead_fork_server_are_not_taken_for_dead",
       .level = Level::kBeyond,
       .says = "When the fork server was killed, a child of it that lives on is alive to who "
               "asks, and join() waits for its end.",
       .documented = {"START-16"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             stage.signal(child.ppid(), SIGKILL);
             EXPECT_TRUE(stage.process_ends(child.ppid()));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             Call join = main.begins(child.handle().join());
             EXPECT_THAT(join, blocks());
             child.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "process.forgotten_one_is_awaited",
       .level = Level::kMust,
       .says = "A process that nobody refers to any more is still a child: active_children() has "
               "it, it knows its parent, and the program's end waits for it.",
       .documented = {"LIFE-01"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             main.must(child.handle().drop());
             EXPECT_THAT(pids_of(main.must(module::active_children())),
                         testing::ElementsAre(child.pid()));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             child.does(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
           }},
      {.id = "process.value_of_run_is_no_exit_code",
       .level = Level::kMust,
       .says = "What an overridden run() returns is of no account: the process ends with 0.",
       .documented = {"PROC-56"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Value& value : {Value(5), Value(true), Value("text")}) {
               Puppet& child = stage.start_process(main, {}, {.style = "subclass"});
               EXPECT_EQ(ends_with(main, child, self::returns(value)), Value(0)) << value.text();
             }
           }},
      {.id = "lifecycle.logger_hinders_no_clean_up",
       .level = Level::kMust,
       .says = "At the end of a program that logs to standard error children are waited for, "
               "daemons ended and queues flushed as at that of any other.",
       .documented = {"LIFE-01", "LIFE-02", "LIFE-21"},
       .needs = {"process", "queue", "util", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must({.name = "util.log_to_stderr", .args = {{"level", 40}}});
             const RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             const Value big = Value::blob(1'000'000, 7);
             main.must(q.put(big));
             main.must(self::returns());
             EXPECT_THAT(child.does(q.get()), returns(big));
             EXPECT_TRUE(stage.main_ends().still_running());
             child.does(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
             EXPECT_TRUE(stage.process_ends(daemon));
           }},
      {.id = "lifecycle.child_that_was_just_started_runs",
       .level = Level::kMust,
       .says = "A child that a program starts as its last act, with a lock as its argument, runs "
               "and is waited for.",
       .documented = {"LIFE-01"},
       .needs = {"process", "lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteLock lock = main.lock();
             const RemoteProcess p = main.process({lock});
             main.must(p.start());
             main.must(self::returns());
             Puppet& child = stage.arrival(p);
             EXPECT_THAT(child.does(lock.acquire()), returns(true));
             child.does(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
           }},
      {.id = "queue.exit.of_a_thread_that_outlives_the_target",
       .level = Level::kShould,
       .says = "What a thread of a child puts after the child's target has returned arrives: the "
               "process ends with its last thread.",
       .documented = {"LIFE-13", "LIFE-14"},
       .needs = {"process", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             Puppet& thread = stage.start_thread(child, /*daemon=*/false);
             child.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
             child.must(self::returns());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(thread.does(q.put(2)), returns(nullptr));
             thread.does(self::returns());
             EXPECT_THAT(main.does(q.get()), returns(2));
             EXPECT_EQ(exit_code(main, child.handle()), Value(0));
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

// Its holder is killed; somebody asks for it who would not wait.
void try_after_a_death(Stage& stage, const RemoteLock& lock) {
  Puppet& main = stage.main();
  Puppet& holder = stage.start_process(main, {lock});
  holder.must(lock.acquire());
  EXPECT_THAT(main.does(lock.acquire({.block = false})), returns(false));
  kill_and_settle(stage, holder);
  EXPECT_THAT(main.does(lock.acquire({.block = false})), AnyOf(returns(true), raises()));
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
      {.id = "lock.of_a_thread_that_ended_stays_held",
       .level = Level::kMust,
       .says = "A lock that a thread acquired stays held when the thread has ended, in a process "
               "whose main thread never used a lock, too: its process lives on.",
       .documented = {"LOCK-01", "LOCK-11"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteLock lock = main.lock();
             Puppet& child = stage.start_process(main, {lock});
             Puppet& thread = stage.start_thread(child);
             thread.must(lock.acquire());
             thread.must(self::returns());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(lock.acquire({.block = false})), returns(false));
             Call waiting = main.begins(lock.acquire());
             EXPECT_THAT(waiting, blocks());
             EXPECT_THAT(child.does(lock.release()), returns());
             EXPECT_THAT(waiting, returns(true));
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
             const int64_t fd = as_int(main.must(here.fileno()));
             for (const int size : {10, 70'000, 1'000'000, 0, 300'000, 1}) {
               Call sent = child.begins(there.send_bytes(Value::blob(size, size)));
               EXPECT_THAT(main.does(here.recv_bytes()), returns(Value::blob(size, size)));
               EXPECT_THAT(sent, returns(nullptr));
               EXPECT_FALSE(readable(stage, main, fd)) << "after " << size << " bytes";
             }
           }},
      {.id = "queue.backlog_that_stays_long",
       .level = Level::kMust,
       .says = "A queue in which megabytes wait all the time gives every item whole and in order, "
               "however much goes through it.",
       .documented = {"QUE-02", "QUE-03"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             constexpr int kSize = 60'000, kBacklog = 100, kThrough = 300;
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             Puppet& taker = stage.start_process(main, {q});
             const auto item = [](int i) { return Value::blob(kSize + i, i); };
             std::vector<Op> puts;
             for (int i = 0; i < kBacklog; ++i) puts.push_back(q.put(item(i)));
             results(main.does(batch(std::move(puts))));
             for (int i = kBacklog; i < kThrough; ++i) {
               main.must(q.put(item(i)));
               ASSERT_THAT(taker.does(q.get()), returns(item(i - kBacklog)));
             }
             for (int i = kThrough - kBacklog; i < kThrough; ++i)
               ASSERT_THAT(taker.does(q.get()), returns(item(i)));
           }},
      {.id = "pipe.sent_end_is_not_kept_by_a_later_child",
       .level = Level::kShould,
       .says =
           "A child that begins while an end of a pipe is on its way, and was not given it, does "
           "not hold it: end of file comes when who received it has closed it.",
       .documented = {"PIPE-11", "PIPE-32"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             auto [receiver, sender] = main.pipe(false);
             main.must(here.send(sender.value()));
             main.must(sender.close());
             stage.start_process(main);  // lives on
             const auto arrived = handle_named<RemoteConnection>("arrived");
             child.must(there.recv_object(arrived));
             expect_last_of_its_kind(main, receiver, child, arrived);
           }},
      {.id = "queue.put.keeps_nothing_of_what_it_sent",
       .level = Level::kShould,
       .says = "A process holds on to nothing that it has put once that has been got: an end of a "
               "pipe, closed where it arrived, is the last of its kind.",
       .documented = {"PIPE-11", "PIPE-32"},
       .needs = {"queue", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             auto [receiver, sender] = main.pipe(false);
             if (testing::Matches(raises("RuntimeError"))(main.does(q.put(sender.value()))))
               throw Abandon{Abandon::Why::kUnsupported, "its queues carry no ends of pipes"};
             const auto arrived = handle_named<RemoteConnection>("arrived");
             child.must(named(q.get(), arrived));
             main.must(sender.drop());
             EXPECT_TRUE(stage.comes_to_rest());
             expect_last_of_its_kind(main, receiver, child, arrived);
           }},
      {.id = "queue.closed_one_as_an_argument",
       .level = Level::kShould,
       .says = "start() of a process that is given a queue which was used and closed here raises "
               "ValueError or OSError, and starts nothing; or the child runs.",
       .documented = {"QUE-24"},
       .needs = {"queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             results(main.does(batch({q.put(1), q.get(), q.close(), q.join_thread()})));
             const RemoteProcess p = main.process({q});
             Call start = main.does(p.start());
             if (std::holds_alternative<Raised>(start.outcome())) {
               EXPECT_THAT(start, AnyOf(raises("ValueError"), raises("OSError")));
               EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             } else {
               EXPECT_EQ(ends_with(main, stage.arrival(p), self::exits(5)), Value(5));
             }
           }},
      {.id = "thread_queue.get.who_is_outrun_waits_on",
       .level = Level::kMust,
       .says =
           "Of several threads in get(timeout=t) those who were not quick enough for an item wait "
           "for the next one: none gives up before its time; nor does put(timeout=t).",
       .documented = {"QUE-14", "QUE-38"},
       .needs = {"thread_queue"},
       .check =
           [](Stage& stage) {
             constexpr int kSide = 3, kEach = 1200;
             Puppet& main = stage.main();
             const RemoteJoinableQueue q = main.makes(module::thread_queue(1));
             std::vector<Call> takers, givers;
             for (int i = 0; i < kSide; ++i) {
               takers.push_back(
                   stage.start_thread(main).begins(batch({q.get({.timeout = 60s})}, kEach)));
               givers.push_back(
                   stage.start_thread(main).begins(batch({q.put(7, {.timeout = 60s})}, kEach)));
             }
             for (const Call& each : givers) results(each);
             for (const Call& each : takers) {
               for (const Value& item : results(each)) ASSERT_EQ(item, Value(7));
             }
           }},
      {.id = "lock.of_a_dead_holder_can_be_had_without_waiting",
       .level = Level::kBeyond,
       .says = "acquire(block=False) takes the lock of a process that was killed, or tells of its "
               "death.",
       .documented = {"LOCK-11", "ROB-15"},
       .needs = {"lock", "isolated"},
       .check = [](Stage& stage) { try_after_a_death(stage, stage.main().lock()); }},
      {.id = "rlock.of_a_dead_owner_can_be_had_without_waiting",
       .level = Level::kBeyond,
       .says = "acquire(block=False) takes the lock of a process that was killed, or tells of its "
               "death.",
       .documented = {"LOCK-11", "ROB-15"},
       .needs = {"rlock", "isolated"},
       .check = [](Stage& stage) { try_after_a_death(stage, stage.main().rlock()); }},
      {.id = "barrier.last_party_is_not_let_through_in_place_of_the_dead",
       .level = Level::kBeyond,
       .says = "Who comes last to a barrier where another party has been killed in wait() gets "
               "BrokenBarrierError: not all have come.",
       .documented = {"BARR-10", "ROB-17"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteBarrier b = main.barrier(2);
             Puppet& dead = stage.start_process(main, {b});
             EXPECT_THAT(dead.begins(b.wait()), blocks());
             kill_and_settle(stage, dead);
             EXPECT_THAT(main.does(b.wait(500ms)), raises("BrokenBarrierError"));
           }},
      {.id = "condition.interrupted_while_another_has_the_lock",
       .level = Level::kBeyond,
       .says = "SIGINT that meets a wait() which was notified already, and waits for the lock "
               "that another one has, ends it with the lock held.",
       .documented = {"COND-03", "LOCK-12"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             other.must(c.acquire());
             Call wait = other.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             main.must(c.acquire());
             main.must(c.notify());
             EXPECT_THAT(wait, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(wait, blocks());
             main.must(c.release());
             EXPECT_THAT(wait, AnyOf(raises("KeyboardInterrupt"), returns(true)));
             EXPECT_THAT(main.does(c.acquire({.block = false})), returns(false));
             EXPECT_THAT(other.does(c.release()), returns(nullptr));
             EXPECT_THAT(main.does(c.acquire({.block = false})), returns(true));
           }},
      {.id = "pipe.torn_message_of_one_who_was_joined",
       .level = Level::kShould,
       .says = "A message whose sender was killed in its middle, and joined, is told of once, as "
               "any torn one; then comes the end of file.",
       .documented = {"PIPE-30"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [receiver, sender] = main.pipe(false);
             Puppet& child = stage.start_process(main, {sender});
             main.must(sender.close());
             EXPECT_THAT(child.begins(sender.send(Value::blob(5'000'000, 1))), blocks());
             kill_and_settle(stage, child);
             main.must(child.handle().join());
             EXPECT_THAT(main.does(receiver.recv()), raises("OSError"));
             EXPECT_THAT(main.does(receiver.recv()), raises("EOFError"));
           }},
      {.id = "pipe.fileno_that_is_asked_late_is_quiet",
       .level = Level::kShould,
       .says = "A descriptor that is asked for only when messages have been received already is "
               "not readable before the next one comes, and is then.",
       .documented = {"PIPE-03"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool waits : {false, true}) {
               auto [here, there] = main.pipe();
               Puppet& child = stage.start_process(main, {there});
               for (int round = 0; round < 3; ++round) {
                 if (!waits) child.must(there.send(round));
                 Call received = main.begins(here.recv());
                 if (waits) {
                   EXPECT_THAT(received, blocks());
                   child.must(there.send(round));
                 }
                 EXPECT_THAT(received, returns(round));
               }
               const int64_t fd = as_int(main.must(here.fileno()));
               EXPECT_FALSE(readable(stage, main, fd)) << "nothing is there to receive";
               child.must(there.send("next"));
               EXPECT_TRUE(readable(stage, main, fd));
               EXPECT_THAT(main.does(here.recv()), returns("next"));
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
      {.id = "barrier.abort_while_the_action_runs",
       .level = Level::kMust,
       .says = "abort() that returns while the action still runs breaks the barrier for all its "
               "parties, who runs the action included; otherwise abort() waits for the action, "
               "and who ran it gets through.",
       .documented = {"BARR-06"},
       .needs = {"barrier", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteLock gate = main.lock();
             main.must(gate.acquire());
             const RemoteBarrier b = main.barrier(2, {.action = barrier_acquires(gate)});
             Puppet& first = stage.start_process(main, {b});
             Puppet& last = stage.start_process(main, {b});
             Call waits = first.begins(b.wait());
             EXPECT_THAT(waits, blocks());
             Call acts = last.begins(b.wait());
             EXPECT_THAT(acts, blocks());
             EXPECT_THAT(waits, blocks());
             Puppet& aborter = stage.start_process(main, {b});
             Call abort = aborter.begins(b.abort());
             const bool was_waited_for = std::holds_alternative<Blocked>(abort.outcome());
             main.must(gate.release());
             EXPECT_THAT(abort, returns(nullptr));
             if (was_waited_for) {
               EXPECT_THAT(acts, returns());
               EXPECT_THAT(waits, AnyOf(returns(), raises("BrokenBarrierError")));
             } else {
               EXPECT_THAT(acts, raises("BrokenBarrierError"));
               EXPECT_THAT(waits, raises("BrokenBarrierError"));
             }
             EXPECT_THAT(main.does(b.broken()), returns(true));
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
      {.id = "pool.new.refusal_is_all_one_hears",
       .level = Level::kShould,
       .says = "Where Pool() refuses its arguments the exception is all: nothing is printed "
               "besides, then or when what was made of it goes.",
       .documented = {"POOL-02", "POOL-03"},
       .needs = {"pool.initializer", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteObject refused{"refused"};
             EXPECT_THAT(
                 main.does(named({.name = "pool.new", .args = {{"processes", 0}}}, refused)),
                 raises("ValueError"));
             EXPECT_THAT(main.does(named(
                             {.name = "pool.new", .args = {{"processes", 1}, {"initializer", 5}}},
                             refused)),
                         raises("TypeError"));
             stage.comes_to_rest();
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "pool.dropped.ends_though_a_result_is_kept",
       .level = Level::kShould,
       .says = "A pool that nobody refers to ends its workers, though a result of it that is there "
               "already is kept.",
       .documented = {"POOL-38"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             const auto worker = static_cast<pid_t>(as_int(main.must(pool.apply("pid", {}))));
             const RemoteAsyncResult result = result_named("kept");
             main.must(pool.apply_async(result, "square", {3}));
             EXPECT_THAT(main.does(result.get()), returns(9));
             main.must(pool.drop());
             EXPECT_TRUE(stage.process_ends(worker));
             EXPECT_THAT(main.does(result.get()), returns(9));
           }},
      {.id = "pool.dropped.ends_though_a_failed_map_is_kept",
       .level = Level::kShould,
       .says = "A pool that nobody refers to ends its workers, though the result of a map that "
               "failed is kept.",
       .documented = {"POOL-38"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             const auto worker = static_cast<pid_t>(as_int(main.must(pool.apply("pid", {}))));
             const RemoteAsyncResult result = result_named("kept");
             main.must(pool.map_async(result, "fail", {1, 2}));
             EXPECT_THAT(main.does(result.get()), raises("ValueError"));
             main.must(pool.drop());
             EXPECT_TRUE(stage.process_ends(worker));
             EXPECT_THAT(main.does(result.get()), raises("ValueError"));
           }},
      {.id = "callback.comes_though_the_result_was_forgotten",
       .level = Level::kMust,
       .says = "The callback of a task is called though nobody has kept its AsyncResult.",
       .documented = {"POOL-42"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool, /*callbacks=*/true);
             main.must(result.drop());
             task.does(self::returns(1));
             stage.arrival(task.name() + "_done").does(self::returns());
             close_and_join(main, pool);
           }},
      {.id = "pool.killed_program.leaves_no_worker_with_a_result",
       .level = Level::kShould,
       .says = "A worker that has a result of a megabyte for a program that was killed ends; it "
               "does not wait for somebody to take it.",
       .documented = {"ROB-35"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             stage.signal(main, SIGKILL);
             EXPECT_TRUE(stage.process_ends(main));
             task.does(self::returns(Value::blob(1'000'000, 1)));
             EXPECT_TRUE(stage.process_ends(task));
           }},
      {.id = "pool.two_of_them_end_by_themselves",
       .level = Level::kMust,
       .says = "join() of a pool that was closed while its last task ran returns when that and "
               "its callback have ended, though another pool was made after it and lives on.",
       .documented = {"POOL-30", "POOL-32"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool first = main.pool(1);
             const RemotePool second = main.pool(1);
             auto [result, task] = stage.apply_async_puppet(main, first, /*callbacks=*/true);
             main.must(first.close());
             Call join = main.begins(first.join());
             task.does(self::returns(1));
             Puppet& callback = stage.arrival(task.name() + "_done");
             EXPECT_THAT(join, blocks());
             callback.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(second.apply("square", {3})), returns(9));
             close_and_join(main, second);
           }},
      {.id = "pool.of_threads_drops_what_waits",
       .level = Level::kMust,
       .says = "terminate() of a ThreadPool drops the tasks that wait: none of them runs when the "
               "one that runs has ended.",
       .documented = {"POOL-33", "POOL-60"},
       .needs = {"thread_pool", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             const RemotePool pool = handle_named<RemotePool>("pool");
             main.must(named({.name = "thread_pool.new", .args = {{"processes", 1}}}, pool));
             const RemoteValue count = main.value("i", 0);
             auto [running, task] = stage.apply_async_puppet(main, pool);
             for (int i = 0; i < 5; ++i) {
               main.must(pool.apply_async(result_named(absl::StrCat("waiting", i)), "add",
                                          {count.value(), 1}));
             }
             Call terminate = thread.begins(pool.terminate());
             EXPECT_THAT(terminate, AnyOf(returns(nullptr), blocks()));
             task.does(self::returns());
             EXPECT_THAT(terminate, returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
             EXPECT_THAT(main.does(count.get()), returns(0));
           }},
      {.id = "pool.of_threads_ends_beside_what_runs",
       .level = Level::kShould,
       .says = "terminate() of a ThreadPool does not wait for a task that runs, which goes on.",
       .documented = {"POOL-33", "POOL-60"},
       .needs = {"thread_pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = handle_named<RemotePool>("pool");
             main.must(named({.name = "thread_pool.new", .args = {{"processes", 1}}}, pool));
             auto [running, task] = stage.apply_async_puppet(main, pool);
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(task.does(self::ids()), returns());
             task.does(self::returns());
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.of_threads_does_not_hold_the_program",
       .level = Level::kMust,
       .says = "A program with a ThreadPool that nobody has closed ends.",
       .documented = {"POOL-60", "POOL-38"},
       .needs = {"thread_pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = handle_named<RemotePool>("pool");
             main.must(named({.name = "thread_pool.new", .args = {{"processes", 2}}}, pool));
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
           }},
      {.id = "pool.imap.each_iterator_wakes_its_own",
       .level = Level::kMust,
       .says = "Of two threads that wait in next() of an iterator of their own the one goes on "
               "whose result has come; the other waits on.",
       .documented = {"POOL-49", "POOL-61"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(2);
             std::vector<Puppet*> tasks;
             std::vector<Call> nexts;
             for (const char* name : {"one", "other"}) {
               const RemoteResultIterator results = iterator_named(name);
               const Value::List item = puppet_items(stage, 1);
               main.must(pool.imap(results, "puppet", item));
               tasks.push_back(&arrival(stage, item[0]));
               nexts.push_back(stage.start_thread(main).begins(results.next()));
               EXPECT_THAT(nexts.back(), blocks());
             }
             tasks[1]->does(self::returns(1));  // not that of who has waited longest
             EXPECT_THAT(nexts[1], returns(1));
             EXPECT_THAT(nexts[0], blocks());
             tasks[0]->does(self::returns(0));
             EXPECT_THAT(nexts[0], returns(0));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.results_that_come_together_wake_all_they_are_for",
       .level = Level::kShould,
       .says = "Of two threads in next() of one iterator both go on when the first result of the "
               "row comes after the second one.",
       .documented = {"POOL-49", "POOL-61"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(2);
             const Value::List tasks = puppet_items(stage, 3);
             const RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "puppet", tasks));
             Puppet& first = arrival(stage, tasks[0]);
             Puppet& second = arrival(stage, tasks[1]);
             Call one = stage.start_thread(main).begins(results.next());
             Call other = stage.start_thread(main).begins(results.next());
             EXPECT_THAT(one, blocks());
             EXPECT_THAT(other, blocks());
             second.does(self::returns(2));
             EXPECT_THAT(one, blocks());
             EXPECT_THAT(other, blocks());
             first.does(self::returns(1));
             EXPECT_THAT((std::vector<int64_t>{as_int(one.value()), as_int(other.value())}),
                         testing::UnorderedElementsAre(1, 2));
             arrival(stage, tasks[2]).does(self::returns(3));
             EXPECT_THAT(main.does(results.next()), returns(3));
             close_and_join(main, pool);
           }},
      {.id = "pool.imap_unordered.nobody_sleeps_beside_a_result",
       .level = Level::kMust,
       .says = "Of two threads in next() neither sleeps on when two results have come, however "
               "soon one came after the other.",
       .documented = {"POOL-49", "POOL-61"},
       .needs = {"pool.imap"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             const RemotePool pool = main.pool(2);
             for (int round = 0; round < 60; ++round) {
               const RemoteResultIterator results = iterator_named("results");
               main.must(pool.imap_unordered(results, "square", {1, 2}));
               Call other = thread.begins(results.next());
               Call one = main.begins(results.next());
               // Who was woken for what the other one took may be told so.
               ASSERT_THAT(one, AnyOf(returns(), raises("TimeoutError")));
               ASSERT_THAT(other, AnyOf(returns(), raises("TimeoutError")));
             }
             close_and_join(main, pool);
           }},
      {.id = "pool.imap.error_of_a_killed_worker_keeps_its_place",
       .level = Level::kBeyond,
       .says = "When the worker of a later item of imap() is killed, next() goes on to wait for "
               "the earlier one; the error comes in its turn, and the results behind it after it.",
       .documented = {"ROB-01", "POOL-54"},
       .needs = {"pool.imap", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(2);
             const Value::List tasks = puppet_items(stage, 3);
             const RemoteResultIterator results = iterator_named("results");
             main.must(pool.imap(results, "puppet", tasks));
             Puppet& first = arrival(stage, tasks[0]);
             kill_at_once(stage, arrival(stage, tasks[1]));
             Call next = main.begins(results.next());
             EXPECT_THAT(next, blocks());
             first.does(self::returns(1));
             EXPECT_THAT(next, returns(1));
             Call lost = main.does(results.next());
             EXPECT_TRUE(raised_by(lost).is_a(kWorkerLost)) << lost.text();
             arrival(stage, tasks[2]).does(self::returns(3));
             EXPECT_THAT(main.does(results.next()), returns(3));
             EXPECT_THAT(main.does(results.next()), raises("StopIteration"));
             close_and_join(main, pool);
           }},
      {.id = "pool.workers.replacement_obeys_signals",
       .level = Level::kShould,
       .says = "A worker that took the place of another one while nobody waited for a result "
               "ends by SIGTERM as any process does.",
       .documented = {"POOL-29"},
       .needs = {"pool.maxtasksperchild", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool({.processes = 1, .maxtasksperchild = 1});
             for (int round = 0; round < 3; ++round) {
               EXPECT_THAT(main.does(pool.apply("square", {round})), returns(round * round));
               stage.comes_to_rest();  // the worker has been replaced
             }
             auto [result, task] = stage.apply_async_puppet(main, pool);
             stage.signal(task, SIGTERM);
             EXPECT_TRUE(stage.process_ends(task));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.close.dead_workers_are_replaced_for_what_is_left",
       .level = Level::kMust,
       .says = "When a worker is killed after close(), the tasks that wait are done by another "
               "one before join() returns.",
       .documented = {"POOL-26", "POOL-30"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             auto [lost, victim] = stage.apply_async_puppet(main, pool);
             const RemoteAsyncResult behind = result_named("behind");
             main.must(pool.apply_async(behind, "square", {7}));
             main.must(pool.close());
             kill_at_once(stage, victim);
             EXPECT_THAT(main.does(behind.get()), returns(49));
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
           }},
      {.id = "pool.initializer.that_fails_now_and_then",
       .level = Level::kShould,
       .says = "A pool whose initializer raises in every other worker goes on as long as the next "
               "worker gets through it, however often that happens.",
       .documented = {"POOL-03", "POOL-28"},
       .needs = {"pool.initializer", "pool.maxtasksperchild", "value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteValue starts = main.value("i", 0);
             const RemotePool pool = main.pool({.processes = 1,
                                                .initializer = "add_and_fail_when_odd",
                                                .initargs = Value::List({starts.value(), 1}),
                                                .maxtasksperchild = 1});
             for (int i = 0; i < 6; ++i)
               ASSERT_THAT(main.does(pool.apply("square", {i})), returns(i * i));
             EXPECT_GE(as_int(main.must(starts.get())), 12) << "workers that were started";
             EXPECT_THAT(main.does(pool.terminate()), returns(nullptr));
             EXPECT_THAT(main.does(pool.join()), returns(nullptr));
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
             expect_levels_are_kept(stage, main.makes(main.manager().condition()));
           }},
      {.id = "condition.keeps_its_levels_when_a_wait_gives_up",
       .level = Level::kMust,
       .says =
           "A wait() that timed out within a lock acquired twice gives it back as it was: it is "
           "free after two releases, and not before.",
       .documented = {"COND-03"},
       .needs = {"condition"},
       .check = [](Stage& stage) { expect_levels_are_kept(stage, stage.main().condition()); }},
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
             expect_wait_for_is_not_prolonged(stage, main.makes(m.condition()),
                                              main.makes(m.value("i", 0)));
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
      {.id = "manager.list.inner_one_can_be_had_again_and_again",
       .level = Level::kMust,
       .says = "A list within a list lives as long as that holds it, though every proxy of it that "
               "was had from there is gone, and the one with which it was put there, too.",
       .documented = {"MAN-14", "MAN-08"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteListProxy outer = main.makes(m.list());
             const RemoteListProxy inner = main.makes(m.list({1}));
             main.must(outer.append(inner.value()));
             main.must(inner.drop());
             for (int round = 2; round < 5; ++round) {
               const RemoteListProxy had = handle_named<RemoteListProxy>("had");
               main.must(named(outer.at(0), had));
               EXPECT_THAT(main.does(had.append(round)), returns(nullptr));
               EXPECT_THAT(main.does(had.len()), returns(round));
               main.must(had.drop());
             }
           }},
      {.id = "manager.dead_object_can_be_shown",
       .level = Level::kShould,
       .says = "str() of a proxy whose manager was shut down says something; it does not raise.",
       .documented = {"MAN-07"},
       .needs = {"manager", "manager.list", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteListProxy l = main.makes(m.list({1}));
             EXPECT_THAT(main.does(proxy::str(l)), returns("[1]"));
             main.must(m.shutdown());
             Call shown = main.does(proxy::str(l));
             EXPECT_THAT(shown, returns());
             EXPECT_NE(as_text(shown.value()), "");
           }},
      {.id = "manager.namespace.takes_any_name",
       .level = Level::kShould,
       .says = "A namespace may begin with attributes of any name, self among them.",
       .documented = {"MAN-27"},
       .needs = {"manager", "manager.namespace"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const auto space = main.makes(m.space({{"self", 1}, {"name", 2}, {"kwds", 3}}));
             EXPECT_THAT(main.does(space.get("self")), returns(1));
             EXPECT_THAT(main.does(space.get("name")), returns(2));
             EXPECT_THAT(main.does(space.get("kwds")), returns(3));
           }},
      {.id = "manager.threads_that_end_leave_nothing_open",
       .level = Level::kShould,
       .says = "A thread that has used a proxy, and has ended, leaves no connection to the manager "
               "open.",
       .documented = {"MAN-17"},
       .needs = {"manager", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteListProxy l = main.makes(m.list({1}));
             std::vector<std::optional<int>> open_files;
             for (int round = 0; round < 3; ++round) {
               Puppet& thread = stage.start_thread(main);
               EXPECT_THAT(thread.does(l.len()), returns(1));
               thread.must(self::returns());
               EXPECT_TRUE(stage.comes_to_rest());
               open_files.push_back(stage.open_files(main));
             }
             EXPECT_EQ(open_files[1], open_files[0]);
             EXPECT_EQ(open_files[2], open_files[0]);
           }},
      {.id = "manager.lives_while_a_proxy_does",
       .level = Level::kMust,
       .says = "A proxy works on though its creator has forgotten the manager.",
       .documented = {"MAN-08"},
       .needs = {"manager", "manager.list", "manager.dict"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteListProxy l = main.makes(m.list({1}));
             const RemoteDictProxy d = main.makes(m.dict({{"a", 1}}));
             main.must(m.drop());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(l.append(2)), returns(nullptr));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
             main.must(l.drop());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(d.at("a")), returns(1));
           }},
      {.id = "manager.start_that_failed_can_be_repeated",
       .level = Level::kShould,
       .says = "When start() has raised because the initializer did, the manager is not started: "
               "the next start() works.",
       .documented = {"MAN-04"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.makes(module::custom_manager());
             for (int i = 0; i < 2; ++i)
               EXPECT_THAT(main.does(m.start(Value::function("fail"), {"on purpose"})), raises());
             EXPECT_THAT(main.does(m.start()), returns());
             stage.server_of(main, m);
             const RemoteListProxy l = main.makes(m.list({1}));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1})));
             main.must(m.shutdown());
           }},
      {.id = "manager.barrier.action_runs_in_the_server",
       .level = Level::kMust,
       .says = "The action of a manager's barrier is run by the last party that comes: what it "
               "raises comes out there, and the others see BrokenBarrierError.",
       .documented = {"MAN-39", "BARR-04"},
       .needs = {"manager", "manager.barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             RemoteBarrier b = handle_named<RemoteBarrier>("b");
             Op make = m.barrier(2).op;
             make.args.emplace_back("action", barrier_raises("ValueError"));
             main.must(named(std::move(make), b));
             Puppet& other = stage.start_process(main, {b});
             Call waits = other.begins(b.wait());
             EXPECT_THAT(waits, blocks());
             EXPECT_THAT(main.does(b.wait()), raises("ValueError"));
             EXPECT_THAT(waits, raises("BrokenBarrierError"));
           }},
      {.id = "manager.interrupted_call_leaves_no_answer_behind",
       .level = Level::kShould,
       .says = "A call that SIGINT has interrupted is over: the next call of that thread, of "
               "whichever object of that manager, gets its own answer.",
       .documented = {"MAN-17"},
       .needs = {"manager", "manager.queue", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteQueue q = main.makes(m.queue());
             const RemoteListProxy l = main.makes(m.list({1, 2, 3}));
             Puppet& child = stage.start_process(main, {q, l});
             EXPECT_THAT(child.does(l.len()), returns(3));
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             stage.signal(child, SIGINT);
             EXPECT_THAT(get, raises("KeyboardInterrupt"));
             main.must(q.put("for the one that gave up, or the next"));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(child.does(l.len()), returns(3));
             EXPECT_THAT(child.does(l.at(0)), returns(1));
           }},
      {.id = "manager.barrier.own_timeout_of_a_wait_wins",
       .level = Level::kMust,
       .says = "wait(t) of a manager's barrier that has a timeout of its own waits for t, be that "
               "longer or shorter.",
       .documented = {"MAN-39", "BARR-05"},
       .needs = {"manager", "manager.barrier", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteBarrier hasty = main.makes(m.barrier(2, Timeout(50ms)));
             const RemoteBarrier patient = main.makes(m.barrier(2, Timeout(1000s)));
             const RemoteLock held = main.lock();
             main.must(held.acquire());
             Puppet& other = stage.start_process(main, {hasty});
             Call wait = other.begins(hasty.wait(1000s));
             // Much longer than the barrier's own patience.
             EXPECT_THAT(main.does(held.acquire({.timeout = 300ms})), returns(false));
             EXPECT_THAT(main.does(hasty.wait(1000s)), returns());
             EXPECT_THAT(wait, returns());
             EXPECT_THAT(main.does(patient.wait(50ms)),
                         AllOf(raises("BrokenBarrierError"), took_at_least(50ms)));
           }},
      {.id = "manager.lock.killed_holders_child_does_not_keep_it",
       .level = Level::kBeyond,
       .says = "The lock of a client that was killed can be acquired by others though a child "
               "that it forked lives on.",
       .documented = {"ROB-24", "MAN-53"},
       .needs = {"manager", "manager.lock", "inherits_memory"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteLock l = main.makes(m.lock());
             main.must(l.acquire());  // so that the server knows main before the other one goes
             main.must(l.release());
             Puppet& client = stage.start_process(main, {l});
             client.must(l.acquire());
             Puppet& heir = stage.start_process(client);
             kill_and_settle(stage, client);
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             heir.does(self::returns());
           }},
      {.id = "manager.rlock.killed_owners_levels_go_with_it",
       .level = Level::kBeyond,
       .says = "Who gets the RLock of a client that was killed has it once: after one release() "
               "it is free.",
       .documented = {"ROB-24", "MAN-53"},
       .needs = {"manager", "manager.rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteLock l = main.makes(m.rlock());
             main.must(l.acquire());
             main.must(l.release());
             Puppet& dead = stage.start_process(main, {l});
             Puppet& other = stage.start_process(main, {l});
             for (int level = 0; level < 3; ++level) dead.must(l.acquire());
             Call waits = other.begins(l.acquire());
             EXPECT_THAT(waits, blocks());
             kill_and_settle(stage, dead);
             EXPECT_THAT(waits, returns(true));
             EXPECT_THAT(other.does(l.release()), returns(nullptr));
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(true));
           }},
      {.id = "manager.queue.item_on_its_way_to_the_dead_comes_back",
       .level = Level::kBeyond,
       .says = "An item that was sent to a consumer which is killed before it gets it goes to "
               "another one that waits.",
       .documented = {"ROB-25", "MAN-54"},
       .needs = {"manager", "manager.queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             const RemoteQueue q = main.makes(m.queue());
             Puppet& stopped = stage.start_process(main, {q});
             Puppet& other = stage.start_process(main, {q});
             EXPECT_THAT(stopped.begins(q.get()), blocks());
             stage.stop(stopped);
             main.must(q.put("first"));
             EXPECT_TRUE(stage.comes_to_rest());
             Call get = other.begins(q.get());
             EXPECT_THAT(get, blocks());
             kill_and_settle(stage, stopped);
             EXPECT_THAT(get, returns("first"));
             main.must(q.put("second"));
             EXPECT_THAT(other.does(q.get()), returns("second"));
           }},
      {.id = "remote.file_goes_though_the_folder_was_changed",
       .level = Level::kShould,
       .says = "close() of a listener at a relative path removes the socket's file though the "
               "program has changed its folder since; so does the end of the program.",
       .documented = {"LSN-07"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteListener closed = main.makes(module::listener({.address = "one.sock"}));
             main.makes(module::listener({.address = "two.sock"}));
             std::filesystem::create_directory(stage.folder() + "/below");
             main.must(self::chdir("below"));
             EXPECT_THAT(main.does(closed.close()), returns(nullptr));
             EXPECT_FALSE(stage.has_file("one.sock"));
             main.must(self::returns());
             stage.main_ends();
             EXPECT_FALSE(stage.has_file("two.sock"));
           }},
      {.id = "remote.close_leaves_the_file_of_another_listener",
       .level = Level::kBeyond,
       .says = "close() of a listener whose socket's file was removed leaves the file that "
               "another one has made at that path since.",
       .documented = {"LSN-07"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteListener first = main.makes(module::listener({.address = "path.sock"}));
             std::filesystem::remove(stage.folder() + "/path.sock");
             const RemoteListener second = main.makes(module::listener({.address = "path.sock"}));
             main.does(first.close());
             EXPECT_TRUE(stage.has_file("path.sock"));
             Call accept = stage.start_thread(main).begins(second.accept().op);
             EXPECT_THAT(main.does(module::client("path.sock").op), returns());
             EXPECT_THAT(accept, returns());
             main.must(second.close());
           }},
      {.id = "remote.accept_beside_a_creator_that_waits",
       .level = Level::kMust,
       .says = "A child that begins while a thread of its creator is in accept() can wait in "
               "accept() of the same listener: each of the two gets a client.",
       .documented = {"LSN-05"},
       .needs = {"remote", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteListener listener = main.makes(module::listener({.backlog = 5}));
             const Value address = main.must(listener.address());
             Call ours = stage.start_thread(main).begins(listener.accept().op);
             EXPECT_THAT(ours, blocks());
             Puppet& child = stage.start_process(main, {listener});
             Call its = child.begins(listener.accept().op);
             EXPECT_THAT(its, blocks());
             main.makes(module::client(address));
             main.makes(module::client(address));
             EXPECT_THAT(its, returns());
             EXPECT_THAT(ours, returns());
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
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
  struct statvfs room = {};
  if (::statvfs(shared_memory_folder(pid).c_str(), &room) != 0)
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
      {.id = "shared_memory.lifetime.ends_whether_or_not_anybody_joins",
       .level = Level::kShould,
       .says = "What becomes of a block when its creator is killed does not depend on whether "
               "anybody has joined the dead process.",
       .documented = {"SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             // And with it whatever helpers there are.
             main.must(main.makes(module::shared_memory({.create = true, .size = 8})).unlink());
             Puppet& child = stage.start_process(main);
             const Value name = child.must(
                 child.makes(module::shared_memory({.create = true, .size = 8})).get_name());
             kill_and_settle(stage, child);
             const auto is_there = [&] {
               Making<RemoteSharedMemory> attach = module::shared_memory({.name = name});
               attach.handle.name = "left";
               Call call = main.does(named(attach.op, attach.handle));
               if (std::holds_alternative<Raised>(call.outcome())) {
                 EXPECT_THAT(call, raises("FileNotFoundError"));
                 return false;
               }
               EXPECT_THAT(call, returns());
               main.must(attach.handle.close());
               return true;
             };
             const bool before = is_there();
             main.must(child.handle().join());
             const bool after = is_there();
             EXPECT_EQ(before, after) << "before join() and after it";
             if (after) {
               RemoteSharedMemory block = main.makes(module::shared_memory({.name = name}));
               main.must(block.unlink());
             }
           }},
      {.id = "shared_memory.block_is_its_users_own",
       .level = Level::kShould,
       .says = "A block can be read and written by the user who has made it, and by nobody else.",
       .documented = {"SHM-01"},
       .needs = {"shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const auto before = stage.shared_memory();
             const RemoteSharedMemory block =
                 main.makes(module::shared_memory({.create = true, .size = 8}));
             const auto after = stage.shared_memory();
             if (!before || !after)
               throw Abandon{Abandon::Why::kUnknown, "nobody can tell here whose memory is whose"};
             for (const std::string& name : *after) {
               if (testing::Matches(testing::Contains(name))(*before)) continue;
               struct stat file = {};
               const std::string path = shared_memory_folder(main.pid()) + "/" + name;
               ASSERT_EQ(::stat(path.c_str(), &file), 0) << path;
               EXPECT_EQ(file.st_mode & 0777, 0600u) << name;
             }
             main.must(block.unlink());
           }},
      {.id = "shared_memory.manager.unlinks_what_is_left",
       .level = Level::kShould,
       .says = "At its end a SharedMemoryManager unlinks all its blocks, though one of them was "
               "unlinked by who used it.",
       .documented = {"MAN-55", "SHM-07"},
       .needs = {"shared_memory_manager"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteSharedMemoryManager m = main.makes(module::shared_memory_manager());
             main.must(m.start());
             stage.server_of(main, m);
             std::vector<Value> names;
             for (int i = 0; i < 3; ++i) {
               const RemoteSharedMemory block = main.makes(m.shared_memory(8));
               names.push_back(main.must(block.get_name()));
               if (i == 0) main.must(block.unlink());
             }
             main.must(m.shutdown());
             for (const Value& name : names)
               EXPECT_THAT(main.does(module::shared_memory({.name = name}).op),
                           raises("FileNotFoundError"));
           }},
      {.id = "shareable_list.new.empty_one_with_a_name",
       .level = Level::kShould,
       .says = "A list without items can be made under a name, and others attach by it.",
       .documented = {"SHM-10"},
       .needs = {"shareable_list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteShareableList ours =
                 main.makes(module::shareable_list({}, Value("mpcheck-empty")));
             EXPECT_THAT(main.does(ours.len()), returns(0));
             const RemoteShareableList same =
                 main.makes(module::shareable_list_named("mpcheck-empty"));
             EXPECT_THAT(main.does(same.len()), returns(0));
             main.must(main.makes(module::shared_memory({.name = "mpcheck-empty"})).unlink());
           }},
      {.id = "array.without_items_goes_in_silence",
       .level = Level::kShould,
       .says = "Arrays of length 0 come and go as any others; nothing is printed, and the next one "
               "is as it should be.",
       .documented = {"SHV-01"},
       .needs = {"array", "raw_array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int round = 0; round < 2; ++round) {
               std::vector<RemoteArray> arrays = {main.array("i", 0), main.raw_array("i", 0),
                                                  main.array("d", 0)};
               for (const RemoteArray& each : arrays) {
                 EXPECT_THAT(main.does(each.len()), returns(0));
                 main.must(each.drop());
               }
             }
             const RemoteArray next = main.array("i", Value::list({1, 2, 3}));
             EXPECT_THAT(main.does(next.get(2)), returns(3));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "raw_array.of_another_is_a_copy",
       .level = Level::kMust,
       .says =
           "A RawArray or Array that begins with the items of a RawArray has memory of its own.",
       .documented = {"SHV-01"},
       .needs = {"array", "raw_array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteArray first = main.raw_array("i", Value::list({1, 2, 3}));
             for (const RemoteArray& copy : {main.raw_array("i", Value::object(first.name)),
                                             main.array("i", Value::object(first.name))}) {
               main.must(copy.set(0, 9));
               EXPECT_THAT(main.does(first.get(0)), returns(1));
               main.must(first.set(2, 8));
               EXPECT_THAT(main.does(copy.get(2)), returns(3));
               main.must(first.set(2, 3));
             }
           }},
      {.id = "shared_memory.lifetime.end_leaves_a_later_block_of_the_name",
       .level = Level::kMust,
       .says = "The end of a process takes nothing from a block that somebody else has made under "
               "the name of one of its own, which was unlinked before.",
       .documented = {"SHM-05", "SHM-08"},
       .needs = {"shared_memory", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             // And with it whatever helpers there are.
             main.must(main.makes(module::shared_memory({.create = true, .size = 8})).unlink());
             for (bool by_hand : {false, true}) {
               const Value name = by_hand ? "mpcheck-removed" : "mpcheck-unlinked";
               Puppet& child = stage.start_process(main);
               child.makes(module::shared_memory({.name = name, .create = true, .size = 8}));
               if (by_hand) {  // as rm does, or another library
                 std::filesystem::remove(shared_memory_folder(main.pid()) + "/" + as_text(name));
               } else {
                 main.must(main.makes(module::shared_memory({.name = name})).unlink());
               }
               const RemoteSharedMemory ours =
                   main.makes(module::shared_memory({.name = name, .create = true, .size = 8}));
               main.must(ours.set(0, 77));
               EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
               Puppet& later = stage.start_process(main);
               const RemoteSharedMemory its = later.makes(module::shared_memory({.name = name}));
               EXPECT_THAT(later.does(its.get(0)), returns(77));
               main.must(ours.unlink());
             }
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
