#include "mp/interrupt.h"

#include <signal.h>

#include <functional>

#include "gtest/gtest.h"
#include "mp/barrier.h"
#include "mp/condition.h"
#include "mp/connection.h"
#include "mp/event.h"
#include "mp/lock.h"
#include "mp/os/test_processes.h"
#include "mp/queue.h"
#include "mp/semaphore.h"

namespace mp {
namespace {

using os::TestProcess;

struct Interrupted {};
volatile sig_atomic_t g_interrupted = 0;

void raise_on_sigint() {
  struct sigaction action = {};
  action.sa_handler = [](int) { g_interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  set_interrupt_check([] {
    if (g_interrupted != 0) throw Interrupted();
  });
}

// A process that waits, is interrupted, and so leaves the wait; and which goes on waiting after any other signal.
void expect_interruptible(const char* what, const std::function<void()>& wait) {
  SCOPED_TRACE(what);
  TestProcess child([&] {
    raise_on_sigint();
    ::signal(SIGUSR1, [](int) {});
    try {
      wait();
    } catch (const Interrupted&) {
      return true;
    }
    return false;
  });
  ASSERT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGUSR1);
  ASSERT_TRUE(child.sleeps());
  ::kill(child.pid(), SIGINT);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Interrupt, EndsEveryKindOfWaitAndTakesNothing) {
  Queue<int> queue, full(1);
  full.put(1);
  JoinableQueue<int> jobs;
  jobs.put(1);
  auto [receiver, sender] = Pipe<int>();
  Connection<int> left = receiver;
  Lock lock;
  lock.acquire();
  Semaphore semaphore(0);
  Event event;
  Barrier barrier(2);
  Condition condition;

  expect_interruptible("get", [&] { queue.get(); });
  expect_interruptible("put", [&] { full.put(2); });
  expect_interruptible("join of a queue", [&] { jobs.join(); });
  expect_interruptible("recv", [&] { left.recv(); });
  expect_interruptible("poll", [&] { left.poll(Timeout()); });
  expect_interruptible("wait", [&] { wait({left}); });
  expect_interruptible("acquire", [&] { lock.acquire(); });
  expect_interruptible("acquire of a semaphore", [&] { semaphore.acquire(); });
  expect_interruptible("wait for an event", [&] { event.wait(); });
  expect_interruptible("wait at a barrier", [&] { barrier.wait(); });
  expect_interruptible("wait for a condition", [&] {
    condition.acquire();
    condition.wait();
  });

  queue.put(5);
  EXPECT_EQ(queue.get(), 5);
  EXPECT_EQ(full.qsize(), 1);
  EXPECT_FALSE(left.poll());
  semaphore.release();
  EXPECT_EQ(semaphore.get_value(), 1);
}

}  // namespace
}  // namespace mp
