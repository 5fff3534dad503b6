#include "mp/os/futex.h"

#include <sched.h>
#include <signal.h>

#include <stdexcept>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

using base::Deadline;
using namespace std::chrono_literals;

class Futex : public testing::Test {
 protected:
  Shared<Word> shared_{0u};
  Word& word_ = *shared_;
};

TEST_F(Futex, SleepEndsWithItsTimeAndNotBefore) {
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(sleep_on(word_, 0, Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
  EXPECT_FALSE(sleep_on(word_, 0, Deadline::after(-1s)));
}

TEST_F(Futex, SleepOnAnotherValueReturnsAtOnce) {
  EXPECT_TRUE(sleep_on(word_, 1, Deadline::never()));
}

TEST_F(Futex, SumAndWakeUpAreOneAct) {
  TestProcess sleeper([&] {
    while (word_.load() == 0) sleep_on(word_, 0, Deadline::after(10s));
    return word_.load() == 2000;
  });
  EXPECT_TRUE(sleeper.sleeps());
  add_and_wake_all(word_, 2000);
  EXPECT_EQ(sleeper.wait(), base::Exited{0});
}

TEST_F(Futex, SumOfALargeWordWrapsAround) {
  word_ = 0xffffffff;
  add_and_wake_all(word_, 1);
  EXPECT_EQ(word_.load(), 0u);
}

TEST_F(Futex, SetWakesEverySleeper) {
  auto sleep = [&] {
    while (word_.load() == 0) sleep_on(word_, 0, Deadline::after(10s));
    return word_.load() == 7;
  };
  TestProcess first(sleep), second(sleep);
  EXPECT_TRUE(first.sleeps());
  EXPECT_TRUE(second.sleeps());
  set_and_wake_all(word_, 7);
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
}

struct Interrupted : std::exception {};

TEST_F(Futex, HandlerOfASignalMayEndASleep) {
  TestProcess sleeper([&] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &action, nullptr);
    set_interrupt_check([] { throw Interrupted(); });
    try {
      word_ = 1;
      while (true) sleep_on(word_, 1, Deadline::never());
    } catch (const Interrupted&) {
      return true;
    }
  });
  while (word_.load() == 0) ::sched_yield();
  EXPECT_TRUE(sleeper.sleeps());
  ::kill(sleeper.pid(), SIGUSR1);
  EXPECT_EQ(sleeper.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp::os
