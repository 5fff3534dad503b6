#include "mp/os/tally.h"

#include "mp/os/kill_point.h"

namespace mp::os {

bool Tally::wait_beyond(uint32_t seen, base::Deadline deadline) {
  if (deadline.passed()) return number() != seen;
  if (spin_beyond(seen)) return true;
  while (true) {
    uint32_t word = word_.load(std::memory_order_acquire);
    if (word / 2 != seen) return true;
    if (word % 2 == 0 && !word_.compare_exchange_strong(word, word + 1)) continue;
    MP_KILL_POINT();
    if (!sleep_on(word_, seen * 2 + 1, deadline)) return number() != seen;
  }
}

}  // namespace mp::os
