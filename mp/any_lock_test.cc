#include "mp/any_lock.h"

#include <mutex>

#include "gtest/gtest.h"
#include "mp/lock.h"
#include "mp/os/test_processes.h"
#include "mp/test_luggage.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

TEST(AnyLock, ExampleOfTheHeader) {
  Lock lock;
  AnyLock same = lock;
  std::scoped_lock hold(same);
  EXPECT_TRUE(lock.locked());
}

TEST(AnyLock, OfALockIsReleasedByAnybodyOnce) {
  AnyLock lock = Lock();
  EXPECT_TRUE(lock.acquire());
  EXPECT_FALSE(lock.acquire(true, 10ms));
  TestProcess child([&] {
    lock.release();
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_THROW(lock.release(), ValueError);
}

TEST(AnyLock, OfARecursiveLockIsReleasedByItsOwnerAsOften) {
  AnyLock lock = RLock();
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.try_lock());
  TestProcess child([&] {
    EXPECT_THROW(lock.release(), AssertionError);
    return !testing::Test::HasFailure();
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  lock.release();
  EXPECT_TRUE(lock.locked());
  lock.release();
  EXPECT_FALSE(lock.locked());
  EXPECT_THROW(lock.release(), AssertionError);
}

TEST(AnyLock, TellsThatItsLastOwnerDied) {
  AnyLock lock = Lock();
  TestProcess child([&] { return lock.acquire(); });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.took_over());
}

TEST(AnyLock, RoomBesideItIsZeroAndAligned) {
  for (size_t alignment : {1, 2, 8, 64}) {
    AnyLock::WithRoom made = AnyLock::make_with_room(3, alignment);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(made.room.data()) % alignment, 0u);
    made.lock.acquire();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(made.room.data()[i], std::byte{0});
    for (int i = 0; i < 3; ++i) made.room.data()[i] = std::byte{0xff};
    EXPECT_TRUE(made.lock.acquire(false));
  }
}

TEST(AnyLock, IsTheSameWhereItIsSent) {
  AnyLock lock = RLock();
  AnyLock sent = packed_and_unpacked(lock);
  lock.acquire();
  EXPECT_TRUE(sent.locked());
  EXPECT_TRUE(sent.try_lock());
}

TEST(HeldLock, IsReleasedWhenItGoesUnlessSomebodyHas) {
  Lock lock;
  const AnyLock same = lock;
  {
    HeldLock hold(same);
    EXPECT_TRUE(lock.locked());
  }
  EXPECT_FALSE(lock.locked());
  {
    HeldLock hold(same);
    lock.release();
  }
  EXPECT_FALSE(lock.locked());
}

}  // namespace
}  // namespace mp
