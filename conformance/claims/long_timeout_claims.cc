// A timeout of a month is a timeout as any other. An implementation that hands milliseconds to the system in an
// int can wait for 24 days and 20 hours; what comes after that must neither raise nor be over at once.
#include "conformance/claims/areas.h"
#include "conformance/claims/pool_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::AnyOf;
using testing::Matcher;

constexpr std::chrono::hours kMonth{30 * 24};
const Waiting kForAMonth = {.timeout = kMonth};

// The call waits until `other` has done `what`. That a wait with an end comes to rest can't be proved, and to
// presume it takes a second and more; a while is enough for one that is over at once.
void waits_until(Call call, Puppet& other, const Op& what, Matcher<const Call&> result) {
  let_a_while_pass(other);
  other.must(what);
  EXPECT_THAT(call, result);
}

void waits_until_released(Stage& stage, const RemoteLock& lock) {
  Puppet& main = stage.main();
  Puppet& child = stage.start_process(main, {lock});
  child.must(lock.acquire());
  waits_until(main.begins(lock.acquire(kForAMonth)), child, lock.release(), returns(true));
}

}  // namespace

Claims long_timeout_claims() {
  return {
      {.id = "queue.get.timeout_of_a_month",
       .level = Level::kShould,
       .says = "get() with a timeout of a month waits until an item comes, and takes it.",
       .documented = {"QUE-14", "QUE-38"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             waits_until(main.begins(q.get(kForAMonth)), child, q.put(1), returns(1));
           }},
      {.id = "queue.put.timeout_of_a_month",
       .level = Level::kShould,
       .says = "put() with a timeout of a month waits until there is room.",
       .documented = {"QUE-10", "QUE-38"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             waits_until(main.begins(q.put(2, kForAMonth)), child, q.get(), returns(nullptr));
             EXPECT_THAT(child.does(q.get()), returns(2));
           }},
      {.id = "pipe.poll.timeout_of_a_month",
       .level = Level::kShould,
       .says = "poll() with a timeout of a month waits until there is something to receive.",
       .documented = {"PIPE-25"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             waits_until(main.begins(here.poll(kMonth)), child, there.send(1), returns(true));
             EXPECT_THAT(main.does(here.recv()), returns(1));
           }},
      {.id = "pipe.wait.timeout_of_a_month",
       .level = Level::kShould,
       .says = "wait() with a timeout of a month waits until one of its objects is ready.",
       .documented = {"WAIT-01", "WAIT-04"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             waits_until(main.begins(module::wait({here}, kMonth)), child, there.send(1),
                         returns_what(testing::Not(Value::list({}))));
           }},
      {.id = "process.join.timeout_of_a_month",
       .level = Level::kShould,
       .says = "join() with a timeout of a month waits until the process has ended.",
       .documented = {"PROC-15", "PROC-16"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Call join = main.begins(child.handle().join(kMonth));
             let_a_while_pass(child);
             child.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "lock.acquire.timeout_of_a_month",
       .level = Level::kShould,
       .says = "acquire() with a timeout of a month waits until the lock is released, and has it.",
       .documented = {"LOCK-02"},
       .needs = {"lock"},
       .check = [](Stage& stage) { waits_until_released(stage, stage.main().lock()); }},
      {.id = "rlock.acquire.timeout_of_a_month",
       .level = Level::kShould,
       .says = "acquire() with a timeout of a month waits until the lock is released, and has it.",
       .documented = {"RLCK-05"},
       .needs = {"rlock"},
       .check = [](Stage& stage) { waits_until_released(stage, stage.main().rlock()); }},
      {.id = "semaphore.acquire.timeout_of_a_month",
       .level = Level::kShould,
       .says = "acquire() with a timeout of a month waits until the semaphore is released.",
       .documented = {"SEMA-07"},
       .needs = {"semaphore"},
       .check = [](Stage& stage) { waits_until_released(stage, stage.main().semaphore()); }},
      {.id = "condition.wait.timeout_of_a_month",
       .level = Level::kShould,
       .says = "wait() with a timeout of a month waits until it is notified, and returns True.",
       .documented = {"COND-04"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& child = stage.start_process(main, {c});
             main.must(c.acquire());
             Call wait = main.begins(c.wait(kMonth));
             let_a_while_pass(child);
             child.must(c.acquire());
             child.must(c.notify());
             child.must(c.release());
             EXPECT_THAT(wait, returns(true));
             main.must(c.release());
           }},
      {.id = "event.wait.timeout_of_a_month",
       .level = Level::kShould,
       .says = "wait() with a timeout of a month waits until the event is set, and returns True.",
       .documented = {"EVNT-02"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& child = stage.start_process(main, {e});
             waits_until(main.begins(e.wait(kMonth)), child, e.set(), returns(true));
           }},
      {.id = "barrier.wait.timeout_of_a_month",
       .level = Level::kShould,
       .says = "wait() with a timeout of a month waits until all are there.",
       .documented = {"BARR-01", "BARR-05"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& child = stage.start_process(main, {b});
             waits_until(main.begins(b.wait(kMonth)), child, b.wait(kMonth),
                         AnyOf(returns(0), returns(1)));
           }},
      {.id = "async_result.get.timeout_of_a_month",
       .level = Level::kShould,
       .says = "wait() and get() of a pool's result with a timeout of a month wait until it is "
               "there.",
       .documented = {"ARES-05", "ARES-07"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             auto [first, one] = stage.apply_async_puppet(main, pool);
             Call wait = main.begins(first.wait(kMonth));
             let_a_while_pass(one);
             one.does(self::returns(1));
             EXPECT_THAT(wait, returns(nullptr));
             auto [second, two] = stage.apply_async_puppet(main, pool);
             Call get = main.begins(second.get(kMonth));
             let_a_while_pass(two);
             two.does(self::returns(2));
             EXPECT_THAT(get, returns(2));
             close_and_join(main, pool);
           }},
      {.id = "manager.queue.timeout_of_a_month",
       .level = Level::kShould,
       .says = "get() of a manager's queue with a timeout of a month waits until an item comes.",
       .documented = {"MAN-31"},
       .needs = {"manager", "manager.queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteQueue q = main.makes(m.queue());
             Puppet& child = stage.start_process(main, {q});
             waits_until(main.begins(q.get(kForAMonth)), child, q.put(1), returns(1));
           }},
  };
}

}  // namespace conformance
