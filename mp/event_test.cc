#include "mp/event.h"

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(Event, ExampleOfTheHeader) {
  Event ready;
  EXPECT_FALSE(ready.wait(10ms));
  ready.set();
  EXPECT_TRUE(ready.wait());
  ready.clear();
  EXPECT_FALSE(ready.is_set());
}

TEST(Event, SetByAChildReleasesItsParentAndSiblings) {
  Event ready;
  TestProcess sibling([&] { return ready.wait(); });
  EXPECT_TRUE(sibling.sleeps());
  TestProcess setter([&] {
    ready.set();
    return true;
  });
  EXPECT_TRUE(ready.wait());
  EXPECT_EQ(sibling.wait(), base::Exited{0});
  EXPECT_EQ(setter.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp
