#include "conformance/histories/soundness.h"

#include <variant>

#include "conformance/histories/generator.h"
#include "conformance/histories/models.h"
#include "conformance/histories/test_support.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

bool sound(const std::string& text) { return !why_unsound(program(text)); }

TEST(Soundness, ReceiversHaveTheirItems) {
  EXPECT_TRUE(sound("queue: get | put 1"));
  EXPECT_FALSE(sound("queue: get; put 1 | get; put 2"));
  EXPECT_FALSE(sound("queue: get | put 1; get_nowait"));
  EXPECT_TRUE(sound("queue: get 5ms | get_nowait"));
  EXPECT_FALSE(sound("queue size=1: get | put_nowait 1"));  // Full, for all that anybody knows
  EXPECT_TRUE(sound("queue: get | put_nowait 1"));
  EXPECT_EQ(why_unsound(program("queue: put 1; get; get")),
            "process 0 may wait for ever at step 3 (get): nothing need be left for it");
}

TEST(Soundness, SendersHaveRoom) {
  EXPECT_TRUE(sound("queue size=1: put 1; put 2 | get; get"));
  EXPECT_FALSE(sound("queue size=1: put 1; put 2 | get_nowait; get_nowait"));
  EXPECT_FALSE(sound("queue size=2: put 1; put 2; put 3"));
  EXPECT_TRUE(sound("queue size=2: put 1; put 2"));
}

TEST(Soundness, WhoIsKilledMayStopAnywhere) {
  EXPECT_FALSE(sound("queue: put 1 | get ! kill 0 after 5us"));
  EXPECT_TRUE(sound("queue: put 1 | get 5ms ! kill 0 after 5us"));
  EXPECT_TRUE(sound("lock: acquire; release | acquire; release ! kill 0 after 5us"));
  EXPECT_FALSE(sound("semaphore size=1: acquire; release | acquire; release ! kill 0 after 5us"));
  EXPECT_FALSE(sound("barrier: wait | wait ! kill 0 after 5us"));
  EXPECT_FALSE(sound("event: set | wait ! kill 0 after 5us"));
}

TEST(Soundness, TasksAreDoneBeforeAJoin) {
  EXPECT_TRUE(sound("joinable_queue: put 1; get; task_done; join"));
  EXPECT_FALSE(sound("joinable_queue: put 1; join; get; task_done"));
  EXPECT_FALSE(sound("joinable_queue: put 1; put 2; get; task_done; join"));
  EXPECT_FALSE(sound("joinable_queue: put 1; get_nowait; task_done; join"));
  EXPECT_FALSE(sound("joinable_queue: put 1; task_done; get"));
}

TEST(Soundness, APipeIsPlayedThrough) {
  EXPECT_TRUE(sound("pipe: send 1; recv | recv; send 2"));
  EXPECT_FALSE(sound("pipe: recv; send 1 | recv; send 2"));
  EXPECT_FALSE(sound("pipe: send 1 | recv; recv"));
  EXPECT_FALSE(sound("pipe: send 1 | recv | poll"));
}

TEST(Soundness, LocksAreNotTakenTwiceByTheirHolder) {
  EXPECT_FALSE(sound("lock: acquire; acquire; release; release"));
  EXPECT_TRUE(sound("lock: acquire; acquire_nowait; release; release"));
  EXPECT_TRUE(sound("rlock: acquire; acquire; release; release"));
  EXPECT_FALSE(sound("lock: acquire"));
  EXPECT_FALSE(sound("lock: release"));
  // Each has one, and wants another.
  EXPECT_FALSE(
      sound("semaphore size=2: acquire; acquire; release; release | acquire; acquire; "
            "release; release"));
  EXPECT_TRUE(
      sound("semaphore size=3: acquire; acquire; release; release | acquire; acquire; "
            "release; release"));
  EXPECT_TRUE(sound("semaphore: acquire; release | give"));
  EXPECT_FALSE(sound("semaphore: acquire; release"));
}

TEST(Soundness, WhatAConditionWaitsForComes) {
  EXPECT_TRUE(
      sound("condition: acquire; wait_for_all; release | acquire; add 1; notify_all; "
            "release"));
  EXPECT_FALSE(sound("condition: acquire; wait_for_all; release | acquire; add 1; release"));
  EXPECT_FALSE(sound("condition: acquire; wait_for_all; add 1; notify_all; release"));
  EXPECT_FALSE(sound("condition: notify 1"));
  EXPECT_FALSE(sound("value: add 1"));
  EXPECT_TRUE(sound("value: enter; add 1; exit; get; set 3"));
}

TEST(Soundness, WhatAnEventWaitsForComes) {
  EXPECT_TRUE(sound("event: wait; set | set"));
  EXPECT_FALSE(sound("event: wait; set | wait; set"));
  EXPECT_FALSE(sound("event: set; wait | clear"));
  EXPECT_TRUE(sound("event: set; wait 5ms | clear"));
  EXPECT_FALSE(sound("barrier: wait; wait | wait"));
}

struct NoOrderGetsStuck {
  const Program& made;
  template <class Model>
  void operator()(const Model& model) const {
    ASSERT_FALSE(World<Model>(made, model).may_get_stuck()) << made.text();
  }
};

struct SomeOrderGetsStuck {
  const Program& bad;
  template <class Model>
  void operator()(const Model& model) const {
    EXPECT_TRUE(World<Model>(bad, model).may_get_stuck()) << bad.text();
  }
};

struct RandomOrdersEnd {
  const Program& made;
  template <class Model>
  void operator()(const Model& model) const {
    std::mt19937_64 random(1);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(World<Model>(made, model).run(&random)) << made.text();
  }
};

int sum_of_adds(const Program& made) {
  int sum = 0;
  for (const auto& steps : made.processes) {
    for (const Step& step : steps) sum += step.verb == "add" ? step.numbers[0] : 0;
  }
  return sum;
}

using AnyModel = std::variant<QueueModel, FedQueueModel, PipeModel, LockModel, SemaphoreModel,
                              ConditionModel, EventModel, ValueModel>;

// The models of the program's object, where waiting is its business.
std::vector<AnyModel> models_of(const Program& made) {
  switch (made.kind) {
    case Kind::kQueue:
    case Kind::kJoinableQueue:
      return {FedQueueModel{.maxsize = made.size}, QueueModel{.maxsize = made.size}};
    case Kind::kSimpleQueue:
    case Kind::kManagedQueue:
      return {QueueModel{.maxsize = made.size}};
    case Kind::kPipe:
      return {PipeModel{}};
    case Kind::kLock:
      return {LockModel{}};
    case Kind::kRLock:
      return {LockModel{.recursive = true}};
    case Kind::kSemaphore:
    case Kind::kBoundedSemaphore:
      return {SemaphoreModel{.permits = made.size}};
    case Kind::kCondition:
      return {ConditionModel{.all = sum_of_adds(made)}};
    case Kind::kEvent:
      return {EventModel{}};
    case Kind::kValue:
      return {ValueModel{.number = made.size}};
    default:
      return {};  // barriers have no model; what a manager keeps never waits
  }
}

// The oracle is not the rules' own: it tries every order of the calls.
void expect_no_order_gets_stuck(Limits limits) {
  constexpr size_t kMostCalls = 14;  // more have too many orders
  for (Kind kind : all_kinds()) {
    int tried = 0;
    for (uint64_t seed = 0; seed < 60 && tried < 25; ++seed) {
      const Program made = Generator(seed, limits).next(kind);
      if (made.calls() > kMostCalls) continue;
      ++tried;
      for (const AnyModel& model : models_of(made)) std::visit(NoOrderGetsStuck{made}, model);
    }
    EXPECT_GE(tried, 5) << name_of(kind);
  }
}

TEST(Generator, NoOrderOfTheCallsOfASmallProgramGetsStuck) {
  expect_no_order_gets_stuck({.processes = 2, .operations = 3});
  expect_no_order_gets_stuck({.processes = 3, .operations = 2});
}

TEST(Generator, EveryProgramEndsInRandomOrders) {
  for (Kind kind : all_kinds()) {
    for (uint64_t seed = 0; seed < 30; ++seed) {
      const Program made = Generator(seed, {}).next(kind);
      ASSERT_FALSE(why_unsound(made)) << made.text();
      for (const AnyModel& model : models_of(made)) std::visit(RandomOrdersEnd{made}, model);
    }
  }
}

// What the oracle finds stuck the rules must find, too; they may be more careful than it.
TEST(Soundness, RefusesWhatSomeOrderLeavesWaiting) {
  for (const char* text :
       {"queue: get; put 1 | get; put 2", "queue size=1: put 1; put 2 | get_nowait; get_nowait",
        "semaphore size=2: acquire; acquire; release; release | acquire; acquire; release; release",
        "pipe: recv; send 1 | recv; send 2", "lock: acquire; acquire; release; release",
        "event: wait; set | wait; set"}) {
    const Program bad = program(text);
    for (const AnyModel& model : models_of(bad)) std::visit(SomeOrderGetsStuck{bad}, model);
    EXPECT_TRUE(why_unsound(bad)) << text;
  }
}

}  // namespace
}  // namespace conformance::histories
