#include "mp/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mp/array.h"
#include "mp/barrier.h"
#include "mp/condition.h"
#include "mp/connection.h"
#include "mp/event.h"
#include "mp/lock.h"
#include "mp/queue.h"
#include "mp/semaphore.h"
#include "mp/shareable_list.h"
#include "mp/shared_memory.h"
#include "mp/value.h"

namespace mp {
namespace {

using namespace std::chrono_literals;
constexpr auto kSoon = 20s;  // of what must happen

void greet(std::string name, Queue<std::string> out) { out.put("hello " + name); }

class Greeter : public SpawnableProcess<Greeter> {
 public:
  Greeter() = default;
  Greeter(std::string name, Queue<std::string> out, ProcessOptions options)
      : SpawnableProcess(std::move(options)), name_(std::move(name)), out_(std::move(out)) {}
  void run() override {
    if (name_.empty()) throw SystemExit{7};
    out_.put(name() + " says hello " + name_);
  }
  auto state() { return std::tie(name_, out_); }

 private:
  std::string name_;
  Queue<std::string> out_;
};

class ProcessTest : public testing::TestWithParam<StartMethod> {
 protected:
  ProcessOptions options(std::string name = {}) {
    return {.name = std::move(name), .start_method = GetParam()};
  }
  // What a process with this target ends with.
  template <class F, class... Args>
  std::optional<int> exitcode_of(F target, Args... args) {
    Process p(options(), target, std::move(args)...);
    p.start();
    EXPECT_TRUE(p.join(kSoon));
    return p.exitcode();
  }
};

INSTANTIATE_TEST_SUITE_P(By, ProcessTest, testing::ValuesIn(get_all_start_methods()),
                         [](const auto& info) { return std::string(name_of(info.param)); });

// ---------------------------------------------------------------- the example

TEST_P(ProcessTest, Example) {
  Queue<std::string> queue;
  Process p(options(), greet, "bob", queue);
  p.start();
  EXPECT_EQ(queue.get(kSoon), "hello bob");
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_EQ(p.exitcode(), 0);
}

TEST_P(ProcessTest, LambdaThatCapturesNothing) {
  Queue<int> out;
  Process p(
      options(), [](Queue<int> q, std::vector<int> numbers) { q.put(numbers.at(1)); }, out,
      std::vector{1, 2, 3});
  p.start();
  EXPECT_EQ(out.get(kSoon), 2);
  p.join();
}

TEST_P(ProcessTest, DerivedClassRunsWithItsMembersAndItsName) {
  Queue<std::string> out;
  Greeter greeter("bob", out, options());
  const std::string name = greeter.name();
  EXPECT_EQ(name.substr(0, 8), "Greeter-");
  greeter.start();
  EXPECT_EQ(out.get(kSoon), name + " says hello bob");
  greeter.join();
  EXPECT_EQ(greeter.exitcode(), 0);
  Greeter silent("", out, options());
  silent.start();
  silent.join();
  EXPECT_EQ(silent.exitcode(), 7);
}

// ---------------------------------------------------------------- what a child shares

void use_all(Queue<int> queue, JoinableQueue<int> jobs, SimpleQueue<int> simple, Lock lock,
             RLock rlock, Semaphore semaphore, BoundedSemaphore bounded, Event event,
             Condition condition, Barrier barrier) {
  queue.put(1);
  jobs.get();
  jobs.task_done();
  simple.put(2);
  lock.release();  // the creator has it
  rlock.acquire();
  rlock.release();
  semaphore.acquire();
  bounded.acquire();
  event.set();
  {
    std::scoped_lock hold(condition);
    condition.notify();
  }
  barrier.wait(kSoon);
}

TEST_P(ProcessTest, EveryKindOfHandleReachesTheChild) {
  Queue<int> queue;
  JoinableQueue<int> jobs;
  SimpleQueue<int> simple;
  Lock lock;
  RLock rlock;
  Semaphore semaphore(2);
  BoundedSemaphore bounded(2);
  Event event;
  Condition condition;
  Barrier barrier(2);
  jobs.put(5);
  lock.acquire();
  condition.acquire();
  Process p(options(), use_all, queue, jobs, simple, lock, rlock, semaphore, bounded, event,
            condition, barrier);
  p.start();
  EXPECT_EQ(queue.get(kSoon), 1);
  jobs.join();
  EXPECT_EQ(simple.get(), 2);
  EXPECT_TRUE(event.wait(kSoon));
  EXPECT_TRUE(condition.wait(kSoon));
  condition.release();
  barrier.wait(kSoon);
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_FALSE(lock.locked());
  EXPECT_EQ(semaphore.get_value(), 1);
  EXPECT_EQ(bounded.get_value(), 1);
}

void hand_on(Queue<std::string> queue, StartMethod method) {
  Process p({.start_method = method}, greet, "from afar", queue);
  p.start();
  p.join();
}

void change_all(Value<int> own, Value<int> under_lock, RawValue<double> raw, Array<int> array,
                RawArray<char> text, SharedMemory memory, ShareableList list) {
  *own.lock() += 1;
  *under_lock.lock() += 1;
  raw.store(2.5);
  array.set(-1, 7);
  text.set_value("there");
  memory.buf()[0] = std::byte{1};
  list.set(0, "seen");
}

TEST_P(ProcessTest, SharedValuesAndMemoryReachTheChild) {
  Lock lock;
  Value<int> own(1), under_lock(2, lock);
  RawValue<double> raw;
  Array<int> array(100000);
  RawArray<char> text(8);
  SharedMemory memory = SharedMemory::create(1);
  ShareableList list({"none"});
  lock.acquire();
  Process p(options(), change_all, own, under_lock, raw, array, text, memory, list);
  p.start();
  EXPECT_FALSE(p.join(10ms)) << "it waits for the lock";
  lock.release();
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_EQ(p.exitcode(), 0);
  EXPECT_EQ(own.load(), 2);
  EXPECT_EQ(under_lock.load(), 3);
  EXPECT_EQ(raw.load(), 2.5);
  EXPECT_EQ(array.at(-1), 7);
  EXPECT_EQ(text.value(), "there");
  EXPECT_EQ(memory.buf()[0], std::byte{1});
  EXPECT_TRUE(list.at(0) == ShareableList::Item("seen"));
  memory.unlink();
  list.shm().unlink();
}

TEST_P(ProcessTest, HandlesReachAGrandchildByAnyMethod) {
  for (StartMethod method : get_all_start_methods()) {
    Queue<std::string> queue;
    EXPECT_EQ(exitcode_of(hand_on, queue, method), 0);
    EXPECT_EQ(queue.get(kSoon), "hello from afar") << name_of(method);
  }
}

// Descriptors beyond what one message takes.
void count_queues(std::vector<Queue<int>> queues, Queue<int> out) {
  for (Queue<int>& each : queues) each.put(1);
  out.put(static_cast<int>(queues.size()));
}

TEST_P(ProcessTest, ThreeHundredQueuesReachTheChild) {
  std::vector<Queue<int>> queues(300);
  Queue<int> out;
  EXPECT_EQ(exitcode_of(count_queues, queues, out), 0);
  EXPECT_EQ(out.get(kSoon), 300);
  for (Queue<int>& each : queues) EXPECT_EQ(each.qsize(), 1);
}

// Which exist before main(), and so before the child knows anything of its creator.
Lock g_lock;
const bool g_used_before_main = [] {
  g_lock.acquire();
  g_lock.release();
  return true;
}();

TEST_P(ProcessTest, GlobalLocksDoNotKeepTheChildFromSharingOthers) {
  ASSERT_TRUE(g_used_before_main);
  Lock lock;
  lock.acquire();
  Event waits;
  Process p(
      options(),
      [](Lock l, Event e) {
        g_lock.acquire();
        g_lock.release();
        e.set();
        if (!l.acquire(true, kSoon)) throw SystemExit{1};
        if (l.took_over()) throw SystemExit{2};
      },
      lock, waits);
  p.start();
  EXPECT_TRUE(waits.wait(kSoon));
  lock.release();
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_EQ(p.exitcode(), 0);
}

TEST_P(ProcessTest, HolderThatDiesInAnotherProgramHandsTheLockOn) {
  Lock lock;
  Event held;
  Process p(
      options(),
      [](Lock l, Event e) {
        l.acquire();
        e.set();
        while (true) ::pause();
      },
      lock, held);
  p.start();
  ASSERT_TRUE(held.wait(kSoon));
  std::thread killer([&] { p.kill(); });
  EXPECT_TRUE(lock.acquire(true, kSoon));
  EXPECT_TRUE(lock.took_over());
  killer.join();
  p.join();
}

// ---------------------------------------------------------------- endings

TEST_P(ProcessTest, ExitCodes) {
  EXPECT_EQ(exitcode_of([] {}), 0);
  EXPECT_EQ(exitcode_of([] { throw ValueError("expected on standard error"); }), 1);
  EXPECT_EQ(exitcode_of([] { throw 5; }), 1);
  EXPECT_EQ(exitcode_of([] { throw SystemExit{3}; }), 3);
  EXPECT_EQ(exitcode_of([] { throw SystemExit{-1}; }), 255);
  EXPECT_EQ(exitcode_of([] { ::_exit(9); }), 9);
  EXPECT_EQ(exitcode_of([] { std::exit(4); }), 4);
  EXPECT_EQ(exitcode_of([] { ::raise(SIGKILL); }), -SIGKILL);
}

TEST_P(ProcessTest, TerminateKillAndInterrupt) {
  for (int signal : {SIGTERM, SIGKILL, SIGINT}) {
    Process p(options(), [] {
      while (true) ::pause();
    });
    p.start();
    EXPECT_TRUE(p.is_alive());
    EXPECT_FALSE(p.join(0s));
    signal == SIGTERM ? p.terminate() : signal == SIGKILL ? p.kill() : p.interrupt();
    EXPECT_TRUE(p.join(kSoon));
    EXPECT_EQ(p.exitcode(), -signal);
    EXPECT_FALSE(p.is_alive());
  }
}

// A fork server ignores SIGINT; its children did so as well for their first moment.
TEST_P(ProcessTest, InterruptRightAfterStartIsNotLost) {
  for (int i = 0; i < 100; ++i) {
    Process p(options(), [] {
      while (true) ::pause();
    });
    p.start();
    p.interrupt();
    ASSERT_TRUE(p.join(kSoon)) << "child " << i;
    EXPECT_EQ(p.exitcode(), -SIGINT);
  }
}

TEST_P(ProcessTest, EndOfAChildRemovesItsSharedMemory) {
  Queue<std::string> names;
  Process p(
      options(), [](Queue<std::string> out) { out.put(SharedMemory::create(8).name()); }, names);
  p.start();
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_NE(::access(("/dev/shm/" + names.get()).c_str(), F_OK), 0);
}

void keep_a_daemon(Queue<int> out, StartMethod method) {
  Process daemon({.daemon = true, .start_method = method}, [] {
    while (true) ::pause();
  });
  daemon.start();
  out.put(*daemon.pid());
}

TEST_P(ProcessTest, EndOfAChildTerminatesItsDaemons) {
  Queue<int> out;
  EXPECT_EQ(exitcode_of(keep_a_daemon, out, GetParam()), 0);
  const int pid = out.get(kSoon);
  // Waited for before its creator ended, if not by it.
  EXPECT_TRUE(::kill(pid, 0) == -1 && errno == ESRCH);
}

TEST_P(ProcessTest, DaemonHasNoChildren) {
  Process p({.daemon = true, .start_method = GetParam()}, [] {
    Process child([] {});
    try {
      child.start();
    } catch (const AssertionError&) {
      throw SystemExit{3};
    }
  });
  p.start();
  p.join();
  EXPECT_EQ(p.exitcode(), 3);
}

TEST_P(ProcessTest, ChildKnowsItsParentAndItself) {
  Queue<std::string> out;
  Event seen;
  Process p(
      options("worker"),
      [](Queue<std::string> q, int parent, Event seen) {
        q.put(current_process().name());
        q.put(parent_process()->name());
        q.put(parent_process()->pid() == parent ? "same" : "another");
        q.put(parent_process()->is_alive() ? "alive" : "dead");
        q.put(std::string(name_of(get_start_method())));
        q.put(std::to_string(active_children().size()));
        seen.wait();
      },
      out, static_cast<int>(::getpid()), seen);
  p.start();
  for (const char* expected : {"worker", "MainProcess", "same", "alive"})
    EXPECT_EQ(out.get(kSoon), expected);
  EXPECT_EQ(out.get(kSoon), name_of(GetParam()));
  EXPECT_EQ(out.get(kSoon), "0");
  EXPECT_EQ(active_children().size(), 1u);
  seen.set();
  p.join();
  EXPECT_TRUE(active_children().empty());
}

// Another thread may be about to ask for an exit code, make an object or start a process at the moment of a fork: its
// locks must not stay locked in the child.
TEST(Fork, OfAProgramWhoseThreadsUseEverything) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's allocator does not survive the fork of a program with threads";
#endif
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  auto again_and_again = [&](auto work) {
    threads.emplace_back([&done, work] {
      while (!done) work();
    });
  };
  Queue<int> queue;
  Process sleeper([] {
    while (true) ::pause();
  });
  sleeper.start();
  again_and_again([&] {
    queue.put(1);
    queue.get();
  });
  again_and_again([] {
    Lock lock;
    lock.acquire();
    Value<int>(3).store(4);
    Pipe<int>().first.send(1);
  });
  again_and_again([&] {
    sleeper.exitcode();
    current_process().name();
    active_children();
    get_start_method();
  });
  for (int i = 0; i < 200; ++i) {
    Process child(
        [](Queue<int> q, int) {
          q.put(2);
          q.get();
          Lock lock;
          lock.acquire();
          Pipe<int>().first.send(1);
          current_process().name();
          Process grandchild([] {});
          grandchild.start();
          if (!grandchild.join(kSoon)) throw SystemExit{1};
        },
        queue, i);
    child.start();
    ASSERT_TRUE(child.join(kSoon)) << i << ": the child is stuck";
    EXPECT_EQ(child.exitcode(), 0);
  }
  done = true;
  for (std::thread& each : threads) each.join();
  sleeper.kill();
  sleeper.join();
}

TEST(Fork, ExitCodeOfAProgramThatIgnoresEndsIsLost) {
  ::signal(SIGCHLD, SIG_IGN);
  Process p([] { throw SystemExit{3}; });
  p.start();
  EXPECT_TRUE(p.join(kSoon));
  EXPECT_EQ(p.exitcode(), 255);
  ::signal(SIGCHLD, SIG_DFL);
}

TEST(Fork, SiblingHearsNothingOfAnExitCode) {
  Process elder([] { throw SystemExit{3}; });
  elder.start();
  elder.join();
  const pid_t younger = ::fork();
  if (younger == 0) ::_exit(elder.exitcode() ? 1 : 0);
  int status;
  ASSERT_EQ(::waitpid(younger, &status, 0), younger);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(elder.exitcode(), 3);
}

// ---------------------------------------------------------------- what goes wrong

class Plain : public Process {
 public:
  using Process::Process;
  void run() override { throw SystemExit{6}; }
};

TEST_P(ProcessTest, PlainDerivedClassReachesForkedChildrenOnly) {
  Plain plain(options());
  if (GetParam() == StartMethod::kFork) {
    plain.start();
    plain.join();
    EXPECT_EQ(plain.exitcode(), 6);
  } else {
    EXPECT_THROW(plain.start(), RuntimeError);
    EXPECT_FALSE(plain.pid());
    EXPECT_THROW(plain.join(), AssertionError);
  }
}

int open_descriptors() {
  int count = 0;
  DIR* dir = ::opendir("/proc/self/fd");
  while (::readdir(dir) != nullptr) ++count;
  ::closedir(dir);
  return count;
}

// Leaves no more than `spare` descriptors to open, while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    int highest = 0;  // the limit is one on numbers
    for (int fd = 0; fd < 1024; ++fd) {
      if (::fcntl(fd, F_GETFD) != -1) highest = fd;
    }
    for (int fd = 0; fd < highest; ++fd) {
      if (::fcntl(fd, F_GETFD) == -1) fill_.emplace_back(::dup(0));
    }
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(highest + 1 + spare);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
  std::vector<base::UniqueFd> fill_;
};

TEST_P(ProcessTest, WithoutDescriptorsThereIsAClearErrorAndNoChild) {
  exitcode_of([] {});  // what all starts share is there from now on
  const int before = open_descriptors();
  for (int spare = 0;; ++spare) {
    ASSERT_LT(spare, 20);
    Process p(options(), [] {});
    try {
      FewDescriptors few(spare);
      p.start();
    } catch (const OSError& error) {
      EXPECT_EQ(error.code(), EMFILE) << error.what();
      EXPECT_FALSE(p.pid());
      EXPECT_TRUE(active_children().empty());
      EXPECT_EQ(open_descriptors(), before) << spare;
      continue;
    }
    EXPECT_GT(spare, 0);
    EXPECT_TRUE(p.join(kSoon));
    break;
  }
}

TEST_P(ProcessTest, CloseGivesDescriptorsBack) {
  exitcode_of([] {});
  const int before = open_descriptors();
  Process p(options(), [] {});
  p.start();
  p.join();
  p.close();
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_THROW(p.exitcode(), ValueError);
}

int parent_of_served_child() {
  Queue<int> out;
  Process p(
      {.start_method = StartMethod::kForkserver}, [](Queue<int> q) { q.put(::getppid()); }, out);
  p.start();
  p.join();
  return out.get(kSoon);
}

TEST(ForkServer, InterruptDoesNotEndIt) {
  const int server = parent_of_served_child();
  ::kill(server, SIGINT);
  EXPECT_EQ(parent_of_served_child(), server);
}

// Its children must not hold each other's ways to tell the exit code.
TEST(ForkServer, WhenItHasDiedAnEndIsSeenThoughOthersLive) {
  Event stop;
  auto wait = [](Event e) { e.wait(); };
  Process ends({.start_method = StartMethod::kForkserver}, wait, stop);
  Process lives({.start_method = StartMethod::kForkserver}, [] {
    while (true) ::pause();
  });
  ends.start();
  lives.start();
  const int server = parent_of_served_child();
  ::kill(server, SIGKILL);
  EXPECT_NE(parent_of_served_child(), server);
  stop.set();
  Event seen;
  bool rescued = false;  // who would wait for ever fails instead
  std::thread rescuer([&] {
    if (seen.wait(kSoon)) return;
    rescued = true;
    lives.kill();
  });
  EXPECT_TRUE(ends.join(kSoon));
  seen.set();
  rescuer.join();
  EXPECT_FALSE(rescued);
  EXPECT_EQ(ends.exitcode(), 255);  // the server would have told it
  lives.kill();
  EXPECT_TRUE(lives.join(kSoon));
}

TEST(ForkServer, OneThatDiedIsReplaced) {
  const int server = parent_of_served_child();
  EXPECT_NE(server, ::getpid());
  EXPECT_EQ(parent_of_served_child(), server);
  ::kill(server, SIGKILL);
  const int next = parent_of_served_child();
  EXPECT_NE(next, server);
  EXPECT_EQ(parent_of_served_child(), next);
  // The dead one is no zombie.
  EXPECT_TRUE(::kill(server, 0) == -1 && errno == ESRCH);
}

}  // namespace
}  // namespace mp
