#include "mp/os/incarnation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

TEST(Incarnation, OfALivingProcessHasNotEnded) {
  const Incarnation me = my_incarnation();
  EXPECT_EQ(me.pid, ::getpid());
  EXPECT_EQ(me, my_incarnation());
  EXPECT_FALSE(has_ended(me));
  TestProcess child([&] { return !has_ended(me) && !(my_incarnation() == me); });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Incarnation, HasEndedBeforeAndAfterItsParentLooks) {
  Shared<Incarnation> his;
  TestProcess child([&] {
    *his = my_incarnation();
    while (true) ::pause();
    return false;
  });
  EXPECT_TRUE(child.sleeps());
  EXPECT_FALSE(has_ended(*his));
  child.kill();
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT);
  EXPECT_TRUE(has_ended(*his));
  child.wait();
  EXPECT_TRUE(has_ended(*his));
}

TEST(Incarnation, OfTheSameNumberIsAnotherOne) {
  Incarnation earlier = my_incarnation();
  earlier.start -= 1;
  EXPECT_TRUE(has_ended(earlier));
}

TEST(Incarnation, OfAnotherSpaceOfNumbersIsNotKnownToHaveEnded) {
  Incarnation elsewhere = my_incarnation();
  elsewhere.start -= 1;
  elsewhere.space += 1;
  EXPECT_FALSE(has_ended(elsewhere));
}

}  // namespace
}  // namespace mp::os
