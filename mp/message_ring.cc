#include "mp/message_ring.h"

#include <algorithm>
#include <cstring>

#include "mp/os/kill_point.h"
#include "mp/os/shared_file.h"

namespace mp {

// Stands before a message, and in one piece: the capacity is a multiple of its size, like every position.
struct MessageRing::Head {
  uint64_t size;
  pid_t sender;
  uint32_t is_announced;
};

namespace {

constexpr uint64_t kHeadSize = 16;
constexpr uint64_t room_for(uint64_t size) { return kHeadSize + os::rounded_up(size, kHeadSize); }

}  // namespace

MessageRing::Head& MessageRing::head_at(uint64_t position) {
  static_assert(sizeof(Head) == kHeadSize && kCapacity % kHeadSize == 0);
  return reinterpret_cast<Head&>(bytes_[position % kCapacity]);
}

const MessageRing::Head& MessageRing::head_at(uint64_t position) const {
  return reinterpret_cast<const Head&>(bytes_[position % kCapacity]);
}

bool MessageRing::empty() const {
  // In this order: what is taken was added before.
  const uint64_t taken = taken_.load(std::memory_order_acquire);
  return taken == added_.load(std::memory_order_acquire);
}

bool MessageRing::spin_until_not_empty() const {
  return last_added_.spin_until([this] { return !empty(); });
}

// ---------------------------------------------------------------- who adds

bool MessageRing::has_room_for(uint64_t size) {
  return size < kCapacity && fits(room_for(size), kCapacity - kForAnnouncements);
}

bool MessageRing::has_room_for_announcement() { return fits(kHeadSize, kCapacity); }

bool MessageRing::fits(uint64_t size, uint64_t limit) {
  const uint64_t end = added_.load(std::memory_order_relaxed) + size;
  // Only if need be: to look at it takes the line from the other side.
  if (end - taken_seen_ > limit) taken_seen_ = taken_.load(std::memory_order_acquire);
  return end - taken_seen_ <= limit;
}

void MessageRing::add(std::string_view message) {
  const uint64_t number = added_.load(std::memory_order_relaxed);
  head_at(number) = {.size = message.size(), .sender = 0, .is_announced = 0};
  MP_KILL_POINT();
  const uint64_t start = (number + kHeadSize) % kCapacity;
  const uint64_t first = std::min<uint64_t>(message.size(), kCapacity - start);
  if (!message.empty()) std::memcpy(bytes_ + start, message.data(), first);
  if (first < message.size()) std::memcpy(bytes_, message.data() + first, message.size() - first);
  MP_KILL_POINT();
  commit(number + room_for(message.size()));
}

uint64_t MessageRing::announce(uint64_t size, pid_t sender) {
  const uint64_t number = added_.load(std::memory_order_relaxed);
  head_at(number) = {.size = size, .sender = sender, .is_announced = 1};
  MP_KILL_POINT();
  commit(number + kHeadSize);
  return number;
}

void MessageRing::commit(uint64_t end) {
  last_added_.leave();
  MP_KILL_POINT();
  added_.store(end, std::memory_order_release);
}

// ---------------------------------------------------------------- who takes off

std::optional<MessageRing::Message> MessageRing::first() const {
  const uint64_t taken = taken_.load(std::memory_order_relaxed);
  if (taken == added_.load(std::memory_order_acquire)) return std::nullopt;
  const Head& head = head_at(taken);
  return Message{.number = taken,
                 .size = head.size,
                 .is_announced = head.is_announced != 0,
                 .sender = head.sender};
}

void MessageRing::copy(const Message& first, char* to) const {
  const uint64_t start = (first.number + kHeadSize) % kCapacity;
  const uint64_t until_end = std::min(first.size, kCapacity - start);
  if (first.size != 0) std::memcpy(to, bytes_ + start, until_end);
  if (until_end < first.size) std::memcpy(to + until_end, bytes_, first.size - until_end);
}

void MessageRing::take_off(const Message& first) {
  const uint64_t size = first.is_announced ? kHeadSize : room_for(first.size);
  taken_.store(first.number + size, std::memory_order_release);
}

}  // namespace mp
