#include "mp/shareable_list.h"

#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp {
namespace {

using os::TestProcess;
using Item = ShareableList::Item;
using Bytes = ShareableList::Bytes;

// A list that leaves no name behind.
class List {
 public:
  explicit List(const std::vector<Item>& items) : list_(items), same_(list_) {
    same_.emplace(ShareableList::attach(list_.shm().name()));
    list_.shm().unlink();
  }

  ShareableList* operator->() { return &list_; }
  // The same one, attached by its name.
  ShareableList& same() { return *same_; }

 private:
  ShareableList list_;
  std::optional<ShareableList> same_;
};

TEST(ShareableList, ExampleOfTheHeader) {
  ShareableList list({"abc", 7, 2.5, true, std::monostate()});
  auto same = ShareableList::attach(list.shm().name());
  same.set(0, "xy");
  EXPECT_TRUE(list.at(0) == ShareableList::Item("xy"));
  EXPECT_THROW(list.set(0, "much too long"), ValueError);
  EXPECT_EQ(list.index(2.5), 2u);
  list.shm().unlink();
}

TEST(ShareableList, HoldsWhatItWasMadeOf) {
  const std::vector<Item> items = {std::monostate(),
                                   true,
                                   false,
                                   std::numeric_limits<int64_t>::min(),
                                   std::numeric_limits<int64_t>::max(),
                                   -0.1,
                                   "",
                                   std::string("a\0b\0", 4),
                                   std::string(1000, 'x'),
                                   Bytes{},
                                   Bytes(9, std::byte{0})};
  List list(items);
  EXPECT_EQ(list->size(), items.size());
  EXPECT_TRUE(list->items() == items);
  EXPECT_TRUE(list.same().items() == items);
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_TRUE(list->at(static_cast<int64_t>(i)) == items[i]) << i;
    EXPECT_TRUE(list->at(static_cast<int64_t>(i) - static_cast<int64_t>(items.size())) == items[i]);
  }
}

TEST(ShareableList, MayBeEmpty) {
  List list({});
  EXPECT_EQ(list->size(), 0u);
  EXPECT_EQ(list.same().size(), 0u);
  EXPECT_THROW(list->at(0), IndexError);
}

TEST(ShareableList, IndexBeyondItsEndsRaises) {
  List list({1, 2});
  for (int64_t index : {2, -3, 1000}) {
    EXPECT_THROW(list->at(index), IndexError);
    EXPECT_THROW(list->set(index, 5), IndexError);
  }
  EXPECT_TRUE(list->items() == (std::vector<Item>{1, 2}));
}

TEST(ShareableList, ItemMayBecomeOfAnotherTypeThatFits) {
  List list({1, "next"});
  for (const Item& each : {Item(2.5), Item(true), Item("12345678"), Item(Bytes(8, std::byte{1})),
                           Item(""), Item(std::monostate()), Item(int64_t{-1})}) {
    list->set(0, each);
    EXPECT_TRUE(list->at(0) == each);
    EXPECT_TRUE(list.same().at(0) == each);
    EXPECT_TRUE(list->at(1) == Item("next"));
  }
}

TEST(ShareableList, TextThatDoesNotFitRaisesAndChangesNothing) {
  List list({1, "1234567", "12345678", Bytes(20)});
  const size_t rooms[] = {8, 8, 16, 24};
  for (int64_t i = 0; i < 4; ++i) {
    const Item before = list->at(i);
    EXPECT_THROW(list->set(i, std::string(rooms[i] + 1, 'x')), ValueError);
    EXPECT_THROW(list->set(i, Bytes(rooms[i] + 1)), ValueError);
    EXPECT_TRUE(list->at(i) == before);
    list->set(i, std::string(rooms[i], 'x'));
  }
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_TRUE(list->at(i) == Item(std::string(rooms[static_cast<size_t>(i)], 'x')));
}

TEST(ShareableList, CountsAndFindsWhatIsEqual) {
  List list({1, "a", 1, 1.0, true});
  EXPECT_EQ(list->count(1), 2u);
  EXPECT_EQ(list->count(1.0), 1u);
  EXPECT_EQ(list->count("b"), 0u);
  EXPECT_EQ(list->index(1), 0u);
  EXPECT_EQ(list->index(true), 4u);
  EXPECT_THROW(list->index("b"), ValueError);
}

TEST(ShareableList, IsSeenByEveryProcess) {
  List list({1, "a"});
  TestProcess child([&] {
    list.same().set(0, 2);
    return list.same().at(1) == Item("a");
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_TRUE(list->at(0) == Item(2));
}

TEST(ShareableList, HasTheNameThatItIsGiven) {
  List other({1});
  ShareableList list({7}, other->shm().name());
  EXPECT_TRUE(ShareableList::attach(other->shm().name()).at(0) == Item(7));
  EXPECT_THROW(ShareableList({8}, other->shm().name()), OSError);
  list.shm().unlink();
}

TEST(ShareableList, TravelsAsItsName) {
  ShareableList list({7});
  auto same = decode<ShareableList>(encode(list));
  same.set(0, 8);
  EXPECT_TRUE(list.at(0) == Item(8));
  list.shm().unlink();
}

TEST(ShareableList, WhatIsNoListRaises) {
  auto memory = SharedMemory::create(4);
  EXPECT_THROW(ShareableList::attach(memory.name()), ValueError);
  memory.unlink();
  auto larger = SharedMemory::create(4096);
  EXPECT_THROW(ShareableList::attach(larger.name()), ValueError);
  larger.unlink();
}

// Whatever is in the memory, a reader stays within it.
TEST(ShareableList, DamagedOneRaisesOrReadsWithinItsMemory) {
  ShareableList list({"abc", 7, Bytes(100)});
  const std::vector<std::byte> whole(list.shm().buf().begin(), list.shm().buf().end());
  for (size_t at = 0; at < 88; ++at) {
    for (std::byte damage : {std::byte{0xff}, std::byte{0x80}, std::byte{0x07}}) {
      std::memcpy(list.shm().buf().data(), whole.data(), whole.size());
      list.shm().buf()[at] ^= damage;
      try {
        ShareableList::attach(list.shm().name()).items();
      } catch (const ValueError&) {
      }
    }
  }
  list.shm().unlink();
}

}  // namespace
}  // namespace mp
