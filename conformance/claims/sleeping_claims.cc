// Whoever waits without a limit sleeps: a program that looks again and again costs power and CPU, and notices
// late what has happened. A call that is proved blocked sleeps, and everybody with it; where that can't be
// proved somebody moves.
#include "conformance/claims/areas.h"
#include "conformance/claims/pool_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::AnyOf;

// The call has not returned, and no thread of the program moves. On a crowded machine it takes some time until
// all have come to rest.
void expect_sleep(const Call& call) {
  std::string moves;
  for (int look = 0; look < 5; ++look) {
    EXPECT_THAT(call, blocks());
    const std::optional<Outcome>& outcome = call.record().outcome;
    const Blocked* blocked = outcome ? std::get_if<Blocked>(&*outcome) : nullptr;
    if (blocked == nullptr || blocked->proved) return;
    moves = blocked->why;
  }
  ADD_FAILURE() << "while it waits, somebody moves: " << moves;
}

void sleeps_until_released(Stage& stage, const RemoteLock& lock) {
  Puppet& main = stage.main();
  Puppet& child = stage.start_process(main, {lock});
  child.must(lock.acquire());
  Call acquire = main.begins(lock.acquire());
  expect_sleep(acquire);
  child.must(lock.release());
  EXPECT_THAT(acquire, returns(true));
}

}  // namespace

Claims sleeping_claims() {
  return {
      {.id = "queue.get.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says =
           "Who waits in get() sleeps until an item comes, and so does whoever serves the queue.",
       .documented = {"FAULT-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(q.put(1));
             EXPECT_THAT(main.does(q.get()), returns(1));
             Call get = main.begins(q.get());
             expect_sleep(get);
             child.must(q.put(2));
             EXPECT_THAT(get, returns(2));
           }},
      {.id = "queue.put.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in put() sleeps until there is room.",
       .documented = {"FAULT-08"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             Call put = main.begins(q.put(2));
             expect_sleep(put);
             EXPECT_THAT(child.does(q.get()), returns(1));
             EXPECT_THAT(put, returns(nullptr));
           }},
      {.id = "joinable_queue.join.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in join() sleeps until all is done.",
       .documented = {"FAULT-08"},
       .needs = {"joinable_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteJoinableQueue q = main.joinable_queue();
             Puppet& child = stage.start_process(main, {q});
             main.must(q.put(1));
             EXPECT_THAT(child.does(q.get()), returns(1));
             Call join = main.begins(q.join());
             expect_sleep(join);
             child.must(q.task_done());
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "simple_queue.get.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in get() sleeps until an item comes.",
       .documented = {"FAULT-08"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Call get = main.begins(q.get());
             expect_sleep(get);
             child.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "pipe.recv.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in recv() sleeps until a message comes.",
       .documented = {"FAULT-08"},
       .needs = {"pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [here, there] = main.pipe();
             Puppet& child = stage.start_process(main, {there});
             Call recv = main.begins(here.recv());
             expect_sleep(recv);
             child.must(there.send(1));
             EXPECT_THAT(recv, returns(1));
           }},
      {.id = "lock.acquire.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in acquire() sleeps until its turn has come.",
       .documented = {"FAULT-08"},
       .needs = {"lock"},
       .check = [](Stage& stage) { sleeps_until_released(stage, stage.main().lock()); }},
      {.id = "rlock.acquire.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in acquire() sleeps until its turn has come.",
       .documented = {"FAULT-08"},
       .needs = {"rlock"},
       .check = [](Stage& stage) { sleeps_until_released(stage, stage.main().rlock()); }},
      {.id = "semaphore.acquire.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "Who waits in acquire() sleeps until its turn has come.",
       .documented = {"FAULT-08"},
       .needs = {"semaphore"},
       .check = [](Stage& stage) { sleeps_until_released(stage, stage.main().semaphore()); }},
      {.id = "condition.wait.sleeps_until_notified",
       .level = Level::kBeyond,
       .says = "Who waits in wait() sleeps until notified, without a timeout.",
       .documented = {"FAULT-08"},
       .needs = {"condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& child = stage.start_process(main, {c});
             main.must(c.acquire());
             Call wait = main.begins(c.wait());
             expect_sleep(wait);
             child.must(c.acquire());
             child.must(c.notify());
             child.must(c.release());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.wait.sleeps_until_it_is_set",
       .level = Level::kBeyond,
       .says = "Who waits in wait() sleeps until the event is set.",
       .documented = {"FAULT-08"},
       .needs = {"event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             Puppet& child = stage.start_process(main, {e});
             Call wait = main.begins(e.wait());
             expect_sleep(wait);
             child.must(e.set());
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "barrier.wait.sleeps_until_all_are_there",
       .level = Level::kBeyond,
       .says = "Who waits in wait() sleeps until the last one comes.",
       .documented = {"FAULT-08"},
       .needs = {"barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(2);
             Puppet& child = stage.start_process(main, {b});
             Call wait = main.begins(b.wait());
             expect_sleep(wait);
             Call last = child.does(b.wait());
             EXPECT_THAT(wait, AnyOf(returns(0), returns(1)));
             EXPECT_THAT(last, AnyOf(returns(0), returns(1)));
           }},
      {.id = "process.join.sleeps_until_the_end",
       .level = Level::kBeyond,
       .says = "Who waits in join() sleeps until the process has ended.",
       .documented = {"FAULT-08"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Call join = main.begins(child.handle().join());
             expect_sleep(join);
             child.does(self::returns());
             EXPECT_THAT(join, returns(nullptr));
           }},
      {.id = "pool.sleeps_while_it_waits",
       .level = Level::kBeyond,
       .says = "While its tasks run, and when it has none, a pool sleeps: nothing of it looks "
               "again and again.",
       .documented = {"FAULT-08"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             auto [result, task] = stage.apply_async_puppet(main, pool);
             Call get = main.begins(result.get());
             expect_sleep(get);
             task.does(self::returns(1));
             EXPECT_THAT(get, returns(1));
           }},
  };
}

}  // namespace conformance
