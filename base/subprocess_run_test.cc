// run(): all of the output, none of the deadlocks.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "base/os_error.h"
#include "base/subprocess.h"
#include "base/subprocess_test_support.h"

namespace base {
namespace {

using namespace std::chrono_literals;

constexpr int kBig = 3'000'000;  // More than any pipe holds.

// A command that writes kBig times `letter`.
std::string flood(char letter) {
  return "head -c " + std::to_string(kBig) + " /dev/zero | tr '\\0' " + letter;
}

TEST(Run, Example) {
  const RunResult date = run({.argv = {"date", "+%Y"}}, Deadline::after(50s));
  EXPECT_TRUE(date.ending.succeeded());
  EXPECT_EQ(date.out.size(), 5u);
}

TEST(Run, KeepsTheOutputsApart) {
  const RunResult result = run(shell("echo out; echo err >&2; exit 3"), hang_guard());
  EXPECT_EQ(result.ending, Exited{3});
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(Run, KeepsTheOutputOfAProgramThatIsKilled) {
  const RunResult result = run(shell("echo last words; kill -KILL $$"), hang_guard());
  EXPECT_EQ(result.ending, Signaled{SIGKILL});
  EXPECT_EQ(result.out, "last words\n");
}

TEST(Run, KeepsEveryByte) {
  const RunResult result = run(shell("printf '\\000\\377\\n\\000'"), hang_guard());
  EXPECT_EQ(result.out, std::string("\0\377\n\0", 4));
}

TEST(Run, SaysThatTheProgramNeverStarted) {
  const RunResult result = run({.argv = {"/no/such"}}, hang_guard());
  EXPECT_EQ(result.ending, (NeverStarted{ENOENT, "execute /no/such"}));
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST(Run, TakesBigOutputsAtTheSameTime) {
  const RunResult result =
      run(shell("(" + flood('o') + ") & (" + flood('e') + ") >&2 & wait"), hang_guard());
  EXPECT_EQ(result.ending, Exited{0});
  EXPECT_TRUE(result.out == std::string(kBig, 'o'));
  EXPECT_TRUE(result.err == std::string(kBig, 'e'));
}

TEST(Run, TakesBigOutputsInEitherOrder) {
  for (const std::string& script :
       {flood('o') + "; " + flood('e') + " >&2", flood('e') + " >&2; " + flood('o')}) {
    const RunResult result = run(shell(script), hang_guard());
    EXPECT_EQ(result.ending, Exited{0});
    EXPECT_EQ(result.out.size(), std::size_t{kBig});
    EXPECT_EQ(result.err.size(), std::size_t{kBig});
  }
}

TEST(Run, GoesOnAfterTheProgramHasClosedItsOutputs) {
  const RunResult result = run(shell("echo out; exec >&- 2>&-; exit 3"), hang_guard());
  EXPECT_EQ(result.ending, Exited{3});
  EXPECT_EQ(result.out, "out\n");
}

TEST(Run, DoesNotWaitForAGrandchildThatKeepsTheOutputsOpen) {
  const Gate gate;
  SubprocessOptions options = shell("exec 3<&0; (read line <&3) & echo done");
  options.stdin_fd = gate.fd();
  const RunResult result = run(options, hang_guard());
  EXPECT_EQ(result.ending, Exited{0});
  EXPECT_EQ(result.out, "done\n");
}

TEST(Run, DoesNotWaitForAGrandchildThatKeepsWriting) {
  EXPECT_EQ(run(shell("yes & exit 0"), hang_guard()).ending, Exited{0});
}

TEST(Run, KillsAtTheDeadlineAndSaysStillRunning) {
  const Gate gate;
  pid_t pid = -1;
  SubprocessOptions options = until_open(gate);
  options.before_exec_in_parent = [&](pid_t child) { pid = child; };
  const auto start = Deadline::Clock::now();
  const RunResult result = run(options, Deadline::after(20ms));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_EQ(result.ending, StillRunning());
  EXPECT_FALSE(process_exists(pid));
}

TEST(Run, KeepsTheDeadlineWhileOutputFlows) {
  EXPECT_EQ(run({.argv = {"yes"}}, Deadline::after(20ms)).ending, StillRunning());
}

TEST(Run, KeepsTheOutputUntilTheDeadline) {
  const Gate gate;
  SubprocessOptions options = shell("echo so far; read line");
  options.stdin_fd = gate.fd();
  // The program writes at once; a deadline that suffices for that is found by trying.
  for (auto timeout = 10ms;; timeout *= 2) {
    const RunResult result = run(options, Deadline::after(timeout));
    ASSERT_EQ(result.ending, StillRunning());
    if (result.out == "so far\n") break;
    ASSERT_EQ(result.out, "");
  }
}

TEST(Run, SurvivesAStormOfSignals) {
  struct sigaction handler = {};
  handler.sa_handler = [](int) {};  // Without SA_RESTART: system calls fail with EINTR.
  struct sigaction before;
  check(::sigaction(SIGALRM, &handler, &before), "handle the signal");
  const itimerval storm = {.it_interval = {.tv_sec = 0, .tv_usec = 300},
                           .it_value = {.tv_sec = 0, .tv_usec = 300}};
  check(::setitimer(ITIMER_REAL, &storm, nullptr), "start the storm");
  for (int round = 0; round < 20; ++round) {
    const RunResult result = run(shell("echo out; exit 3"), hang_guard());
    EXPECT_EQ(result.ending, Exited{3});
    EXPECT_EQ(result.out, "out\n");
  }
  const itimerval calm = {};
  ::setitimer(ITIMER_REAL, &calm, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
}

}  // namespace
}  // namespace base
