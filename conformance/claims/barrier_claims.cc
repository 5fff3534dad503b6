// Barrier: all together or none, generation after generation, and every way to break it.
#include <signal.h>

#include <algorithm>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

testing::Matcher<const Call&> breaks() { return raises("BrokenBarrierError"); }

std::vector<int64_t> indices(const std::vector<Call>& calls) {
  std::vector<int64_t> result;
  for (const Call& call : calls) result.push_back(as_int(call.value()));
  return result;
}

// Expects that all of the crew meet, and that each gets an index of its own.
void expect_meeting(const Crew& crew, const RemoteBarrier& b) {
  std::vector<int64_t> expected, seen = indices(each_begins(crew, b.wait()));
  for (size_t i = 0; i < crew.size(); ++i) expected.push_back(i);
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(expected));
}

void expect_state(Puppet& who, const RemoteBarrier& b, int n_waiting, bool broken) {
  EXPECT_THAT(who.does(b.n_waiting()), returns(n_waiting));
  EXPECT_THAT(who.does(b.broken()), returns(broken));
}

}  // namespace

Claims barrier_claims() {
  return {
      {.id = "barrier.wait_blocks_until_all_have_arrived",
       .level = Level::kMust,
       .says = "wait() blocks until as many as there are parties have called it.",
       .documented = {"BARR-01"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             Call first = crew[0]->begins(b.wait());
             EXPECT_THAT(first, blocks());
             Call second = crew[1]->begins(b.wait(nullptr));
             EXPECT_THAT(second, blocks());
             EXPECT_THAT(first, blocks());
             EXPECT_THAT(main.does(b.wait()), returns());
             EXPECT_THAT(first, returns());
             EXPECT_THAT(second, returns());
           }},
      {.id = "barrier.each_party_gets_an_index_of_its_own",
       .level = Level::kMust,
       .says = "wait() returns a different one of 0 to n-1 to each party.",
       .documented = {"BARR-02"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(4);
             Crew crew = start_crew(stage, main, 3, {b});
             crew.push_back(&main);
             expect_meeting(crew, b);
             expect_meeting(crew, b);
           }},
      {.id = "barrier.threads_and_processes_are_parties_alike",
       .level = Level::kMust,
       .says = "A barrier counts threads of one process and other processes alike.",
       .documented = {"BARR-01", "BARR-02"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(4);
             Crew crew = start_crew(stage, main, 1, {b});
             crew.push_back(&stage.start_thread(*crew[0]));
             crew.push_back(&stage.start_thread(main));
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             calls.push_back(main.begins(b.wait()));
             EXPECT_THAT(indices(calls), UnorderedElementsAre(0, 1, 2, 3));
           }},
      {.id = "barrier.one_party_never_waits",
       .level = Level::kMust,
       .says = "A barrier for one lets it through each time, with index 0.",
       .documented = {"BARR-01", "BARR-02"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(1);
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(b.wait()), returns(0));
             expect_state(main, b, 0, false);
           }},
      {.id = "barrier.generations_do_not_mix",
       .level = Level::kMust,
       .says = "In each of many generations nobody leaves before all have come, each index is "
               "given once, and the action has run once.",
       .documented = {"BARR-01", "BARR-02", "BARR-03", "BARR-08"},
       .needs = {"barrier", "value"},
       .check =
           [](Stage& stage) {
             constexpr int kGenerations = 20;
             Puppet& main = stage.main();
             RemoteValue count = main.value("i", 0, {.lock = false});
             RemoteBarrier b = main.barrier(3, {.action = barrier_adds_to(count)});
             Crew crew = start_crew(stage, main, 2, {b, count});
             crew.push_back(&main);
             std::vector<Call> calls =
                 each_begins(crew, batch({b.wait(), count.get()}, kGenerations));
             for (const Call& call : calls) ASSERT_THAT(call, returns());
             for (int generation = 0; generation < kGenerations; ++generation) {
               std::vector<int64_t> seen;
               std::chrono::nanoseconds last_arrival{0}, first_return{INT64_MAX};
               for (const Call& call : calls) {
                 const Reply& wait = call.batch()[2 * generation];
                 const Reply& value = call.batch()[2 * generation + 1];
                 last_arrival = std::max(last_arrival, wait.t0);
                 first_return = std::min(first_return, wait.t1);
                 const Returned* returned = std::get_if<Returned>(&wait.result);
                 ASSERT_TRUE(returned) << "generation " << generation;
                 seen.push_back(as_int(returned->value));
                 const Returned* counted = std::get_if<Returned>(&value.result);
                 ASSERT_TRUE(counted) << "generation " << generation;
                 EXPECT_EQ(as_int(counted->value), generation + 1);
               }
               EXPECT_THAT(seen, UnorderedElementsAre(0, 1, 2));
               EXPECT_LE(last_arrival, first_return);
             }
             expect_state(main, b, 0, false);
           }},
      {.id = "barrier.more_processes_than_parties_go_in_groups",
       .level = Level::kMust,
       .says = "Of three at a barrier for two, two go on and the third waits for a fourth.",
       .documented = {"BARR-01", "BARR-08"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Crew crew = start_crew(stage, main, 3, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(2));
             expect_state(main, b, 1, false);
             EXPECT_THAT(main.does(b.wait()), returns(1));
             EXPECT_THAT(calls, return_for_exactly(3));
             std::vector<int64_t> seen = indices(calls);
             EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 2);
             EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 1);
           }},
      {.id = "barrier.reports_its_state",
       .level = Level::kMust,
       .says = "parties, n_waiting and broken tell every process how the barrier stands.",
       .documented = {"BARR-07"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             EXPECT_THAT(main.does(b.parties()), returns(3));
             EXPECT_THAT(crew[0]->does(b.parties()), returns(3));
             std::vector<Call> calls;
             for (int waiting = 0; waiting < 2; ++waiting) {
               expect_state(main, b, waiting, false);
               expect_state(*crew[1], b, waiting, false);
               calls.push_back(crew[waiting]->begins(b.wait()));
               EXPECT_THAT(calls.back(), blocks());
             }
             expect_state(main, b, 2, false);
             main.must(b.wait());
             for (const Call& call : calls) EXPECT_THAT(call, returns());
             expect_state(main, b, 0, false);
             EXPECT_THAT(crew[1]->does(b.parties()), returns(3));
           }},
      {.id = "barrier.action_runs_once_before_anybody_leaves",
       .level = Level::kMust,
       .says = "The action has run, and run once, when any of the parties goes on.",
       .documented = {"BARR-03"},
       .needs = {"barrier", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue count = main.value("i", 0, {.lock = false});
             RemoteBarrier b = main.barrier(3, {.action = barrier_adds_to(count)});
             Crew crew = start_crew(stage, main, 3, {b, count});
             for (int generation = 1; generation <= 2; ++generation) {
               Op arrives = batch({b.wait(), count.get()});
               std::vector<Call> calls = each_begins({crew[0], crew[1]}, arrives);
               EXPECT_THAT(calls, return_for_exactly(0));
               EXPECT_THAT(main.does(count.get()), returns(generation - 1));
               calls.push_back(crew[2]->begins(arrives));
               for (const Call& call : calls) {
                 EXPECT_EQ(as_int(results(call).at(1)), generation);
               }
               EXPECT_THAT(main.does(count.get()), returns(generation));
             }
           }},
      {.id = "barrier.action_that_raises_breaks_it",
       .level = Level::kMust,
       .says = "If the action raises, the party that ran it sees that error, and all others "
               "BrokenBarrierError.",
       .documented = {"BARR-04"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3, {.action = barrier_raises("ValueError")});
             Crew crew = start_crew(stage, main, 3, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             int errors = 0, broken = 0;
             for (const Call& call : calls) {
               const Raised* raised = std::get_if<Raised>(&call.outcome());
               ASSERT_TRUE(raised) << call.text();
               errors += raised->is_a("ValueError");
               broken += raised->is_a("BrokenBarrierError");
             }
             EXPECT_EQ(errors, 1);
             EXPECT_EQ(broken, 2);
             expect_state(main, b, 0, true);
             EXPECT_THAT(main.does(b.wait()), breaks());
             main.must(b.reset());
             expect_state(*crew[0], b, 0, false);
             Call again = crew[0]->begins(b.wait());
             EXPECT_THAT(again, blocks());
             main.must(b.abort());
             EXPECT_THAT(again, breaks());
           }},
      {.id = "barrier.timeout_breaks_it",
       .level = Level::kMust,
       .says = "A wait(t) that times out raises BrokenBarrierError there and in all who wait or "
               "come later.",
       .documented = {"BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 1, {b});
             Call waiting = crew[0]->begins(b.wait());
             EXPECT_THAT(waiting, blocks());
             EXPECT_THAT(main.does(b.wait(50ms)), AllOf(breaks(), took_about(50ms)));
             EXPECT_THAT(waiting, breaks());
             expect_state(main, b, 0, true);
             expect_state(*crew[0], b, 0, true);
             EXPECT_THAT(main.does(b.wait()), breaks());
             EXPECT_THAT(crew[0]->does(b.wait(1000s)), breaks());
             Puppet& late = stage.start_process(main, {b});
             expect_state(late, b, 0, true);
             EXPECT_THAT(late.does(b.wait()), breaks());
           }},
      {.id = "barrier.timeout_of_zero_or_less_breaks_it_at_once",
       .level = Level::kMust,
       .says = "wait(0) and wait(-1) of a party that is not the last break the barrier at once.",
       .documented = {"BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             for (auto timeout : {0s, -1s}) {
               EXPECT_THAT(main.does(b.wait(timeout)), breaks());
               expect_state(main, b, 0, true);
               main.must(b.reset());
             }
             expect_state(main, b, 0, false);
           }},
      {.id = "barrier.last_party_needs_no_time",
       .level = Level::kMust,
       .says = "The last to arrive goes through whatever its timeout; a longer one of another "
               "party is not waited for.",
       .documented = {"BARR-01", "BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             for (auto timeout : {0s, -1s, 100000s}) {
               Call first = other.begins(b.wait());
               EXPECT_THAT(first, blocks());
               EXPECT_THAT(main.does(b.wait(timeout)), returns(1));
               EXPECT_THAT(first, returns(0));
             }
             Call first = other.begins(b.wait(100000s));
             Call second = main.begins(b.wait());
             EXPECT_THAT(indices({first, second}), UnorderedElementsAre(0, 1));
             expect_state(main, b, 0, false);
           }},
      {.id = "barrier.constructor_gives_the_default_timeout",
       .level = Level::kMust,
       .says = "Barrier(n, timeout=t) breaks when a wait() without a timeout has waited for t, in "
               "any process.",
       .documented = {"BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2, {.timeout = 50ms});
             Puppet& other = stage.start_process(main, {b});
             EXPECT_THAT(main.does(b.wait()), AllOf(breaks(), took_about(50ms)));
             main.must(b.reset());
             EXPECT_THAT(other.does(b.wait()), AllOf(breaks(), took_about(50ms)));
             main.must(b.reset());
             EXPECT_THAT(other.does(b.wait(nullptr)), AllOf(breaks(), took_about(50ms)));
             expect_state(main, b, 0, true);
           }},
      {.id = "barrier.default_timeout_is_for_every_round",
       .level = Level::kMust,
       .says =
           "The constructor's timeout holds in later rounds as in the first, whoever passed it.",
       .documented = {"BARR-05", "BARR-08"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2, {.timeout = 50ms});
             Puppet& other = stage.start_process(main, {b});
             for (Puppet* alone : {&main, &other}) {
               Call early = main.begins(b.wait(1000s));
               EXPECT_THAT(other.does(b.wait(1000s)), returns());
               EXPECT_THAT(early, returns());
               EXPECT_THAT(alone->does(b.wait()), AllOf(breaks(), took_about(50ms)));
               main.must(b.reset());
             }
           }},
      {.id = "barrier.timeout_of_wait_comes_before_the_default",
       .level = Level::kMust,
       .says =
           "wait(t) is for t, shorter or longer than the constructor's default, or none at all.",
       .documented = {"BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier patient = main.barrier(2, {.timeout = 1000s});
             EXPECT_THAT(main.does(patient.wait(50ms)), AllOf(breaks(), took_about(50ms)));
             main.must(patient.reset());
             EXPECT_THAT(main.does(patient.wait(0s)), breaks());
             RemoteBarrier hasty = main.barrier(2, {.timeout = 50ms});
             RemoteBarrier clock = main.barrier(2, {.timeout = 100ms});
             Puppet& other = stage.start_process(main, {hasty, clock});
             Call long_wait = other.begins(hasty.wait(1000s));
             EXPECT_THAT(main.does(clock.wait()), breaks());  // the default has passed by now
             expect_state(main, hasty, 1, false);
             EXPECT_THAT(main.does(hasty.wait()), returns(1));
             EXPECT_THAT(long_wait, returns(0));
           }},
      {.id = "barrier.keeps_its_options_in_grandchildren",
       .level = Level::kMust,
       .says = "Parties, action and default timeout reach the child of a child.",
       .documented = {"BARR-03", "BARR-05", "BARR-07", "COND-11"},
       .needs = {"barrier", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue count = main.value("i", 0, {.lock = false});
             RemoteBarrier b =
                 main.barrier(2, {.action = barrier_adds_to(count), .timeout = 1000s});
             RemoteBarrier hasty = main.barrier(2, {.timeout = 50ms});
             Puppet& child = stage.start_process(main, {b, hasty});
             Puppet& grandchild = stage.start_process(child, {b, hasty});
             EXPECT_THAT(grandchild.does(b.parties()), returns(2));
             Call first = main.begins(b.wait());
             EXPECT_THAT(grandchild.does(b.wait()), returns());
             EXPECT_THAT(first, returns());
             EXPECT_THAT(main.does(count.get()), returns(1));
             EXPECT_THAT(grandchild.does(hasty.wait()), AllOf(breaks(), took_about(50ms)));
             expect_state(main, hasty, 0, true);
             expect_state(child, hasty, 0, true);
             expect_state(child, b, 0, false);
           }},
      {.id = "barrier.action_does_not_run_when_it_breaks",
       .level = Level::kMust,
       .says = "The action runs only when all parties have come, not after a timeout or abort().",
       .documented = {"BARR-03", "BARR-05"},
       .needs = {"barrier", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue count = main.value("i", 0, {.lock = false});
             RemoteBarrier b = main.barrier(2, {.action = barrier_adds_to(count)});
             Puppet& other = stage.start_process(main, {b});
             EXPECT_THAT(main.does(b.wait(1ms)), breaks());
             EXPECT_THAT(other.does(b.wait()), breaks());
             main.must(b.reset());
             main.must(b.abort());
             EXPECT_THAT(main.does(b.wait()), breaks());
             EXPECT_THAT(main.does(count.get()), returns(0));
             main.must(b.reset());
             expect_meeting({&main, &other}, b);
             EXPECT_THAT(main.does(count.get()), returns(1));
           }},
      {.id = "barrier.abort_breaks_it",
       .level = Level::kMust,
       .says = "abort() raises BrokenBarrierError in all who wait and all who come later.",
       .documented = {"BARR-06", "BARR-07"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(4);
             Crew crew = start_crew(stage, main, 2, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             EXPECT_THAT(main.does(b.abort()), returns(nullptr));
             for (const Call& call : calls) EXPECT_THAT(call, breaks());
             expect_state(main, b, 0, true);
             expect_state(*crew[0], b, 0, true);
             EXPECT_THAT(crew[1]->does(b.wait()), breaks());
             EXPECT_THAT(main.does(b.abort()), returns(nullptr));
             EXPECT_THAT(main.does(b.wait()), breaks());
             EXPECT_THAT(main.does(b.parties()), returns(4));
           }},
      {.id = "barrier.abort_without_waiters_breaks_it",
       .level = Level::kMust,
       .says = "abort() of a barrier where nobody waits breaks it for those who come.",
       .documented = {"BARR-06"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             other.must(b.abort());
             expect_state(main, b, 0, true);
             EXPECT_THAT(main.does(b.wait()), breaks());
             EXPECT_THAT(main.does(b.wait(0s)), breaks());
           }},
      {.id = "barrier.reset_mends_a_broken_one",
       .level = Level::kMust,
       .says = "After reset() a broken barrier works as new, again and again.",
       .documented = {"BARR-06"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             for (int round = 0; round < 2; ++round) {
               main.must(b.abort());
               EXPECT_THAT(other.does(b.wait()), breaks());
               EXPECT_THAT(other.does(b.reset()), returns(nullptr));
               expect_state(main, b, 0, false);
               Call first = other.begins(b.wait());
               EXPECT_THAT(first, blocks());
               EXPECT_THAT(main.does(b.wait()), returns(1));
               EXPECT_THAT(first, returns(0));
               expect_meeting({&main, &other}, b);
             }
           }},
      {.id = "barrier.mended_one_stays_whole",
       .level = Level::kMust,
       .says = "After abort() and reset() a barrier works for as many rounds as any.",
       .documented = {"BARR-06", "BARR-08"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             constexpr int kRounds = 300;
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             main.must(b.abort());
             main.must(b.reset());
             for (const Call& call : each_begins({&main, &other}, batch({b.wait()}, kRounds))) {
               EXPECT_THAT(results(call), testing::SizeIs(kRounds));
             }
             expect_state(main, b, 0, false);
           }},
      {.id = "barrier.reset_turns_waiters_away",
       .level = Level::kMust,
       .says =
           "reset() raises BrokenBarrierError in those who wait, and leaves the barrier usable.",
       .documented = {"BARR-06", "BARR-07"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             for (int round = 0; round < 2; ++round) {
               std::vector<Call> calls = each_begins(crew, b.wait());
               EXPECT_THAT(calls, return_for_exactly(0));
               EXPECT_THAT(main.does(b.reset()), returns(nullptr));
               for (const Call& call : calls) EXPECT_THAT(call, breaks());
               expect_state(main, b, 0, false);
               expect_state(*crew[0], b, 0, false);
             }
             expect_meeting({&main, crew[0], crew[1]}, b);
           }},
      {.id = "barrier.reset_of_an_idle_one_changes_nothing",
       .level = Level::kMust,
       .says = "reset() where nobody waits leaves a working barrier.",
       .documented = {"BARR-06"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             main.must(b.reset());
             expect_meeting({&main, &other}, b);
             other.must(b.reset());
             expect_state(main, b, 0, false);
             Call first = main.begins(b.wait());
             EXPECT_THAT(first, blocks());
             EXPECT_THAT(other.does(b.wait()), returns(1));
             EXPECT_THAT(first, returns(0));
           }},
      {.id = "barrier.late_child_joins_those_who_wait",
       .level = Level::kMust,
       .says = "A child that is started while others wait finds them there, and completes them.",
       .documented = {"BARR-01", "BARR-07", "COND-11"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& first = stage.start_process(main, {b});
             Call wait = first.begins(b.wait());
             EXPECT_THAT(wait, blocks());
             Puppet& late = stage.start_process(main, {b});
             expect_state(late, b, 1, false);
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(late.does(b.wait()), returns(1));
             EXPECT_THAT(wait, returns(0));
           }},
      {.id = "barrier.two_are_independent",
       .level = Level::kMust,
       .says = "What happens at one barrier leaves another alone.",
       .documented = {"BARR-01", "BARR-07"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier first = main.barrier(2);
             RemoteBarrier second = main.barrier(3);
             Puppet& other = stage.start_process(main, {first, second});
             Call wait = other.begins(first.wait());
             EXPECT_THAT(wait, blocks());
             expect_state(main, second, 0, false);
             EXPECT_THAT(main.does(second.wait(1ms)), breaks());
             main.must(second.abort());
             expect_state(main, first, 1, false);
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(first.wait()), returns(1));
             EXPECT_THAT(wait, returns(0));
             expect_state(other, second, 0, true);
             EXPECT_THAT(other.does(first.parties()), returns(2));
             EXPECT_THAT(other.does(second.parties()), returns(3));
           }},
      {.id = "barrier.new_one_is_fresh_after_a_broken_one",
       .level = Level::kMust,
       .says = "A new barrier is whole and empty, whatever became of one that was dropped before.",
       .documented = {"BARR-07"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int round = 0; round < 3; ++round) {
               RemoteBarrier old = main.barrier(2);
               main.must(old.abort());
               main.must(old.drop());
               RemoteBarrier b = main.barrier(2);
               expect_state(main, b, 0, false);
               EXPECT_THAT(main.does(b.wait(1ms)), breaks());
               main.must(b.drop());
             }
           }},
      {.id = "barrier.does_not_share_memory_with_values",
       .level = Level::kMust,
       .says = "Shared values that are made and dropped around a barrier do not disturb it.",
       .documented = {"BARR-07"},
       .needs = {"barrier", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue before = main.value("q", -1, {.lock = false});
             RemoteBarrier b = main.barrier(2);
             RemoteValue after = main.value("q", -1, {.lock = false});
             Puppet& other = stage.start_process(main, {before, b, after});
             main.must(before.drop());
             Call wait = other.begins(b.wait());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(main.does(after.get()), returns(-1));
             RemoteValue later = main.value("q", -1, {.lock = false});
             main.must(after.set(-2));
             expect_state(main, b, 1, false);
             EXPECT_THAT(main.does(b.wait()), returns(1));
             EXPECT_THAT(wait, returns(0));
             EXPECT_THAT(main.does(after.get()), returns(-2));
             EXPECT_THAT(main.does(later.get()), returns(-1));
             EXPECT_THAT(other.does(before.get()), returns(-1));
           }},
      {.id = "barrier.without_parties",
       .level = Level::kVariation,
       .says = "Barrier(0) is refused with ValueError, or made although nothing can pass it.",
       .documented = {"BARR-09"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             const Outcome outcome =
                 stage.main()
                     .does({.name = "barrier.new", .as = {"useless"}, .args = {{"parties", 0}}})
                     .outcome();
             const Raised* raised = std::get_if<Raised>(&outcome);
             stage.varies(raised ? raised->type : "accepted", {"accepted", "ValueError"});
           }},
      {.id = "barrier.is_refused_by_a_pipe",
       .level = Level::kMust,
       .says = "A barrier can only be inherited: to send it through a pipe raises RuntimeError.",
       .documented = {"COND-11"},
       .needs = {"barrier", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             expect_refused_by_a_pipe(main, main.barrier(2));
           }},
      {.id = "barrier.interrupted_party_can_be_replaced",
       .level = Level::kShould,
       .says = "SIGINT ends wait() with KeyboardInterrupt; after reset() all meet again.",
       .documented = {"LOCK-12", "BARR-06"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& other = stage.start_process(main, {b});
             Call wait = other.begins(b.wait());
             EXPECT_THAT(wait, blocks());
             stage.signal(other, SIGINT);
             EXPECT_THAT(wait, raises("KeyboardInterrupt"));
             EXPECT_THAT(main.does(b.n_waiting()), returns(0));
             EXPECT_THAT(main.does(b.reset()), returns(nullptr));
             expect_meeting({&main, &other}, b);
           }},
      {.id = "barrier.reaction_to_a_killed_party",
       .level = Level::kVariation,
       .says = "When a waiting party is killed, the others wait on, or see BrokenBarrierError.",
       .documented = {"BARR-10", "ROB-17"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             const Outcome outcome = calls[1].outcome_if_blocked();
             const Raised* raised = std::get_if<Raised>(&outcome);
             bool waits = std::holds_alternative<Blocked>(outcome);
             stage.varies(raised  ? raised->type
                          : waits ? "waits on"
                                  : text_of(outcome),
                          {"waits on", "BrokenBarrierError"});
           }},
      {.id = "barrier.death_of_a_party_breaks_it",
       .level = Level::kBeyond,
       .says = "When a waiting party is killed, the others see BrokenBarrierError.",
       .documented = {"BARR-10", "ROB-17"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             EXPECT_THAT(calls[1], breaks());
           }},
      {.id = "barrier.abort_returns_although_a_party_was_killed",
       .level = Level::kBeyond,
       .says = "abort() returns, and frees the living, although a process was killed in wait().",
       .documented = {"BARR-10", "ROB-17"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Crew crew = start_crew(stage, main, 2, {b});
             std::vector<Call> calls = each_begins(crew, b.wait());
             EXPECT_THAT(calls, return_for_exactly(0));
             stage.signal(*crew[0], SIGKILL);
             stage.process_ends(*crew[0]);
             EXPECT_THAT(main.does(b.abort()), returns(nullptr));
             EXPECT_THAT(calls[1], breaks());
           }},
      {.id = "barrier.timeout_ends_although_a_party_was_killed",
       .level = Level::kBeyond,
       .says = "wait(t) ends, although another party was killed in wait() before.",
       .documented = {"BARR-05", "BARR-10", "ROB-17"},
       .needs = {"barrier", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(3);
             Puppet& other = stage.start_process(main, {b});
             Call doomed = other.begins(b.wait());
             EXPECT_THAT(doomed, blocks());
             stage.signal(other, SIGKILL);
             stage.process_ends(other);
             EXPECT_THAT(main.does(b.wait(50ms)), breaks());
           }},
  };
}

}  // namespace conformance
