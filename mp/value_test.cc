// Covers what conformance/claims/value_claims.cc says of values.
#include "mp/value.h"

#include <unistd.h>

#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"
#include "mp/test_luggage.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;

struct Point {
  double x, y;
  bool operator==(const Point&) const = default;
};

TEST(Value, ExampleOfTheHeader) {
  Value<int> total(7);
  *total.lock() += 1;
  EXPECT_EQ(total.load(), 8);
  total.store(0);

  RLock lock;
  Value<Point> a({1, 2}, lock), b({3, 4}, lock);
  {
    std::scoped_lock hold(lock);
    a.store(b.load());
  }
  EXPECT_EQ(a.lock()->x, 3);
}

TEST(RawValue, ExampleOfTheHeader) {
  RawValue<bool> stop;
  EXPECT_FALSE(stop.load());
  stop.store(true);
  EXPECT_TRUE(stop.load());
}

template <class T>
class EveryType : public testing::Test {};
enum class Colour : uint8_t { kNone, kRed };
struct Bytes {
  char text[8];
  bool operator==(const Bytes&) const = default;
};
struct alignas(64) Aligned {
  long double a, b, c;
  bool operator==(const Aligned&) const = default;
};
using Types =
    testing::Types<bool, char, signed char, uint8_t, int16_t, uint16_t, int, unsigned, int64_t,
                   uint64_t, wchar_t, float, double, long double, Colour, Point, Bytes, Aligned>;
TYPED_TEST_SUITE(EveryType, Types);

TYPED_TEST(EveryType, IsZeroAlsoInUsedMemoryAndHoldsWhatWasStored) {
  TypeParam other{};
  if constexpr (std::is_arithmetic_v<TypeParam>) {
    other = std::numeric_limits<TypeParam>::max();
  } else {
    reinterpret_cast<char&>(other) = 1;
  }
  for (int i = 0; i < 3; ++i) {
    Value<TypeParam> value;
    RawValue<TypeParam> raw;
    EXPECT_TRUE(value.load() == TypeParam{});
    EXPECT_TRUE(raw.load() == TypeParam{});
    value.store(other);
    raw.store(other);
    EXPECT_TRUE(value.load() == other);
    EXPECT_TRUE(raw.load() == other);
  }
  EXPECT_TRUE(Value<TypeParam>(other).load() == other);
  EXPECT_TRUE(RawValue<TypeParam>(other).load() == other);
}

// ---------------------------------------------------------------- sharing

TEST(Value, IsSeenByEveryProcess) {
  Value<int> value(1);
  RawValue<double> raw(1.5);
  TestProcess child([&] {
    if (value.load() != 1 || raw.load() != 1.5) return false;
    *value.lock() += 1;
    raw.store(2.5);
    TestProcess grandchild([&] {
      *value.lock() += 1;
      return raw.load() == 2.5;
    });
    return grandchild.wait() == base::Exited{0};
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(value.load(), 3);
  EXPECT_EQ(raw.load(), 2.5);
}

TEST(Value, CopiesAreTheSameValueAndKeepIt) {
  std::optional<Value<int>> first(std::in_place, 1);
  Value<int> copy = *first;
  TestProcess child([&] {
    while (copy.load() != 2) std::this_thread::yield();
    return true;
  });
  first.reset();
  std::vector<Value<int>> others;
  for (int i = 0; i < 100; ++i) others.emplace_back(99);
  copy.store(2);
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, ManyDoNotOverlap) {
  std::vector<Value<int64_t>> wide;
  std::vector<Value<char>> narrow;
  std::vector<RawValue<Point>> points;
  for (int i = 0; i < 3000; ++i) {
    wide.emplace_back(i);
    narrow.emplace_back(static_cast<char>(i));
    points.emplace_back(Point{1.0 * i, -1.0 * i});
  }
  TestProcess child([&] {
    for (int i = 0; i < 3000; ++i) {
      if (wide[i].load() != i || narrow[i].load() != static_cast<char>(i)) return false;
      if (!(points[i].load() == Point{1.0 * i, -1.0 * i})) return false;
    }
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, MadeInAChildIsTheChildsOwn) {
  Value<int> before(1);
  RawValue<int> turn;
  TestProcess child([&] {
    std::vector<Value<int>> mine;
    for (int i = 0; i < 50; ++i) mine.emplace_back(200 + i);
    turn.store(1);
    while (turn.load() == 1) std::this_thread::yield();
    for (int i = 0; i < 50; ++i) {
      if (mine[i].load() != 200 + i) return false;
    }
    return before.load() == 1;
  });
  while (turn.load() == 0) std::this_thread::yield();
  std::vector<Value<int>> mine;
  for (int i = 0; i < 50; ++i) mine.emplace_back(100 + i);
  turn.store(2);
  EXPECT_EQ(child.wait(), base::Exited{0});
  for (int i = 0; i < 50; ++i) EXPECT_EQ(mine[i].load(), 100 + i);
}

TEST(Value, IsTheSameWhereItIsSentAndSoIsItsLock) {
  RLock lock;
  Value<int> own(1), given(2, lock);
  RawValue<int> raw(3);
  std::vector<Value<int>> sent = {packed_and_unpacked(own), packed_and_unpacked(given)};
  RawValue<int> sent_raw = packed_and_unpacked(raw);
  EXPECT_EQ(sent[0].load(), 1);
  EXPECT_EQ(sent[1].load(), 2);
  EXPECT_EQ(sent_raw.load(), 3);
  EXPECT_NE(&*sent_raw, &*raw) << "it came through its descriptor";
  sent[0].store(11);
  sent[1].store(12);
  sent_raw.store(13);
  EXPECT_EQ(own.load(), 11);
  EXPECT_EQ(given.load(), 12);
  EXPECT_EQ(raw.load(), 13);
  {
    auto held = sent[0].lock();
    EXPECT_TRUE(own.get_lock().locked());
    EXPECT_FALSE(lock.locked());
  }
  auto held = sent[1].lock();
  EXPECT_TRUE(lock.locked());
}

// ---------------------------------------------------------------- its lock

// The access waits while this thread has the lock, and ends when it lets go.
template <class LockType, class Access>
void expect_to_wait_for(LockType lock, Access access) {
  lock.acquire();
  TestProcess child([&] {
    access();
    return true;
  });
  EXPECT_TRUE(child.sleeps());
  lock.release();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, AccessWaitsForItsLock) {
  Value<int> value(1);
  expect_to_wait_for(value.get_lock(), [&] { value.load(); });
  expect_to_wait_for(value.get_lock(), [&] { value.store(5); });
  EXPECT_EQ(value.load(), 5);
  expect_to_wait_for(value.get_lock(), [&] { *value.lock() += 1; });
  EXPECT_EQ(value.load(), 6);
}

TEST(Value, StoreThatWaitsHasNotWrittenYet) {
  Value<int> value(1);
  value.get_lock().acquire();
  TestProcess child([&] {
    value.store(2);
    return true;
  });
  EXPECT_TRUE(child.sleeps());
  EXPECT_EQ(value.load(), 1);
  value.store(10);
  value.get_lock().release();
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(value.load(), 2);
}

TEST(Value, HeldValueHoldsUpOtherThreads) {
  Value<int> value(1);
  auto held = value.lock();
  std::thread([&] { EXPECT_FALSE(value.get_lock().acquire(false)); }).join();
}

TEST(Value, OwnLockIsRecursive) {
  Value<int> value(1);
  auto held = value.lock();
  value.store(2);
  EXPECT_EQ(value.load(), 2);
  *value.lock() += 1;
  EXPECT_EQ(*held, 3);
  TestProcess child([&] { return !value.get_lock().acquire(false); });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, EachHasALockOfItsOwn) {
  Value<int> one(1), two(2);
  auto held = one.lock();
  TestProcess child([&] { return two.load() == 2 && !one.get_lock().acquire(false); });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, UsesTheLockThatItIsGiven) {
  Lock lock;
  RLock recursive;
  Value<int> first(1, lock), second(2, lock), third(3, recursive);
  expect_to_wait_for(lock, [&] { first.load(); });
  expect_to_wait_for(lock, [&] { second.store(5); });
  expect_to_wait_for(first.get_lock(), [&] { second.load(); });
  expect_to_wait_for(recursive, [&] { third.load(); });
  recursive.acquire();
  EXPECT_EQ(third.load(), 3);
  EXPECT_EQ(second.load(), 5);
}

TEST(Value, DoesNotMakeAGivenLockRecursive) {
  Lock lock;
  Value<int> value(1, lock);
  TestProcess child([&] {
    lock.acquire();
    value.load();
    return true;
  });
  EXPECT_TRUE(child.sleeps());
  lock.release();
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Value, KilledHolderHandsTheLockOnAndWhatItWroteStays) {
  Value<int> value(1);
  TestProcess victim([&] {
    auto held = value.lock();
    *held = 5;
    while (true) ::pause();
    return false;
  });
  EXPECT_TRUE(victim.sleeps());
  victim.kill();
  victim.wait();
  AnyLock lock = value.get_lock();
  EXPECT_TRUE(lock.acquire(true, 10s));
  EXPECT_TRUE(lock.took_over());
  lock.release();
  *value.lock() += 1;
  EXPECT_EQ(value.load(), 6);
}

TEST(Value, IncrementsUnderTheLockAreExact) {
  constexpr int kEach = 20000;
  Value<int64_t> value;
  auto add = [&] {
    for (int i = 0; i < kEach; ++i) *value.lock() += 1;
    return true;
  };
  TestProcess first(add), second(add);
  std::thread third(add);
  add();
  third.join();
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  EXPECT_EQ(value.load(), 4 * kEach);
}

// ---------------------------------------------------------------- without a lock

TEST(RawValue, LoadsAreWhole) {
  RawValue<uint64_t> value;
  RawValue<bool> stop;
  TestProcess writer([&] {
    while (!stop.load()) {
      value.store(0);
      value.store(~uint64_t{0});
    }
    return true;
  });
  for (int i = 0; i < 100000; ++i) {
    const uint64_t seen = value.load();
    ASSERT_TRUE(seen == 0 || seen == ~uint64_t{0});
  }
  stop.store(true);
  EXPECT_EQ(writer.wait(), base::Exited{0});
}

TEST(RawValue, WhoSeesAStoreSeesWhatWasWrittenBefore) {
  RawValue<Point> point;
  RawValue<int> round;
  TestProcess writer([&] {
    for (int i = 1; i <= 20000; ++i) {
      *point = {1.0 * i, 2.0 * i};
      round.store(i);
      while (round.load() == i) std::this_thread::yield();
    }
    return true;
  });
  for (int i = 1; i <= 20000; ++i) {
    while (round.load() != i) std::this_thread::yield();
    ASSERT_EQ(point->y, 2.0 * i);
    round.store(-i);
  }
  EXPECT_EQ(writer.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp
