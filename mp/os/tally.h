// A number in shared memory that only grows, and that processes wait for.
//
// advance() publishes: what the caller wrote before is seen by everybody who sees the new number. It is the
// one commit point of whatever is counted, and wakes those who wait in the same act: a process that is killed
// on the way has published and woken, or neither. So a structure whose whole state follows from its tallies
// has nothing to repair when a process dies.
//
// Processes: any that map it. Threads: any; advance() by one of them at a time (under a RobustMutex).
// Lifetime: constructed once, in place; trivially destroyed.
//
//   RobustLock hold(mutex);            // the producer
//   slot[made.number() % 2] = item;
//   made.advance();                    // or advance(3), if three were made
//
//   uint32_t seen = made.number();     // a consumer
//   if (!made.wait_beyond(seen, deadline)) throw Empty();
#ifndef MP_OS_TALLY_H_
#define MP_OS_TALLY_H_

#include <cstdint>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"
#include "mp/os/spin.h"

namespace mp::os {

class Tally {
 public:
  // Numbers wrap around here: 2^31. Only differences and equality mean anything.
  static constexpr uint32_t kModulus = uint32_t{1} << 31;
  // How far `later` is ahead of `earlier`.
  static constexpr uint32_t distance(uint32_t earlier, uint32_t later) {
    return (later - earlier) % kModulus;
  }

  Tally() = default;
  explicit Tally(uint32_t first) : word_(first * 2) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  // Then: all that was written before the advance() to this number is visible.
  uint32_t number() const { return word_.load(std::memory_order_acquire) / 2; }

  // Requires: 1 <= by <= kMostAtOnce, which is what the kernel adds to a word in one act.
  static constexpr uint32_t kMostAtOnce = 1024;
  void advance(uint32_t by = 1);

  // Looks for a while whether the number is another than `seen`. False: it is time to sleep.
  bool spin_beyond(uint32_t seen) const {
    return last_.spin_until([&] { return number() != seen; });
  }
  // Waits until the number is another than `seen`: spins while whoever advanced it last runs on another CPU,
  // then sleeps. False: the deadline passed first.
  bool wait_beyond(uint32_t seen, base::Deadline deadline);

 private:
  Word word_{0};   // twice the number, and 1 if somebody sleeps
  SpinHint last_;  // of who advanced it
};

inline void Tally::advance(uint32_t by) {
  last_.leave();
  MP_KILL_POINT();
  uint32_t word = word_.load(std::memory_order_relaxed);
  // Nobody sleeps: twice as many more. Somebody does: one less counts as much and clears the mark of the sleepers.
  if (word % 2 == 1 ||
      !word_.compare_exchange_strong(word, word + 2 * by, std::memory_order_release)) {
    add_and_wake_all(word_, 2 * by - 1);
  }
  MP_KILL_POINT();
}

}  // namespace mp::os

#endif  // MP_OS_TALLY_H_
