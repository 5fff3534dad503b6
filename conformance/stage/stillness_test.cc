// Which waits count as for ever, and the proof on small trees of our own. proof_test.cc has the
// scenarios in which a whole implementation is under the proof.
#include "conformance/stage/stillness.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "conformance/stage/process_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::HasSubstr;

// ---------------------------------------------------------------- the table

// A line of /proc/PID/task/TID/syscall.
std::string line(long number, std::array<uint64_t, 6> args = {}) {
  std::string out = absl::StrCat(number);
  for (uint64_t arg : args) absl::StrAppend(&out, " 0x", absl::Hex(arg));
  return absl::StrCat(out, " 0x7ffd0000 0x7f000000\n");
}

constexpr uint64_t kSomewhere = 0x7ffd12345678;
constexpr uint64_t kMinusOne = 0xffffffff;        // an int, as most kernels show it
constexpr uint64_t kMinusOneWide = ~uint64_t{0};  // sign-extended, as others do

TEST(WaitsWithoutTimeout, IsSoForCallsThatHaveNoTimeout) {
  for (long number : {SYS_read,     SYS_readv,         SYS_pread64, SYS_write,   SYS_writev,
                      SYS_recvfrom, SYS_recvmsg,       SYS_sendto,  SYS_sendmsg, SYS_accept4,
                      SYS_connect,  SYS_openat,        SYS_wait4,   SYS_waitid,  SYS_flock,
                      SYS_fcntl,    SYS_rt_sigsuspend, SYS_msgrcv,  SYS_msgsnd,  SYS_semop}) {
    EXPECT_TRUE(waits_without_timeout(line(number))) << number;
  }
}

TEST(WaitsWithoutTimeout, DependsOnTheTimeoutWhereThereIsOne) {
  struct Case {
    long number;
    size_t timeout;  // which argument
    uint64_t absent;
    uint64_t present;
  };
  std::vector<Case> cases = {
      {SYS_ppoll, 2, 0, kSomewhere},           {SYS_pselect6, 4, 0, kSomewhere},
      {SYS_epoll_pwait, 3, kMinusOne, 100},    {SYS_epoll_pwait, 3, kMinusOneWide, 0},
      {SYS_rt_sigtimedwait, 2, 0, kSomewhere}, {SYS_semtimedop, 3, 0, kSomewhere},
      {SYS_mq_timedreceive, 4, 0, kSomewhere}, {SYS_mq_timedsend, 4, 0, kSomewhere},
#ifdef SYS_futex_waitv
      {SYS_futex_waitv, 3, 0, kSomewhere},
#endif
#ifdef SYS_epoll_pwait2
      {SYS_epoll_pwait2, 3, 0, kSomewhere},
#endif
#ifdef SYS_poll
      {SYS_poll, 2, kMinusOne, 100},           {SYS_poll, 2, kMinusOneWide, 0},
#endif
#ifdef SYS_select
      {SYS_select, 4, 0, kSomewhere},
#endif
#ifdef SYS_epoll_wait
      {SYS_epoll_wait, 3, kMinusOne, 100},
#endif
  };
  for (const Case& c : cases) {
    // The other arguments are such that a look at the wrong one shows.
    std::array<uint64_t, 6> args;
    args.fill(c.absent == 0 ? kSomewhere : 1);
    args[c.timeout] = c.absent;
    EXPECT_TRUE(waits_without_timeout(line(c.number, args))) << c.number;
    args.fill(c.absent);
    args[c.timeout] = c.present;
    EXPECT_FALSE(waits_without_timeout(line(c.number, args))) << c.number;
  }
}

TEST(WaitsWithoutTimeout, KnowsFutexesByTheirCommand) {
  auto futex = [](int command, uint64_t timeout) {
    return waits_without_timeout(
        line(SYS_futex, {kSomewhere, static_cast<uint64_t>(command), 1, timeout, 0, kMinusOne}));
  };
  for (int flags : {0, FUTEX_PRIVATE_FLAG, FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME}) {
    for (int wait :
         {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2, FUTEX_WAIT_REQUEUE_PI}) {
      EXPECT_TRUE(futex(wait | flags, 0)) << wait;
      EXPECT_FALSE(futex(wait | flags, kSomewhere)) << wait;
    }
    for (int other : {FUTEX_WAKE, FUTEX_REQUEUE, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI})
      EXPECT_FALSE(futex(other | flags, 0)) << other;
  }
}

TEST(WaitsWithoutTimeout, IsNotSoForSleepsAndForWhatItDoesNotKnow) {
  for (int number : {SYS_nanosleep, SYS_clock_nanosleep, SYS_restart_syscall, SYS_sched_yield,
                     SYS_recvmmsg, SYS_io_getevents, SYS_getpid, SYS_exit_group, 100000}) {
    EXPECT_FALSE(waits_without_timeout(line(number))) << number;
  }
}

TEST(WaitsWithoutTimeout, IsNotSoForWhatIsNoLineOfACall) {
  for (const char* text : {"", "running\n", "-1 0x7ffd0000 0x7f000000\n", "0", "0 0x1 0x2", "read"})
    EXPECT_FALSE(waits_without_timeout(text)) << text;
}

// ---------------------------------------------------------------- small trees

// Children of the test that run `body`, killed and reaped with it.
class SmallTree : public testing::Test {
 protected:
  void SetUp() override {
    if (!proofs_are_possible()) GTEST_SKIP() << "this kernel does not show system calls";
    become_subreaper();
  }
  void TearDown() override { EXPECT_TRUE(kill_all_descendants(-1).empty()); }

  pid_t start(std::function<void()> body) {
    pid_t pid = base::check(::fork(), "fork");
    if (pid != 0) return pid;
    body();
    ::_exit(0);
  }

  // Waits, as start-up takes a while, until the state of affairs is as wanted.
  static bool eventually(const std::function<bool()>& holds) {
    base::Deadline deadline = base::Deadline::after(std::chrono::seconds(30));
    while (!holds()) {
      if (deadline.passed()) return false;
      ::poll(nullptr, 0, 1);
    }
    return true;
  }
};

[[noreturn]] void wait_for_ever() {
  while (true) ::pause();
}

void nap(std::chrono::milliseconds d) {
  timespec t{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(d).count()};
  ::nanosleep(&t, nullptr);
}

TEST_F(SmallTree, NobodyIsNotStill) {
  Stillness s = prove_stillness(::getpid());
  EXPECT_FALSE(s.proved);
  EXPECT_EQ(s.why, "there is no process");
}

TEST_F(SmallTree, OneThatWaitsForEverIsStill) {
  pid_t pid = start(wait_for_ever);
  EXPECT_TRUE(eventually([&] { return prove_stillness(pid).proved; }));
  EXPECT_EQ(prove_stillness(pid).why, absl::StrCat("process ", pid, " in system call ", SYS_pause));
}

TEST_F(SmallTree, OneThatSleepsIsNot) {
  pid_t pid = start([] {
    while (true) nap(std::chrono::milliseconds(900));
  });
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
  for (int i = 0; i < 300; ++i) ASSERT_FALSE(prove_stillness(pid).proved);
}

TEST_F(SmallTree, OneThatSpinsIsNot) {
  pid_t pid = start([] {
    std::atomic<int> turns = 0;
    while (true) ++turns;
  });
  for (int i = 0; i < 300; ++i) ASSERT_FALSE(prove_stillness(pid).proved);
  EXPECT_THAT(prove_stillness(pid).why, HasSubstr(absl::StrCat("process ", pid, " is in state R")));
}

TEST_F(SmallTree, OneThatIsStoppedStandsStillUntilSomebodyOutsideContinuesIt) {
  pid_t pid = start(wait_for_ever);
  ::kill(pid, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'T'; }));
  Stillness stillness = prove_stillness(pid);
  EXPECT_TRUE(stillness.proved);
  EXPECT_THAT(stillness.why, HasSubstr("is stopped"));
}

TEST_F(SmallTree, AZombieDoesNotCount) {
  pid_t waiter = start(wait_for_ever);
  pid_t zombie = start([] {});
  EXPECT_TRUE(eventually([&] { return state_of(zombie) == 'Z'; }));
  EXPECT_TRUE(eventually([&] { return prove_stillness(waiter).proved; }));
}

TEST_F(SmallTree, OneThreadThatSleepsIsEnough) {
  pid_t pid = start([] {
    std::thread([] {
      while (true) nap(std::chrono::milliseconds(900));
    }).detach();
    wait_for_ever();
  });
  EXPECT_TRUE(eventually([&] { return threads_of(pid).size() == 2; }));
  for (int i = 0; i < 300; ++i) ASSERT_FALSE(prove_stillness(pid).proved);
}

TEST_F(SmallTree, AnEscapeeCounts) {
  pid_t pid = start([] {
    if (::fork() == 0) {
      ::setsid();
      if (::fork() != 0) ::_exit(0);
      while (true) nap(std::chrono::milliseconds(900));
    }
    ::wait(nullptr);
    wait_for_ever();
  });
  EXPECT_TRUE(eventually([&] { return descendants().size() == 2 && state_of(pid) == 'S'; }));
  for (int i = 0; i < 300; ++i) ASSERT_FALSE(prove_stillness(pid).proved);
  EXPECT_TRUE(eventually([&] { return prove_stillness(pid, {.whole_tree = false}).proved; }));
}

// Processes that hand on a token: whenever one is asleep another is awake, and all wait without a
// timeout, so that only the second reading tells. A glance at one after the other finds all asleep
// if the token is always elsewhere. `threads` that wait in each make a reading longer than a time
// slice: else a glance on a crowded machine takes place while nobody else runs at all.
class Ring : public SmallTree {
 protected:
  void start_ring(int processes, int threads) {
    std::vector<std::array<int, 2>> pipes(static_cast<size_t>(processes));
    for (auto& pipe : pipes) base::check(::pipe(pipe.data()), "make a pipe");
    for (size_t i = 0; i < pipes.size(); ++i) {
      int from = pipes[i][0], to = pipes[(i + 1) % pipes.size()][1];
      first_ = start([=] {
        for (int t = 0; t < threads; ++t) std::thread(wait_for_ever).detach();
        char token;
        while (::read(from, &token, 1) == 1 && ::write(to, &token, 1) == 1) {
        }
      });
    }
    auto all_there = [&] {
      return read_threads(descendants()).size() == static_cast<size_t>(processes * (threads + 1));
    };
    ASSERT_TRUE(eventually(all_there));
    ASSERT_TRUE(eventually([&] { return prove_stillness(first_).proved; }))
        << "nobody has the token";
    base::check(::write(pipes[0][1], "x", 1), "hand in the token");
    for (auto& pipe : pipes) {
      ::close(pipe[0]);
      ::close(pipe[1]);
    }
  }

  int false_proofs(const Guards& guards, int most_samples) {
    for (samples_ = 0; samples_ < most_samples;) {
      ++samples_;
      if (prove_stillness(first_, guards).proved) return 1;
    }
    return 0;
  }

  pid_t first_ = -1;
  int samples_ = 0;
};

TEST_F(Ring, IsNeverStill) {
  start_ring(3, 0);
  EXPECT_EQ(false_proofs({}, 3000), 0) << "at sample " << samples_;
}

TEST_F(Ring, OfManyThreadsIsNeverStill) {
  start_ring(3, 60);
  EXPECT_EQ(false_proofs({}, 300), 0) << "at sample " << samples_;
}

TEST_F(Ring, WithoutTheSecondReadingIsTakenForStill) {
  start_ring(3, 60);
  EXPECT_EQ(false_proofs({.second_reading = false}, 100000), 1);
  RecordProperty("samples", samples_);
  std::cout << "a false proof at sample " << samples_ << "\n";
}

TEST_F(SmallTree, ProofsArePossibleHere) { EXPECT_TRUE(proofs_are_possible()); }

}  // namespace
}  // namespace conformance
