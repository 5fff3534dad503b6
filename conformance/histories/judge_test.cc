#include "conformance/histories/judge.h"

#include "conformance/histories/checks.h"
#include "conformance/histories/generator.h"
#include "conformance/histories/models.h"
#include "conformance/histories/test_support.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

using Verdict = Judgement::Verdict;

Judgement judged(const char* of, const std::vector<Told>& calls,
                 Promise promise = Promise::kStrict) {
  return judge(program(of), history(program(of), calls), promise);
}

// No cheap check finds these: only that no order explains them.
void expect_no_order(const char* of, const std::vector<Told>& calls) {
  const Judgement judgement = judged(of, calls);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed) << of;
  EXPECT_EQ(judgement.check, "order") << judgement.says;
}
void expect_holds(const char* of, const std::vector<Told>& calls,
                  Promise promise = Promise::kStrict) {
  const Judgement judgement = judged(of, calls, promise);
  EXPECT_EQ(judgement.verdict, Verdict::kHolds) << of << ": " << judgement.says;
}

TEST(Judge, SaysWhatCanNotBeExplained) {
  const Judgement judgement =
      judged("queue: put 1 | get_nowait",
             {{0, 0, 1, "put 1"}, {1, 2, 3, "get_nowait", nullptr, "Empty"}, {2, 8, 9, "get", 1}});
  EXPECT_EQ(judgement.check, "order");
  EXPECT_EQ(judgement.says,
            "no order of the calls explains what they returned: at best 1 of them, and then not "
            "p1: get_nowait -> Empty, nor p2: get -> 1");
}

TEST(Judge, OfAQueueWithAFeederEmptyMeansNothing) {
  const std::vector<Told> calls = {
      {0, 0, 1, "put 1"}, {1, 2, 3, "get_nowait", nullptr, "Empty"}, {2, 8, 9, "get", 1}};
  expect_holds("queue: put 1 | get_nowait", calls, Promise::kRelaxed);
  // A manager's has none.
  EXPECT_EQ(judged("managed_queue: put 1 | get_nowait", calls, Promise::kRelaxed).verdict,
            Verdict::kFailed);
}

TEST(Judge, OfAQueueWithAFeederFullIsExact) {
  const std::vector<Told> calls = {
      {0, 0, 1, "put 1"}, {0, 2, 3, "put 2 0ms", nullptr, "Full"}, {1, 8, 9, "get", 1}};
  EXPECT_EQ(judged("queue size=2: put 1; put 2 0ms", calls, Promise::kRelaxed).check, "order");
  expect_holds("queue size=1: put 1; put 2 0ms", calls, Promise::kRelaxed);
}

// Two getters took 1 and 2, in this order, and the second gave its place back first.
TEST(Judge, OfAQueueWithAFeederAPlaceIsFreeOnlyWhenItsGetReturns) {
  const char* of = "queue size=2: put 1; put 2; put 3 0ms; put 4 0ms | get | get";
  std::vector<Told> calls = {{0, 0, 1, "put 1"},       {0, 2, 3, "put 2"},
                             {1, 4, 90, "get", 1},     {2, 6, 7, "get", 2},
                             {0, 10, 11, "put 3 0ms"}, {0, 12, 13, "put 4 0ms", nullptr, "Full"},
                             {3, 95, 96, "get", 3}};
  expect_holds(of, calls, Promise::kRelaxed);
  calls[2].t1 = 9;
  EXPECT_EQ(judged(of, calls, Promise::kRelaxed).check, "order");
}

TEST(Judge, OrdersThatNoSimpleCheckLooksAt) {
  expect_no_order("lock: acquire_nowait; release | acquire_nowait; release",
                  {{0, 0, 1, "acquire_nowait", false}});
  expect_no_order("semaphore size=2: get_value", {{0, 0, 1, "get_value", 1}});
  expect_no_order("event: set | is_set", {{0, 0, 1, "set"}, {1, 2, 3, "is_set", false}});
  expect_no_order("value size=1: get", {{0, 0, 1, "get", 2}, {1, 8, 9, "get", 1}});
  expect_no_order("managed_dict: set 1 5 | get 1", {{0, 0, 1, "set 1 5"}, {1, 2, 3, "get 1"}});
  expect_no_order("managed_list: append 5 | pop",
                  {{0, 0, 1, "append 5"}, {1, 2, 3, "pop", nullptr, "IndexError"}});
  expect_no_order("pipe: send 1 | poll",
                  {{0, 0, 1, "send 1"}, {1, 2, 3, "poll", false}, {2, 8, 9, "recv", 1}});
  expect_no_order("condition: acquire; wait_for_all; release | acquire; add 2; notify_all; release",
                  {{0, 0, 1, "acquire", true},
                   {0, 2, 3, "wait_for_all", true},
                   {0, 4, 5, "release"},
                   {1, 6, 7, "acquire", true},
                   {1, 8, 9, "add 2"},
                   {1, 10, 11, "notify_all"},
                   {1, 12, 13, "release"}});
  expect_no_order("simple_queue: put 1 | empty",
                  {{0, 0, 1, "put 1"}, {1, 2, 3, "empty", true}, {2, 8, 9, "get", 1}});
  expect_no_order(
      "joinable_queue: put 1; get; task_done; join",
      {{0, 0, 1, "put 1"}, {0, 2, 3, "get", 1}, {0, 4, 5, "task_done"}, {0, 6, 7, "task_done"}});
}

TEST(Judge, ADictIsSearchedKeyByKeyUnlessItIsCounted) {
  expect_holds("managed_dict: set 1 5; set 2 6; len",
               {{0, 0, 1, "set 1 5"}, {0, 2, 3, "set 2 6"}, {0, 4, 5, "len", 2}});
  expect_no_order("managed_dict: set 1 5; set 2 6; len",
                  {{0, 0, 1, "set 1 5"}, {0, 2, 3, "set 2 6"}, {0, 4, 5, "len", 1}});
  expect_no_order("managed_dict: set 1 5; set 2 6; get 1",
                  {{0, 0, 1, "set 1 5"}, {0, 2, 3, "set 2 6"}, {0, 4, 5, "get 1", 6}});
}

TEST(Judge, TheLockOfADeadHolderGoesOn) {
  const char* of = "lock: acquire; release | acquire 5ms; release ! kill 0 after 5us";
  std::vector<Told> calls = {{0, 0, 1, "acquire", true},
                             {0, 2, 9, "release", nullptr, "killed"},
                             {1, 10, 11, "acquire 5ms", true},
                             {1, 12, 13, "release"}};
  expect_holds(of, calls);
  calls[2].value = false;  // perhaps it had not ended yet
  calls.pop_back();
  expect_holds(of, calls);
}

// Its last call can have had no effect: only its death frees the lock.
TEST(Judge, TheLockOfAHolderThatDiedInAVainCallGoesOn) {
  const char* of = "lock: acquire; acquire 5ms | acquire 5ms; release ! kill 0 after 5us";
  std::vector<Told> calls = {{0, 0, 1, "acquire", true},
                             {0, 2, 9, "acquire 5ms", nullptr, "killed"},
                             {1, 10, 11, "acquire 5ms", true},
                             {1, 12, 13, "release"}};
  expect_holds(of, calls);
  calls[1] = {0, 2, 9, "acquire 5ms", false};  // it was not killed, and has the lock still
  EXPECT_EQ(judged(of, calls).check, "order");
}

TEST(Judge, WhatAKilledProcessGotOfAFedQueueIsUnknown) {
  EXPECT_EQ(judged("queue: get 5ms | put 1 ! kill 0 after 5us",
                   {{0, 0, 9, "get 5ms", nullptr, "killed"}, {1, 0, 1, "put 1"}}, Promise::kRelaxed)
                .verdict,
            Verdict::kUnknown);
}

// ---------------------------------------------------------------- no false alarm

int sum_of_adds(const Program& made) {
  int sum = 0;
  for (const auto& steps : made.processes) {
    for (const Step& step : steps) sum += step.verb == "add" ? step.numbers[0] : 0;
  }
  return sum;
}

template <class Model>
void expect_correct_runs_hold(const Program& made, const Model& model, Promise promise) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 4; ++i) {
    World<Model> world(made, model);
    ASSERT_TRUE(world.run(&random)) << made.text();
    for (const Check& check : all_checks()) {
      if (check.name == "lost" || check.name == "wrong_sum") continue;  // main does not look here
      const Finding finding = check.find(made, world.history());
      ASSERT_FALSE(finding) << check.name << ": " << *finding << "\n"
                            << made.text() << "\n"
                            << table_of(world.history());
    }
    const Judgement judgement = judge_order(made, world.history(), promise);
    ASSERT_EQ(judgement.verdict, Verdict::kHolds) << judgement.says << "\n"
                                                  << made.text() << "\n"
                                                  << table_of(world.history());
  }
}

TEST(Judge, RunsOfACorrectObjectHold) {
  for (uint64_t seed = 0; seed < 15; ++seed) {
    const auto next = [&](Kind kind) { return Generator(seed, {}).next(kind); };
    Program made = next(Kind::kQueue);
    expect_correct_runs_hold(made, QueueModel{.maxsize = made.size}, Promise::kStrict);
    expect_correct_runs_hold(made, QueueModel{.maxsize = made.size}, Promise::kRelaxed);
    made = next(Kind::kJoinableQueue);
    expect_correct_runs_hold(made, QueueModel{.maxsize = made.size}, Promise::kStrict);
    made = next(Kind::kSimpleQueue);
    expect_correct_runs_hold(made, QueueModel{}, Promise::kStrict);
    expect_correct_runs_hold(next(Kind::kPipe), PipeModel{}, Promise::kStrict);
    expect_correct_runs_hold(next(Kind::kLock), LockModel{}, Promise::kStrict);
    expect_correct_runs_hold(next(Kind::kRLock), LockModel{.recursive = true}, Promise::kStrict);
    made = next(Kind::kSemaphore);
    expect_correct_runs_hold(made, SemaphoreModel{.permits = made.size}, Promise::kStrict);
    made = next(Kind::kCondition);
    expect_correct_runs_hold(made, ConditionModel{.all = sum_of_adds(made)}, Promise::kStrict);
    expect_correct_runs_hold(next(Kind::kEvent), EventModel{}, Promise::kStrict);
    made = next(Kind::kValue);
    expect_correct_runs_hold(made, ValueModel{.number = made.size}, Promise::kStrict);
  }
}

}  // namespace
}  // namespace conformance::histories
