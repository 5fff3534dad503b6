#include "mp/queue_core.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "base/os_error.h"
#include "mp/os/kill_point.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/tally.h"

namespace mp {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kLine = 64;  // what CPUs hand to each other at once

using os::rounded_up;

// A record's length stands before it, and it ends where the next may begin.
constexpr uint64_t kLengthSize = 8;
constexpr uint64_t room_for(uint64_t size) { return kLengthSize + rounded_up(size, kLengthSize); }

// Whether a ring in which nothing waits is too large to keep for records of this size.
constexpr bool is_oversized(uint64_t capacity, uint64_t size) {
  return capacity > std::max(QueueCore::kKeptRing, std::bit_ceil(8 * size));
}

// Bytes of a ring, by positions that only grow.
struct Circle {
  std::byte* data;
  uint64_t capacity;

  void write(uint64_t position, const void* from, uint64_t size) const {
    const uint64_t start = position % capacity, first = std::min(size, capacity - start);
    std::memcpy(data + start, from, first);
    if (first < size) std::memcpy(data, static_cast<const std::byte*>(from) + first, size - first);
  }
  void read(uint64_t position, void* to, uint64_t size) const {
    const uint64_t start = position % capacity, first = std::min(size, capacity - start);
    std::memcpy(to, data + start, first);
    if (first < size) std::memcpy(static_cast<std::byte*>(to) + first, data, size - first);
  }
};

}  // namespace

// Where a side is: in which ring, and at which of its positions.
struct QueueCore::Place {
  uint64_t ring;      // offset in the file
  uint64_t capacity;  // of the ring
  uint64_t position;
  uint64_t file_end;  // of the producers: what no ring takes yet
};

// One page of the file, and `capacity` bytes behind it.
struct QueueCore::Ring {
  static constexpr uint64_t kHeaderSize = kPage;
  static constexpr uint64_t kNoEnd = ~uint64_t{0};

  // Where the records of this ring end and `next` goes on. Written by a producer before the commit of the
  // first record there; read by a consumer that knows of a record and has come to this position.
  std::atomic<uint64_t> end{kNoEnd};
  uint64_t next = 0;
  uint64_t next_capacity = 0;

  // Up to here consumers have taken the bytes; it may lag behind for as long as nothing is got.
  alignas(kLine) std::atomic<uint64_t> taken{0};

  Circle circle(uint64_t capacity) {
    return {reinterpret_cast<std::byte*>(this) + kHeaderSize, capacity};
  }
};

struct QueueCore::Shared {
  uint32_t maxsize;

  // The producers' side. Under its mutex, places[n % 2] holds after n commits.
  alignas(2 * kLine) os::RobustMutex put_mutex;
  os::Tally put;
  uint64_t taken_seen = 0;  // a copy of the ring's `taken`, perhaps an old one
  uint32_t got_seen = 0;    // and of got.number()
  alignas(kLine) Place put_places[2] = {};

  // The consumers' side.
  alignas(2 * kLine) os::RobustMutex get_mutex;
  os::Tally got;
  uint32_t put_seen = 0;  // a copy of put.number(), perhaps an old one
  alignas(kLine) Place get_places[2] = {};

  // Who says what is done with.
  alignas(2 * kLine) os::RobustMutex done_mutex;
  os::Tally done;
};

QueueCore::QueueCore(uint32_t maxsize)
    : QueueCore(os::SharedFile::make(
          "mp-queue", rounded_up(sizeof(Shared), kPage) + Ring::kHeaderSize + kSmallestRing)) {
  new (shared_) Shared{.maxsize = maxsize};
  const uint64_t first = header_.size();
  const Place start = {.ring = first,
                       .capacity = kSmallestRing,
                       .position = 0,
                       .file_end = first + Ring::kHeaderSize + kSmallestRing};
  shared_->put_places[0] = shared_->get_places[0] = start;
  new (&ring(putting_, start.ring, start.capacity)) Ring;
}

QueueCore::QueueCore(os::SharedFile file)
    : file_(std::move(file)),
      header_(file_.view(0, rounded_up(sizeof(Shared), kPage))),
      shared_(reinterpret_cast<Shared*>(header_.data())) {}

QueueCore QueueCore::adopt(base::UniqueFd fd) {
  return QueueCore(os::SharedFile::adopt(std::move(fd)));
}

QueueCore::QueueCore(QueueCore&& other) noexcept
    : file_(std::move(other.file_)),
      header_(std::move(other.header_)),
      shared_(std::exchange(other.shared_, nullptr)),
      putting_(std::move(other.putting_)),
      getting_(std::move(other.getting_)),
      used_(other.used_.load()) {}
QueueCore::~QueueCore() = default;

void QueueCore::close_if_used() {
  if (!used_) return;
  // Nobody is at the file meanwhile.
  os::RobustLock put_side(shared_->put_mutex);
  os::RobustLock get_side(shared_->get_mutex);
  file_.close();
}

// Requires: the mutex of a side.
void QueueCore::check_open_and_note_use() {
  if (file_.fd() == -1) throw base::OsError(EBADF, "use a queue that was closed");
  if (!used_.load(std::memory_order_relaxed)) used_.store(true, std::memory_order_relaxed);
}

uint32_t QueueCore::maxsize() const { return shared_->maxsize; }

uint32_t QueueCore::size() const {
  // In this order, for the difference must not be negative.
  const uint32_t got = shared_->got.number();
  return os::Tally::distance(got, shared_->put.number());
}

uint64_t QueueCore::memory_in_use() const {
  struct stat now;
  base::check(::fstat(fd(), &now), "ask for the size of a queue");
  return static_cast<uint64_t>(now.st_blocks) * 512;
}

// The ring at `offset`, through this process's view of it.
QueueCore::Ring& QueueCore::ring(RingView& seen, uint64_t offset, uint64_t capacity) {
  if (seen.offset != offset || seen.view.size() != Ring::kHeaderSize + capacity) {
    seen.offset =
        0;  // a child that is forked in between must not take the old view for the new one
    std::atomic_signal_fence(std::memory_order_seq_cst);
    seen.view = file_.view(offset, Ring::kHeaderSize + capacity);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    seen.offset = offset;
  }
  return *reinterpret_cast<Ring*>(seen.view.data());
}

// ---------------------------------------------------------------- put

bool QueueCore::put(std::string_view record, base::Deadline deadline) {
  uint32_t got_so_far;
  while (try_put(record, &got_so_far) == Tried::kMustWait) {
    if (!shared_->got.wait_beyond(got_so_far, deadline)) return false;
  }
  return true;
}

QueueCore::Tried QueueCore::try_put(std::string_view record, uint32_t* got_so_far) {
  os::RobustLock hold(shared_->put_mutex);
  check_open_and_note_use();
  const uint32_t limit = shared_->maxsize != 0 ? shared_->maxsize : os::Tally::kModulus - 1;
  const uint32_t number = shared_->put.number();
  if (os::Tally::distance(shared_->got_seen, number) >= limit) {
    // Only now: to look at the other side's tally takes its line from it.
    shared_->got_seen = *got_so_far = shared_->got.number();
    MP_KILL_POINT();
    if (os::Tally::distance(*got_so_far, number) >= limit) return Tried::kMustWait;
  }
  append(record);
  return Tried::kDone;
}

// Requires: the put side's mutex.
void QueueCore::append(std::string_view record) {
  const uint32_t number = shared_->put.number();
  Place place = with_room_for(room_for(record.size()), shared_->put_places[number % 2]);
  const Circle circle = ring(putting_, place.ring, place.capacity).circle(place.capacity);
  const uint64_t length = record.size();
  MP_KILL_POINT();
  circle.write(place.position, &length, kLengthSize);
  MP_KILL_POINT();
  circle.write(place.position + kLengthSize, record.data(), record.size());
  MP_KILL_POINT();
  place.position += room_for(record.size());
  shared_->put_places[(number + 1) % 2] = place;
  MP_KILL_POINT();
  shared_->put.advance();
}

// `place`, or the beginning of a new ring if `size` bytes don't fit there.
QueueCore::Place QueueCore::with_room_for(uint64_t size, Place place) {
  Ring& here = ring(putting_, place.ring, place.capacity);
  const bool oversized = is_oversized(place.capacity, size) && empty();
  if (!oversized && place.position + size - shared_->taken_seen > place.capacity) {
    shared_->taken_seen = here.taken.load(std::memory_order_acquire);
    MP_KILL_POINT();
  }
  if (oversized || place.position + size - shared_->taken_seen > place.capacity)
    return next_ring(size, place);
  // One who died on the way to another ring may have written an end here.
  if (here.end.load(std::memory_order_relaxed) != Ring::kNoEnd) {
    here.end.store(Ring::kNoEnd, std::memory_order_relaxed);
    MP_KILL_POINT();
  }
  return place;
}

QueueCore::Place QueueCore::next_ring(uint64_t size, const Place& full) {
  const uint64_t grown = empty() ? kSmallestRing : std::min(2 * full.capacity, kLargestRing);
  const uint64_t capacity = std::max(grown, std::bit_ceil(2 * size));
  const Place next = {.ring = full.file_end,
                      .capacity = capacity,
                      .position = 0,
                      .file_end = full.file_end + Ring::kHeaderSize + capacity};
  file_.grow_to(next.file_end);
  RingView view;
  new (&ring(view, next.ring, capacity)) Ring;
  MP_KILL_POINT();
  Ring& here = ring(putting_, full.ring, full.capacity);
  here.next = next.ring;
  here.next_capacity = capacity;
  MP_KILL_POINT();
  here.end.store(full.position, std::memory_order_release);
  MP_KILL_POINT();
  // Of the new ring nothing has been taken; of the old one, if we don't get that far, less than the truth.
  shared_->taken_seen = 0;
  MP_KILL_POINT();
  putting_.offset = 0;
  putting_.view = std::move(view.view);
  putting_.offset = next.ring;
  return next;
}

// ---------------------------------------------------------------- get

bool QueueCore::get(std::string* record, base::Deadline deadline) {
  uint32_t put_so_far;
  while (try_get(record, &put_so_far) == Tried::kMustWait) {
    if (!shared_->put.wait_beyond(put_so_far, deadline)) return false;
  }
  return true;
}

QueueCore::Tried QueueCore::try_get(std::string* record, uint32_t* put_so_far) {
  os::RobustLock hold(shared_->get_mutex);
  check_open_and_note_use();
  const uint32_t number = shared_->got.number();
  if (shared_->put_seen == number) {
    shared_->put_seen = shared_->put.number();
    MP_KILL_POINT();
    *put_so_far = shared_->put_seen;
    if (shared_->put_seen == number) return Tried::kMustWait;
  }
  Place place = shared_->get_places[number % 2];
  const uint64_t first_ring = place.ring;
  Ring* here = &ring(getting_, place.ring, place.capacity);
  while (here->end.load(std::memory_order_acquire) == place.position) {
    place = {.ring = here->next, .capacity = here->next_capacity, .position = 0, .file_end = 0};
    here = &ring(getting_, place.ring, place.capacity);
  }
  const Circle circle = here->circle(place.capacity);
  uint64_t length;
  circle.read(place.position, &length, kLengthSize);
  record->resize(length);
  circle.read(place.position + kLengthSize, record->data(), length);
  MP_KILL_POINT();
  place.position += room_for(length);
  shared_->get_places[(number + 1) % 2] = place;
  MP_KILL_POINT();
  shared_->got.advance();
  here->taken.store(place.position, std::memory_order_release);
  MP_KILL_POINT();
  if (place.ring != first_ring || hold.owner_died()) leave_rings_before(place.ring);
  if (is_oversized(place.capacity, room_for(length))) give_back_if_empty(place);
  return Tried::kDone;
}

// ---------------------------------------------------------------- task_done

bool QueueCore::task_done() {
  os::RobustLock hold(shared_->done_mutex);
  MP_KILL_POINT();
  if (shared_->done.number() == shared_->put.number()) return false;
  shared_->done.advance();
  return true;
}

bool QueueCore::join(base::Deadline deadline) {
  while (true) {
    // In this order: what is put meanwhile is waited for, too.
    const uint32_t done = shared_->done.number();
    if (done == shared_->put.number()) return true;
    if (!shared_->done.wait_beyond(done, deadline)) return false;
  }
}

// ---------------------------------------------------------------- memory

// Rings follow each other in the file, so what lies before the consumers' ring is done with.
void QueueCore::leave_rings_before(uint64_t offset) {
  const uint64_t first = header_.size();
  if (offset > first) file_.give_back(first, offset - first);
}

// Requires: the get side's mutex, and consumers at `place`. A producer that is at it makes use of the ring.
void QueueCore::give_back_if_empty(const Place& place) {
  if (!empty() || shared_->put_mutex.try_lock() == os::Locked::kNot) return;
  MP_KILL_POINT();
  if (empty()) file_.give_back(place.ring + Ring::kHeaderSize, place.capacity);
  MP_KILL_POINT();
  shared_->put_mutex.unlock();
}

}  // namespace mp
