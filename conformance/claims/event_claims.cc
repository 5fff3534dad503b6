// Event: set, clear, and those who wait in between.
#include <signal.h>

#include <utility>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;

}  // namespace

Claims event_claims() {
  return {
      {.id = "event.starts_clear",
       .level = Level::kMust,
       .says = "A new Event is not set, in its creator and in a child.",
       .documented = {"EVNT-01"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(other.does(e.is_set()), returns(false));
             EXPECT_THAT(other.does(e.wait(0s)), returns(false));
           }},
      {.id = "event.set_is_seen_by_all_at_once",
       .level = Level::kMust,
       .says = "When set() or clear() has returned, every process sees it.",
       .documented = {"EVNT-01", "EVNT-05"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(other.does(e.set()), returns(nullptr));
             for (Puppet* each : {&main, &other, &thread})
               EXPECT_THAT(each->does(e.is_set()), returns(true));
             EXPECT_THAT(main.does(e.clear()), returns(nullptr));
             for (Puppet* each : {&main, &other, &thread})
               EXPECT_THAT(each->does(e.is_set()), returns(false));
             thread.must(e.set());
             EXPECT_THAT(other.does(e.is_set()), returns(true));
           }},
      {.id = "event.wait_blocks_until_set",
       .level = Level::kMust,
       .says = "wait() blocks until another process sets the event, and returns True.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             Call wait = other.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             main.must(e.set());
             EXPECT_THAT(wait, returns(true));
             main.must(e.clear());
             Call again = main.begins(e.wait(nullptr));
             EXPECT_THAT(again, blocks());
             other.must(e.set());
             EXPECT_THAT(again, returns(true));
           }},
      {.id = "event.set_releases_every_waiter",
       .level = Level::kMust,
       .says = "One set() releases every process and thread that waits.",
       .documented = {"EVNT-01"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Crew crew = start_crew(stage, main, 3, {e});
             crew.push_back(&stage.start_thread(main));
             std::vector<Call> calls = each_begins(crew, e.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             for (const Call& call : calls) EXPECT_THAT(call, returns(true));
             EXPECT_THAT(main.does(e.is_set()), returns(true));
           }},
      {.id = "event.stays_set_until_cleared",
       .level = Level::kMust,
       .says = "While it is set, every wait() returns True at once; to look does not use it up.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             main.must(e.set());
             for (int i = 0; i < 2; ++i) {
               EXPECT_THAT(main.does(e.wait()), returns(true));
               EXPECT_THAT(other.does(e.wait(0s)), returns(true));
               EXPECT_THAT(other.does(e.is_set()), returns(true));
               EXPECT_THAT(other.does(e.wait(1000s)), returns(true));
               EXPECT_THAT(main.does(e.is_set()), returns(true));
             }
           }},
      {.id = "event.wait_returns_false_after_timeout",
       .level = Level::kMust,
       .says = "wait(t) of a clear event returns False once t has passed and not before.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             EXPECT_THAT(main.does(e.wait(50ms)), AllOf(returns(false), took_about(50ms)));
             EXPECT_THAT(other.does(e.wait(50ms)), AllOf(returns(false), took_about(50ms)));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.wait(0s)), returns(false));
             EXPECT_THAT(main.does(e.wait(-1s)), returns(false));
           }},
      {.id = "event.long_timeout_ends_with_set",
       .level = Level::kMust,
       .says = "wait(t) returns True as soon as the event is set, however long t is.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             Call wait = other.begins(e.wait(100000s));
             main.must(e.set());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.one_clear_undoes_many_sets",
       .level = Level::kMust,
       .says = "set() of a set event changes nothing: one clear() clears it.",
       .documented = {"EVNT-03"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             for (Puppet* each : {&main, &other, &main}) {
               each->must(e.set());
               EXPECT_THAT(other.does(e.is_set()), returns(true));
             }
             EXPECT_THAT(other.does(e.clear()), returns(nullptr));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(other.does(e.wait(0s)), returns(false));
             Call wait = other.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             main.must(e.set());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.clear_of_a_clear_event_changes_nothing",
       .level = Level::kMust,
       .says = "clear() may be called any number of times; one set() sets the event.",
       .documented = {"EVNT-01", "EVNT-03"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             EXPECT_THAT(main.does(e.clear()), returns(nullptr));
             EXPECT_THAT(main.does(e.clear()), returns(nullptr));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             main.must(e.set());
             EXPECT_THAT(main.does(e.is_set()), returns(true));
           }},
      {.id = "event.clear_leaves_waiters_waiting",
       .level = Level::kMust,
       .says = "While somebody waits, others may look and clear; that does not end the wait.",
       .documented = {"EVNT-01", "EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             Call wait = other.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.clear()), returns(nullptr));
             EXPECT_THAT(main.does(e.wait(0s)), returns(false));
             EXPECT_THAT(wait, blocks());
             main.must(e.set());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.is_reusable",
       .level = Level::kMust,
       .says = "After clear() waiters wait for the next set(), round after round.",
       .documented = {"EVNT-01", "EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Crew crew = start_crew(stage, main, 2, {e});
             for (int round = 0; round < 3; ++round) {
               std::vector<Call> calls = each_begins(crew, e.wait());
               EXPECT_THAT(calls, return_for_exactly(0));
               main.must(e.set());
               for (const Call& call : calls) EXPECT_THAT(call, returns(true));
               main.must(e.clear());
             }
             EXPECT_THAT(crew[0]->does(e.is_set()), returns(false));
           }},
      {.id = "event.waiters_that_timed_out_do_not_matter",
       .level = Level::kMust,
       .says = "set() after some waiters have given up returns, and releases those who still wait.",
       .documented = {"EVNT-01", "COND-09"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Crew crew = start_crew(stage, main, 3, {e});
             EXPECT_THAT(crew[0]->does(e.wait(1ms)), returns(false));
             EXPECT_THAT(main.does(e.wait(0s)), returns(false));
             std::vector<Call> calls = each_begins({crew[1], crew[2]}, e.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             EXPECT_THAT(crew[0]->does(e.wait(1ms)), returns(false));
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             for (const Call& call : calls) EXPECT_THAT(call, returns(true));
             main.must(e.clear());
             Call late = crew[0]->begins(e.wait());
             EXPECT_THAT(late, blocks());
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             EXPECT_THAT(late, returns(true));
           }},
      {.id = "event.is_seen_by_later_children",
       .level = Level::kMust,
       .says = "A child and a grandchild that are started later find the event as it was left.",
       .documented = {"EVNT-05", "COND-11"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             main.must(e.set());
             Puppet& child = stage.start_process(main, {e});
             EXPECT_THAT(child.does(e.is_set()), returns(true));
             EXPECT_THAT(child.does(e.wait()), returns(true));
             child.must(e.clear());
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             Puppet& grandchild = stage.start_process(child, {e});
             EXPECT_THAT(grandchild.does(e.is_set()), returns(false));
             Call wait = main.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             grandchild.must(e.set());
             EXPECT_THAT(wait, returns(true));
             EXPECT_THAT(child.does(e.is_set()), returns(true));
           }},
      {.id = "event.two_are_independent",
       .level = Level::kMust,
       .says = "set() of one event neither sets another nor ends a wait for it.",
       .documented = {"EVNT-01"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent first = main.event();
             RemoteEvent second = main.event();
             Puppet& other = stage.start_process(main, {first, second});
             Call wait = other.begins(second.wait());
             EXPECT_THAT(wait, blocks());
             main.must(first.set());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(second.is_set()), returns(false));
             main.must(second.set());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.stays_usable_when_its_setter_has_ended",
       .level = Level::kMust,
       .says = "What a process has set stays set when that process has ended.",
       .documented = {"EVNT-05"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& setter = stage.start_process(main, {e});
             RemoteProcess process = setter.handle();
             setter.must(e.set());
             setter.must(self::returns());
             main.must(process.join());
             EXPECT_THAT(main.does(e.is_set()), returns(true));
             main.must(e.clear());
             EXPECT_THAT(main.does(e.is_set()), returns(false));
           }},
      {.id = "event.sigint_interrupts_wait",
       .level = Level::kShould,
       .says = "SIGINT ends wait() with KeyboardInterrupt, and leaves the event usable.",
       .documented = {"LOCK-12", "EVNT-01"},
       .needs = {"event", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& other = stage.start_process(main, {e});
             Call wait = other.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(wait, raises("KeyboardInterrupt"));
             EXPECT_THAT(other.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             EXPECT_THAT(other.does(e.wait()), returns(true));
           }},
      {.id = "event.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "An event can only be inherited: to send it through a pipe raises RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"event", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.event());
           }},
      {.id = "event.set_returns_although_a_waiter_was_killed",
       .level = Level::kBeyond,
       .says = "set() returns, and releases the living, although a process was killed in wait().",
       .documented = {"EVNT-06", "ROB-14"},
       .needs = {"event", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Crew crew = start_crew(stage, main, 2, {e});
             std::vector<Call> calls = each_begins(crew, e.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             EXPECT_THAT(main.does(e.set()), returns(nullptr));
             EXPECT_THAT(calls[1], returns(true));
           }},
      {.id = "event.is_set_for_all_who_ask_at_once",
       .level = Level::kMust,
       .says = "While an event is set, is_set() says so to every process and thread, "
               "however many ask at the same time and however often.",
       .documented = {"EVNT-01"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Crew crew = start_crew(stage, main, 3, {e});
             crew.push_back(&stage.start_thread(main));
             main.must(e.set());
             for (const Call& call : each_begins(crew, batch({e.is_set()}, 3000)))
               EXPECT_THAT(results(call), testing::Each(Value(true)));
             EXPECT_THAT(main.does(e.is_set()), returns(true));
           }},
      {.id = "event.pulse_returns_true_to_those_it_releases",
       .level = Level::kBeyond,
       .says = "wait() without a timeout returns True, even if clear() follows set() at once.",
       .documented = {"EVNT-04", "ROB-15"},
       .needs = {"event", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& waiter = stage.start_process(main, {e});
             Puppet& clearer = stage.start_process(main, {e});
             Call wait = waiter.begins(e.wait());
             EXPECT_THAT(wait, blocks());
             // A waiter that is slow to wake up: set() and clear() come before it looks.
             stage.stop(waiter);
             Call set = main.begins(e.set());
             set.outcome_if_blocked();
             Call clear = clearer.begins(e.clear());
             clear.outcome_if_blocked();
             stage.resume(waiter);
             EXPECT_THAT(set, returns(nullptr));
             EXPECT_THAT(clear, returns(nullptr));
             EXPECT_THAT(wait, returns(true));
             EXPECT_THAT(main.does(e.is_set()), returns(false));
           }},
  };
}

}  // namespace conformance
