// Semaphore and BoundedSemaphore: how many get in, who may release, and how often.
#include <signal.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;

void expect_none_left(Puppet& who, const RemoteLock& s) {
  EXPECT_THAT(who.does(s.acquire(kWithoutBlocking)), returns(false));
}

// Expects that exactly `count` acquisitions are possible, and undoes them.
void expect_left(Puppet& who, const RemoteLock& s, int count) {
  for (int i = 0; i < count; ++i) EXPECT_THAT(who.does(s.acquire(kWithoutBlocking)), returns(true));
  expect_none_left(who, s);
  for (int i = 0; i < count; ++i) who.must(s.release());
}

// `s` has one permit.
void expect_permits_obey_timeouts(Puppet& holder, Puppet& other, const RemoteLock& s) {
  holder.must(s.acquire());
  EXPECT_THAT(other.does(s.acquire({.block = false})), returns(false));
  EXPECT_THAT(other.does(s.acquire({.timeout = 50ms})), AllOf(returns(false), took_about(50ms)));
  EXPECT_THAT(other.does(s.acquire({.block = true, .timeout = 0s})), returns(false));
  Call endless = other.begins(s.acquire({.block = true, .timeout = nullptr}));
  EXPECT_THAT(endless, blocks());
  holder.must(s.release());
  EXPECT_THAT(endless, returns(true));
  other.must(s.release());
  EXPECT_THAT(other.does(s.acquire({.timeout = 50ms})), returns(true));
  other.must(s.release());
  expect_left(other, s, 1);
}

void expect_negative_timeout_is_zero(Puppet& main, const RemoteLock& s) {
  EXPECT_THAT(main.does(s.acquire({.timeout = -50ms})), returns(true));
  EXPECT_THAT(main.does(s.acquire({.timeout = -50ms})), returns(false));
  EXPECT_THAT(main.does(s.acquire({.block = false, .timeout = 1000s})), returns(false));
  main.must(s.release());
}

// `s` has `permits`; four processes and a thread want it.
void expect_no_more_than(int permits, Stage& stage, const RemoteLock& s) {
  constexpr int kRounds = 40;
  Puppet& main = stage.main();
  Puppet& thread = stage.start_thread(main);
  Crew crew = start_crew(stage, main, 4, {s});
  crew.push_back(&thread);
  for (int i = 0; i < permits; ++i) main.must(s.acquire());
  std::vector<Call> calls =
      each_begins(crew, batch({s.acquire(), self::names(), s.release()}, kRounds));
  EXPECT_THAT(calls, return_for_exactly(0));
  for (int i = 0; i < permits; ++i) main.must(s.release());
  std::vector<Span> held;
  for (const Call& call : calls) {
    std::vector<Span> mine = spans(call, 3, 0, 2);
    EXPECT_EQ(mine.size(), static_cast<size_t>(kRounds));
    held.insert(held.end(), mine.begin(), mine.end());
  }
  EXPECT_LE(most_at_once(held), permits);
  expect_left(main, s, permits);
}

void expect_sigint_takes_no_permit(Stage& stage, const RemoteLock& s) {
  Puppet& main = stage.main();
  Puppet& other = stage.start_process(main, {s});
  main.must(s.acquire());
  Call acquire = other.begins(s.acquire());
  EXPECT_THAT(acquire, blocks());
  stage.signal(other, SIGINT);
  EXPECT_THAT(acquire, raises("KeyboardInterrupt"));
  expect_none_left(other, s);
  main.must(s.release());
  expect_left(other, s, 1);
}

Op make_semaphore(const std::string& kind, Value value) {
  return {.name = kind + ".new", .as = {"negative"}, .args = {{"value", std::move(value)}}};
}

Claims plain_semaphore_claims() {
  return {
      {.id = "semaphore.value_is_one_by_default",
       .level = Level::kMust,
       .says = "Semaphore() lets one in.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore();
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             expect_none_left(other, s);
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             expect_left(other, s, 1);
           }},
      {.id = "semaphore.lets_n_in",
       .level = Level::kMust,
       .says = "Semaphore(n) is held n times at once; the next one waits for a release.",
       .notes = {"sync.semaphore_counts", "sync.lock_types"},
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(2);
             Crew crew = start_crew(stage, main, 3, {s});
             std::vector<Call> calls = each_begins(crew, s.acquire());
             EXPECT_THAT(calls, return_for_exactly(2));
             expect_none_left(main, s);
             Crew in = those_who_returned(crew, calls);
             ASSERT_FALSE(in.empty());
             in[0]->must(s.release());
             EXPECT_THAT(calls, return_for_exactly(3));
             expect_none_left(main, s);
             each_must({crew[0], crew[1]}, s.release());
             expect_left(main, s, 2);
           }},
      {.id = "semaphore.rises_far_above_its_beginning",
       .level = Level::kMust,
       .says = "A Semaphore(1) may be released a hundred times, and lets a hundred more in then.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(1);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(batch({s.release()}, 100)), returns());
             EXPECT_THAT(other.does(batch({s.acquire()}, 101)), returns());
             expect_none_left(main, s);
           }},
      {.id = "semaphore.one_process_may_hold_several",
       .level = Level::kMust,
       .says = "A permit has no owner: one process takes all of them, and another gives them back.",
       .documented = {"SEMA-01", "SEMA-06"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(3);
             Puppet& other = stage.start_process(main, {s});
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(s.acquire()), returns(true));
             Call fourth = main.begins(s.acquire());
             EXPECT_THAT(fourth, blocks());
             EXPECT_THAT(other.does(s.release()), returns(nullptr));
             EXPECT_THAT(fourth, returns(true));
             expect_none_left(main, s);
             for (int i = 0; i < 3; ++i) other.must(s.release());
             expect_left(main, s, 3);
           }},
      {.id = "semaphore.may_start_at_zero",
       .level = Level::kMust,
       .says = "Semaphore(0) makes everybody wait until somebody releases.",
       .documented = {"SEMA-02", "SEMA-06"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(0);
             Puppet& other = stage.start_process(main, {s});
             expect_none_left(main, s);
             Call acquire = other.begins(s.acquire());
             EXPECT_THAT(acquire, blocks());
             main.must(s.release());
             EXPECT_THAT(acquire, returns(true));
             expect_none_left(main, s);
           }},
      {.id = "semaphore.negative_value_is_an_error",
       .level = Level::kMust,
       .says = "Semaphore(-1) is refused.",
       .documented = {"SEMA-02"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             EXPECT_THAT(stage.main().does(make_semaphore("semaphore", -1)), raises());
           }},
      {.id = "semaphore.error_for_a_negative_value",
       .level = Level::kVariation,
       .says = "Semaphore(-1) raises OSError or ValueError.",
       .documented = {"SEMA-02"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             const Outcome outcome = stage.main().does(make_semaphore("semaphore", -1)).outcome();
             const Raised* raised = std::get_if<Raised>(&outcome);
             stage.varies(raised ? raised->type : "no error", {"OSError", "ValueError"});
           }},
      {.id = "semaphore.release_may_exceed_the_first_value",
       .level = Level::kMust,
       .says = "release() raises the value above the one it began with.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(1);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(other.does(s.release()), returns(nullptr));
             expect_left(main, s, 3);
             expect_left(other, s, 3);
           }},
      {.id = "semaphore.get_value_tells_what_is_left",
       .level = Level::kShould,
       .says = "get_value() tells every process how many may still enter.",
       .documented = {"SEMA-03"},
       .needs = {"semaphore", "semaphore.get_value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(2);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.get_value()), returns(2));
             EXPECT_THAT(other.does(s.get_value()), returns(2));
             other.must(s.acquire());
             EXPECT_THAT(main.does(s.get_value()), returns(1));
             main.must(s.acquire());
             EXPECT_THAT(other.does(s.get_value()), returns(0));
             expect_none_left(other, s);
             EXPECT_THAT(other.does(s.get_value()), returns(0));
             for (int i = 0; i < 4; ++i) main.must(s.release());
             EXPECT_THAT(other.does(s.get_value()), returns(4));
             EXPECT_THAT(main.does(main.semaphore().get_value()), returns(1));
             EXPECT_THAT(main.does(main.semaphore(100000).get_value()), returns(100000));
           }},
      {.id = "semaphore.each_release_lets_one_waiter_in",
       .level = Level::kMust,
       .says = "A release by any process or thread lets exactly one waiter in.",
       .documented = {"SEMA-06"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(0);
             Puppet& releaser = stage.start_process(main, {s});
             Puppet& thread = stage.start_thread(main);
             Crew crew = start_crew(stage, main, 2, {s});
             crew.push_back(&stage.start_thread(main));
             std::vector<Call> calls = each_begins(crew, s.acquire());
             EXPECT_THAT(calls, return_for_exactly(0));
             releaser.must(s.release());
             EXPECT_THAT(calls, return_for_exactly(1));
             thread.must(s.release());
             EXPECT_THAT(calls, return_for_exactly(2));
             releaser.must(s.release());
             EXPECT_THAT(calls, return_for_exactly(3));
             expect_none_left(main, s);
           }},
      {.id = "semaphore.acquire_obeys_its_timeout",
       .level = Level::kMust,
       .says = "block and timeout mean for a semaphore what they mean for a Lock.",
       .documented = {"SEMA-07"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(1);
             Puppet& other = stage.start_process(main, {s});
             expect_permits_obey_timeouts(main, other, s);
             expect_permits_obey_timeouts(other, main, s);
           }},
      {.id = "semaphore.negative_timeout_is_zero",
       .level = Level::kMust,
       .says = "A negative timeout means 0, and without block a timeout means nothing.",
       .documented = {"SEMA-07"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_negative_timeout_is_zero(main, main.semaphore(1));
           }},
      {.id = "semaphore.with_statement_holds_one",
       .level = Level::kMust,
       .says = "A with block waits for a permit, holds one, and gives it back at its end.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(2);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.enter()), returns());
             expect_left(other, s, 1);
             EXPECT_THAT(main.does(s.enter()), returns());
             Call third = other.begins(s.enter());
             EXPECT_THAT(third, blocks());
             EXPECT_THAT(main.does(s.exit()), returns());
             EXPECT_THAT(third, returns());
             EXPECT_THAT(other.does(s.exit()), returns());
             EXPECT_THAT(main.does(s.exit()), returns());
             expect_left(other, s, 2);
           }},
      {.id = "semaphore.limits_under_contention",
       .level = Level::kMust,
       .says = "However many processes and threads want in, no more than n are in at once.",
       .notes = {"sync.semaphore_counts"},
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check = [](Stage& stage) { expect_no_more_than(2, stage, stage.main().semaphore(2)); }},
      {.id = "semaphore.excludes_as_a_lock",
       .level = Level::kMust,
       .says = "Semaphore(1) excludes as a lock does.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check = [](Stage& stage) { expect_no_more_than(1, stage, stage.main().semaphore()); }},
      {.id = "semaphore.count_is_seen_by_later_children",
       .level = Level::kMust,
       .says = "A child and a grandchild that are started later find what is left of the permits.",
       .documented = {"SEMA-01", "COND-11"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(3);
             main.must(s.acquire());
             Puppet& child = stage.start_process(main, {s});
             expect_left(child, s, 2);
             child.must(s.acquire());
             Puppet& grandchild = stage.start_process(child, {s});
             expect_left(grandchild, s, 1);
             EXPECT_THAT(grandchild.does(s.acquire()), returns(true));
             Call more = main.begins(s.acquire());
             EXPECT_THAT(more, blocks());
             grandchild.must(s.release());
             EXPECT_THAT(more, returns(true));
             for (int i = 0; i < 5; ++i) grandchild.must(s.release());
             expect_left(main, s, 5);
           }},
      {.id = "semaphore.two_are_independent",
       .level = Level::kMust,
       .says = "The permits of one semaphore are not those of another.",
       .documented = {"SEMA-01"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock first = main.semaphore(1);
             RemoteLock second = main.semaphore(2);
             Puppet& other = stage.start_process(main, {first, second});
             main.must(first.acquire());
             expect_left(other, second, 2);
             expect_none_left(other, first);
           }},
      {.id = "semaphore.sigint_interrupts_acquire",
       .level = Level::kMust,
       .says = "SIGINT ends a blocking acquire() with KeyboardInterrupt, and takes no permit.",
       .documented = {"LOCK-12", "SEMA-07"},
       .needs = {"semaphore", "isolated"},
       .check =
           [](Stage& stage) { expect_sigint_takes_no_permit(stage, stage.main().semaphore(1)); }},
      {.id = "semaphore.killed_waiter_takes_no_permit",
       .level = Level::kShould,
       .says = "A process killed while it waits takes no release away from the rest.",
       .documented = {"SEMA-06"},
       .needs = {"semaphore", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(0);
             Crew crew = start_crew(stage, main, 2, {s});
             std::vector<Call> calls = each_begins(crew, s.acquire());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             main.must(s.release());
             EXPECT_THAT(calls[1], returns(true));
             expect_none_left(main, s);
           }},
      {.id = "semaphore.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A semaphore can only be inherited: to send it through a pipe raises RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"semaphore", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.semaphore(1));
           }},
  };
}

Claims bounded_semaphore_claims() {
  return {
      {.id = "bounded_semaphore.over_release_raises_value_error",
       .level = Level::kMust,
       .says = "release() above the first value raises ValueError, in every process.",
       .notes = {"sync.semaphore_counts"},
       .documented = {"SEMA-05"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(2);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
             EXPECT_THAT(other.does(s.release()), raises("ValueError"));
             main.must(s.acquire());
             main.must(s.acquire());
             EXPECT_THAT(other.does(s.release()), returns(nullptr));
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
             EXPECT_THAT(other.does(s.release()), raises("ValueError"));
           }},
      {.id = "bounded_semaphore.over_release_changes_nothing",
       .level = Level::kMust,
       .says = "A release too many is an error, and lets nobody else in.",
       .documented = {"SEMA-05"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(2);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.release()), raises());
             EXPECT_THAT(other.does(s.release()), raises());
             expect_left(main, s, 2);
             expect_left(other, s, 2);
           }},
      {.id = "bounded_semaphore.value_is_one_by_default",
       .level = Level::kMust,
       .says = "BoundedSemaphore() lets one in and takes one release.",
       .documented = {"SEMA-05", "SEMA-01"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore();
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.release()), raises());
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             Call second = other.begins(s.acquire());
             EXPECT_THAT(second, blocks());
             main.must(s.release());
             EXPECT_THAT(second, returns(true));
             main.must(s.release());
             EXPECT_THAT(other.does(s.release()), raises());
           }},
      {.id = "bounded_semaphore.bound_of_zero_refuses_every_release",
       .level = Level::kShould,
       .says = "BoundedSemaphore(0) has nothing to acquire and takes no release.",
       .documented = {"SEMA-02", "SEMA-05"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(0);
             expect_none_left(main, s);
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
             expect_none_left(main, s);
           }},
      {.id = "bounded_semaphore.negative_value_is_an_error",
       .level = Level::kMust,
       .says = "BoundedSemaphore(-1) is refused.",
       .documented = {"SEMA-02"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             EXPECT_THAT(stage.main().does(make_semaphore("bounded_semaphore", -1)), raises());
           }},
      {.id = "bounded_semaphore.lets_n_in",
       .level = Level::kMust,
       .says = "BoundedSemaphore(n) is held n times at once; the next one waits for a release.",
       .documented = {"SEMA-01", "SEMA-06"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(2);
             Crew crew = start_crew(stage, main, 4, {s});
             std::vector<Call> calls = each_begins(crew, s.acquire());
             EXPECT_THAT(calls, return_for_exactly(2));
             main.must(s.release());
             EXPECT_THAT(calls, return_for_exactly(3));
             main.must(s.release());
             EXPECT_THAT(calls, return_for_exactly(4));
             main.must(s.release());
             main.must(s.release());
             EXPECT_THAT(main.does(s.release()), raises());
           }},
      {.id = "bounded_semaphore.bound_is_known_to_grandchildren",
       .level = Level::kMust,
       .says = "Children and grandchildren are held to the bound of the one that made it.",
       .documented = {"SEMA-05", "COND-11"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(3);
             main.must(s.acquire());
             Puppet& child = stage.start_process(main, {s});
             Puppet& grandchild = stage.start_process(child, {s});
             expect_left(grandchild, s, 2);
             EXPECT_THAT(grandchild.does(s.release()), returns(nullptr));
             EXPECT_THAT(grandchild.does(s.release()), raises("ValueError"));
             EXPECT_THAT(child.does(s.release()), raises("ValueError"));
             expect_left(main, s, 3);
           }},
      {.id = "bounded_semaphore.acquire_obeys_its_timeout",
       .level = Level::kMust,
       .says = "block and timeout mean for a bounded semaphore what they mean for a Lock.",
       .documented = {"SEMA-07"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(1);
             expect_permits_obey_timeouts(main, stage.start_process(main, {s}), s);
           }},
      {.id = "bounded_semaphore.negative_timeout_is_zero",
       .level = Level::kMust,
       .says = "A negative timeout means 0, and without block a timeout means nothing.",
       .documented = {"SEMA-07"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_negative_timeout_is_zero(main, main.bounded_semaphore(1));
           }},
      {.id = "bounded_semaphore.get_value_tells_what_is_left",
       .level = Level::kShould,
       .says = "get_value() of a bounded semaphore tells how many may still enter.",
       .documented = {"SEMA-03"},
       .needs = {"bounded_semaphore", "semaphore.get_value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(2);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(other.does(s.get_value()), returns(2));
             main.must(s.acquire());
             EXPECT_THAT(other.does(s.get_value()), returns(1));
             main.must(s.release());
             EXPECT_THAT(main.does(s.release()), raises());
             EXPECT_THAT(other.does(s.get_value()), returns(2));
           }},
      {.id = "bounded_semaphore.with_statement_holds_one",
       .level = Level::kMust,
       .says = "A with block takes one permit and gives one back.",
       .documented = {"SEMA-05"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.bounded_semaphore(1);
             Puppet& other = stage.start_process(main, {s});
             EXPECT_THAT(main.does(s.enter()), returns());
             expect_none_left(other, s);
             EXPECT_THAT(main.does(s.exit()), returns());
             EXPECT_THAT(main.does(s.release()), raises());
             expect_left(other, s, 1);
           }},
      {.id = "bounded_semaphore.limits_under_contention",
       .level = Level::kMust,
       .says = "However many processes and threads want in, no more than n are in at once.",
       .documented = {"SEMA-01"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) { expect_no_more_than(2, stage, stage.main().bounded_semaphore(2)); }},
      {.id = "bounded_semaphore.bound_holds_after_failed_acquires",
       .level = Level::kMust,
       .says = "An acquire() that has failed, at once or when its time was up, moves neither the "
               "count nor the bound.",
       .documented = {"SEMA-05"},
       .needs = {"bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             for (int n : {0, 1, 3}) {
               RemoteLock s = main.bounded_semaphore(n);
               for (int i = 0; i < n; ++i) main.must(s.acquire());
               for (Puppet* each : {&main, &thread}) {
                 expect_none_left(*each, s);
                 EXPECT_THAT(each->does(s.acquire({.timeout = 20ms})), returns(false));
               }
               for (int i = 0; i < n; ++i) EXPECT_THAT(main.does(s.release()), returns());
               for (Puppet* each : {&main, &thread})
                 EXPECT_THAT(each->does(s.release()), raises("ValueError"));
               expect_left(thread, s, n);
             }
           }},
      {.id = "semaphore.as_many_go_on_as_are_released_in_a_row",
       .level = Level::kMust,
       .says =
           "Of several who wait as many go on as permits are given, though these are given in a "
           "row, before any of them has moved.",
       .documented = {"SEMA-06"},
       .needs = {"semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.semaphore(0);
             Crew crew = start_crew(stage, main, 3, {s});
             crew.push_back(&stage.start_thread(main));
             for (int round = 0; round < 3; ++round) {
               const std::vector<Call> acquires = each_begins(crew, s.acquire());
               EXPECT_THAT(acquires, return_for_exactly(0));
               results(main.does(batch({s.release()}, 4)));
               EXPECT_THAT(acquires, return_for_exactly(4));
             }
             expect_none_left(main, s);
           }},
      {.id = "bounded_semaphore.sigint_interrupts_acquire",
       .level = Level::kMust,
       .says = "SIGINT ends a blocking acquire() with KeyboardInterrupt, and takes no permit.",
       .documented = {"LOCK-12", "SEMA-07"},
       .needs = {"bounded_semaphore", "isolated"},
       .check =
           [](Stage& stage) {
             expect_sigint_takes_no_permit(stage, stage.main().bounded_semaphore(1));
           }},
      {.id = "bounded_semaphore.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A bounded semaphore can only be inherited: to send it through a pipe raises "
               "RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"bounded_semaphore", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.bounded_semaphore(1));
           }},
  };
}

}  // namespace

Claims semaphore_claims() {
  Claims all = plain_semaphore_claims();
  for (const Claim& claim : bounded_semaphore_claims()) all.push_back(claim);
  return all;
}

}  // namespace conformance
