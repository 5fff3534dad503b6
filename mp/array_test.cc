// Covers what conformance/claims/value_claims.cc says of arrays.
#include "mp/array.h"

#include <unistd.h>

#include <list>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"
#include "mp/test_luggage.h"

namespace mp {
namespace {

using os::TestProcess;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

TEST(Array, ExampleOfTheHeader) {
  Array<int> counts(5);
  counts.set(1, 7);
  EXPECT_EQ(counts.at(1), 7);
  counts.set_slice(-2, {}, {8, 9});
  EXPECT_EQ(counts.slice(1), (Ints{7, 0, 8, 9}));
  EXPECT_THROW(counts.at(5), IndexError);
  for (int& each : counts.lock()) each *= 2;
  EXPECT_EQ(counts.lock()[3], 16);

  Array<char> name(8);
  name.set_value("mp");
  EXPECT_EQ(name.value(), "mp");
  EXPECT_EQ(name.raw().size(), 8u);
}

TEST(RawArray, ExampleOfTheHeader) {
  RawArray<double> samples({0.5, 1.5});
  samples[1] += 1;
  EXPECT_EQ(samples.slice(), (std::vector<double>{0.5, 2.5}));
}

// Both forms, to which the same applies.
template <class A>
class EachForm : public testing::Test {};
TYPED_TEST_SUITE_P(EachForm);

TYPED_TEST_P(EachForm, OfALengthIsZeroAlsoInUsedMemory) {
  for (int64_t length : {1, 20, 5000, 300000}) {
    for (int i = 0; i < 3; ++i) {
      TypeParam array(length);
      ASSERT_EQ(array.size(), static_cast<size_t>(length));
      EXPECT_EQ(array.slice(), Ints(length, 0));
      array.assign(Ints(length, -1));
    }
  }
}

TYPED_TEST_P(EachForm, BeginsWithItsInitialItems) {
  EXPECT_EQ(TypeParam({3, 1, 2}).slice(), (Ints{3, 1, 2}));
  EXPECT_EQ(TypeParam({5}).slice(), Ints{5});
  EXPECT_EQ(TypeParam(Ints{3, 1, 2}).slice(), (Ints{3, 1, 2}));
  EXPECT_EQ(TypeParam(std::set<short>{3, 1, 2}).slice(), (Ints{1, 2, 3}));
  EXPECT_EQ(TypeParam(std::list<int>{4, 5}).slice(), (Ints{4, 5}));
}

TYPED_TEST_P(EachForm, ItemsAreReadAndSetByIndexFromEitherEnd) {
  TypeParam array({10, 11, 12, 13});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(array.at(i), 10 + i);
    EXPECT_EQ(array.at(i - 4), 10 + i);
  }
  array.set(1, 21);
  array.set(-1, 23);
  EXPECT_EQ(array.slice(), (Ints{10, 21, 12, 23}));
}

TYPED_TEST_P(EachForm, IndexBeyondEitherEndRaisesAndChangesNothing) {
  TypeParam array({1, 2, 3});
  for (int index : {3, 4, 1000000, -4, -1000000}) {
    EXPECT_THROW(array.at(index), IndexError);
    EXPECT_THROW(array.set(index, 9), IndexError);
  }
  EXPECT_EQ(array.slice(), (Ints{1, 2, 3}));
}

TYPED_TEST_P(EachForm, SlicesAreCutToTheEnds) {
  TypeParam array({0, 1, 2, 3, 4});
  EXPECT_EQ(array.slice(1, 3), (Ints{1, 2}));
  EXPECT_EQ(array.slice({}, 2), (Ints{0, 1}));
  EXPECT_EQ(array.slice(0, -1), (Ints{0, 1, 2, 3}));
  EXPECT_EQ(array.slice(3, 100), (Ints{3, 4}));
  EXPECT_EQ(array.slice(4, 2), Ints{});
}

TYPED_TEST_P(EachForm, SlicesAreAssignedAsManyItemsAsTheyHave) {
  TypeParam array({0, 1, 2, 3});
  array.set_slice(1, 3, {8, 9});
  array.set_slice(-1, {}, std::list<int>{7});
  EXPECT_EQ(array.slice(), (Ints{0, 8, 9, 7}));
  EXPECT_THROW(array.set_slice(1, 3, Ints{}), ValueError);
  EXPECT_THROW(array.set_slice(1, 3, {1}), ValueError);
  EXPECT_THROW(array.set_slice(1, 3, {1, 2, 3}), ValueError);
  EXPECT_THROW(array.set_slice(4, {}, {1}), ValueError);
  EXPECT_THROW(array.assign({1}), ValueError);
  EXPECT_EQ(array.slice(), (Ints{0, 8, 9, 7}));
  array.assign({4, 3, 2, 1});
  EXPECT_EQ(array.slice(), (Ints{4, 3, 2, 1}));
}

TYPED_TEST_P(EachForm, LengthIsNoneOrMore) {
  for (const TypeParam& none : {TypeParam(0), TypeParam(Ints{})}) {
    EXPECT_EQ(none.size(), 0u);
    EXPECT_EQ(none.slice(), Ints{});
    EXPECT_THROW(none.at(0), IndexError);
    EXPECT_THROW(none.at(-1), IndexError);
  }
  EXPECT_THROW(TypeParam(-1), ValueError);
}

TYPED_TEST_P(EachForm, TooLongAnArrayRaisesOSError) {
  EXPECT_THROW(TypeParam(INT64_MAX), OSError);
  EXPECT_THROW(TypeParam(int64_t{1} << 58), OSError);
}

TYPED_TEST_P(EachForm, IsSeenByEveryProcess) {
  TypeParam array({0, 1, 2, 3});
  TestProcess child([&] {
    if (array.slice() != Ints{0, 1, 2, 3}) return false;
    array.set(-1, 33);
    array.set_slice(0, 2, {10, 11});
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(array.slice(), (Ints{10, 11, 2, 33}));
}

TYPED_TEST_P(EachForm, ManyOfAllLengthsDoNotOverlap) {
  constexpr int kArrays = 200;
  auto content = [](int i) { return Ints(i % 10 == 9 ? 900 * i : i + 1, i); };
  std::vector<std::optional<TypeParam>> all;
  for (int i = 0; i < kArrays; ++i) all.emplace_back(content(i));
  for (int i = 0; i < kArrays; i += 2) all[i].reset();
  for (int i = kArrays - 2; i >= 0; i -= 2) all[i].emplace(content(i));
  TestProcess child([&] {
    for (int i = 0; i < kArrays; ++i) {
      if (all[i]->slice() != content(i)) return false;
    }
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TYPED_TEST_P(EachForm, CanBeHundredsOfMegabytes) {
  constexpr int64_t kLength = 100 << 20;
  TypeParam small({1, 2, 3});
  for (int round = 0; round < 2; ++round) {
    TypeParam big(kLength + round);
    for (int64_t index : {int64_t{0}, kLength / 2, int64_t{-1}}) {
      EXPECT_EQ(big.at(index), 0);
      big.set(index, 5);
    }
    TestProcess child([&] {
      if (big.at(kLength + round - 1) != 5) return false;
      big.set(-1, 6);
      return true;
    });
    EXPECT_EQ(child.wait(), base::Exited{0});
    EXPECT_EQ(big.at(-1), 6);
  }
  EXPECT_EQ(small.slice(), (Ints{1, 2, 3}));
}

TYPED_TEST_P(EachForm, IsTheSameWhereItIsSent) {
  for (int64_t length : {0, 4, 300000}) {
    TypeParam array(length);
    TypeParam sent = packed_and_unpacked(array);
    ASSERT_EQ(sent.size(), array.size());
    if (length == 0) continue;
    sent.set(-1, 7);
    EXPECT_EQ(array.at(-1), 7);
    array.set(0, 8);
    EXPECT_EQ(sent.at(0), 8);
  }
}

REGISTER_TYPED_TEST_SUITE_P(EachForm, OfALengthIsZeroAlsoInUsedMemory, BeginsWithItsInitialItems,
                            ItemsAreReadAndSetByIndexFromEitherEnd,
                            IndexBeyondEitherEndRaisesAndChangesNothing, SlicesAreCutToTheEnds,
                            SlicesAreAssignedAsManyItemsAsTheyHave, LengthIsNoneOrMore,
                            TooLongAnArrayRaisesOSError, IsSeenByEveryProcess,
                            ManyOfAllLengthsDoNotOverlap, CanBeHundredsOfMegabytes,
                            IsTheSameWhereItIsSent);
using Forms = testing::Types<Array<int>, RawArray<int>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Int, EachForm, Forms);

// ---------------------------------------------------------------- of characters

template <class A>
class OfCharacters : public testing::Test {};
using Texts = testing::Types<Array<char>, RawArray<char>>;
TYPED_TEST_SUITE(OfCharacters, Texts);

TYPED_TEST(OfCharacters, ValueEndsAtTheFirstNulAndRawDoesNot) {
  TypeParam text(std::string("ab\0cd", 5));
  EXPECT_EQ(text.size(), 5u);
  EXPECT_EQ(text.value(), "ab");
  EXPECT_EQ(text.raw(), std::string("ab\0cd", 5));
  text.set(2, '-');
  EXPECT_EQ(text.value(), "ab-cd");
  EXPECT_EQ(TypeParam(4).value(), "");
  EXPECT_EQ(TypeParam(4).raw(), std::string(4, '\0'));
}

TYPED_TEST(OfCharacters, ValueIsSetAsOne) {
  TypeParam text(5);
  text.set_value("abcde");
  EXPECT_EQ(text.value(), "abcde");
  text.set_value("xy");
  EXPECT_EQ(text.raw(), std::string("xy\0de", 5));
  EXPECT_THROW(text.set_value("abcdef"), ValueError);
  EXPECT_EQ(text.value(), "xy");
}

TYPED_TEST(OfCharacters, LiteralIsItsTextWithoutItsEnd) {
  TypeParam text("abc");
  EXPECT_EQ(text.size(), 3u);
  text.set_slice(0, 2, "xy");
  EXPECT_EQ(text.value(), "xyc");
}

// ---------------------------------------------------------------- items of other types

TEST(Array, ItemsTouchNoNeighbour) {
  Array<uint8_t> bytes({1, 2, 3});
  bytes.set(1, 255);
  bytes.lock()[1] += 1;
  EXPECT_EQ(bytes.slice(), (std::vector<uint8_t>{1, 0, 3}));
}

TEST(Array, ItemsMayBeStructsAndBooleans) {
  struct Point {
    char kind;
    double x, y;
  };
  Array<Point> points({{'a', 1, 2}, {'b', 3, 4}});
  EXPECT_EQ(points.at(1).y, 4);
  Array<bool> flags(std::vector<bool>{true, false});
  flags.set(1, true);
  EXPECT_EQ(flags.slice(), (std::vector<bool>{true, true}));
}

// ---------------------------------------------------------------- its lock

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

TEST(Array, AccessWaitsForItsLock) {
  Array<int> array({1, 2, 3});
  expect_to_wait_for(array.get_lock(), [&] { array.at(0); });
  expect_to_wait_for(array.get_lock(), [&] { array.set(0, 5); });
  expect_to_wait_for(array.get_lock(), [&] { array.slice(); });
  expect_to_wait_for(array.get_lock(), [&] { array.set_slice(1, 2, {6}); });
  expect_to_wait_for(array.get_lock(), [&] { array.lock()[2] = 7; });
  EXPECT_EQ(array.slice(), (Ints{5, 6, 7}));
  expect_to_wait_for(array.get_lock(), [&] { array.assign({1, 2, 3}); });
  Array<char> text("abc");
  expect_to_wait_for(text.get_lock(), [&] { text.value(); });
  expect_to_wait_for(text.get_lock(), [&] { text.raw(); });
  expect_to_wait_for(text.get_lock(), [&] { text.set_value("xyz"); });
  EXPECT_EQ(text.value(), "xyz");
}

TEST(Array, AssignmentThatWaitsHasNotWrittenYet) {
  Array<int> array({1, 2, 3});
  std::optional<Array<int>::Held> held(array);
  TestProcess child([&] {
    array.assign({7, 7, 7});
    return true;
  });
  EXPECT_TRUE(child.sleeps());
  EXPECT_EQ(array.slice(), (Ints{1, 2, 3}));
  (*held)[1] = 8;
  array.set(2, 9);
  EXPECT_EQ(array.slice(), (Ints{1, 8, 9}));
  held.reset();
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(array.slice(), (Ints{7, 7, 7}));
}

TEST(Array, FailedAccessReleasesTheLock) {
  Array<int> array({1, 2});
  Array<char> text(3);
  EXPECT_THROW(array.at(5), IndexError);
  EXPECT_THROW(array.set(5, 1), IndexError);
  EXPECT_THROW(array.set_slice(0, 1, Ints{}), ValueError);
  EXPECT_THROW(text.set_value("long"), ValueError);
  EXPECT_FALSE(array.get_lock().locked());
  EXPECT_FALSE(text.get_lock().locked());
}

TEST(Array, SharesAGivenLockWithOthers) {
  RLock lock;
  Array<int> of_length(2, lock), of_list({1, 2}, lock), of_vector(Ints{1}, lock);
  Array<char> text("a", lock);
  expect_to_wait_for(lock, [&] { of_length.at(0); });
  expect_to_wait_for(of_length.get_lock(), [&] { of_list.at(0); });
  expect_to_wait_for(text.get_lock(), [&] { of_vector.at(0); });
  expect_to_wait_for(of_list.get_lock(), [&] { text.value(); });
}

TEST(Array, EachHasALockOfItsOwn) {
  Array<int> one(1), two(1);
  auto held = one.lock();
  TestProcess child([&] { return two.at(0) == 0 && !one.get_lock().acquire(false); });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Array, ItsLockIsTheSameWhereItIsSent) {
  Lock lock;
  Array<int> own(1), given(1, lock);
  Array<int> sent_own = packed_and_unpacked(own), sent_given = packed_and_unpacked(given);
  auto held = own.lock();
  EXPECT_TRUE(sent_own.get_lock().locked());
  EXPECT_FALSE(lock.locked());
  auto held_too = sent_given.lock();
  EXPECT_TRUE(lock.locked());
}

TEST(Array, KilledHolderHandsTheLockOnAndWhatItWroteStays) {
  Array<int> array({1, 2});
  TestProcess victim([&] {
    auto held = array.lock();
    held[0] = 5;
    while (true) ::pause();
    return false;
  });
  EXPECT_TRUE(victim.sleeps());
  victim.kill();
  victim.wait();
  AnyLock lock = array.get_lock();
  EXPECT_TRUE(lock.acquire(true, 10s));
  EXPECT_TRUE(lock.took_over());
  lock.release();
  EXPECT_EQ(array.slice(), (Ints{5, 2}));
}

TEST(Array, IncrementsUnderTheLockAreExact) {
  constexpr int kEach = 20000;
  Array<int64_t> array(3);
  auto add = [&] {
    for (int i = 0; i < kEach; ++i) array.lock()[i % 3] += 1;
    return true;
  };
  TestProcess first(add), second(add);
  add();
  EXPECT_EQ(first.wait(), base::Exited{0});
  EXPECT_EQ(second.wait(), base::Exited{0});
  const auto held = array.lock();
  EXPECT_EQ(std::accumulate(held.begin(), held.end(), int64_t{0}), 3 * kEach);
}

}  // namespace
}  // namespace mp
