#include "mp/os/arena.h"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mp/os/futex.h"
#include "mp/os/tally.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

size_t open_files() {
  size_t n = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
    ++n;
  return n;
}

TEST(Arena, ExampleOfTheHeader) {
  SharedObject<Tally> tally = SharedObject<Tally>::make();
  tally->advance();
  EXPECT_EQ(tally->number(), 1u);
}

TEST(Arena, ObjectIsSharedWithChildrenAndCopies) {
  auto word = SharedObject<Word>::make(5u);
  const auto copy = word;
  TestProcess child([&] { return word->exchange(6) == 5; });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(copy->load(), 6u);
}

TEST(Arena, ObjectsNeverOverlapAndAreAligned) {
  struct alignas(256) Large {
    char bytes[3000];
  };
  std::vector<SharedObject<Word>> words;
  std::vector<SharedObject<Large>> large;
  std::set<const void*> places;
  for (uint32_t i = 0; i < 2000; ++i) {
    words.push_back(SharedObject<Word>::make(i));
    large.push_back(SharedObject<Large>::make());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(&*large.back()) % 256, 0u);
    std::fill_n(large.back()->bytes, sizeof(Large::bytes), 'x');
    EXPECT_TRUE(places.insert(&*words.back()).second);
  }
  for (uint32_t i = 0; i < 2000; ++i) EXPECT_EQ(words[i]->load(), i);
}

TEST(Arena, ParentAndChildMakeTheirsApart) {
  auto first = SharedObject<Word>::make(1u);
  auto told = SharedObject<Word>::make(0u);
  TestProcess child([&] {
    auto his = SharedObject<Word>::make(2u);
    *told = 1;
    while (told->load() == 1) ::sched_yield();
    return his->load() == 2;
  });
  while (told->load() == 0) ::sched_yield();
  auto mine = SharedObject<Word>::make(3u);
  *told = 2;
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(mine->load(), 3u);
}

TEST(Arena, ManyObjectsTakeFewDescriptors) {
  const size_t before = open_files();
  std::vector<SharedObject<Word>> words;
  for (int i = 0; i < 10000; ++i) words.push_back(SharedObject<Word>::make(0u));
  EXPECT_LT(open_files(), before + 5);
  words.clear();
  EXPECT_LE(open_files(), before);
}

TEST(Arena, LargeRoomGoesAloneAndSmallObjectsStayTogether) {
  const size_t before = open_files();
  std::vector<SharedObject<Word>> words;
  for (uint32_t i = 0; i < 50; ++i) {
    const SharedRoom large = make_room(300 << 10, 1);
    EXPECT_EQ(large.data()[(300 << 10) - 1], std::byte{0});
    large.data()[(300 << 10) - 1] = std::byte{1};
    words.push_back(SharedObject<Word>::make(i));
  }
  EXPECT_LE(open_files(), before + 1);
  for (uint32_t i = 0; i < 50; ++i) EXPECT_EQ(words[i]->load(), i);
}

TEST(Arena, ThreadsMakeObjectsAtOnce) {
  auto make = [] {
    std::vector<SharedObject<Word>> mine;
    for (uint32_t i = 0; i < 5000; ++i) mine.push_back(SharedObject<Word>::make(i));
    for (uint32_t i = 0; i < 5000; ++i) EXPECT_EQ(mine[i]->load(), i);
  };
  std::thread other(make);
  make();
  other.join();
}

}  // namespace
}  // namespace mp::os
