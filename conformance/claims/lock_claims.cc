// Lock and RLock: who waits, who may release, who owns, and what is left when a holder goes.
#include <signal.h>

#include <utility>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;

// Expects that `other` finds the lock taken, or free and leaves it so.
void expect_taken(Puppet& other, const RemoteLock& l) {
  EXPECT_THAT(other.does(l.acquire(kWithoutBlocking)), returns(false));
}
void expect_free(Puppet& other, const RemoteLock& l) {
  Call acquire = other.does(l.acquire(kWithoutBlocking));
  EXPECT_THAT(acquire, returns(true));
  if (acquire.value() == Value(true)) other.must(l.release());
}

// The error of a call, for claims that look at a reaction whichever it is.
bool is_blocked(const Call& call) {
  return std::holds_alternative<Blocked>(call.outcome_if_blocked());
}

// A crew of three and a thread of main's add to an unlocked shared value, between `enter` and
// `leave`, once a gate opens for all of them.
void expect_exclusion_under_contention(Stage& stage, const RemoteLock& l, std::vector<Op> enter,
                                       std::vector<Op> leave) {
  constexpr int kRounds = 60;
  Puppet& main = stage.main();
  RemoteValue sum = main.value("i", 0, {.lock = false});
  Puppet& thread = stage.start_thread(main);
  Crew crew = start_crew(stage, main, 3, {l, sum});
  crew.push_back(&thread);
  main.must(l.acquire());
  std::vector<Op> round = enter;
  round.push_back(sum.add(1));
  round.insert(round.end(), leave.begin(), leave.end());
  std::vector<Call> calls = each_begins(crew, batch(round, kRounds));
  EXPECT_THAT(calls, return_for_exactly(0));
  main.must(l.release());
  std::vector<Span> held;
  for (const Call& call : calls) {
    std::vector<Span> mine = spans(call, round.size(), enter.size() - 1, enter.size() + 1);
    held.insert(held.end(), mine.begin(), mine.end());
  }
  EXPECT_EQ(most_at_once(held), 1);
  EXPECT_THAT(main.does(sum.get()), returns(static_cast<int64_t>(kRounds * crew.size())));
  expect_free(main, l);
}

// What block and timeout mean, where `holder` keeps `l` from `other`.
void expect_timeouts_obeyed(Puppet& holder, Puppet& other, const RemoteLock& l) {
  holder.must(l.acquire());
  EXPECT_THAT(other.does(l.acquire({.block = false})), returns(false));
  EXPECT_THAT(other.does(l.acquire({.timeout = 50ms})), AllOf(returns(false), took_about(50ms)));
  EXPECT_THAT(other.does(l.acquire({.block = true, .timeout = 50ms})),
              AllOf(returns(false), took_about(50ms)));
  EXPECT_THAT(other.does(l.acquire({.timeout = 0s})), returns(false));
  Call endless = other.begins(l.acquire({.block = true, .timeout = nullptr}));
  EXPECT_THAT(endless, blocks());
  holder.must(l.release());
  EXPECT_THAT(endless, returns(true));
  other.must(l.release());
  EXPECT_THAT(other.does(l.acquire({.block = true, .timeout = 0s})), returns(true));
  other.must(l.release());
  EXPECT_THAT(other.does(l.acquire({.timeout = 50ms})), returns(true));
  other.must(l.release());
}

Claims plain_lock_claims() {
  return {
      {.id = "lock.starts_unlocked",
       .level = Level::kMust,
       .says = "A new Lock is free: acquire() returns True at once.",
       .documented = {"LOCK-01"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(main.does(l.release()), returns(nullptr));
             EXPECT_THAT(main.does(l.acquire({.block = true})), returns(true));
             main.must(l.release());
           }},
      {.id = "lock.acquire_blocks_until_released",
       .level = Level::kMust,
       .says = "acquire() of a lock that another process holds waits until that process releases.",
       .notes = {"sync.lock_types"},
       .documented = {"LOCK-01"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             other.must(l.release());
             expect_free(main, l);
           }},
      {.id = "lock.acquire_without_block_tells_at_once",
       .level = Level::kMust,
       .says = "acquire(False) returns whether it got the lock, and never waits.",
       .documented = {"LOCK-02"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(true));
             EXPECT_THAT(other.does(l.acquire({.block = false})), returns(false));
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(false));
             main.must(l.release());
             EXPECT_THAT(other.does(l.acquire({.block = false})), returns(true));
             expect_taken(main, l);
             other.must(l.release());
           }},
      {.id = "lock.acquire_obeys_its_timeout",
       .level = Level::kMust,
       .says = "acquire(timeout=t) returns False once t has passed and not before; None waits for "
               "ever, 0 not at all.",
       .documented = {"LOCK-02"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             expect_timeouts_obeyed(main, stage.start_process(main, {l}), l);
             expect_timeouts_obeyed(main, stage.start_thread(main), l);
           }},
      {.id = "lock.negative_timeout_is_zero",
       .level = Level::kMust,
       .says = "A negative timeout means 0: acquire() returns at once, with whether it got the "
               "lock.",
       .documented = {"LOCK-02"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             EXPECT_THAT(main.does(l.acquire({.timeout = -50ms})), returns(true));
             EXPECT_THAT(main.does(l.acquire({.timeout = -50ms})), returns(false));
             EXPECT_THAT(main.does(l.acquire({.block = true, .timeout = -1s})), returns(false));
             main.must(l.release());
           }},
      {.id = "lock.timeout_is_ignored_without_block",
       .level = Level::kMust,
       .says = "acquire(False, t) does not look at t: it never waits.",
       .documented = {"LOCK-04"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             EXPECT_THAT(main.does(l.acquire({.block = false, .timeout = 1000s})), returns(true));
             EXPECT_THAT(main.does(l.acquire({.block = false, .timeout = 1000s})),
                         AllOf(returns(false), took_not_much_longer_than(0s)));
             EXPECT_THAT(main.does(l.acquire({.block = false, .timeout = nullptr})),
                         returns(false));
             main.must(l.release());
           }},
      {.id = "lock.long_timeout_ends_with_the_release",
       .level = Level::kMust,
       .says = "acquire(timeout=t) returns True as soon as the lock is free, however long t is.",
       .documented = {"LOCK-01", "LOCK-02"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire({.timeout = 100000s}));
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             other.must(l.release());
           }},
      {.id = "lock.anyone_may_release",
       .level = Level::kMust,
       .says = "A lock may be released by a process or thread that did not acquire it.",
       .documented = {"LOCK-05"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             Puppet& thread = stage.start_thread(main);
             for (Puppet* releaser : {&other, &thread}) {
               main.must(l.acquire());
               EXPECT_THAT(releaser->does(l.release()), returns(nullptr));
               EXPECT_THAT(other.does(l.acquire(kWithoutBlocking)), returns(true));
               EXPECT_THAT(main.does(l.release()), returns(nullptr));
             }
             expect_free(main, l);
           }},
      {.id = "lock.release_of_an_unlocked_lock_raises_value_error",
       .level = Level::kMust,
       .says = "release() of a free lock raises ValueError, in every process that has the lock.",
       .documented = {"LOCK-06"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.release()), raises("ValueError"));
             EXPECT_THAT(other.does(l.release()), raises("ValueError"));
             main.must(l.acquire());
             other.must(l.release());
             EXPECT_THAT(main.does(l.release()), raises("ValueError"));
           }},
      {.id = "lock.over_release_changes_nothing",
       .level = Level::kMust,
       .says = "A release too many is an error, and lets no second holder in.",
       .documented = {"LOCK-06"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.release()), raises());
             EXPECT_THAT(other.does(l.release()), raises());
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             expect_taken(main, l);
             expect_taken(other, l);
             other.must(l.release());
             expect_free(main, l);
           }},
      {.id = "lock.is_not_recursive",
       .level = Level::kMust,
       .says = "The holder of a Lock blocks when it acquires again, until somebody releases.",
       .notes = {"sync.lock_nonreentrant", "sync.misuse_deadlocks"},
       .documented = {"LOCK-08", "LOCK-05"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             EXPECT_THAT(main.does(l.acquire(kWithoutBlocking)), returns(false));
             Call again = main.begins(l.acquire());
             EXPECT_THAT(again, blocks());
             other.must(l.release());
             EXPECT_THAT(again, returns(true));
             main.must(l.release());
           }},
      {.id = "lock.with_statement_holds_it",
       .level = Level::kMust,
       .says = "A with block waits for the lock, holds it, and releases it at its end.",
       .documented = {"LOCK-07"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.enter()), returns());
             expect_taken(other, l);
             Call second = other.begins(l.enter());
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(main.does(l.exit()), returns());
             EXPECT_THAT(second, returns());
             expect_taken(main, l);
             EXPECT_THAT(other.does(l.exit()), returns());
             expect_free(main, l);
           }},
      {.id = "lock.each_release_lets_one_waiter_in",
       .level = Level::kMust,
       .says = "With several waiters, every release lets exactly one of them proceed.",
       .documented = {"LOCK-09"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Crew crew = start_crew(stage, main, 3, {l});
             main.must(l.acquire());
             std::vector<Call> calls = each_begins(crew, l.acquire());
             for (size_t got = 0; got <= crew.size(); ++got) {
               EXPECT_THAT(calls, return_for_exactly(got));
               main.must(l.release());
             }
             expect_free(main, l);
           }},
      {.id = "lock.excludes_under_contention",
       .level = Level::kMust,
       .says = "Processes and threads that work under a lock never overlap, and see each other's "
               "writes.",
       .notes = {"sync.lock_serialises", "tk.locked_correct", "sync.shared_resource_race"},
       .documented = {"LOCK-01", "LOCK-14"},
       .needs = {"lock", "value"},
       .check =
           [](Stage& stage) {
             RemoteLock l = stage.main().lock();
             expect_exclusion_under_contention(stage, l, {l.acquire()}, {l.release()});
           }},
      {.id = "lock.with_statement_excludes_under_contention",
       .level = Level::kMust,
       .says = "with blocks of several processes and threads never overlap.",
       .documented = {"LOCK-07", "LOCK-14"},
       .needs = {"lock", "value"},
       .check =
           [](Stage& stage) {
             RemoteLock l = stage.main().lock();
             expect_exclusion_under_contention(stage, l, {l.enter()}, {l.exit()});
           }},
      {.id = "lock.without_it_updates_are_lost",
       .level = Level::kShould,
       .says = "Two who read a shared number and write it back without a lock lose an update; "
               "under a lock the second waits for the first.",
       .notes = {"sync.shared_resource_race", "tk.unlocked_oversells", "tk.locked_correct"},
       .needs = {"lock", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             RemoteValue tickets = main.value("i", 10, {.lock = false});
             Puppet& other = stage.start_process(main, {l, tickets});
             int64_t seen_here = as_int(main.must(tickets.get()));
             int64_t seen_there = as_int(other.must(tickets.get()));
             main.must(tickets.set(seen_here - 1));
             other.must(tickets.set(seen_there - 1));
             EXPECT_THAT(main.does(tickets.get()), returns(9));
             main.must(l.acquire());
             Call sale = other.begins(batch({l.acquire(), tickets.add(-1), l.release()}));
             EXPECT_THAT(sale, blocks());
             main.must(tickets.add(-1));
             main.must(l.release());
             EXPECT_THAT(sale, returns());
             EXPECT_THAT(main.does(tickets.get()), returns(7));
           }},
      {.id = "lock.locked_tells_whether_it_is_held",
       .level = Level::kShould,
       .says = "locked() tells every process whether anybody holds the lock.",
       .documented = {"LOCK-10"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(other.does(l.locked()), returns(false));
             main.must(l.acquire());
             EXPECT_THAT(main.does(l.locked()), returns(true));
             EXPECT_THAT(other.does(l.locked()), returns(true));
             main.must(l.release());
             EXPECT_THAT(other.does(l.locked()), returns(false));
           }},
      {.id = "lock.two_locks_are_independent",
       .level = Level::kMust,
       .says = "To hold one lock does not hold another.",
       .documented = {"LOCK-01"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock first = main.lock();
             RemoteLock second = main.lock();
             Puppet& other = stage.start_process(main, {first, second});
             main.must(first.acquire());
             expect_free(other, second);
             EXPECT_THAT(other.does(second.acquire()), returns(true));
             expect_taken(other, first);
             main.must(first.release());
             expect_taken(main, second);
             other.must(second.release());
           }},
      {.id = "lock.opposite_orders_deadlock",
       .level = Level::kMust,
       .says = "A holds a and wants b, B holds b and wants a: neither proceeds, until a third "
               "releases one.",
       .notes = {"sync.misuse_deadlocks", "sync.deadlock_definition",
                 "sync.deadlock_four_conditions", "sync.deadlock_sample"},
       .documented = {"LOCK-01", "LOCK-05"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock a = main.lock();
             RemoteLock b = main.lock();
             Crew crew = start_crew(stage, main, 2, {a, b});
             crew[0]->must(a.acquire());
             crew[1]->must(b.acquire());
             Call wants_b = crew[0]->begins(b.acquire());
             Call wants_a = crew[1]->begins(a.acquire());
             EXPECT_THAT(wants_b, blocks());
             EXPECT_THAT(wants_a, blocks());
             main.must(a.release());
             EXPECT_THAT(wants_a, returns(true));
             EXPECT_THAT(wants_b, blocks());
             crew[1]->must(a.release());
             crew[1]->must(b.release());
             EXPECT_THAT(wants_b, returns(true));
             crew[0]->must(b.release());
           }},
      {.id = "lock.timeout_breaks_a_deadlock",
       .level = Level::kMust,
       .says = "Of two who wait for each other's lock, one that gives up after a timeout frees "
               "both.",
       .notes = {"sync.deadlock_four_conditions"},
       .documented = {"LOCK-02"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock a = main.lock();
             RemoteLock b = main.lock();
             Puppet& other = stage.start_process(main, {a, b});
             main.must(a.acquire());
             other.must(b.acquire());
             Call wants_a = other.begins(a.acquire());
             EXPECT_THAT(main.does(b.acquire({.timeout = 50ms})), returns(false));
             EXPECT_THAT(wants_a, blocks());
             main.must(a.release());
             EXPECT_THAT(wants_a, returns(true));
             other.must(a.release());
             other.must(b.release());
             expect_free(main, b);
           }},
      {.id = "lock.holds_when_a_child_is_started_meanwhile",
       .level = Level::kMust,
       .says = "A child that is started while its creator holds the lock finds it taken.",
       .documented = {"LOCK-01", "COND-11"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             main.must(l.acquire());
             Puppet& other = stage.start_process(main, {l});
             expect_taken(other, l);
             main.must(l.release());
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             Puppet& third = stage.start_process(main, {l});
             expect_taken(third, l);
             EXPECT_THAT(third.does(l.release()), returns(nullptr));
             expect_free(main, l);
           }},
      {.id = "lock.is_the_same_for_grandchildren",
       .level = Level::kMust,
       .says = "A lock that a child hands on to its own child is still the same lock.",
       .documented = {"LOCK-01", "LOCK-06"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& child = stage.start_process(main, {l});
             Puppet& grandchild = stage.start_process(child, {l});
             main.must(l.acquire());
             Call acquire = grandchild.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             child.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             grandchild.must(l.release());
             EXPECT_THAT(grandchild.does(l.release()), raises());
             expect_free(main, l);
           }},
      {.id = "lock.outlives_its_creator",
       .level = Level::kShould,
       .says = "A lock goes on to work between two processes when the one that made it has ended.",
       .documented = {"LOCK-01"},
       .needs = {"lock", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& creator = stage.start_process(stage.main());
             RemoteLock l = creator.lock();
             Crew crew = start_crew(stage, creator, 2, {l});
             crew[0]->must(l.acquire());
             creator.must(self::exits_at_once(0));
             stage.process_ends(creator);
             Call acquire = crew[1]->begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             crew[0]->must(l.release());
             EXPECT_THAT(acquire, returns(true));
             crew[1]->must(l.release());
           }},
      {.id = "lock.stays_usable_when_a_process_that_used_it_has_ended",
       .level = Level::kMust,
       .says = "A process that has used a lock and ended leaves it usable for the others.",
       .documented = {"LOCK-01"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             for (int i = 0; i < 2; ++i) {
               Puppet& child = stage.start_process(main, {l});
               child.must(l.acquire());
               child.must(l.release());
               child.must(self::returns());
               main.must(child.handle().join());
             }
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             expect_taken(other, l);
             main.must(l.release());
             expect_free(other, l);
           }},
      {.id = "lock.survives_that_its_creator_forgets_it",
       .level = Level::kBeyond,
       .says = "A child may hand a lock on to its own child when main, which made it, has let go "
               "of it.",
       .documented = {"COND-11"},
       .needs = {"lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& child = stage.start_process(main, {l});
             main.must(l.drop());
             main.must(child.handle().drop());
             Puppet& grandchild = stage.start_process(child, {l});
             child.must(l.acquire());
             Call acquire = grandchild.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             child.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             grandchild.must(l.release());
           }},
      {.id = "lock.is_inherited_through_memory",
       .level = Level::kMust,
       .says = "A forked child that finds a lock in a global variable shares it with its parent.",
       .documented = {"LOCK-13"},
       .needs = {"lock", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             main.must(self::sets_global("the_lock", l.value()));
             Puppet& other = stage.start_process(main);
             Op finds = self::gets_global("the_lock");
             finds.as = {l.name};
             other.must(finds);
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             other.must(l.release());
           }},
      {.id = "lock.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A lock can only be inherited: to send it through a pipe raises RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"lock", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             expect_refused_by_a_pipe(main, l);
             expect_free(main, l);
           }},
      {.id = "lock.sigint_interrupts_acquire",
       .level = Level::kMust,
       .says =
           "SIGINT ends a blocking acquire() with KeyboardInterrupt, and the lock is not taken.",
       .documented = {"LOCK-12"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(acquire, raises("KeyboardInterrupt"));
             expect_taken(other, l);
             main.must(l.release());
             expect_free(main, l);
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             other.must(l.release());
           }},
      {.id = "lock.handled_signal_does_not_end_acquire",
       .level = Level::kShould,
       .says = "A signal whose handler returns leaves acquire() waiting.",
       .documented = {"LOCK-12", "LOCK-01"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& other = stage.start_process(main, {l});
             other.must(self::on_signal(SIGUSR1, "note"));
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             stage.signal(other, SIGUSR1);
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(other.does(self::noted(SIGUSR1)), returns(1));
             other.must(l.release());
           }},
      {.id = "lock.killed_waiter_takes_nothing",
       .level = Level::kShould,
       .says = "A process killed while it waits for the lock takes no release away from the rest.",
       .documented = {"LOCK-09"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Crew crew = start_crew(stage, main, 2, {l});
             main.must(l.acquire());
             std::vector<Call> calls = each_begins(crew, l.acquire());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             main.must(l.release());
             EXPECT_THAT(calls[1], returns(true));
             crew[1]->must(l.release());
             expect_free(main, l);
           }},
      {.id = "lock.reaction_to_a_killed_holder",
       .level = Level::kVariation,
       .says = "A lock whose holder was killed stays locked until somebody else releases it, or is "
               "recovered, or its next acquire() reports the death.",
       .notes = {"proc.terminate_holding_lock"},
       .documented = {"LOCK-11", "LOCK-05", "ROB-18"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Crew crew = start_crew(stage, main, 2, {l});
             crew[0]->must(l.acquire());
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             Call acquire = crew[1]->begins(l.acquire());
             std::string seen = "reported";
             if (is_blocked(acquire)) {
               seen = "stays locked";
               main.must(l.release());
               EXPECT_THAT(acquire, returns(true));
             } else if (std::holds_alternative<Returned>(acquire.outcome())) {
               seen = "recovered";
               EXPECT_THAT(acquire, returns(true));
             }
             stage.varies(seen, {"stays locked", "recovered", "reported"});
             crew[1]->does(l.release());
           }},
      {.id = "lock.death_of_its_holder_does_not_block_the_next",
       .level = Level::kBeyond,
       .says =
           "acquire() of a lock whose holder was killed does not wait for ever, however many wait.",
       .notes = {"proc.terminate_holding_lock"},
       .documented = {"LOCK-11", "ROB-18"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.lock();
             Puppet& holder = stage.start_process(main, {l});
             const Crew crew = start_crew(stage, main, 2, {l});
             holder.must(l.acquire());
             const std::vector<Call> acquires = each_begins(crew, l.acquire());
             for (const Call& each : acquires) EXPECT_THAT(each, blocks());
             stage.signal(holder, SIGKILL);
             stage.process_ends(holder);
             EXPECT_THAT(acquires, return_for_exactly(1))
                 << "they wait for ever for a process that is dead";
             const size_t in = those_who_returned(crew, acquires).size();
             main.must(l.release());
             EXPECT_THAT(acquires, return_for_exactly(in + 1));
             for (int i = 0; i < 2; ++i) main.does(l.release());
           }},
      {.id = "lock.killed_program_leaves_no_trace",
       .level = Level::kShould,
       .says = "When the main program is killed, what its locks were made of is cleaned up.",
       .documented = {"LOCK-11"},
       .needs = {"lock", "semaphore", "condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.lock();
             main.rlock();
             main.semaphore(3);
             main.condition();
             stage.signal(main, SIGKILL);
             stage.main_ends();
           }},
  };
}

Claims recursive_lock_claims() {
  return {
      {.id = "rlock.owner_may_acquire_again",
       .level = Level::kMust,
       .says = "The owner acquires again without waiting, and the lock is free after as many "
               "releases.",
       .notes = {"sync.rlock_reentrant", "sync.lock_types"},
       .documented = {"RLCK-01"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(true));
             EXPECT_THAT(main.does(l.acquire({.timeout = 0s})), returns(true));
             for (int i = 0; i < 4; ++i) {
               expect_taken(other, l);
               EXPECT_THAT(main.does(l.release()), returns(nullptr));
             }
             expect_free(other, l);
             expect_free(main, l);
           }},
      {.id = "rlock.waiter_gets_it_at_the_last_release",
       .level = Level::kMust,
       .says = "Who waits for a recursive lock goes on at the outermost release and not before.",
       .documented = {"RLCK-01"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, blocks());
             main.must(l.acquire());
             main.must(l.release());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             other.must(l.release());
             expect_taken(main, l);
             other.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.goes_deep",
       .level = Level::kMust,
       .says = "A thousand acquires need a thousand releases, no fewer.",
       .documented = {"RLCK-01"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             main.must(batch({l.acquire()}, 1000));
             main.must(batch({l.release()}, 999));
             expect_taken(other, l);
             main.must(l.release());
             expect_free(other, l);
             EXPECT_THAT(main.does(l.release()), raises());
           }},
      {.id = "rlock.release_by_another_fails",
       .level = Level::kMust,
       .says = "A process or thread that does not own the lock can't release it; it stays held.",
       .documented = {"RLCK-02"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             Puppet& thread = stage.start_thread(main);
             main.must(l.acquire());
             EXPECT_THAT(other.does(l.release()), raises());
             EXPECT_THAT(thread.does(l.release()), raises());
             expect_taken(other, l);
             expect_taken(thread, l);
             EXPECT_THAT(main.does(l.release()), returns(nullptr));
             expect_free(other, l);
             expect_free(thread, l);
           }},
      {.id = "rlock.release_of_an_unlocked_lock_fails",
       .level = Level::kMust,
       .says = "release() of a free recursive lock is an error, and changes nothing.",
       .documented = {"RLCK-02"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.release()), raises());
             main.must(l.acquire());
             main.must(l.release());
             EXPECT_THAT(main.does(l.release()), raises());
             EXPECT_THAT(other.does(l.release()), raises());
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             expect_taken(main, l);
             other.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.wrong_release_raises_assertion_error",
       .level = Level::kMust,
       .says = "A release by who does not own the lock raises AssertionError.",
       .notes = {"sync.rlock_reentrant"},
       .documented = {"RLCK-02"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.release()), raises("AssertionError"));
             main.must(l.acquire());
             EXPECT_THAT(other.does(l.release()), raises("AssertionError"));
             EXPECT_THAT(stage.start_thread(main).does(l.release()), raises("AssertionError"));
             main.must(l.release());
           }},
      {.id = "rlock.excludes_other_threads",
       .level = Level::kMust,
       .says = "Ownership is a thread's: another thread of the same process waits.",
       .documented = {"RLCK-03"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& thread = stage.start_thread(main);
             main.must(l.acquire());
             expect_taken(thread, l);
             Call acquire = thread.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             main.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             expect_taken(main, l);
             EXPECT_THAT(main.does(l.release()), raises());
             EXPECT_THAT(thread.does(l.acquire()), returns(true));
             thread.must(l.release());
             thread.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.child_of_the_owner_is_not_owner",
       .level = Level::kShould,
       .says = "A child that is started while its creator owns the lock does not own it.",
       .documented = {"RLCK-04"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             main.must(l.acquire());
             main.must(l.acquire());
             Puppet& other = stage.start_process(main, {l});
             expect_taken(other, l);
             EXPECT_THAT(other.does(l.release()), raises());
             main.must(l.release());
             expect_taken(other, l);
             main.must(l.release());
             EXPECT_THAT(other.does(l.acquire()), returns(true));
             other.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.acquire_obeys_its_timeout",
       .level = Level::kMust,
       .says = "block and timeout mean for a recursive lock what they mean for a Lock.",
       .documented = {"RLCK-05"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             expect_timeouts_obeyed(main, other, l);
             expect_timeouts_obeyed(other, main, l);
           }},
      {.id = "rlock.negative_timeout_is_zero",
       .level = Level::kMust,
       .says = "A negative timeout means 0, and without block a timeout means nothing.",
       .documented = {"RLCK-05"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.acquire({.timeout = -50ms})), returns(true));
             EXPECT_THAT(other.does(l.acquire({.timeout = -50ms})), returns(false));
             EXPECT_THAT(other.does(l.acquire({.block = false, .timeout = 1000s})), returns(false));
             main.must(l.release());
           }},
      {.id = "rlock.failed_acquire_counts_for_nothing",
       .level = Level::kMust,
       .says = "An acquire() that returned False needs no release.",
       .documented = {"RLCK-01", "RLCK-05"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             expect_taken(other, l);
             EXPECT_THAT(other.does(l.acquire({.timeout = 50ms})), returns(false));
             main.must(l.release());
             other.must(l.acquire());
             other.must(l.release());
             expect_free(main, l);
             EXPECT_THAT(other.does(l.release()), raises());
           }},
      {.id = "rlock.with_statements_nest",
       .level = Level::kMust,
       .says = "with blocks of one thread nest; the outermost end frees the lock.",
       .documented = {"RLCK-01"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             EXPECT_THAT(main.does(l.enter()), returns());
             EXPECT_THAT(main.does(l.enter()), returns());
             EXPECT_THAT(main.does(l.exit()), returns());
             Call second = other.begins(l.enter());
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(main.does(l.exit()), returns());
             EXPECT_THAT(second, returns());
             expect_taken(main, l);
             EXPECT_THAT(other.does(l.exit()), returns());
             expect_free(main, l);
           }},
      {.id = "rlock.excludes_under_contention",
       .level = Level::kMust,
       .says = "Processes and threads that work two levels deep under a lock never overlap.",
       .notes = {"sync.lock_serialises"},
       .documented = {"RLCK-01", "RLCK-03", "LOCK-14"},
       .needs = {"rlock", "value"},
       .check =
           [](Stage& stage) {
             RemoteLock l = stage.main().rlock();
             expect_exclusion_under_contention(stage, l, {l.acquire(), l.acquire()},
                                               {l.release(), l.release()});
           }},
      {.id = "rlock.is_the_same_for_grandchildren",
       .level = Level::kMust,
       .says = "A recursive lock that a child hands on keeps its owner apart from all of them.",
       .documented = {"RLCK-01", "RLCK-02"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& child = stage.start_process(main, {l});
             child.must(l.acquire());
             Puppet& grandchild = stage.start_process(child, {l});
             EXPECT_THAT(grandchild.does(l.release()), raises());
             Call acquire = grandchild.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             EXPECT_THAT(child.does(l.acquire()), returns(true));
             child.must(l.release());
             EXPECT_THAT(acquire, blocks());
             child.must(l.release());
             EXPECT_THAT(acquire, returns(true));
             EXPECT_THAT(grandchild.does(l.acquire()), returns(true));
             expect_taken(main, l);
             grandchild.must(l.release());
             grandchild.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.two_locks_are_independent",
       .level = Level::kMust,
       .says = "To own one recursive lock is not to own another.",
       .documented = {"RLCK-02"},
       .needs = {"rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock first = main.rlock();
             RemoteLock second = main.rlock();
             Puppet& other = stage.start_process(main, {first, second});
             main.must(first.acquire());
             EXPECT_THAT(main.does(second.release()), raises());
             other.must(second.acquire());
             expect_taken(main, second);
             expect_taken(other, first);
             main.must(first.release());
             other.must(second.release());
           }},
      {.id = "rlock.sigint_interrupts_acquire",
       .level = Level::kMust,
       .says = "SIGINT ends a blocking acquire() with KeyboardInterrupt, and gives no ownership.",
       .documented = {"LOCK-12", "RLCK-02"},
       .needs = {"rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& other = stage.start_process(main, {l});
             main.must(l.acquire());
             Call acquire = other.begins(l.acquire());
             EXPECT_THAT(acquire, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(acquire, raises("KeyboardInterrupt"));
             EXPECT_THAT(other.does(l.release()), raises());
             expect_taken(other, l);
             main.must(l.release());
             expect_free(main, l);
           }},
      {.id = "rlock.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A recursive lock can only be inherited: to send it through a pipe raises "
               "RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"rlock", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.rlock());
           }},
      {.id = "rlock.death_of_its_owner_does_not_block_the_next",
       .level = Level::kBeyond,
       .says = "acquire() of a recursive lock whose owner was killed does not wait for ever.",
       .notes = {"proc.terminate_holding_lock"},
       .documented = {"ROB-18"},
       .needs = {"rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             Puppet& owner = stage.start_process(main, {l});
             Puppet& other = stage.start_process(main, {l});
             owner.must(l.acquire());
             owner.must(l.acquire());
             stage.signal(owner, SIGKILL);
             stage.process_ends(owner);
             Call acquire = main.begins(l.acquire());
             const bool blocked = is_blocked(acquire);
             EXPECT_FALSE(blocked) << "it waits for ever for a process that is dead";
             if (blocked) return;
             main.must(l.release());
             EXPECT_THAT(other.does(l.acquire(kWithoutBlocking)), returns(true))
                 << "the levels of the dead owner are the next one's";
           }},
  };
}

}  // namespace

Claims lock_claims() {
  Claims all = plain_lock_claims();
  for (const Claim& claim : recursive_lock_claims()) all.push_back(claim);
  return all;
}

}  // namespace conformance
