// What is left of a program when it has ended, however its processes ended: no process, no file, no shared memory.
#include <dirent.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/os_error.h"
#include "mp/connection.h"
#include "mp/event.h"
#include "mp/lock.h"
#include "mp/os/test_processes.h"
#include "mp/process.h"
#include "mp/queue.h"
#include "mp/shared_memory.h"
#include "mp/value.h"

namespace mp {
namespace {

using namespace std::chrono_literals;
constexpr auto kSoon = 20s;

std::set<std::string> names_in(const std::string& directory) {
  std::set<std::string> names;
  DIR* dir = ::opendir(directory.c_str());
  if (dir == nullptr) return names;
  while (const dirent* entry = ::readdir(dir)) names.insert(entry->d_name);
  ::closedir(dir);
  return names;
}

std::string temporary_directory() {
  const char* name = std::getenv("TEST_TMPDIR");
  return name != nullptr ? name : "/tmp";
}

// All that a program may use, by all of its processes.
struct Everything {
  Queue<std::string> queue;
  Lock lock;
  Value<int> value;
  Connection<int> connection = Pipe<int>().first;
};

// Uses everything, tells that it lives, and waits to be told to end.
void work(Queue<std::string> queue, Lock lock, Value<int> value, Connection<int> connection,
          Queue<int> born, Event stop) {
  queue.put(std::string(100, 'x'));
  lock.acquire();
  *value.lock() += 1;
  connection.send(1);
  lock.release();
  born.put(::getpid());
  stop.wait();
}

void have_a_child(Queue<std::string> queue, Lock lock, Value<int> value, Connection<int> connection,
                  Queue<int> born, Event stop, StartMethod method) {
  Process child({.start_method = method}, work, queue, lock, value, connection, born, stop);
  child.start();
  work(queue, lock, value, connection, born, stop);
}

class CleanupTest : public testing::TestWithParam<StartMethod> {
 protected:
  // Main, a child, its child, and a daemon.
  static constexpr int kProcesses = 4;

  void SetUp() override {
    // Orphans come to us, and so none is overlooked.
    base::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "adopt orphans");
    before_ = names_in(temporary_directory());
  }

  // Starts the program; its main process ends by `ending` when it is told to stop. Returns the pids: main's, then
  // the others' in any order.
  std::vector<pid_t> start(const std::function<void()>& ending) {
    const pid_t main = base::check(::fork(), "fork the program");
    if (main == 0) be_main(ending);
    std::vector<pid_t> pids = {main};
    for (int i = 1; i < kProcesses; ++i) pids.push_back(born_.get(kSoon));
    return pids;
  }

  [[noreturn]] void be_main(const std::function<void()>& ending) {
    auto [ours, theirs] = Pipe<int>();
    Everything all{.connection = theirs};
    SharedMemory memory = SharedMemory::create(10000);
    memory_.put(memory.name());
    Process child({.start_method = GetParam()}, have_a_child, all.queue, all.lock, all.value,
                  all.connection, born_, stop_, GetParam());
    Process daemon({.daemon = true, .start_method = GetParam()}, work, all.queue, all.lock,
                   all.value, all.connection, born_, stop_);
    child.start();
    daemon.start();
    stop_.wait();
    ending();
    std::exit(0);
  }

  // Tells all that live to end, and waits until nobody is left. Returns how main ended.
  base::Ending stop(pid_t main) {
    stop_.set();
    base::Ending ending;
    const base::Deadline deadline = base::Deadline::after(kSoon);
    while (true) {
      int status;
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid == -1) return ending;  // there is none
      if (pid == main) ending = base::ending_from_wait_status(status);
      if (pid != 0) continue;
      if (deadline.passed()) break;
      ::poll(nullptr, 0, 1);
    }
    ADD_FAILURE() << "a process is left";
    return ending;
  }

  void expect_nothing_left() {
    EXPECT_EQ(names_in(temporary_directory()), before_);
    const std::string memory = memory_.get(kSoon);
    for (const std::string& each : names_in("/dev/shm"))
      EXPECT_EQ(each.find(memory), std::string::npos) << each;
  }

  Queue<int> born_;
  Event stop_;
  Queue<std::string> memory_;  // the name of what the program shares by name
  std::set<std::string> before_;
};

INSTANTIATE_TEST_SUITE_P(By, CleanupTest, testing::ValuesIn(get_all_start_methods()),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST_P(CleanupTest, AfterANormalEnd) {
  const auto pids = start([] {});
  EXPECT_EQ(stop(pids[0]), base::Exited{0});
  expect_nothing_left();
}

TEST_P(CleanupTest, AfterAnException) {
  const auto pids = start([] {
    std::set_terminate(std::abort);  // it comes out of a test
    std::terminate();
  });
  EXPECT_TRUE(stop(pids[0]).killed_by(SIGABRT));
  SharedMemory::create(1).unlink();  // sweeps what a killed program has left
  expect_nothing_left();
}

TEST_P(CleanupTest, AfterASignal) {
  for (int signal : {SIGTERM, SIGINT}) {
    stop_.clear();
    const auto pids = start([] {});
    ::kill(pids[0], signal);
    EXPECT_TRUE(stop(pids[0]).killed_by(signal));
    SharedMemory::create(1).unlink();
    expect_nothing_left();
  }
}

TEST_P(CleanupTest, AfterAnySubsetWasKilled) {
  for (unsigned subset = 0; subset < 1u << kProcesses; ++subset) {
    SCOPED_TRACE(subset);
    stop_.clear();
    const auto pids = start([] {});
    for (int i = 0; i < kProcesses; ++i) {
      if ((subset >> i & 1) != 0) ::kill(pids[static_cast<size_t>(i)], SIGKILL);
    }
    const base::Ending ending = stop(pids[0]);
    EXPECT_EQ(ending.killed_by(SIGKILL), (subset & 1) != 0);
    if (!ending.killed_by(SIGKILL)) {
      EXPECT_EQ(ending, base::Exited{0});
    }
    SharedMemory::create(1).unlink();
    expect_nothing_left();
  }
}

// Wherever in start() or join() it hits them; one fork server serves them all.
bool start_processes_and_be_killed_again_and_again(StartMethod method) {
  os::Shared<std::atomic<long>> joined(0l);
  Lock lock;
  auto start_one = [&] {
    Process p(
        {.start_method = method}, [](Lock l) { std::scoped_lock hold(l); }, lock);
    p.start();
    p.join();
    return p.exitcode() == 0;
  };
  if (!start_one()) return false;
  os::Crew crew(3, [&](size_t) -> bool {
    while (start_one()) joined->fetch_add(1);
    return false;
  });
  crew.kill_at_random(200);
  const bool go_on = os::grows(*joined, 20l);
  for (size_t i = 0; i < 3; ++i) crew.end(i);
  return go_on && start_one();
}

TEST_P(CleanupTest, AfterThoseWhoStartProcessesWereKilledAgainAndAgain) {
  const pid_t main = base::check(::fork(), "fork the program");
  if (main == 0) std::exit(start_processes_and_be_killed_again_and_again(GetParam()) ? 0 : 1);
  EXPECT_EQ(stop(main), base::Exited{0});
}

}  // namespace
}  // namespace mp
