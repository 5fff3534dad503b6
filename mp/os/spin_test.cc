#include "mp/os/spin.h"

#include <sched.h>

#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

std::vector<int> usable_cpus() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  base::check(::sched_getaffinity(0, sizeof(usable), &usable), "ask for the usable CPUs");
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &usable)) cpus.push_back(cpu);
  }
  return cpus;
}

bool stay_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  return ::sched_setaffinity(0, sizeof(only), &only) == 0;
}

// How often one who waits in vain looks before it is time to sleep.
template <class Hint>
int looks(const Hint& hint) {
  int n = 0;
  hint.spin_until([&] { return ++n < 0; });
  return n;
}

class SpinHintTest : public testing::Test {
 protected:
  // In a process that is pinned, as nothing else of this program is.
  template <class Check>
  void expect_on(int cpu, Check check) {
    EXPECT_EQ(TestProcess([&] { return stay_on(cpu) && check(); }).wait(), base::Exited{0});
  }

  const std::vector<int> cpus_ = usable_cpus();
  Shared<SpinHint> hint_;
};

TEST_F(SpinHintTest, EndsWithWhatIsWaitedFor) {
  int n = 0;
  EXPECT_TRUE(hint_->spin_until([&] { return ++n == 1; }));
}

TEST_F(SpinHintTest, DoesNotSpinIfItWasLeftOnThisCpu) {
  expect_on(cpus_[0], [&] {
    hint_->leave();
    return looks(*hint_) == 1;
  });
}

TEST_F(SpinHintTest, SpinsThoughPinnedIfItWasLeftOnAnotherCpu) {
  if (cpus_.size() < 2) GTEST_SKIP() << "needs two CPUs";
  expect_on(cpus_[1], [&] {
    hint_->leave();
    return true;
  });
  expect_on(cpus_[0], [&] { return looks(*hint_) > 100; });
}

TEST_F(SpinHintTest, DoesNotSpinOnTheOnlyCpuBeforeAnybodyWasSeen) {
  expect_on(cpus_[0], [&] { return looks(*hint_) == 1; });
}

class MutualSpinHintTest : public SpinHintTest {
 protected:
  void SetUp() override {
    if (cpus_.size() < 2) GTEST_SKIP() << "needs two CPUs";
  }
  void leave_on(int cpu) {
    expect_on(cpu, [&] {
      mutual_->leave();
      return true;
    });
  }

  Shared<MutualSpinHint> mutual_;
};

TEST_F(MutualSpinHintTest, OwnPlaceIsNoHint) {
  TestProcess alone([&] {
    mutual_->leave();
    return looks(*mutual_) > 100;
  });
  EXPECT_EQ(alone.wait(), base::Exited{0});
}

TEST_F(MutualSpinHintTest, OtherOneIsKnownThoughThisOneWasTheLast) {
  leave_on(cpus_[0]);
  expect_on(cpus_[0], [&] {
    mutual_->leave();
    mutual_->leave();
    return looks(*mutual_) == 1;
  });
}

TEST_F(MutualSpinHintTest, LastOfTheOthersCounts) {
  leave_on(cpus_[0]);
  leave_on(cpus_[1]);
  expect_on(cpus_[0], [&] { return looks(*mutual_) > 100; });
}

TEST_F(MutualSpinHintTest, SeesTheOtherMove) {
  TestProcess mover([&] {
    bool moved = true;
    for (int cpu : cpus_) {
      moved = stay_on(cpu) && moved;
      mutual_->leave();
    }
    return moved;
  });
  EXPECT_EQ(mover.wait(), base::Exited{0});
  expect_on(cpus_.back(), [&] { return looks(*mutual_) == 1; });
}

}  // namespace
}  // namespace mp::os
