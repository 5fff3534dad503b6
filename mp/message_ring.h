// The messages that wait in one direction of a pipe, in shared memory.
//
// A message lies in the ring itself or, when it is long or has descriptors, is only announced there; its body takes
// another way then (connection_core.h). Every message has a number of its own, which only grows.
//
// One store commits a message, another takes it off; nothing else is the state. So whoever is killed at any
// instruction has done it or not, and what he leaves behind is valid.
//
// Processes: any that map it. One at a time adds (under a RobustMutex), and one at a time takes off (under another).
// Lifetime: constructed once, in place, in zeros; trivially destroyed. It takes the memory that was used.
//
//   if (ring.has_room_for(text.size())) ring.add(text);
//
//   if (std::optional<MessageRing::Message> first = ring.first()) {
//     std::string text(first->size, '\0');
//     ring.copy(*first, text.data());
//     ring.take_off(*first);
//   }
#ifndef MP_MESSAGE_RING_H_
#define MP_MESSAGE_RING_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mp/os/spin.h"

namespace mp {

class MessageRing {
 public:
  // Bytes; and how many of them only announcements may take.
  static constexpr uint64_t kCapacity = 128 << 10;
  static constexpr uint64_t kForAnnouncements = 32 << 10;

  struct Message {
    uint64_t number;
    uint64_t size;
    bool is_announced;  // and not here
    pid_t sender;       // of an announced one
  };

  // ---- Who adds.
  bool has_room_for(uint64_t size);
  bool has_room_for_announcement();
  // Requires: room. Then: everybody sees it.
  void add(std::string_view message);
  // Returns its number.
  uint64_t announce(uint64_t size, pid_t sender);

  // ---- Who takes off.
  std::optional<Message> first() const;
  // Requires: the first one, and not announced.
  void copy(const Message& first, char* to) const;
  void take_off(const Message& first);

  // ---- Everybody. Of a moment that may have passed when they return.
  bool empty() const;
  // Looks for about as long as a sleep would cost. False: nothing came.
  bool spin_until_not_empty() const;
  // Whether that was given up at once, for who adds needs this CPU.
  bool is_spun_in_vain() const { return last_added_.is_in_vain(); }

 private:
  struct Head;
  static constexpr uint64_t kLine = 128;  // what CPUs hand to each other at once

  bool fits(uint64_t size, uint64_t limit);
  void commit(uint64_t end);
  Head& head_at(uint64_t position);
  const Head& head_at(uint64_t position) const;

  // Positions only grow. The bytes from taken_ to added_ are messages.
  alignas(kLine) std::atomic<uint64_t> added_{0};
  os::SpinHint last_added_;
  alignas(kLine) std::atomic<uint64_t> taken_{0};
  alignas(kLine) uint64_t taken_seen_ = 0;  // a copy for who adds, perhaps an old one
  alignas(kLine) std::byte bytes_[kCapacity];
};

}  // namespace mp

#endif  // MP_MESSAGE_RING_H_
