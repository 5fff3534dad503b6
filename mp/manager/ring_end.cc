#include "mp/manager/ring_end.h"

#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>

#include "base/deadline.h"
#include "base/os_error.h"
#include "mp/message_ring.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"

namespace mp::managed {

struct RingEnd::Direction {
  MessageRing ring;
  // 1: who receives sleeps, or is about to, or has done. Whoever changes it sees what was done before the change before
  // this one: so he who goes to sleep sees the last message, or its sender sees that he sleeps.
  alignas(128) os::Word sleeps{0};
};

struct RingEnd::Memory {
  Direction directions[2];  // from the server, from the client
  os::Token lives[2];
  std::atomic<bool> is_closed[2] = {};  // by this side
};

namespace {

constexpr size_t kPage = 4096;

}  // namespace

std::pair<std::unique_ptr<RingEnd>, os::SharedFile> RingEnd::make(os::Token client) {
  os::SharedFile file = os::SharedFile::make("mp-manager", os::rounded_up(sizeof(Memory), kPage));
  std::unique_ptr<RingEnd> server(new RingEnd(file, kServer));
  Memory& memory = *new (server->view_.data()) Memory;
  memory.lives[kServer] = os::my_token();
  memory.lives[kClient] = client;
  return {std::move(server), std::move(file)};
}

RingEnd::RingEnd(const os::SharedFile& memory, Side side)
    : side_(side), view_(memory.view(0, os::rounded_up(sizeof(Memory), kPage))) {}

RingEnd::Memory& RingEnd::memory() const { return *reinterpret_cast<Memory*>(view_.data()); }
RingEnd::Direction& RingEnd::out() const { return memory().directions[side_]; }
RingEnd::Direction& RingEnd::in() const { return memory().directions[1 - side_]; }

void RingEnd::require_open() const {
  if (!is_open_) throw base::OsError(EBADF, "handle is closed");
}
bool RingEnd::other_has_closed() const {
  return memory().is_closed[1 - side_].load(std::memory_order_acquire);
}
bool RingEnd::other_is_gone() const {
  return other_has_closed() || !os::is_alive(memory().lives[1 - side_]);
}

void RingEnd::close() {
  if (!is_open_.exchange(false)) return;
  memory().is_closed[side_].store(true, std::memory_order_release);
  wake_the_other();
}

// ---------------------------------------------------------------- send

bool RingEnd::send(std::string_view message) {
  require_open();
  if (other_is_gone()) throw base::OsError(EPIPE, "send to a process that is gone");
  MessageRing& ring = out().ring;
  const bool fits = message.size() <= kLongest && ring.has_room_for(message.size());
  if (fits) {
    ring.add(message);
  } else {
    if (!ring.has_room_for_announcement())
      throw base::OsError(ENOBUFS, "send to a process that receives nothing");
    ring.announce(message.size(), ::getpid());
  }
  MP_KILL_POINT();
  wake_the_other();
  return fits;
}

// If this process is killed before it has, its life wakes him.
void RingEnd::wake_the_other() {
  if (out().sleeps.exchange(0, std::memory_order_acq_rel) == 0) return;
  MP_KILL_POINT();
  os::wake_all(out().sleeps);
}

// ---------------------------------------------------------------- recv

RingEnd::Received RingEnd::recv(std::string* message) {
  MessageRing& ring = in().ring;
  for (bool more_may_come = true;; more_may_come = wait()) {
    require_open();
    if (const std::optional<MessageRing::Message> first = ring.first()) {
      if (!first->is_announced) {
        message->resize(first->size);
        ring.copy(*first, message->data());
      }
      ring.take_off(*first);
      return first->is_announced ? Received::kAnnouncement : Received::kMessage;
    }
    if (!more_may_come) return Received::kEndOfFile;
  }
}

// Returns at any time. False: nothing will come any more but what is there.
bool RingEnd::wait() {
  Direction& from = in();
  if (from.ring.spin_until_not_empty()) return true;
  if (from.ring.is_spun_in_vain()) {
    // Half of what it costs to sleep and to be woken.
    yield_.yield();
    if (!from.ring.empty()) return true;
  }
  if (other_is_gone()) return false;
  from.sleeps.exchange(1, std::memory_order_acq_rel);
  if (from.ring.empty() && !other_has_closed()) {
    os::sleep_on_word_or_life(from.sleeps, 1, memory().lives[1 - side_], base::Deadline::never());
  }
  return true;
}

}  // namespace mp::managed
