// The event under Event: a flag in shared memory that processes wait for.
//
// set() releases everybody who waits at that moment, even if clear() follows at once. A process that is killed
// in wait(), set() or clear() hinders nobody: the flag is set and everybody told, or neither.
//
// Processes: any that map it. Threads: any. Lifetime: constructed once, in place.
//
//   EventCore event;
//   event.set();
//   event.wait(deadline);  // true
#ifndef MP_EVENT_CORE_H_
#define MP_EVENT_CORE_H_

#include <cstdint>

#include "base/deadline.h"
#include "mp/os/futex.h"
#include "mp/os/robust_mutex.h"
#include "mp/os/spin.h"

namespace mp {

class EventCore {
 public:
  EventCore() = default;
  EventCore(const EventCore&) = delete;
  EventCore& operator=(const EventCore&) = delete;

  // Then: what was written before is visible to whoever returns from wait() or sees is_set().
  void set();
  void clear();
  bool is_set() const { return is_set(word_.load(std::memory_order_acquire)); }

  // Waits until the event is set. False: it was never set until the deadline.
  bool wait(base::Deadline deadline);

 private:
  // The word, from the right: whether somebody sleeps, whether it is set, how often it has been set (2^30).
  static constexpr uint32_t kSleepers = 1, kSet = 2, kOnce = 4;
  static constexpr bool is_set(uint32_t word) { return (word & kSet) != 0; }

  os::Word word_{0};
  os::SpinHint setter_;
  os::RobustMutex waking_;  // who sets it while somebody sleeps
};

}  // namespace mp

#endif  // MP_EVENT_CORE_H_
