#include "mp/message_ring.h"

#include <deque>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"
#include "mp/test_records.h"

namespace mp {
namespace {

using os::Shared;
using os::TestProcess;

std::string taken_off(MessageRing& ring) {
  const std::optional<MessageRing::Message> first = ring.first();
  if (!first) return "nothing";
  std::string text(first->size, '\0');
  ring.copy(*first, text.data());
  ring.take_off(*first);
  return text;
}

TEST(MessageRing, ExampleOfTheHeader) {
  Shared<MessageRing> ring;
  EXPECT_FALSE(ring->first());
  EXPECT_TRUE(ring->has_room_for(4));
  ring->add("text");
  EXPECT_EQ(taken_off(*ring), "text");
  EXPECT_TRUE(ring->empty());
}

TEST(MessageRing, IsFullBeforeAnnouncementsAre) {
  Shared<MessageRing> ring;
  EXPECT_FALSE(ring->has_room_for(MessageRing::kCapacity));
  EXPECT_FALSE(ring->has_room_for(~uint64_t{0}));
  while (ring->has_room_for(1000)) ring->add(text(1000, 1));
  int announced = 0;
  for (; ring->has_room_for_announcement(); ++announced) ring->announce(5, 7);
  EXPECT_GE(announced, 2000);
  while (!ring->first()->is_announced) EXPECT_TRUE(taken_off(*ring) == text(1000, 1));
  EXPECT_TRUE(ring->has_room_for(1000));
}

TEST(MessageRing, AnnouncementTellsItsNumberSizeAndSender) {
  Shared<MessageRing> ring;
  ring->add("before");
  const uint64_t one = ring->announce(1 << 30, 7), other = ring->announce(0, 8);
  EXPECT_LT(one, other);
  taken_off(*ring);
  const std::optional<MessageRing::Message> first = ring->first();
  EXPECT_TRUE(first->is_announced);
  EXPECT_EQ(first->number, one);
  EXPECT_EQ(first->size, uint64_t{1} << 30);
  EXPECT_EQ(first->sender, 7);
  ring->take_off(*first);
  EXPECT_EQ(ring->first()->number, other);
}

TEST(MessageRing, FirstStaysUntilItIsTakenOff) {
  Shared<MessageRing> ring;
  ring->add("a");
  EXPECT_EQ(ring->first()->size, 1u);
  EXPECT_FALSE(ring->empty());
  EXPECT_EQ(taken_off(*ring), "a");
}

TEST(MessageRing, AnotherProcessSeesWhatIsAdded) {
  Shared<MessageRing> ring;
  EXPECT_FALSE(ring->spin_until_not_empty());
  TestProcess receiver([&] {
    while (ring->empty()) ring->spin_until_not_empty();
    return taken_off(*ring) == "a";
  });
  ring->add("a");
  EXPECT_EQ(receiver.wait(), base::Exited{0});
}

TEST(MessageRing, BehavesLikeADequeOfStrings) {
  std::mt19937 random(5);
  Shared<MessageRing> ring;
  std::deque<std::string> model;
  for (uint32_t i = 0; i < 50000; ++i) {
    ASSERT_EQ(ring->empty(), model.empty());
    const size_t size = random() % 10 == 0 ? random() % 70000 : random() % 100;
    if (random() % 2 == 0 && ring->has_room_for(size)) {
      model.push_back(text(size, i));
      ring->add(model.back());
    } else if (!model.empty()) {
      ASSERT_TRUE(taken_off(*ring) == model.front());
      model.pop_front();
    }
  }
}

}  // namespace
}  // namespace mp
