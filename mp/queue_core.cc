#include "mp/queue_core.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>
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

// For so many there is room at once when several are got.
constexpr size_t kUsualBatch = 64;

// A record's length stands before it, and it ends where the next may begin.
constexpr uint64_t kLengthSize = 8;
constexpr uint64_t room_for(uint64_t size) { return kLengthSize + rounded_up(size, kLengthSize); }

// So much is put or got under one lock, and committed at once; others want their turn.
constexpr uint64_t kMostBytesAtOnce = 1 << 20;

// Whether a ring in which nothing waits is too large to keep for records of this size.
constexpr bool is_oversized(uint64_t capacity, uint64_t size) {
  return capacity > std::max(QueueCore::kKeptRing, std::bit_ceil(8 * size));
}

// Whether the next record, which is often as long as the one before, is asked for ahead: of smaller ones little is to be
// won, and the lines of larger ones the CPU asks for by itself.
constexpr bool is_worth_asking_for(uint64_t size) { return size >= 4 * kLine && size <= kPage; }

// Bytes of a ring, by positions that only grow.
struct Circle {
  std::byte* data;
  uint64_t capacity;  // a power of two, as every ring's

  uint64_t index(uint64_t position) const { return position & (capacity - 1); }

  // A record's length, which ends where the ring does or before.
  void write_length(uint64_t position, uint64_t length) const {
    std::memcpy(data + index(position), &length, kLengthSize);
  }
  uint64_t read_length(uint64_t position) const {
    uint64_t length;
    std::memcpy(&length, data + index(position), kLengthSize);
    return length;
  }

  void write(uint64_t position, std::string_view from) const {
    if (from.size() == kLengthSize) {  // a number, as often; it ends where the ring does or before
      std::memcpy(data + index(position), from.data(), kLengthSize);
      return;
    }
    const uint64_t start = index(position), first = std::min(from.size(), capacity - start);
    std::memcpy(data + start, from.data(), first);
    if (first < from.size()) std::memcpy(data, from.data() + first, from.size() - first);
  }
  // Requires: size <= capacity
  void read(void* to, uint64_t position, uint64_t size) const {
    if (size == kLengthSize) {
      std::memcpy(to, data + index(position), kLengthSize);
      return;
    }
    const uint64_t start = index(position), first = std::min(size, capacity - start);
    std::memcpy(to, data + start, first);
    if (first < size) std::memcpy(static_cast<std::byte*>(to) + first, data, size - first);
  }
  // Asks for the lines at which the other side was last, so that they come while something else is done.
  // Not for writing: CPUs wait for that.
  void ask_for(uint64_t position, uint64_t size) const {
    for (uint64_t line = 0; line < size; line += kLine)
      __builtin_prefetch(data + index(position + line));
  }
  // Writes each byte once, where resize() would fill with zeros first.
  void append_to(std::string* to, uint64_t position, uint64_t size) const {
    const uint64_t start = index(position), first = std::min(size, capacity - start);
    if (first < size) to->reserve(to->size() + size);
    to->append(reinterpret_cast<const char*>(data + start), first);
    if (first < size) to->append(reinterpret_cast<const char*>(data), size - first);
  }
};

// A record that lies in a ring.
struct Lying {
  const Circle& circle;
  uint64_t position;
  uint64_t size;

  void append_to(std::string* bytes) const { circle.append_to(bytes, position, size); }
  void copy_to(std::span<std::byte> bytes) const {
    circle.read(bytes.data(), position, std::min(size, bytes.size()));
  }
};

// Returns how many bytes of the ring the record takes.
template <class Take>
uint64_t take_record(const Circle& circle, uint64_t position, Take take) {
  const uint64_t length = circle.read_length(position);
  take(Lying{circle, position + kLengthSize, length});
  return room_for(length);
}

}  // namespace

// Where a side is: in which ring, and at which of its positions, after so many records.
struct QueueCore::Place {
  uint64_t ring;      // offset in the file
  uint64_t capacity;  // of the ring
  uint64_t position;
  uint32_t number;

  // Behind one record more.
  void move_by(uint64_t size) {
    position += size;
    number = (number + 1) % os::Tally::kModulus;
  }
};

// The place of a side: the copy that bears the number of its last commit. Used under its mutex.
struct QueueCore::Places {
  Place copies[2] = {};

  const Place& after(uint32_t number) const { return copies[index_of(number)]; }
  // Becomes valid with the commit.
  void prepare(uint32_t number, const Place& next) {
    Place& copy = copies[1 - index_of(number)];
    // Member by member: all at once they would be read in another size than they were just written in, which CPUs wait for.
    copy.ring = next.ring;
    MP_KILL_POINT();
    copy.capacity = next.capacity;
    copy.position = next.position;
    copy.number = next.number;
  }

 private:
  int index_of(uint32_t number) const { return copies[0].number == number ? 0 : 1; }
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
  alignas(2 * kLine) std::atomic<uint64_t> taken{0};

  Circle circle(uint64_t capacity) {
    return {reinterpret_cast<std::byte*>(this) + kHeaderSize, capacity};
  }
};

// Each tally has lines of its own: who waits for it looks at it again and again, and would take from the other side
// whatever stands beside it.
struct QueueCore::Shared {
  uint32_t maxsize;

  // The producers' side.
  alignas(2 * kLine) os::RobustMutex put_mutex;
  uint64_t taken_seen = 0;  // a copy of the ring's `taken`, perhaps an old one
  uint32_t got_seen = 0;    // and of got.number()
  alignas(kLine) Places put_places;
  alignas(2 * kLine) os::Tally put;

  // The consumers' side.
  alignas(2 * kLine) os::RobustMutex get_mutex;
  uint32_t put_seen = 0;  // a copy of put.number(), perhaps an old one
  alignas(kLine) Places get_places;
  alignas(2 * kLine) os::Tally got;

  // Who says what is done with.
  alignas(2 * kLine) os::RobustMutex done_mutex;
  os::Tally done;
};

QueueCore::QueueCore(uint32_t maxsize)
    : QueueCore(os::SharedFile::make(
          "mp-queue", rounded_up(sizeof(Shared), kPage) + Ring::kHeaderSize + kSmallestRing)) {
  new (shared_) Shared{.maxsize = maxsize};
  const uint64_t first = header_.size();
  const Place start = {.ring = first, .capacity = kSmallestRing, .position = 0, .number = 0};
  shared_->put_places.copies[0] = shared_->get_places.copies[0] = start;
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

bool QueueCore::look_out() const {
  const uint32_t got = shared_->got.number();
  // Records that others take meanwhile are worth a look, too.
  return shared_->put.number() != got || shared_->put.spin_beyond(got);
}

uint32_t QueueCore::taken() const { return shared_->got.number(); }

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
inline QueueCore::Ring& QueueCore::ring(RingView& seen, uint64_t offset, uint64_t capacity) {
  if (seen.offset != offset || seen.view.size() != Ring::kHeaderSize + capacity) [[unlikely]]
    look_at(seen, offset, capacity);
  return *reinterpret_cast<Ring*>(seen.view.data());
}

[[gnu::noinline]] void QueueCore::look_at(RingView& seen, uint64_t offset, uint64_t capacity) {
  seen.offset = 0;  // a child that is forked in between must not take the old view for the new one
  std::atomic_signal_fence(std::memory_order_seq_cst);
  seen.view = file_.view(offset, Ring::kHeaderSize + capacity);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  seen.offset = offset;
}

// ---------------------------------------------------------------- put

// To the beginning of a new ring, if `size` bytes don't fit at `place`.
inline void QueueCore::move_to_room_for(uint64_t size, Place& place) {
  const Ring& here = ring(putting_, place.ring, place.capacity);
  const bool fits = place.position + size - shared_->taken_seen <= place.capacity;
  if (!fits || place.capacity > kKeptRing ||
      here.end.load(std::memory_order_relaxed) != Ring::kNoEnd) [[unlikely]]
    look_for_room_for(size, place);
}

// Writes a record at `place`, or in a new ring, and moves on behind it. Requires: the put side's mutex.
[[gnu::always_inline]] inline void QueueCore::append(std::string_view record, Place& place) {
  move_to_room_for(room_for(record.size()), place);
  const Circle circle = ring(putting_, place.ring, place.capacity).circle(place.capacity);
  MP_KILL_POINT();
  circle.ask_for(place.position + 4 * kLine, kLine);
  circle.write_length(place.position, record.size());
  MP_KILL_POINT();
  circle.write(place.position + kLengthSize, record);
  MP_KILL_POINT();
  place.move_by(room_for(record.size()));
  if (is_worth_asking_for(record.size())) circle.ask_for(place.position, record.size());
}

// How many there was room for.
[[gnu::always_inline]] inline size_t QueueCore::try_put(std::span<const std::string_view> records,
                                                        uint32_t* got_so_far) {
  os::RobustLock hold(shared_->put_mutex);
  check_open_and_note_use();
  const size_t limit = shared_->maxsize != 0 ? shared_->maxsize : os::Tally::kModulus - 1;
  const size_t wanted = std::min<size_t>(records.size(), os::Tally::kMostAtOnce);
  const uint32_t number = shared_->put.number();
  size_t room = limit - os::Tally::distance(shared_->got_seen, number);
  if (room < wanted) {
    // Only now: to look at the other side's tally takes its line from it.
    looking_at_got_.before_look();
    shared_->got_seen = *got_so_far = shared_->got.number();
    MP_KILL_POINT();
    room = limit - os::Tally::distance(*got_so_far, number);
    looking_at_got_.found(room);
    if (room == 0) return 0;
  }
  Place place = shared_->put_places.after(number);
  uint64_t bytes = 0;
  for (std::string_view record : records.first(std::min(wanted, room))) {
    if (bytes >= kMostBytesAtOnce) break;
    append(record, place);
    bytes += record.size();
  }
  const uint32_t more = os::Tally::distance(number, place.number);
  shared_->put_places.prepare(number, place);
  MP_KILL_POINT();
  shared_->put.advance(more);
  return more;
}

bool QueueCore::put(std::string_view record, base::Deadline deadline) {
  uint32_t got_so_far = 0;
  while (try_put(std::span(&record, 1), &got_so_far) == 0) {
    if (!shared_->got.wait_beyond(got_so_far, deadline)) return false;
  }
  return true;
}

size_t QueueCore::put_many(std::span<const std::string_view> records, base::Deadline deadline) {
  size_t put = 0;
  while (put < records.size()) {
    uint32_t got_so_far = 0;
    const size_t more = try_put(records.subspan(put), &got_so_far);
    put += more;
    if (more == 0 && !shared_->got.wait_beyond(got_so_far, deadline)) break;
  }
  return put;
}

// Neither records that were put, nor those that will be with the next commit.
bool QueueCore::nothing_waits_before(const Place& place) const {
  return place.number == shared_->put.number() && empty();
}

[[gnu::noinline]] void QueueCore::look_for_room_for(uint64_t size, Place& place) {
  Ring& here = ring(putting_, place.ring, place.capacity);
  const bool oversized = is_oversized(place.capacity, size) && nothing_waits_before(place);
  if (!oversized && place.position + size - shared_->taken_seen > place.capacity) {
    shared_->taken_seen = here.taken.load(std::memory_order_acquire);
    MP_KILL_POINT();
  }
  if (oversized || place.position + size - shared_->taken_seen > place.capacity) {
    place = next_ring(size, place);
    return;
  }
  // One who died on the way to another ring may have written an end here.
  if (here.end.load(std::memory_order_relaxed) != Ring::kNoEnd) {
    here.end.store(Ring::kNoEnd, std::memory_order_relaxed);
    MP_KILL_POINT();
  }
}

QueueCore::Place QueueCore::next_ring(uint64_t size, const Place& full) {
  const uint64_t grown =
      nothing_waits_before(full) ? kSmallestRing : std::min(2 * full.capacity, kLargestRing);
  const uint64_t capacity = std::max(grown, std::bit_ceil(2 * size));
  const Place next = {.ring = full.ring + Ring::kHeaderSize + full.capacity,
                      .capacity = capacity,
                      .position = 0,
                      .number = full.number};
  file_.grow_to(next.ring + Ring::kHeaderSize + capacity);
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

// To where the record is that follows on `place`: in this ring. Requires: there is one.
inline QueueCore::Ring& QueueCore::follow_rings(Place& place) {
  while (true) {
    Ring& here = ring(getting_, place.ring, place.capacity);
    if (here.end.load(std::memory_order_acquire) != place.position) return here;
    place = {
        .ring = here.next, .capacity = here.next_capacity, .position = 0, .number = place.number};
  }
}

// Takes records, each of which `take` sees where it lies.
template <class Take>
[[gnu::always_inline]] inline QueueCore::Tried QueueCore::try_get(size_t most, Take take,
                                                                  uint32_t* put_so_far) {
  os::RobustLock hold(shared_->get_mutex);
  check_open_and_note_use();
  const uint32_t number = shared_->got.number();
  most = std::min<size_t>(most, os::Tally::kMostAtOnce);
  if (os::Tally::distance(number, shared_->put_seen) < most) {
    looking_at_put_.before_look();
    shared_->put_seen = *put_so_far = shared_->put.number();
    MP_KILL_POINT();
    looking_at_put_.found(os::Tally::distance(number, *put_so_far));
    if (*put_so_far == number) return Tried::kMustWait;
  }
  most = std::min<size_t>(most, os::Tally::distance(number, shared_->put_seen));
  Place place = shared_->get_places.after(number);
  const uint64_t first_ring = place.ring;
  uint64_t bytes = 0, largest = 0;
  for (size_t i = 0; i < most && bytes < kMostBytesAtOnce; ++i) {
    const Circle circle = follow_rings(place).circle(place.capacity);
    const uint64_t size = take_record(circle, place.position, take);
    MP_KILL_POINT();
    place.move_by(size);
    if (is_worth_asking_for(size)) circle.ask_for(place.position, size);
    bytes += size;
    largest = std::max(largest, size);
  }
  shared_->get_places.prepare(number, place);
  MP_KILL_POINT();
  shared_->got.advance(os::Tally::distance(number, place.number));
  ring(getting_, place.ring, place.capacity).taken.store(place.position, std::memory_order_release);
  MP_KILL_POINT();
  if (place.ring != first_ring || hold.owner_died()) leave_rings_before(place.ring);
  if (is_oversized(place.capacity, largest)) give_back_if_empty(place);
  return place.number == shared_->put_seen ? Tried::kAll : Tried::kSome;
}

template <class Take>
inline bool QueueCore::get_one(base::Deadline deadline, Take take) {
  uint32_t put_so_far = 0;
  while (try_get(1, take, &put_so_far) == Tried::kMustWait) {
    if (!shared_->put.wait_beyond(put_so_far, deadline)) return false;
  }
  return true;
}

bool QueueCore::get(std::string* record, base::Deadline deadline) {
  return get_one(deadline, [record](const auto& lying) {
    record->clear();
    lying.append_to(record);
  });
}

bool QueueCore::get(std::span<std::byte> record, size_t* size, base::Deadline deadline) {
  return get_one(deadline, [record, size](const auto& lying) {
    *size = lying.size;
    lying.copy_to(record);
  });
}

bool QueueCore::get(std::string* record, const std::function<void(uint32_t)>& claim,
                    base::Deadline deadline) {
  return get_one(deadline, [&](const auto& lying) {
    record->clear();
    lying.append_to(record);
    claim(shared_->got.number());
    MP_KILL_POINT();
  });
}

bool QueueCore::get_many(Records* records, size_t most, base::Deadline deadline) {
  const size_t before = records->size();
  records->reserve(std::min<size_t>(most, kUsualBatch));
  auto take = [records](const auto& lying) {
    records->add_written([&lying](std::string* bytes) { lying.append_to(bytes); });
  };
  while (true) {
    uint32_t put_so_far = 0;
    const size_t got = records->size() - before;
    const Tried tried = try_get(most - got, take, &put_so_far);
    if (tried == Tried::kAll || records->size() - before == most) return true;
    if (tried == Tried::kSome) continue;
    if (got > 0) return true;
    if (!shared_->put.wait_beyond(put_so_far, deadline)) return false;
  }
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
