#include "mp/os/turn.h"

#include <unistd.h>

namespace mp::os {

bool Turn::take(base::Deadline deadline) {
  const uint32_t mine = static_cast<uint32_t>(::getpid()) * 2, with_sleepers = mine + 1;
  uint32_t state = 0;
  if (word_.compare_exchange_strong(state, mine)) return true;
  while (true) {
    if (state / 2 != mine / 2) {  // free, or of the process that this one was forked from
      if (word_.compare_exchange_strong(state, with_sleepers)) return true;
      continue;
    }
    if (state == mine && !word_.compare_exchange_strong(state, with_sleepers)) continue;
    if (!sleep_on(word_, with_sleepers, deadline)) return false;
    state = word_.load();
  }
}

void Turn::give_back() {
  if (word_.exchange(0) % 2 == 1) wake_all(word_);
}

}  // namespace mp::os
