// What becomes of everybody else when a process is stopped, or ended by SIGTERM, in the middle of a
// step: one claim for each step and fault, made from one table.
//
// A stopped process that is continued goes on as if nothing had happened, and nothing is lost: that
// must hold. Whether others can go on meanwhile differs (a lock that is held is held; a reader that
// was stopped within get() may hold the queue's own lock): that is recorded.
#include <signal.h>

#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::AnyOf;

// Who plays in a scene.
struct Cast {
  Puppet& main;
  Puppet& victim;  // what happens to it is the claim
  Puppet& other;
};

// A step at which a fault strikes. `begin`: the victim takes the step; what it returns, if anything, is
// the call that waits. `next`: what others do then. `finish`: once the victim goes on, nobody waits and
// nothing is lost.
class Scene {
 public:
  virtual ~Scene() = default;
  virtual std::vector<RemoteObject> objects() const = 0;
  virtual std::optional<Call> begin(Cast& cast) = 0;
  virtual Call next(Cast& cast) = 0;
  virtual void finish(Cast& cast, std::optional<Call> step, Call next) = 0;
};

// ---- Locks ----

class Holding : public Scene {
 public:
  explicit Holding(RemoteLock lock) : lock_(std::move(lock)) {}
  std::vector<RemoteObject> objects() const override { return {lock_}; }
  std::optional<Call> begin(Cast& cast) override {
    cast.victim.must(lock_.acquire());
    return std::nullopt;
  }
  Call next(Cast& cast) override { return cast.other.begins(lock_.acquire()); }
  void finish(Cast& cast, std::optional<Call>, Call next) override {
    cast.victim.must(lock_.release());
    EXPECT_THAT(next, returns(true));
    cast.other.must(lock_.release());
    EXPECT_THAT(cast.main.does(lock_.acquire({.block = false})), returns(true));
  }

 private:
  RemoteLock lock_;
};

class WaitingForALock : public Scene {
 public:
  explicit WaitingForALock(RemoteLock lock) : lock_(std::move(lock)) {}
  std::vector<RemoteObject> objects() const override { return {lock_}; }
  std::optional<Call> begin(Cast& cast) override {
    cast.main.must(lock_.acquire());
    return cast.victim.begins(lock_.acquire());
  }
  Call next(Cast& cast) override {
    cast.main.must(lock_.release());
    return cast.other.begins(lock_.acquire());
  }
  // Either may have got it first.
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    if (std::holds_alternative<Returned>(next.outcome())) {
      cast.other.must(lock_.release());
      EXPECT_THAT(*step, returns(true));
    } else {
      EXPECT_THAT(*step, returns(true));
      cast.victim.must(lock_.release());
      EXPECT_THAT(next, returns(true));
    }
  }

 private:
  RemoteLock lock_;
};

// ---- Condition, event, barrier ----

class WaitingForACondition : public Scene {
 public:
  explicit WaitingForACondition(Puppet& main) : condition_(main.condition()) {}
  std::vector<RemoteObject> objects() const override { return {condition_}; }
  std::optional<Call> begin(Cast& cast) override {
    cast.victim.must(condition_.acquire());
    return cast.victim.begins(condition_.wait());
  }
  Call next(Cast& cast) override {
    cast.other.must(condition_.acquire());
    return cast.other.begins(condition_.notify());
  }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(nullptr));
    cast.other.must(condition_.release());
    EXPECT_THAT(*step, returns(true));
    cast.victim.must(condition_.release());
  }

 private:
  RemoteCondition condition_;
};

class WaitingForAnEvent : public Scene {
 public:
  explicit WaitingForAnEvent(Puppet& main) : event_(main.event()) {}
  std::vector<RemoteObject> objects() const override { return {event_}; }
  std::optional<Call> begin(Cast& cast) override { return cast.victim.begins(event_.wait()); }
  Call next(Cast& cast) override { return cast.other.begins(event_.set()); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(nullptr));
    EXPECT_THAT(*step, returns(true));
    EXPECT_THAT(cast.main.does(event_.is_set()), returns(true));
  }

 private:
  RemoteEvent event_;
};

class WaitingAtABarrier : public Scene {
 public:
  explicit WaitingAtABarrier(Puppet& main) : barrier_(main.barrier(2)) {}
  std::vector<RemoteObject> objects() const override { return {barrier_}; }
  std::optional<Call> begin(Cast& cast) override { return cast.victim.begins(barrier_.wait()); }
  Call next(Cast& cast) override { return cast.other.begins(barrier_.wait()); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns());
    EXPECT_THAT(*step, returns());
    EXPECT_EQ(as_int(next.value()) + as_int(step->value()), 1);
    EXPECT_THAT(cast.main.does(barrier_.n_waiting()), returns(0));
  }

 private:
  RemoteBarrier barrier_;
};

// ---- Queues and pipes ----

template <typename Queue>
class WaitingToGet : public Scene {
 public:
  explicit WaitingToGet(Queue queue) : queue_(std::move(queue)) {}
  std::vector<RemoteObject> objects() const override { return {queue_}; }
  std::optional<Call> begin(Cast& cast) override { return cast.victim.begins(queue_.get()); }
  Call next(Cast& cast) override {
    cast.main.must(queue_.put(1));
    return cast.other.begins(queue_.get());
  }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    cast.main.must(queue_.put(2));
    EXPECT_THAT(*step, AnyOf(returns(1), returns(2)));
    EXPECT_THAT(next, AnyOf(returns(1), returns(2)));
    EXPECT_NE(step->value(), next.value());
    EXPECT_THAT(cast.main.does(queue_.empty()), returns(true));
  }

 private:
  Queue queue_;
};

class WaitingToPut : public Scene {
 public:
  explicit WaitingToPut(Puppet& main) : queue_(main.queue({.maxsize = 1})) {}
  std::vector<RemoteObject> objects() const override { return {queue_}; }
  std::optional<Call> begin(Cast& cast) override {
    cast.main.must(queue_.put(1));
    return cast.victim.begins(queue_.put(2));
  }
  Call next(Cast& cast) override {
    EXPECT_THAT(cast.other.does(queue_.get()), returns(1));
    return cast.main.begins(queue_.put(3));
  }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    Value first = cast.other.must(queue_.get()), second = cast.other.must(queue_.get());
    EXPECT_THAT(Value::list({first, second}), AnyOf(Value::list({2, 3}), Value::list({3, 2})));
    EXPECT_THAT(*step, returns(nullptr));
    EXPECT_THAT(next, returns(nullptr));
  }

 private:
  RemoteQueue queue_;
};

// A put() of what no pipe takes in one piece. It may return before all is on its way, or wait.
template <typename Queue>
class SendingABigItem : public Scene {
 public:
  explicit SendingABigItem(Queue queue) : queue_(std::move(queue)) {}
  std::vector<RemoteObject> objects() const override { return {queue_}; }
  std::optional<Call> begin(Cast& cast) override {
    return cast.victim.begins(queue_.put(big_item(1)));
  }
  Call next(Cast& cast) override { return cast.other.begins(queue_.get()); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(big_item(1)));
    EXPECT_THAT(*step, returns(nullptr));
    cast.victim.must(queue_.put(2));
    EXPECT_THAT(cast.main.does(queue_.get()), returns(2));
  }

 private:
  Queue queue_;
};

class WaitingToJoin : public Scene {
 public:
  explicit WaitingToJoin(Puppet& main) : queue_(main.joinable_queue()) {}
  std::vector<RemoteObject> objects() const override { return {queue_}; }
  std::optional<Call> begin(Cast& cast) override {
    cast.main.must(queue_.put(1));
    EXPECT_THAT(cast.other.does(queue_.get()), returns(1));
    return cast.victim.begins(queue_.join());
  }
  Call next(Cast& cast) override { return cast.other.begins(queue_.task_done()); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(nullptr));
    EXPECT_THAT(*step, returns(nullptr));
    EXPECT_THAT(cast.main.does(queue_.join()), returns(nullptr));
  }

 private:
  RemoteJoinableQueue queue_;
};

class WaitingToReceive : public Scene {
 public:
  explicit WaitingToReceive(Puppet& main) : ends_(main.pipe()) {}
  std::vector<RemoteObject> objects() const override { return {ends_.first, ends_.second}; }
  std::optional<Call> begin(Cast& cast) override { return cast.victim.begins(ends_.first.recv()); }
  Call next(Cast& cast) override { return cast.other.begins(ends_.second.send("hello")); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(nullptr));
    EXPECT_THAT(*step, returns("hello"));
    EXPECT_THAT(cast.main.does(ends_.first.poll()), returns(false));
  }

 private:
  std::pair<RemoteConnection, RemoteConnection> ends_;
};

class SendingABigMessage : public Scene {
 public:
  explicit SendingABigMessage(Puppet& main) : ends_(main.pipe()) {}
  std::vector<RemoteObject> objects() const override { return {ends_.first, ends_.second}; }
  std::optional<Call> begin(Cast& cast) override {
    return cast.victim.begins(ends_.first.send(big_item(1)));
  }
  Call next(Cast& cast) override { return cast.other.begins(ends_.second.recv()); }
  void finish(Cast& cast, std::optional<Call> step, Call next) override {
    EXPECT_THAT(next, returns(big_item(1)));
    EXPECT_THAT(*step, returns(nullptr));
    EXPECT_THAT(cast.main.does(ends_.second.poll()), returns(false));
  }

 private:
  std::pair<RemoteConnection, RemoteConnection> ends_;
};

// ---- The table ----

constexpr char kGoOn[] = "others go on";
constexpr char kWait[] = "others wait";

struct Step {
  const char* name;
  const char* says;  // completes "A process that ... and is stopped there"
  const char* feature;
  std::unique_ptr<Scene> (*make)(Puppet& main);
  bool excludes = false;  // while it goes on, nobody else may pass
};

template <typename S>
std::unique_ptr<Scene> scene(Puppet& main) {
  return std::make_unique<S>(main);
}

const Step kSteps[] = {
    {"lock_holder", "holds a Lock", "lock",
     [](Puppet& m) -> std::unique_ptr<Scene> { return std::make_unique<Holding>(m.lock()); }, true},
    {"lock_waiter", "waits for a Lock", "lock",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<WaitingForALock>(m.lock());
     }},
    {"rlock_owner", "owns an RLock", "rlock",
     [](Puppet& m) -> std::unique_ptr<Scene> { return std::make_unique<Holding>(m.rlock()); },
     true},
    {"semaphore_holder", "holds the only permit of a Semaphore", "semaphore",
     [](Puppet& m) -> std::unique_ptr<Scene> { return std::make_unique<Holding>(m.semaphore(1)); },
     true},
    {"semaphore_waiter", "waits for a permit of a Semaphore", "semaphore",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<WaitingForALock>(m.semaphore(1));
     }},
    {"condition_waiter", "waits for a Condition", "condition", scene<WaitingForACondition>},
    {"event_waiter", "waits for an Event", "event", scene<WaitingForAnEvent>},
    {"barrier_waiter", "waits at a Barrier", "barrier", scene<WaitingAtABarrier>},
    {"queue_getter", "waits in get() of a Queue", "queue",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<WaitingToGet<RemoteQueue>>(m.queue());
     }},
    {"queue_putter", "waits in put() of a full Queue", "queue", scene<WaitingToPut>},
    {"queue_sender", "has put() a big item on a Queue", "queue",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<SendingABigItem<RemoteQueue>>(m.queue());
     }},
    {"simple_queue_getter", "waits in get() of a SimpleQueue", "simple_queue",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<WaitingToGet<RemoteSimpleQueue>>(m.simple_queue());
     }},
    {"simple_queue_sender", "is within put() of a big item on a SimpleQueue", "simple_queue",
     [](Puppet& m) -> std::unique_ptr<Scene> {
       return std::make_unique<SendingABigItem<RemoteSimpleQueue>>(m.simple_queue());
     }},
    {"joiner_of_a_queue", "waits in join() of a JoinableQueue", "joinable_queue",
     scene<WaitingToJoin>},
    {"receiver", "waits in recv() of a pipe's end", "pipe", scene<WaitingToReceive>},
    {"sender", "is within send() of a big message", "pipe", scene<SendingABigMessage>},
};

struct Scenery {
  std::unique_ptr<Scene> scene;
  Cast cast;
  std::optional<Call> step;
};

Scenery set(Stage& stage, const Step& step) {
  Puppet& main = stage.main();
  std::unique_ptr<Scene> scene = step.make(main);
  Puppet& victim = stage.start_process(main, scene->objects());
  Puppet& other = stage.start_process(main, scene->objects());
  Scenery set{std::move(scene), Cast{main, victim, other}, std::nullopt};
  set.step = set.scene->begin(set.cast);
  stage.comes_to_rest();
  return set;
}

bool goes_on(const Call& call) {
  return !std::holds_alternative<Blocked>(call.outcome_if_blocked());
}

void stopped(Stage& stage, const Step& step) {
  Scenery set = conformance::set(stage, step);
  stage.stop(set.cast.victim);
  Call next = set.scene->next(set.cast);
  const bool went_on = goes_on(next);
  stage.resume(set.cast.victim);
  set.scene->finish(set.cast, set.step, next);
  std::vector<std::string> accepted = {kWait};
  if (!step.excludes) accepted.push_back(kGoOn);
  stage.varies(went_on ? kGoOn : kWait, accepted);
}

void terminated(Stage& stage, const Step& step) {
  Scenery set = conformance::set(stage, step);
  stage.signal(set.cast.victim, SIGTERM);
  EXPECT_TRUE(stage.process_ends(set.cast.victim));
  EXPECT_EQ(exit_code(set.cast.main, set.cast.victim.handle()), Value(-SIGTERM));
  stage.varies(goes_on(set.scene->next(set.cast)) ? kGoOn : kWait, {kGoOn, kWait});
}

// A check is a plain function: one for each line of the table.
template <size_t kIndex>
void check_stopped(Stage& stage) {
  stopped(stage, kSteps[kIndex]);
}
template <size_t kIndex>
void check_terminated(Stage& stage) {
  terminated(stage, kSteps[kIndex]);
}

template <size_t kIndex>
void add_claims_of_step(Claims* claims) {
  const Step& step = kSteps[kIndex];
  claims->push_back({.id = text_for_good(absl::StrCat("fault.stopped.", step.name)),
                     .level = Level::kVariation,
                     .says = text_for_good(
                         absl::StrCat("A process that ", step.says,
                                      " and is stopped there goes on when it is continued, and "
                                      "nothing is lost; others ",
                                      step.excludes ? "wait for it." : "wait for it, or go on.")),
                     .documented = {"FAULT-01", "FAULT-02"},
                     .needs = {step.feature, "isolated"},
                     .check = check_stopped<kIndex>});
  claims->push_back({.id = text_for_good(absl::StrCat("fault.terminated.", step.name)),
                     .level = Level::kVariation,
                     .says = text_for_good(absl::StrCat(
                         "A process that ", step.says,
                         " is ended there by SIGTERM; others go on, or wait in vain.")),
                     .documented = {"FAULT-03"},
                     .needs = {step.feature, "isolated"},
                     .check = check_terminated<kIndex>});
}

template <size_t... kIndexes>
void add_claims(std::index_sequence<kIndexes...>, Claims* claims) {
  (add_claims_of_step<kIndexes>(claims), ...);
}

Claims claims_of_workers() {
  return {
      {.id = "fault.stopped.child_is_alive",
       .level = Level::kMust,
       .says = "A stopped child has not ended: it is alive, has no exit code, join() waits for it; "
               "continued and told to, it ends.",
       .documented = {"FAULT-01"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             stage.stop(child);
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(nullptr));
             Call join = main.begins(child.handle().join());
             EXPECT_THAT(join, blocks());
             stage.resume(child);
             EXPECT_THAT(join, blocks());
             child.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
           }},
      {.id = "fault.stopped.pool_worker",
       .level = Level::kMust,
       .says = "While the worker of one task is stopped the others work; continued, it delivers.",
       .documented = {"FAULT-01"},
       .needs = {"pool", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             stage.stop(task);
             for (int i = 0; i < 3; ++i)
               EXPECT_THAT(main.does(pool.apply("square", {i})), returns(i * i));
             EXPECT_THAT(main.does(result.ready()), returns(false));
             stage.resume(task);
             task.does(self::returns("late"));
             EXPECT_THAT(main.does(result.get()), returns("late"));
             close_and_join(main, pool);
           }},
  };
}

}  // namespace

Claims fault_claims() {
  Claims claims = claims_of_workers();
  add_claims(std::make_index_sequence<std::size(kSteps)>(), &claims);
  return claims;
}

}  // namespace conformance
