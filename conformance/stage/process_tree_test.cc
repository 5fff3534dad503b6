#include "conformance/stage/process_tree.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "base/ending.h"
#include "base/os_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

[[noreturn]] void wait_for_ever() {
  while (true) ::pause();
}

bool eventually(const std::function<bool()>& holds) {
  base::Deadline deadline = base::Deadline::after(std::chrono::seconds(30));
  while (!holds()) {
    if (deadline.passed()) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

class ProcessTree : public testing::Test {
 protected:
  ProcessTree() {
    become_subreaper();
    base::check(::pipe(pids_), "make a pipe");
  }
  ~ProcessTree() override {
    EXPECT_THAT(kill_all_descendants(-1), IsEmpty());
    EXPECT_THAT(descendants(), IsEmpty());
    ::close(pids_[0]);
    ::close(pids_[1]);
  }

  static pid_t start(std::function<void()> body) {
    pid_t pid = base::check(::fork(), "fork");
    if (pid != 0) return pid;
    body();
    ::_exit(0);
  }

  // For processes further down, whose number their parent knows alone.
  void tell_my_pid() const {
    pid_t pid = ::getpid();
    (void)!::write(pids_[1], &pid, sizeof(pid));
  }
  pid_t told_pid() const {
    pid_t pid = -1;
    (void)!::read(pids_[0], &pid, sizeof(pid));
    return pid;
  }

 private:
  int pids_[2];
};

// Of a child that nobody waits for this is the last that can be seen, and was taken for a sign of life.
TEST_F(ProcessTree, ProcessThatVanishesIsOver) {
  for (char state : {'Z', 'X', '?'}) EXPECT_TRUE(is_over(state)) << state;
  for (char state : {'R', 'S', 'D', 'T', 't', 'I'}) EXPECT_FALSE(is_over(state)) << state;
}

TEST_F(ProcessTree, TellsHowAZombieEnded) {
  const pid_t exits = start([] { ::_exit(7); });
  const pid_t is_killed = start([] { wait_for_ever(); });
  ::kill(is_killed, SIGKILL);
  EXPECT_TRUE(eventually([&] { return state_of(exits) == 'Z' && state_of(is_killed) == 'Z'; }));
  EXPECT_EQ(ending_of_zombie(exits), base::Ending(base::Exited{7}));
  EXPECT_EQ(ending_of_zombie(is_killed), base::Ending(base::Signaled{SIGKILL}));
}

TEST_F(ProcessTree, TellsNoEndOfWhoLivesOrIsGone) {
  EXPECT_EQ(ending_of_zombie(::getpid()), std::nullopt);
  const pid_t gone = start([] {});
  ::waitpid(gone, nullptr, 0);
  EXPECT_EQ(ending_of_zombie(gone), std::nullopt);
}

TEST_F(ProcessTree, ListsChildrenAndTheirChildren) {
  pid_t child = start([&] {
    start([&] {
      tell_my_pid();
      wait_for_ever();
    });
    wait_for_ever();
  });
  pid_t grandchild = told_pid();
  EXPECT_THAT(descendants(), UnorderedElementsAre(child, grandchild));
  EXPECT_THAT(descendants(child), ElementsAre(grandchild));
  EXPECT_THAT(descendants(grandchild), IsEmpty());
}

TEST_F(ProcessTree, ListsWhoEscapedIntoASessionOfItsOwn) {
  pid_t middle = start([&] {
    ::setsid();
    start([&] {
      tell_my_pid();
      wait_for_ever();
    });
  });
  pid_t escapee = told_pid();
  EXPECT_TRUE(eventually([&] { return state_of(middle) == 'Z'; }));
  EXPECT_THAT(descendants(), UnorderedElementsAre(middle, escapee));
  reap_zombies(-1);
  EXPECT_THAT(descendants(), ElementsAre(escapee));
}

TEST_F(ProcessTree, AnOrphanComesBackToUs) {
  pid_t parent = start([&] {
    start([&] {
      tell_my_pid();
      wait_for_ever();
    });
    wait_for_ever();
  });
  pid_t orphan = told_pid();
  ::kill(parent, SIGKILL);
  EXPECT_TRUE(eventually([&] { return state_of(parent) == 'Z'; }));
  EXPECT_THAT(descendants(), UnorderedElementsAre(parent, orphan));
}

TEST_F(ProcessTree, ListsTheChildrenOfEveryThread) {
  pid_t child = start([&] {
    std::thread([&] {
      start([&] {
        tell_my_pid();
        wait_for_ever();
      });
      wait_for_ever();
    }).detach();
    wait_for_ever();
  });
  pid_t grandchild = told_pid();
  EXPECT_THAT(descendants(child), ElementsAre(grandchild));
  EXPECT_EQ(threads_of(child).size(), 2u);
  EXPECT_EQ(read_threads({child, grandchild}).size(), 3u);
}

TEST_F(ProcessTree, KillsEverybodyAndReapsThem) {
  start([&] {
    ::signal(SIGTERM, SIG_IGN);
    start([&] {
      ::setsid();
      start([&] {
        tell_my_pid();
        wait_for_ever();
      });
    });
    wait_for_ever();
  });
  pid_t deepest = told_pid();
  EXPECT_THAT(kill_all_descendants(-1), IsEmpty());
  EXPECT_THAT(descendants(), IsEmpty());
  EXPECT_EQ(state_of(deepest), '?');
}

TEST_F(ProcessTree, KillsTheStopped) {
  pid_t stopped = start(wait_for_ever);
  ::kill(stopped, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return state_of(stopped) == 'T'; }));
  EXPECT_THAT(kill_all_descendants(-1), IsEmpty());
  EXPECT_EQ(state_of(stopped), '?');
}

// Each of them is gone before its successor's number is known to us.
TEST_F(ProcessTree, KillsAFamilyThatFleesByForking) {
  start([&] {
    tell_my_pid();
    for (int i = 0; i < 2000; ++i) {
      if (::fork() != 0) ::_exit(0);
    }
    wait_for_ever();
  });
  told_pid();
  EXPECT_THAT(kill_all_descendants(-1), IsEmpty());
  EXPECT_THAT(descendants(), IsEmpty());
}

TEST_F(ProcessTree, LeavesTheOneToKeepForItsOwner) {
  pid_t keep = start(wait_for_ever);
  pid_t other = start(wait_for_ever);
  EXPECT_THAT(kill_all_descendants(keep), IsEmpty());
  EXPECT_EQ(state_of(keep), 'Z');
  EXPECT_EQ(state_of(other), '?');
  int status = 0;
  EXPECT_EQ(::waitpid(keep, &status, 0), keep);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(ProcessTree, ReapsZombiesButTheOneToKeepAndTheLiving) {
  pid_t keep = start([] {});
  pid_t other = start([] {});
  pid_t alive = start(wait_for_ever);
  EXPECT_TRUE(eventually([&] { return state_of(keep) == 'Z' && state_of(other) == 'Z'; }));
  reap_zombies(keep);
  EXPECT_THAT(descendants(), UnorderedElementsAre(keep, alive));
}

TEST_F(ProcessTree, ReadingsOfAWaitingThreadStayAndOfARunningOneGrow) {
  pid_t waits = start(wait_for_ever);
  pid_t runs = start([] {
    for (volatile bool on = true; on;) {
    }
  });
  EXPECT_TRUE(eventually([&] { return state_of(waits) == 'S'; }));
  std::vector<ThreadReading> waiting = read_threads({waits}), running = read_threads({runs});
  EXPECT_TRUE(eventually([&] { return !(read_threads({runs}) == running); }));
  EXPECT_TRUE(read_threads({waits}) == waiting);
}

TEST_F(ProcessTree, ReadingsLeaveOutTheDeadAndTheUnknown) {
  pid_t dead = start([] {});
  EXPECT_TRUE(eventually([&] { return state_of(dead) == 'Z'; }));
  EXPECT_THAT(read_threads({dead}), IsEmpty());
  reap_zombies(-1);
  EXPECT_THAT(read_threads({dead}), IsEmpty());
  EXPECT_EQ(state_of(dead), '?');
  EXPECT_EQ(read_syscall(dead, dead), "");
  EXPECT_EQ(command_of(dead), "");
}

// The name stands in brackets in /proc/PID/stat, before the state.
TEST_F(ProcessTree, ANameWithBracketsAndBlanksDoesNotHideTheState) {
  pid_t pid = start([&] {
    ::prctl(PR_SET_NAME, ") R (x");
    tell_my_pid();
    wait_for_ever();
  });
  told_pid();
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
  EXPECT_NE(command_of(pid), "");
}

}  // namespace
}  // namespace conformance
