// Condition: who must hold the lock, who is woken, and what the lock is meanwhile.
#include <signal.h>

#include <utility>

#include "conformance/claims/areas.h"
#include "conformance/claims/condition_support.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;

// Each of the crew acquires the condition and waits. Then all of them wait.
std::vector<Call> all_wait(const Crew& crew, const RemoteCondition& c,
                           std::optional<Timeout> timeout = {}) {
  std::vector<Call> calls;
  for (Puppet* each : crew) {
    each->must(c.acquire());
    calls.push_back(each->begins(c.wait(timeout)));
  }
  return calls;
}

// What a call that was blocked has returned by now: it holds the lock, which it gives back.
void expect_woken(Puppet& waiter, const Call& wait, const RemoteCondition& c) {
  EXPECT_THAT(wait, returns(true));
  waiter.must(c.release());
}

// Notifies while holding the lock, then lets it go.
void notify_all(Puppet& who, const RemoteCondition& c) {
  who.must(c.acquire());
  EXPECT_THAT(who.does(c.notify_all()), returns(nullptr));
  who.must(c.release());
}

// As waits_and_releases() without one.
Op waits_and_releases(const RemoteCondition& c, Timeout timeout) {
  return batch({c.acquire(), c.wait(timeout), c.release()});
}

bool batch_step_returned(const Call& call, size_t step, const Value& value) {
  const Returned* returned = std::get_if<Returned>(&call.batch().at(step).result);
  return returned && returned->value == value;
}

void expect_lock_needed(Puppet& who, const RemoteCondition& c, const std::string& type) {
  auto error = type.empty() ? raises() : raises(type);
  EXPECT_THAT(who.does(c.wait(0s)), error);
  EXPECT_THAT(who.does(c.notify()), error);
  EXPECT_THAT(who.does(c.notify_all()), error);
}

}  // namespace

Claims condition_claims() {
  return {
      {.id = "condition.has_a_recursive_lock_of_its_own",
       .level = Level::kMust,
       .says = "Condition() comes with a recursive lock: its owner acquires again, others wait.",
       .notes = {"sync.condition", "sync.lock_types"},
       .documented = {"COND-01"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             EXPECT_THAT(main.does(c.acquire()), returns(true));
             EXPECT_THAT(main.does(c.acquire()), returns(true));
             Call acquire = other.begins(c.acquire());
             EXPECT_THAT(acquire, blocks());
             EXPECT_THAT(main.does(c.release()), returns(nullptr));
             EXPECT_THAT(acquire, blocks());
             main.must(c.release());
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             other.must(c.release());
             EXPECT_THAT(other.does(c.release()), raises());
           }},
      {.id = "condition.uses_the_lock_it_is_given",
       .level = Level::kMust,
       .says = "Condition(lock) and lock are one lock: to hold the one is to hold the other.",
       .documented = {"COND-01"},
       .needs = {"condition", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             RemoteCondition c = main.condition(l);
             Puppet& other = stage.start_process(main, {l, c});
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(other.does(l.acquire(kWithoutBlocking)), returns(false));
             main.must(c.release());
             other.must(l.acquire());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             Call acquire = main.begins(c.acquire());
             EXPECT_THAT(acquire, blocks());
             other.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             main.must(c.release());
           }},
      {.id = "condition.wait_releases_a_given_lock",
       .level = Level::kMust,
       .says = "wait() on a plain Lock lets go of it, and has it again when it returns.",
       .documented = {"COND-01", "COND-03"},
       .needs = {"condition", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             RemoteCondition c = main.condition(l);
             Puppet& other = stage.start_process(main, {l, c});
             std::vector<Call> wait = all_wait({&other}, c);
             EXPECT_THAT(wait[0], blocks());
             main.must(l.acquire());
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             EXPECT_THAT(wait[0], blocks());
             main.must(l.release());
             EXPECT_THAT(wait[0], returns(true));
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(false));
             other.must(c.release());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(true));
             main.must(l.release());
           }},
      {.id = "condition.uses_the_recursive_lock_it_is_given",
       .level = Level::kMust,
       .says = "Condition(rlock) releases every level that was acquired through either of them.",
       .documented = {"COND-01", "COND-03"},
       .needs = {"condition", "rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             RemoteCondition c = main.condition(l);
             Puppet& other = stage.start_process(main, {l, c});
             other.must(l.acquire());
             other.must(c.acquire());
             Call wait = other.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             notify(main, c);
             EXPECT_THAT(wait, returns(true));
             other.must(l.release());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(false));
             other.must(c.release());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(true));
             main.must(l.release());
           }},
      {.id = "condition.acquire_obeys_its_timeout",
       .level = Level::kMust,
       .says = "acquire() of a condition takes block and timeout as a lock's does.",
       .documented = {"COND-01", "RLCK-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             main.must(c.acquire());
             EXPECT_THAT(other.does(c.acquire({.block = false})), returns(false));
             EXPECT_THAT(other.does(c.acquire({.timeout = 50ms})),
                         AllOf(returns(false), took_about(50ms)));
             main.must(c.release());
             EXPECT_THAT(other.does(c.acquire({.timeout = 50ms})), returns(true));
             other.must(c.release());
           }},
      {.id = "condition.with_statement_holds_the_lock",
       .level = Level::kMust,
       .says = "A with block holds the condition's lock, and one may wait in it.",
       .documented = {"COND-01", "COND-03"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             EXPECT_THAT(other.does(c.enter()), returns());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             Call wait = other.begins(c.wait());
             EXPECT_THAT(main.does(c.enter()), returns());
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             EXPECT_THAT(main.does(c.exit()), returns());
             EXPECT_THAT(wait, returns(true));
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(other.does(c.exit()), returns());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(true));
             main.must(c.release());
           }},
      {.id = "condition.needs_its_lock",
       .level = Level::kMust,
       .says = "wait(), notify() and notify_all() without the lock are errors, also when another "
               "process or thread has it.",
       .documented = {"COND-02"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             Puppet& thread = stage.start_thread(main);
             expect_lock_needed(main, c, "");
             main.must(c.acquire());
             expect_lock_needed(other, c, "");
             expect_lock_needed(thread, c, "");
             main.must(c.release());
             expect_lock_needed(main, c, "");
           }},
      {.id = "condition.needs_its_given_lock",
       .level = Level::kMust,
       .says = "On a plain Lock too, only who acquired it may wait and notify.",
       .documented = {"COND-01", "COND-02"},
       .needs = {"condition", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition(main.lock());
             Puppet& other = stage.start_process(main, {c});
             expect_lock_needed(main, c, "");
             main.must(c.acquire());
             expect_lock_needed(other, c, "");
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             main.must(c.release());
             expect_lock_needed(main, c, "");
           }},
      {.id = "condition.error_without_its_lock",
       .level = Level::kVariation,
       .says = "notify() without the lock raises AssertionError or RuntimeError.",
       .notes = {"sync.condition"},
       .documented = {"COND-02"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Outcome outcome = main.does(main.condition().notify()).outcome();
             const Raised* raised = std::get_if<Raised>(&outcome);
             stage.varies(raised ? raised->type : "no error", {"AssertionError", "RuntimeError"});
           }},
      {.id = "condition.refused_wait_leaves_no_waiter",
       .level = Level::kMust,
       .says = "A wait() that was refused for want of the lock is not counted by notify().",
       .documented = {"COND-02", "COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             expect_lock_needed(other, c, "");
             std::vector<Call> wait = all_wait({&other}, c);
             EXPECT_THAT(wait[0], blocks());
             expect_lock_needed(main, c, "");
             notify(main, c);
             expect_woken(other, wait[0], c);
             notify(main, c);
           }},
      {.id = "condition.wait_releases_all_levels_and_restores_them",
       .level = Level::kMust,
       .says = "wait() gives up every level of a recursive lock, and has as many when it returns.",
       .documented = {"COND-03"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             for (int i = 0; i < 3; ++i) other.must(c.acquire());
             Call wait = other.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             notify(main, c);
             EXPECT_THAT(wait, returns(true));
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
               EXPECT_THAT(other.does(c.release()), returns(nullptr));
             }
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(other.does(c.release()), raises());
             main.must(c.release());
           }},
      {.id = "condition.timed_out_wait_restores_all_levels",
       .level = Level::kMust,
       .says = "A wait() that times out has the lock again, as deep as before.",
       .documented = {"COND-03", "COND-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             main.must(c.acquire());
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait(1ms)), returns(false));
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(other.does(c.acquire(kWithoutBlocking)), returns(false));
               EXPECT_THAT(main.does(c.release()), returns(nullptr));
             }
             EXPECT_THAT(other.does(c.acquire(kWithoutBlocking)), returns(true));
             other.must(c.release());
           }},
      {.id = "condition.timed_out_waiter_waits_for_the_lock",
       .level = Level::kMust,
       .says = "A wait() whose time has passed returns only when it has the lock again.",
       .documented = {"COND-03", "COND-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             other.must(c.acquire());
             Call acquire = main.begins(c.acquire());
             EXPECT_THAT(acquire, blocks());
             Call wait = other.begins(c.wait(100ms));
             EXPECT_THAT(acquire, returns(true));
             // Proved only once the time has passed: until then the waiter would wake by itself.
             EXPECT_THAT(wait, blocks());
             main.must(c.release());
             EXPECT_THAT(wait, AllOf(returns(false), took_at_least(100ms)));
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             other.must(c.release());
           }},
      {.id = "condition.wait_returns_true_when_notified",
       .level = Level::kMust,
       .says = "wait() blocks until it is notified, with or without a timeout, and returns True.",
       .notes = {"sync.condition"},
       .documented = {"COND-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             std::vector<Call> wait = all_wait({&other}, c);
             EXPECT_THAT(wait[0], blocks());
             notify(main, c);
             expect_woken(other, wait[0], c);
             wait = all_wait({&other}, c, Timeout(nullptr));
             EXPECT_THAT(wait[0], blocks());
             notify(main, c);
             expect_woken(other, wait[0], c);
             wait = all_wait({&other}, c, 100000s);
             notify(main, c);
             expect_woken(other, wait[0], c);
           }},
      {.id = "condition.wait_returns_false_after_timeout",
       .level = Level::kMust,
       .says = "wait(t) returns False once t has passed and not before; 0 and less do not wait.",
       .documented = {"COND-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait(50ms)), AllOf(returns(false), took_about(50ms)));
             EXPECT_THAT(main.does(c.wait(0s)), returns(false));
             EXPECT_THAT(main.does(c.wait(-1s)), returns(false));
             main.must(c.release());
           }},
      {.id = "condition.notify_wakes_one",
       .level = Level::kMust,
       .says = "notify() wakes one of several waiters, each time.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 3, {c});
             std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
             for (size_t woken = 0; woken < crew.size(); ++woken) {
               EXPECT_THAT(calls, return_for_exactly(woken));
               notify(main, c);
             }
             EXPECT_THAT(calls, return_for_exactly(crew.size()));
           }},
      {.id = "condition.notify_n_wakes_n",
       .level = Level::kMust,
       .says = "notify(n) wakes exactly n of more than n waiters.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check = [](Stage& stage) { expect_notify_n_wakes_n(stage, stage.main().condition()); }},
      {.id = "condition.notify_more_than_wait_wakes_those_who_do",
       .level = Level::kMust,
       .says = "notify(n) with fewer than n waiters wakes them, returns, and keeps nothing for "
               "later.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             notify(main, c, 5);
             EXPECT_THAT(calls, return_for_exactly(2));
             calls = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             notify(main, c, 1000000);
             EXPECT_THAT(calls, return_for_exactly(2));
           }},
      {.id = "condition.notify_is_not_remembered",
       .level = Level::kMust,
       .says = "notify() and notify_all() with nobody waiting return, and wake no later waiter.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             notify(main, c);
             notify(main, c, 3);
             notify_all(main, c);
             notify(other, c);
             std::vector<Call> wait = all_wait({&other}, c);
             EXPECT_THAT(wait[0], blocks());
             notify(main, c);
             expect_woken(other, wait[0], c);
             other.must(c.acquire());
             EXPECT_THAT(other.does(c.wait(1ms)), returns(false));
             other.must(c.release());
           }},
      {.id = "condition.notify_all_wakes_all",
       .level = Level::kMust,
       .says = "notify_all() wakes every process and thread that waits, and none that comes later.",
       .documented = {"COND-06"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 6, {c});
             crew.push_back(&stage.start_thread(main));
             for (int round = 0; round < 2; ++round) {
               std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
               EXPECT_THAT(calls, return_for_exactly(0));
               notify_all(main, c);
               EXPECT_THAT(calls, return_for_exactly(crew.size()));
               for (const Call& call : calls) EXPECT_TRUE(batch_step_returned(call, 1, true));
             }
           }},
      {.id = "condition.notify_counts_threads_and_processes_alike",
       .level = Level::kMust,
       .says = "notify(2) wakes two of two waiting threads and a waiting process.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 1, {c});
             crew.push_back(&stage.start_thread(main));
             crew.push_back(&stage.start_thread(*crew[0]));
             std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             notify(main, c, 2);
             EXPECT_THAT(calls, return_for_exactly(2));
             notify(main, c);
             EXPECT_THAT(calls, return_for_exactly(3));
           }},
      {.id = "condition.woken_waiters_go_on_one_at_a_time",
       .level = Level::kMust,
       .says = "A woken waiter returns when the notifier has released the lock, and the next when "
               "that one has.",
       .documented = {"COND-07"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 3, {c});
             std::vector<Call> calls = all_wait(crew, c);
             EXPECT_THAT(calls, return_for_exactly(0));
             main.must(c.acquire());
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.notify_all()), returns(nullptr));
             EXPECT_THAT(calls, return_for_exactly(0));
             main.must(c.release());
             EXPECT_THAT(calls, return_for_exactly(0));
             main.must(c.release());
             Crew inside = crew;
             for (size_t turn = 1; turn <= 3; ++turn) {
               EXPECT_THAT(calls, return_for_exactly(turn));
               EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
               for (Puppet* each : those_who_returned(crew, calls)) {
                 if (std::erase(inside, each) == 0) continue;
                 each->must(c.release());
                 break;
               }
             }
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(true));
             main.must(c.release());
           }},
      {.id = "condition.notifier_may_wait_next",
       .level = Level::kMust,
       .says = "Two processes pass a turn to and fro: each notifies the other and waits.",
       .documented = {"COND-03", "COND-05", "COND-07"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             main.must(c.acquire());
             Call mine = main.begins(c.wait());
             EXPECT_THAT(mine, blocks());
             for (int turn = 0; turn < 3; ++turn) {
               other.must(c.acquire());
               other.must(c.notify());
               Call theirs = other.begins(c.wait());
               EXPECT_THAT(mine, returns(true));
               EXPECT_THAT(theirs, blocks());
               EXPECT_THAT(main.does(c.notify()), returns(nullptr));
               mine = main.begins(c.wait());
               EXPECT_THAT(theirs, returns(true));
               EXPECT_THAT(mine, blocks());
               other.must(c.release());
             }
             notify(other, c);
             expect_woken(main, mine, c);
           }},
      {.id = "condition.woken_waiter_that_waits_again_needs_a_new_notify",
       .level = Level::kMust,
       .says = "A notify() is used up by the waiter that it woke.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             Op twice = batch({c.acquire(), c.wait(), c.wait(), c.release()});
             std::vector<Call> calls = each_begins(crew, twice);
             EXPECT_THAT(calls, return_for_exactly(0));
             notify_all(main, c);
             EXPECT_THAT(calls, return_for_exactly(0));
             notify(main, c);
             EXPECT_THAT(calls, return_for_exactly(1));
             notify(main, c);
             EXPECT_THAT(calls, return_for_exactly(2));
           }},
      {.id = "condition.waiters_that_timed_out_are_not_counted",
       .level = Level::kMust,
       .says = "Waiters that have given up take no notification away from those who still wait.",
       .documented = {"COND-09"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 4, {c});
             for (int i = 0; i < 2; ++i) {
               Call gave_up = crew[i]->does(waits_and_releases(c, 1ms));
               EXPECT_TRUE(batch_step_returned(gave_up, 1, false));
             }
             std::vector<Call> calls = each_begins({crew[2], crew[3]}, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             crew[0]->must(waits_and_releases(c, 1ms));
             notify(main, c);
             EXPECT_THAT(calls, return_for_exactly(1));
             crew[1]->must(waits_and_releases(c, 1ms));
             notify(main, c);
             EXPECT_THAT(calls, return_for_exactly(2));
           }},
      {.id = "condition.notify_after_timeouts_only_is_not_remembered",
       .level = Level::kMust,
       .says = "notify() after the only waiters have given up returns, and wakes no later waiter.",
       .documented = {"COND-05", "COND-09"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             for (Puppet* each : crew) each->must(waits_and_releases(c, 1ms));
             notify(main, c, 2);
             std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             notify_all(main, c);
             EXPECT_THAT(calls, return_for_exactly(2));
           }},
      {.id = "condition.waiter_whose_time_has_passed_takes_no_notification",
       .level = Level::kMust,
       .says = "A waiter that has timed out and only waits for the lock is not the one notified.",
       .documented = {"COND-05", "COND-09"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             crew[0]->must(c.acquire());
             Call acquire = crew[1]->begins(c.acquire());
             EXPECT_THAT(acquire, blocks());
             Call timed = crew[0]->begins(c.wait(100ms));
             EXPECT_THAT(acquire, returns(true));
             Call live = crew[1]->begins(c.wait());
             main.must(c.acquire());
             EXPECT_THAT(live, blocks());  // proved only when the other's time has passed
             EXPECT_THAT(timed, blocks());
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             main.must(c.release());
             Op lets_go = c.release();
             EXPECT_THAT(timed, testing::AnyOf(returns(false), blocks()));
             EXPECT_THAT(live, testing::AnyOf(returns(true), blocks()));
             if (std::holds_alternative<Returned>(timed.outcome())) {
               crew[0]->must(lets_go);
               EXPECT_THAT(live, returns(true));
               crew[1]->must(lets_go);
             } else {
               crew[1]->must(lets_go);
               EXPECT_THAT(timed, returns(false));
               crew[0]->must(lets_go);
             }
           }},
      {.id = "condition.two_conditions_share_a_lock",
       .level = Level::kMust,
       .says = "notify() of one condition wakes none of the waiters of another on the same lock.",
       .documented = {"COND-01", "COND-05"},
       .needs = {"condition", "rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             RemoteCondition full = main.condition(l);
             RemoteCondition empty = main.condition(l);
             Crew crew = start_crew(stage, main, 2, {l, full, empty});
             Call first = crew[0]->begins(waits_and_releases(full));
             Call second = crew[1]->begins(waits_and_releases(empty));
             EXPECT_THAT(first, blocks());
             main.must(l.acquire());
             EXPECT_THAT(main.does(empty.notify_all()), returns(nullptr));
             main.must(l.release());
             EXPECT_THAT(second, returns());
             EXPECT_THAT(first, blocks());
             crew[1]->must(empty.acquire());
             EXPECT_THAT(main.does(full.acquire(kWithoutBlocking)), returns(false));
             crew[1]->must(full.notify());
             crew[1]->must(empty.release());
             EXPECT_THAT(first, returns());
           }},
      {.id = "condition.two_are_independent",
       .level = Level::kMust,
       .says = "Conditions without a common lock neither exclude nor wake each other.",
       .documented = {"COND-01", "COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition first = main.condition();
             RemoteCondition second = main.condition();
             Puppet& other = stage.start_process(main, {first, second});
             Call wait = other.begins(waits_and_releases(first));
             EXPECT_THAT(wait, blocks());
             main.must(first.acquire());
             expect_lock_needed(main, second, "");
             notify_all(main, second);
             main.must(first.release());
             EXPECT_THAT(wait, blocks());
             notify(main, first);
             EXPECT_THAT(wait, returns());
           }},
      {.id = "condition.wait_for_a_true_predicate_does_not_wait",
       .level = Level::kMust,
       .says = "wait_for() of a predicate that is true returns True at once and keeps the lock.",
       .documented = {"COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 1, {.lock = false});
             Puppet& other = stage.start_process(main, {c});
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait_for(v, 1)), returns(true));
             EXPECT_THAT(main.does(c.wait_for(v, 1, 0s)), returns(true));
             EXPECT_THAT(main.does(c.wait_for(v, 1, -1s)), returns(true));
             EXPECT_THAT(other.does(c.acquire(kWithoutBlocking)), returns(false));
             main.must(c.release());
           }},
      {.id = "condition.wait_for_returns_what_the_predicate_did",
       .level = Level::kMust,
       .says = "wait_for() ends with whatever is true in a condition, be it not True, and returns "
               "just that; when the time is up it returns what the predicate returned last.",
       .documented = {"COND-08"},
       .needs = {"condition", "condition.wait_for_any", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 7);
             Puppet& other = stage.start_process(main, {c, v});
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait_for_any(v)), returns(7));
             main.must(v.set(0));
             EXPECT_THAT(main.does(c.wait_for_any(v, 0s)), returns(0));
             Call waits = main.begins(c.wait_for_any(v));
             EXPECT_THAT(waits, blocks());
             other.must(c.acquire());
             other.must(v.set(-3));
             other.must(c.notify());
             other.must(c.release());
             EXPECT_THAT(waits, returns(-3));
             main.must(c.release());
           }},
      {.id = "condition.wait_for_goes_on_until_the_predicate_is_true",
       .level = Level::kMust,
       .says = "wait_for() returns True when the predicate is true at a notification, and waits on "
               "when it is not.",
       .documented = {"COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 0, {.lock = false});
             Puppet& other = stage.start_process(main, {c, v});
             other.must(c.acquire());
             other.must(c.acquire());
             Call wait = other.begins(c.wait_for(v, 2));
             EXPECT_THAT(wait, blocks());
             for (int now = 0; now < 2; ++now) {
               main.must(c.acquire());
               main.must(v.set(now));
               main.must(c.notify());
               main.must(c.release());
               EXPECT_THAT(wait, blocks());
             }
             main.must(v.set(2));
             EXPECT_THAT(wait, blocks());
             notify(main, c);
             EXPECT_THAT(wait, returns(true));
             other.must(c.release());
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
             other.must(c.release());
           }},
      {.id = "condition.wait_for_with_a_long_timeout_ends_with_the_predicate",
       .level = Level::kMust,
       .says = "wait_for(p, t) returns True as soon as p is notified to be true, and None means no "
               "limit.",
       .documented = {"COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 0, {.lock = false});
             Puppet& other = stage.start_process(main, {c, v});
             for (Timeout limit : {Timeout(100000s), Timeout(nullptr)}) {
               main.must(v.set(0));
               other.must(c.acquire());
               Call wait = other.begins(c.wait_for(v, 1, limit));
               notify(main, c);
               main.must(c.acquire());
               main.must(v.set(1));
               main.must(c.notify());
               main.must(c.release());
               expect_woken(other, wait, c);
             }
           }},
      {.id = "condition.wait_for_returns_false_after_timeout",
       .level = Level::kMust,
       .says = "wait_for(p, t) returns False once t has passed and not before; 0 and less do not "
               "wait.",
       .documented = {"COND-08", "COND-04"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 0, {.lock = false});
             Puppet& other = stage.start_process(main, {c});
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait_for(v, 1, 50ms)),
                         AllOf(returns(false), took_about(50ms)));
             EXPECT_THAT(main.does(c.wait_for(v, 1, 0s)), returns(false));
             EXPECT_THAT(main.does(c.wait_for(v, 1, -1s)), returns(false));
             EXPECT_THAT(other.does(c.acquire(kWithoutBlocking)), returns(false));
             main.must(c.release());
           }},
      {.id = "condition.wait_for_looks_once_more_when_its_time_has_passed",
       .level = Level::kMust,
       .says = "wait_for() returns the predicate's last value, also after a timeout.",
       .documented = {"COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 0, {.lock = false});
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
      {.id = "condition.wait_for_is_not_prolonged_by_notifications",
       .level = Level::kMust,
       .says = "wait_for(p, t) ends after t although it is notified in vain again and again.",
       .documented = {"COND-08"},
       .needs = {"condition", "value", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_wait_for_is_not_prolonged(stage, main.condition(),
                                              main.value("i", 0, {.lock = false}));
           }},
      {.id = "condition.waiters_of_different_predicates_find_theirs",
       .level = Level::kMust,
       .says = "notify_all() lets each wait_for() judge its own predicate.",
       .documented = {"COND-06", "COND-08"},
       .needs = {"condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             RemoteValue v = main.value("i", 0, {.lock = false});
             Crew crew = start_crew(stage, main, 3, {c, v});
             std::vector<Call> calls;
             for (int i = 0; i < 3; ++i)
               calls.push_back(
                   crew[i]->begins(batch({c.acquire(), c.wait_for(v, i + 1), c.release()})));
             EXPECT_THAT(calls, return_for_exactly(0));
             for (int turn : {2, 1, 3}) {
               main.must(v.set(turn));
               notify_all(main, c);
               EXPECT_THAT(calls[turn - 1], returns());
               EXPECT_TRUE(batch_step_returned(calls[turn - 1], 1, true));
             }
           }},
      {.id = "condition.is_the_same_for_later_children_and_grandchildren",
       .level = Level::kMust,
       .says = "Children and grandchildren that come later wake, and are woken by, the others.",
       .documented = {"COND-11"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& first = stage.start_process(main, {c});
             Call wait = first.begins(waits_and_releases(c));
             EXPECT_THAT(wait, blocks());
             Puppet& child = stage.start_process(main, {c});
             Puppet& grandchild = stage.start_process(child, {c});
             Call second = child.begins(waits_and_releases(c));
             EXPECT_THAT(second, blocks());
             notify(grandchild, c, 2);
             EXPECT_THAT(wait, returns());
             EXPECT_THAT(second, returns());
             Call third = grandchild.begins(waits_and_releases(c));
             EXPECT_THAT(third, blocks());
             notify(main, c);
             EXPECT_THAT(third, returns());
           }},
      {.id = "condition.child_of_the_owner_is_not_owner",
       .level = Level::kShould,
       .says = "A child that is started while its creator holds the condition does not hold it.",
       .documented = {"COND-02", "RLCK-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             main.must(c.acquire());
             Puppet& other = stage.start_process(main, {c});
             expect_lock_needed(other, c, "");
             EXPECT_THAT(other.does(c.release()), raises());
             EXPECT_THAT(other.does(c.acquire(kWithoutBlocking)), returns(false));
             main.must(c.release());
             std::vector<Call> wait = all_wait({&other}, c);
             EXPECT_THAT(wait[0], blocks());
             notify(main, c);
             expect_woken(other, wait[0], c);
           }},
      {.id = "condition.all_its_kinds_work_in_one_child",
       .level = Level::kMust,
       .says = "One child can be given every kind of lock at once, and finds each what it is.",
       .notes = {"sync.lock_types"},
       .documented = {"COND-11"},
       .needs = {"condition", "lock", "rlock", "semaphore", "bounded_semaphore", "event",
                 "barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = main.lock();
             RemoteLock rlock = main.rlock();
             RemoteLock semaphore = main.semaphore(2);
             RemoteLock bounded = main.bounded_semaphore(1);
             RemoteCondition condition = main.condition(lock);
             RemoteEvent event = main.event();
             RemoteBarrier barrier = main.barrier(2);
             Puppet& other = stage.start_process(
                 main, {barrier, event, condition, bounded, semaphore, rlock, lock});
             for (const RemoteLock& each : {lock, rlock, semaphore, bounded}) {
               EXPECT_THAT(other.does(each.acquire()), returns(true));
               EXPECT_THAT(other.does(each.release()), returns(nullptr));
             }
             Call wait = other.begins(waits_and_releases(condition));
             EXPECT_THAT(wait, blocks());
             notify(main, condition);
             EXPECT_THAT(wait, returns());
             other.must(event.set());
             EXPECT_THAT(main.does(event.wait()), returns(true));
             Call meet = other.begins(barrier.wait());
             EXPECT_THAT(meet, blocks());
             EXPECT_THAT(main.does(barrier.wait()), returns());
             EXPECT_THAT(meet, returns());
           }},
      {.id = "condition.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A condition can only be inherited: to send it through a pipe raises RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"condition", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.condition());
           }},
      {.id = "condition.interrupted_waiter_has_the_lock_again",
       .level = Level::kShould,
       .says = "SIGINT ends wait() with KeyboardInterrupt, with the lock held as deep as before.",
       .documented = {"COND-03", "LOCK-12"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& other = stage.start_process(main, {c});
             other.must(c.acquire());
             other.must(c.acquire());
             Call wait = other.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(wait, raises("KeyboardInterrupt"));
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(false));
               EXPECT_THAT(other.does(c.release()), returns(nullptr));
             }
             EXPECT_THAT(main.does(c.acquire(kWithoutBlocking)), returns(true));
             main.must(c.release());
           }},
      {.id = "condition.interrupted_waiters_are_not_counted",
       .level = Level::kShould,
       .says =
           "A waiter that was interrupted takes no notification away from those who still wait.",
       .documented = {"COND-05", "COND-09"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             std::vector<Call> wait = all_wait({crew[0]}, c);
             EXPECT_THAT(wait[0], blocks());
             stage.signal(*crew[0], SIGINT);
             EXPECT_THAT(wait[0], raises("KeyboardInterrupt"));
             crew[0]->must(c.release());
             Call live = crew[1]->begins(waits_and_releases(c));
             EXPECT_THAT(live, blocks());
             notify(main, c);
             EXPECT_THAT(live, returns());
             notify(main, c);
             Call late = crew[0]->begins(waits_and_releases(c));
             EXPECT_THAT(late, blocks());
             notify(main, c);
             EXPECT_THAT(late, returns());
           }},
      {.id = "condition.waiter_interrupted_while_notified_leaves_nothing_behind",
       .level = Level::kShould,
       .says = "A notification that meets an interrupted waiter is not kept for the next one.",
       .documented = {"COND-05", "COND-09"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             std::vector<Call> wait = all_wait({crew[0]}, c);
             EXPECT_THAT(wait[0], blocks());
             main.must(c.acquire());
             stage.stop(*crew[0]);
             Call notified = main.begins(c.notify());
             notified.outcome_if_blocked();
             stage.signal(*crew[0], SIGINT);
             stage.resume(*crew[0]);
             EXPECT_THAT(notified, returns(nullptr));
             main.must(c.release());
             EXPECT_THAT(wait[0], testing::AnyOf(returns(true), raises("KeyboardInterrupt")));
             crew[0]->must(c.release());
             Call late = crew[1]->begins(waits_and_releases(c));
             EXPECT_THAT(late, blocks());
             notify(main, c);
             EXPECT_THAT(late, returns());
           }},
      {.id = "condition.notify_returns_although_a_waiter_was_killed",
       .level = Level::kBeyond,
       .says = "notify_all() returns, and wakes the living, although a process was killed in "
               "wait().",
       .documented = {"COND-10", "ROB-14"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.notify_all()), returns(nullptr));
             main.must(c.release());
             EXPECT_THAT(calls[1], returns());
           }},
      {.id = "condition.as_many_go_on_as_are_notified_in_a_row",
       .level = Level::kMust,
       .says = "notify() three times in a row, before any waiter has moved, wakes three of four.",
       .documented = {"COND-05"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 3, {c});
             crew.push_back(&stage.start_thread(main));
             const std::vector<Call> waits = each_begins(crew, waits_and_releases(c));
             EXPECT_THAT(waits, return_for_exactly(0));
             results(
                 main.does(batch({c.acquire(), c.notify(), c.notify(), c.notify(), c.release()})));
             EXPECT_THAT(waits, return_for_exactly(3));
             results(main.does(batch({c.acquire(), c.notify(), c.release()})));
             EXPECT_THAT(waits, return_for_exactly(4));
           }},
      {.id = "condition.killed_waiter_takes_no_notification",
       .level = Level::kBeyond,
       .says = "notify() wakes a living waiter although another was killed in wait() before it.",
       .documented = {"COND-10", "ROB-14"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             Call doomed = crew[0]->begins(waits_and_releases(c));
             EXPECT_THAT(doomed, blocks());
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             main.must(c.release());
             Call live = crew[1]->begins(waits_and_releases(c));
             EXPECT_THAT(live, blocks());
             notify(main, c);
             EXPECT_THAT(live, returns());
           }},
      {.id = "condition.notification_passes_the_dead_by",
       .level = Level::kBeyond,
       .says = "Of two waiters the one that waits longer is killed: notify() wakes the other one.",
       .documented = {"COND-10", "ROB-14"},
       .needs = {"condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Crew crew = start_crew(stage, main, 2, {c});
             Call doomed = crew[0]->begins(waits_and_releases(c));
             EXPECT_THAT(doomed, blocks());
             Call live = crew[1]->begins(waits_and_releases(c));
             EXPECT_THAT(live, blocks());
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             notify(main, c);
             EXPECT_THAT(live, returns());
           }},
  };
}

}  // namespace conformance
