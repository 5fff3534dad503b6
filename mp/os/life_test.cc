#include "mp/os/life.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

using base::Deadline;
using namespace std::chrono_literals;

// What children tell the test.
struct Told {
  Word token{0};
  Word word{0};
};

class LifeTest : public testing::Test {
 protected:
  LifeTest() { my_token(); }  // children have the test's table

  // A child that tells its token and lives until it is killed.
  TestProcess child_that_lives(Word& token) {
    TestProcess child([&]() -> bool {
      token = my_token();
      while (true) ::pause();
    });
    while (token.load() == 0) ::sched_yield();
    return child;
  }

  Shared<Told> shared_;
  Told& told_ = *shared_;
};

TEST_F(LifeTest, OwnTokenStaysTheSameAndLives) {
  const Token mine = my_token();
  EXPECT_NE(mine, 0u);
  EXPECT_LT(mine, uint32_t{1} << 31);
  EXPECT_EQ(my_token(), mine);
  EXPECT_TRUE(is_alive(mine));
}

TEST_F(LifeTest, EveryThreadOfAProcessHasTheSame) {
  Token other = 0;
  std::thread([&] { other = my_token(); }).join();
  EXPECT_EQ(other, my_token());
}

TEST_F(LifeTest, ChildHasAnother) {
  TestProcess child = child_that_lives(told_.token);
  EXPECT_NE(told_.token.load(), my_token());
  EXPECT_TRUE(is_alive(told_.token));
}

TEST_F(LifeTest, KilledProcessIsDeadBeforeItIsReaped) {
  TestProcess child = child_that_lives(told_.token);
  child.kill();
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(is_alive(told_.token));
  child.wait();
  EXPECT_FALSE(is_alive(told_.token));
}

TEST_F(LifeTest, ProcessThatExitsIsDead) {
  TestProcess child([&] {
    told_.token = my_token();
    return is_alive(told_.token);
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_FALSE(is_alive(told_.token));
}

TEST_F(LifeTest, TokensOfTheDeadAreNotTheirSuccessors) {
  std::set<Token> seen;
  for (int i = 0; i < 50; ++i) {
    told_.token = 0;
    TestProcess child = child_that_lives(told_.token);
    for (Token dead : seen) EXPECT_FALSE(is_alive(dead));
    EXPECT_TRUE(is_alive(told_.token));
    EXPECT_TRUE(seen.insert(told_.token).second);
  }
}

TEST_F(LifeTest, LifeThatBeganInAThreadOutlivesIt) {
  TestProcess child([&]() -> bool {
    std::thread([&] { told_.token = my_token(); }).join();
    told_.word = 1;
    while (true) ::pause();
  });
  while (told_.word.load() == 0) ::sched_yield();
  EXPECT_TRUE(is_alive(told_.token));
  child.kill();
  child.wait();
  EXPECT_FALSE(is_alive(told_.token));
}

TEST_F(LifeTest, SleepEndsWithItsTime) {
  TestProcess child = child_that_lives(told_.token);
  const auto start = Deadline::Clock::now();
  EXPECT_FALSE(sleep_on_word_or_life(told_.word, 0, told_.token, Deadline::after(20ms)));
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST_F(LifeTest, SleepEndsWhenTheWordChanges) {
  const Token mine = my_token();
  TestProcess sleeper([&] {
    while (told_.word.load() == 0) sleep_on_word_or_life(told_.word, 0, mine, Deadline::never());
    return true;
  });
  EXPECT_TRUE(sleeper.sleeps());
  set_and_wake_all(told_.word, 1);
  EXPECT_EQ(sleeper.wait(), base::Exited{0});
}

TEST_F(LifeTest, SleepForTheDeadDoesNotBegin) {
  TestProcess child = child_that_lives(told_.token);
  child.kill();
  child.wait();
  EXPECT_TRUE(sleep_on_word_or_life(told_.word, 0, told_.token, Deadline::never()));
}

TEST_F(LifeTest, DeathWakesEverySleeper) {
  TestProcess victim = child_that_lives(told_.token);
  const Token his = told_.token;
  std::vector<TestProcess> sleepers;
  for (int i = 0; i < 5; ++i) {
    sleepers.emplace_back([&] {
      while (is_alive(his)) sleep_on_word_or_life(told_.word, 0, his, Deadline::never());
      return true;
    });
  }
  for (TestProcess& each : sleepers) EXPECT_TRUE(each.sleeps());
  victim.kill();
  for (TestProcess& each : sleepers) EXPECT_EQ(each.wait(), base::Exited{0});
}

// The kernel wakes one sleeper, who is to tell the others.
TEST_F(LifeTest, DeathOfTheOneThatWasWokenWakesTheNext) {
  for (int round = 0; round < 20; ++round) {
    told_.token = 0;
    TestProcess owner = child_that_lives(told_.token);
    const Token his = told_.token;
    auto sleep = [&](int dies_at) {
      return TestProcess([&, dies_at] {
        my_token();
        die_at_kill_point(dies_at);
        while (is_alive(his)) sleep_on_word_or_life(told_.word, 0, his, Deadline::never());
        return true;
      });
    };
    TestProcess woken = sleep(1);
    EXPECT_TRUE(woken.sleeps());
    TestProcess second = sleep(0), third = sleep(0);
    EXPECT_TRUE(second.sleeps());
    EXPECT_TRUE(third.sleeps());
    owner.kill();
    EXPECT_TRUE(woken.wait().killed_by(SIGKILL));
    EXPECT_EQ(second.wait(), base::Exited{0});
    EXPECT_EQ(third.wait(), base::Exited{0});
  }
}

}  // namespace
}  // namespace mp::os
