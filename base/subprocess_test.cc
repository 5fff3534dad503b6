// Every way for a program to end, and the life of the Subprocess that owns it.

#include "base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "base/subprocess_test_support.h"

namespace base {
namespace {

using namespace std::chrono_literals;

Ending ending_of(const SubprocessOptions& options) {
  return Subprocess::start(options).wait(hang_guard());
}

void wait_for_end(const Subprocess& process) {
  pollfd end = {.fd = process.pidfd(), .events = POLLIN, .revents = 0};
  check(::poll(&end, 1, -1), "wait for the end");
}

TEST(Subprocess, Example) {
  Subprocess shell = Subprocess::start({.argv = {"sh", "-c", "exit 3"}});
  const Ending ending = shell.wait(Deadline::after(std::chrono::seconds(50)));
  if (ending.still_running()) shell.kill(SIGKILL);
  EXPECT_EQ(ending, Exited{3});
}

// ---- Each way to end

class ExitCode : public testing::TestWithParam<int> {};

TEST_P(ExitCode, IsKeptWhole) {
  EXPECT_EQ(ending_of(shell("exit " + std::to_string(GetParam()))), Exited{GetParam()});
}

INSTANTIATE_TEST_SUITE_P(Subprocess, ExitCode, testing::Values(0, 1, 3, 127, 128 + SIGKILL, 255));

TEST(Subprocess, IsKilledByTheSignalItSendsItself) {
  EXPECT_EQ(ending_of(shell("kill -KILL $$")), Signaled{SIGKILL});
  EXPECT_EQ(ending_of(shell("kill -TERM $$")), Signaled{SIGTERM});
}

TEST(Subprocess, ThatMayNotDumpCoreDidNot) {
  EXPECT_EQ(ending_of(shell("ulimit -c 0; kill -SEGV $$")),
            (Signaled{SIGSEGV, /*core_dumped=*/false}));
}

TEST(Subprocess, IsStillRunningAtTheDeadlineAndNotBefore) {
  const Gate gate;
  Subprocess process = Subprocess::start(until_open(gate));
  const auto start = Deadline::Clock::now();
  EXPECT_EQ(process.wait(Deadline::after(20ms)), StillRunning());
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_TRUE(process_exists(process.pid()));
}

TEST(Subprocess, NeverStartedWithoutAProgram) {
  EXPECT_EQ(ending_of({.argv = {"/no/such"}}), (NeverStarted{ENOENT, "execute /no/such"}));
  EXPECT_EQ(ending_of({.argv = {"mpcheck-no-such"}}),
            (NeverStarted{ENOENT, "execute mpcheck-no-such"}));
}

TEST(Subprocess, NeverStartedIfTheFileIsNotExecutable) {
  const std::string path = testing::TempDir() + "/not_executable";
  std::ofstream(path) << "#!/bin/sh\n";
  check(::chmod(path.c_str(), 0644), "make the file not executable");
  EXPECT_EQ(ending_of({.argv = {path}}), (NeverStarted{EACCES, "execute " + path}));
}

TEST(Subprocess, NeverStartedWithoutItsDirectory) {
  EXPECT_EQ(ending_of({.argv = {"/bin/sh"}, .directory = "/no/such"}),
            (NeverStarted{ENOENT, "enter the directory /no/such"}));
}

TEST(Subprocess, NeverStartedWithADescriptorThatIsNotOpen) {
  EXPECT_EQ(ending_of({.argv = {"/bin/sh"}, .stdout_fd = 1'000'000}),
            (NeverStarted{EBADF, "redirect the standard descriptors"}));
}

TEST(Subprocess, NeverStartedIfTheHookInTheChildFails) {
  bool asked_parent = false;
  SubprocessOptions options = shell("exit 0");
  options.in_child = [] { return FailedStep{EPERM, "leave the room"}; };
  options.before_exec_in_parent = [&](pid_t) { asked_parent = true; };
  EXPECT_EQ(ending_of(options), (NeverStarted{EPERM, "leave the room"}));
  EXPECT_FALSE(asked_parent);
}

TEST(Subprocess, NeverStartedIfTheHookInTheParentThrowsAnOsError) {
  Pipe output;
  SubprocessOptions options = shell("echo ran");
  options.stdout_fd = output.write_end.get();
  options.before_exec_in_parent = [](pid_t) { throw OsError(EROFS, "write the uid_map"); };
  EXPECT_EQ(ending_of(options), (NeverStarted{EROFS, "write the uid_map"}));
  EXPECT_EQ(read_to_end(output), "");
}

TEST(Subprocess, NeverStartedIfWeAreOutOfDescriptors) {
  rlimit before;
  check(::getrlimit(RLIMIT_NOFILE, &before), "get the limit");
  const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  check(::setrlimit(RLIMIT_NOFILE, &none), "allow no more descriptors");
  const Ending ending = Subprocess::start(shell("exit 0")).ending();
  check(::setrlimit(RLIMIT_NOFILE, &before), "restore the limit");
  EXPECT_EQ(ending, (NeverStarted{EMFILE, "make a socket pair"}));
}

TEST(Subprocess, ThatNeverStartedHasNoProcess) {
  Subprocess process = Subprocess::start({.argv = {"/no/such"}});
  EXPECT_EQ(process.pid(), -1);
  EXPECT_EQ(process.pidfd(), -1);
  EXPECT_EQ(process.poll(), process.ending());
  process.kill(SIGKILL);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Subprocess, WhoseChildDiesBeforeTheProgramStartsHasTheEndingOfTheChild) {
  SubprocessOptions options = shell("exit 0");
  options.in_child = []() -> std::optional<FailedStep> { ::_exit(42); };
  EXPECT_EQ(ending_of(options), Exited{42});
}

TEST(Subprocess, WhoseChildIsKilledInTheHandshakeHasTheEndingOfTheChild) {
  SubprocessOptions options = shell("exit 0");
  options.before_exec_in_parent = [](pid_t pid) {
    ::kill(pid, SIGKILL);
    siginfo_t info;
    check(::waitid(P_PID, pid, &info, WEXITED | WNOWAIT), "wait for the child's death");
  };
  EXPECT_EQ(ending_of(options), Signaled{SIGKILL});
}

TEST(Subprocess, StartPassesOnWhatTheHookInTheParentThrows) {
  pid_t child = -1;
  SubprocessOptions options = shell("exit 0");
  options.before_exec_in_parent = [&](pid_t pid) {
    child = pid;
    throw std::logic_error("not today");
  };
  EXPECT_THROW(Subprocess::start(options), std::logic_error);
  EXPECT_FALSE(process_exists(child));
}

// ---- Waiting

TEST(Subprocess, PollDoesNotWait) {
  const Gate gate;
  Subprocess process = Subprocess::start(until_open(gate));
  EXPECT_EQ(process.poll(), StillRunning());
}

TEST(Subprocess, PollFindsTheEndThatThePidfdAnnounces) {
  Gate gate;
  Subprocess process = Subprocess::start(until_open(gate));
  gate.open();
  wait_for_end(process);
  EXPECT_EQ(process.ending(), StillRunning());
  EXPECT_EQ(process.poll(), Exited{0});
  EXPECT_EQ(process.ending(), Exited{0});
}

TEST(Subprocess, PollReapsNobodyElse) {
  const Gate gate;
  Subprocess running = Subprocess::start(until_open(gate));
  Subprocess zombie = Subprocess::start(shell("exit 3"));
  wait_for_end(zombie);
  EXPECT_EQ(running.poll(), StillRunning());
  EXPECT_EQ(zombie.poll(), Exited{3});
}

TEST(Subprocess, WaitWithAPassedDeadlineLooksOnce) {
  Subprocess process = Subprocess::start(shell("exit 3"));
  wait_for_end(process);
  EXPECT_EQ(process.wait(Deadline::after(0s)), Exited{3});
}

TEST(Subprocess, RemembersItsEnding) {
  Subprocess process = Subprocess::start(shell("exit 3"));
  EXPECT_EQ(process.wait(Deadline::never()), Exited{3});
  EXPECT_EQ(process.wait(Deadline::never()), Exited{3});
  EXPECT_EQ(process.poll(), Exited{3});
}

// ---- Killing

TEST(Subprocess, KillSendsTheSignal) {
  const Gate gate;
  for (const int signal : {SIGKILL, SIGTERM}) {
    Subprocess process = Subprocess::start(until_open(gate));
    process.kill(signal);
    EXPECT_EQ(process.wait(hang_guard()), Signaled{signal});
  }
}

TEST(Subprocess, KillHasNoEffectOnceEnded) {
  Subprocess process = Subprocess::start(shell("exit 3"));
  wait_for_end(process);
  process.kill(SIGKILL);
  EXPECT_EQ(process.wait(hang_guard()), Exited{3});
  process.kill(SIGKILL);
  EXPECT_EQ(process.ending(), Exited{3});
}

TEST(Subprocess, KillRaisesForNoSuchSignal) {
  const Gate gate;
  Subprocess process = Subprocess::start(until_open(gate));
  EXPECT_THROW(process.kill(1000), OsError);
}

TEST(Subprocess, DestructorKillsAndReaps) {
  const Gate gate;
  Pipe output;
  pid_t pid;
  {
    SubprocessOptions options = shell("trap '' TERM INT HUP; echo ready; read line; echo went on");
    options.stdin_fd = gate.fd();
    options.stdout_fd = output.write_end.get();
    const Subprocess process = Subprocess::start(options);
    pid = process.pid();
    char ready;
    check(::read(output.read_end.get(), &ready, 1), "wait until it runs");
    EXPECT_TRUE(process_exists(pid));
  }
  EXPECT_FALSE(process_exists(pid));
  EXPECT_EQ(read_to_end(output), "eady\n");
}

TEST(Subprocess, DestructorReapsWhatHasEndedUnseen) {
  pid_t pid;
  {
    const Subprocess process = Subprocess::start(shell("exit 0"));
    pid = process.pid();
    wait_for_end(process);
  }
  EXPECT_FALSE(process_exists(pid));
}

// ---- Moving

TEST(Subprocess, MovesTheProcess) {
  Gate gate;
  Subprocess from = Subprocess::start(until_open(gate));
  const pid_t pid = from.pid();
  {
    const Subprocess to = std::move(from);
    EXPECT_EQ(to.pid(), pid);
    EXPECT_EQ(from.pid(), -1);
    from.kill(SIGKILL);
    EXPECT_TRUE(process_exists(pid));
  }
  EXPECT_FALSE(process_exists(pid));
}

TEST(Subprocess, KillsItsOwnWhenAnotherIsMovedIn) {
  const Gate gate;
  Subprocess process = Subprocess::start(until_open(gate));
  const pid_t first = process.pid();
  process = Subprocess::start(shell("exit 3"));
  EXPECT_FALSE(process_exists(first));
  EXPECT_EQ(process.wait(hang_guard()), Exited{3});
}

// ---- Threads

TEST(Subprocess, StartsFromManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 10;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([thread] {
      for (int round = 0; round < kRounds; ++round) {
        EXPECT_EQ(ending_of(shell("exit " + std::to_string(thread))), Exited{thread});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace base
