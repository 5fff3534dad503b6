// The self-test of the proof that a call is blocked.
//
// Negative: while something in the testee can still move, a proof must never be given. Each
// scenario is one call that returns by itself; while it is pending we ask for a proof again and
// again, and count those after which no message was there, and yet the call returned: false proofs.
// Positive: what is blocked must be proved.
// Ablation: with one part of the proof left out, some negative scenario must turn red. Otherwise
// the negatives would not test that part, and a suite that says "0 false proofs" fools itself.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"
#include "conformance/stage/stage.h"
#include "conformance/stage/stillness.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

TesteeSpec python(const std::string& start_method) {
  return {
      .name = "python-" + start_method,
      .command = {"/usr/bin/python3", std::filesystem::absolute("tools/adapters/python/adapter.py"),
                  "--start-method=" + start_method}};
}

// A call that is pending, and returns although we do nothing.
using Scenario = std::function<Call(Stage&)>;

Call get_with_a_timeout(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  return main.begins(q.get({.timeout = 150ms}));
}

// main waits in get() until a peer has slept, and then puts.
Call peer_that_sleeps(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  RemoteEvent never = main.event();
  Puppet& peer = stage.start_process(main, {q, never});
  Call get = main.begins(q.get());
  peer.begins(batch({never.wait(150ms), q.put(1)}));
  return get;
}

Call peer_that_waits_for_a_condition(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  RemoteCondition never = main.condition();
  Puppet& peer = stage.start_process(main, {q, never});
  Call get = main.begins(q.get());
  peer.begins(batch({never.acquire(), never.wait(150ms), never.release(), q.put(1)}));
  return get;
}

Call peer_that_spins(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  RemoteQueue other = main.queue();
  Puppet& peer = stage.start_process(main, {q, other});
  std::vector<Op> ops(4000, other.empty());
  ops.push_back(q.put(1));
  Call get = main.begins(q.get());
  peer.begins(batch(std::move(ops)));
  return get;
}

// Two processes bounce an item: at every moment one of them is about to wake the other, and a
// glance at one after the other may find both asleep.
Call ping_pong(Stage& stage) {
  constexpr int kRounds = 2000;
  Puppet& main = stage.main();
  auto [left, right] = main.pipe();
  Puppet& ping = stage.start_process(main, {left});
  Puppet& pong = stage.start_process(main, {right});
  pong.begins(batch({right.recv(), right.send(0)}, kRounds));
  return ping.begins(batch({left.send(0), left.recv()}, kRounds));
}

Call ping_pong_through_queues(Stage& stage) {
  constexpr int kRounds = 300;
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  RemoteQueue there = main.queue(), back = main.queue();
  Puppet& ping = stage.start_process(main, {q, there, back});
  Puppet& pong = stage.start_process(main, {q, there, back});
  std::vector<Op> pings;
  for (int i = 0; i < kRounds; ++i) {
    pings.push_back(there.put(i));
    pings.push_back(back.get());
  }
  pings.push_back(q.put(1));
  Call get = main.begins(q.get());
  pong.begins(batch({there.get(), back.put(0)}, kRounds));
  ping.begins(batch(std::move(pings)));
  return get;
}

// Under spawn an interpreter starts, imports, runs and ends, with nobody else moving.
Call child_that_starts_and_ends(Stage& stage) {
  Puppet& main = stage.main();
  RemoteProcess child = main.process({}, {.func = "nothing"});
  return main.begins(batch({child.start(), child.join()}));
}

Call big_item(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  Puppet& peer = stage.start_process(main, {q});
  Call get = main.begins(q.get());
  peer.begins(q.put(Value::blob(8 << 20, 7)));
  return get;
}

Call big_message(Stage& stage) {
  Puppet& main = stage.main();
  auto [left, right] = main.pipe();
  Puppet& peer = stage.start_process(main, {right});
  Call recv = main.begins(left.recv_bytes());
  peer.begins(right.send_bytes(Value::blob(8 << 20, 7)));
  return recv;
}

Call pool_at_work(Stage& stage) {
  Puppet& main = stage.main();
  RemotePool pool = main.pool(2);
  Value::List numbers(400, Value(3));
  return main.begins(pool.map("square", std::move(numbers), 1));
}

struct Count {
  int samples = 0;
  int false_proofs = 0;
  std::string example = "";
};

// Asks for proofs until the call has ended.
Count watch(const TesteeSpec& spec, const Scenario& scenario, const Guards& guards = {}) {
  Stage stage(spec);
  Call call = scenario(stage);
  Count count;
  while (!call.record().reply) {
    Stillness stillness = prove_stillness(stage.main().pid(), guards);
    ++count.samples;
    // A message, or a part of one, can be on its way to us while its sender sleeps.
    if (!stage.hears_something() && stillness.proved) {
      ++count.false_proofs;
      count.example = stillness.why;
    }
  }
  return count;
}

// Repeats the scenario until there are enough samples.
Count watch_many(const TesteeSpec& spec, const Scenario& scenario, int samples) {
  Count sum;
  while (sum.samples < samples) {
    Count count = watch(spec, scenario);
    sum.samples += count.samples;
    sum.false_proofs += count.false_proofs;
    if (count.false_proofs > 0) sum.example = count.example;
  }
  return sum;
}

// ---------------------------------------------------------------- negative

struct Negative {
  std::string name;
  Scenario scenario;
};

const std::vector<Negative> kNegatives = {
    {"GetWithATimeout", get_with_a_timeout},
    {"PeerThatSleeps", peer_that_sleeps},
    {"PeerThatWaitsForACondition", peer_that_waits_for_a_condition},
    {"PeerThatSpins", peer_that_spins},
    {"PingPong", ping_pong},
    {"PingPongThroughQueues", ping_pong_through_queues},
    {"ChildThatStartsAndEnds", child_that_starts_and_ends},
    {"BigItem", big_item},
    {"BigMessage", big_message},
    {"PoolAtWork", pool_at_work},
};
void PrintTo(const Negative& negative, std::ostream* os) { *os << negative.name; }

class WhileItCanMove
    : public testing::TestWithParam<std::tuple<std::string /*start method*/, Negative>> {
 protected:
  TesteeSpec spec() { return python(std::get<0>(GetParam())); }
  const Scenario& scenario() { return std::get<1>(GetParam()).scenario; }
};

TEST_P(WhileItCanMove, NoProofIsGiven) {
  Count count = watch_many(spec(), scenario(), /*samples=*/300);
  EXPECT_EQ(count.false_proofs, 0) << "of " << count.samples << " samples; " << count.example;
  RecordProperty("samples", count.samples);
  std::cout << count.samples << " samples, " << count.false_proofs << " false proofs\n";
}

TEST_P(WhileItCanMove, TheStageWaitsForTheEnd) {
  Stage stage(spec());
  Call call = scenario()(stage);
  EXPECT_THAT(call.outcome(), testing::AnyOf(testing::VariantWith<Returned>(testing::_),
                                             testing::VariantWith<Raised>(testing::_)))
      << text_of(call.outcome());
}

TEST_P(WhileItCanMove, TheStageDoesNotCallItBlocked) {
  Stage stage(spec());
  Call call = scenario()(stage);
  EXPECT_THAT(call, testing::Not(blocks()));
}

INSTANTIATE_TEST_SUITE_P(Fork, WhileItCanMove,
                         testing::Combine(testing::Values("fork"), testing::ValuesIn(kNegatives)),
                         [](const auto& info) { return std::get<1>(info.param).name; });
INSTANTIATE_TEST_SUITE_P(Spawn, WhileItCanMove,
                         testing::Combine(testing::Values("spawn"), testing::ValuesIn(kNegatives)),
                         [](const auto& info) { return std::get<1>(info.param).name; });

// ---------------------------------------------------------------- positive

Call get_on_empty(Stage& stage) {
  Puppet& main = stage.main();
  return main.begins(main.queue().get());
}

Call put_on_full(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue({.maxsize = 1});
  main.must(q.put(1));
  return main.begins(q.put(2));
}

Call lock_that_is_held(Stage& stage) {
  Puppet& main = stage.main();
  RemoteLock lock = main.lock();
  Puppet& holder = stage.start_process(main, {lock});
  holder.must(lock.acquire());
  return main.begins(lock.acquire());
}

Call join_of_a_waiting_child(Stage& stage) {
  Puppet& main = stage.main();
  Puppet& child = stage.start_process(main);
  return main.begins(child.handle().join());
}

Call recv_on_empty(Stage& stage) {
  Puppet& main = stage.main();
  auto [left, right] = main.pipe();
  stage.start_process(main, {right});
  return main.begins(left.recv());
}

Call event_that_is_not_set(Stage& stage) {
  Puppet& main = stage.main();
  return main.begins(main.event().wait());
}

Call condition_that_nobody_notifies(Stage& stage) {
  Puppet& main = stage.main();
  RemoteCondition condition = main.condition();
  main.must(condition.acquire());
  return main.begins(condition.wait());
}

Call deadlock(Stage& stage) {
  Puppet& main = stage.main();
  RemoteLock a = main.lock(), b = main.lock();
  Puppet& other = stage.start_process(main, {a, b});
  main.must(a.acquire());
  other.must(b.acquire());
  other.begins(a.acquire());
  return main.begins(b.acquire());
}

Call thread_beside_others(Stage& stage) {
  Puppet& main = stage.main();
  RemoteQueue q = main.queue();
  Puppet& thread = stage.start_thread(main);
  return thread.begins(q.get());
}

Call pool_that_has_work(Stage& stage) {
  Puppet& main = stage.main();
  RemotePool pool = main.pool(2);
  return main.begins(stage.apply_async_puppet(main, pool).result.get());
}

const std::vector<Negative> kPositives = {
    {"GetOnEmpty", get_on_empty},
    {"PutOnFull", put_on_full},
    {"LockThatIsHeld", lock_that_is_held},
    {"JoinOfAWaitingChild", join_of_a_waiting_child},
    {"RecvOnEmpty", recv_on_empty},
    {"EventThatIsNotSet", event_that_is_not_set},
    {"ConditionThatNobodyNotifies", condition_that_nobody_notifies},
    {"Deadlock", deadlock},
    {"ThreadBesideOthers", thread_beside_others},
    {"PoolThatHasWork", pool_that_has_work},
};

class WhatIsBlocked : public WhileItCanMove {};

TEST_P(WhatIsBlocked, IsProvedToBe) {
  Stage stage(spec());
  Call call = scenario()(stage);
  const Outcome& outcome = call.outcome_if_blocked();
  const Blocked* blocked = std::get_if<Blocked>(&outcome);
  ASSERT_NE(blocked, nullptr) << text_of(outcome);
  EXPECT_TRUE(blocked->proved) << text_of(outcome);
  EXPECT_THAT(call, blocks());
  EXPECT_FALSE(stage.presumed());
}

// A proof says "for ever". We can't wait that long; 300 ms are no synchronisation, but the time in
// which whoever was wrongly taken for still may show it.
TEST_P(WhatIsBlocked, DoesNotMoveAfterTheProof) {
  Stage stage(spec());
  Call call = scenario()(stage);
  ASSERT_THAT(call, blocks());
  std::vector<ThreadReading> before = read_threads(descendants());
  ::poll(nullptr, 0, 300);
  EXPECT_TRUE(read_threads(descendants()) == before) << "some thread ran";
  EXPECT_FALSE(before.empty());
}

INSTANTIATE_TEST_SUITE_P(Fork, WhatIsBlocked,
                         testing::Combine(testing::Values("fork"), testing::ValuesIn(kPositives)),
                         [](const auto& info) { return std::get<1>(info.param).name; });
INSTANTIATE_TEST_SUITE_P(Spawn, WhatIsBlocked,
                         testing::Combine(testing::Values("spawn"), testing::ValuesIn(kPositives)),
                         [](const auto& info) { return std::get<1>(info.param).name; });

// ---------------------------------------------------------------- ablation

class Ablation : public testing::TestWithParam<std::string /*start method*/> {
 protected:
  // Samples until a false proof is found; the bound is reached only if there are none to find.
  Count first_false_proof(const Scenario& scenario, const Guards& guards, int most_samples) {
    Count sum;
    while (sum.false_proofs == 0 && sum.samples < most_samples) {
      Count count = watch(python(GetParam()), scenario, guards);
      sum.samples += count.samples;
      sum.false_proofs += count.false_proofs;
      sum.example = count.example;
    }
    std::cout << sum.false_proofs << " false proofs in " << sum.samples << " samples, such as "
              << sum.example << "\n";
    return sum;
  }
};

TEST_P(Ablation, WithoutTheTimeoutsATimedGetIsProvedBlocked) {
  EXPECT_GT(first_false_proof(get_with_a_timeout, {.timeouts = false}, 20000).false_proofs, 0);
}

TEST_P(Ablation, WithoutTheTimeoutsASleepingPeerIsOverlooked) {
  EXPECT_GT(first_false_proof(peer_that_sleeps, {.timeouts = false}, 20000).false_proofs, 0);
}

TEST_P(Ablation, WithoutTheWholeTreeASleepingPeerIsOverlooked) {
  EXPECT_GT(first_false_proof(peer_that_sleeps, {.whole_tree = false}, 20000).false_proofs, 0);
}

TEST_P(Ablation, WithoutTheWholeTreeASpinningPeerIsOverlooked) {
  EXPECT_GT(first_false_proof(peer_that_spins, {.whole_tree = false}, 20000).false_proofs, 0);
}

INSTANTIATE_TEST_SUITE_P(Methods, Ablation, testing::Values("fork", "spawn"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace conformance
