// Letting another thread of this CPU run, where that is cheaper than to sleep until it wakes us.
//
// If the one who makes happen what is waited for needs this very CPU (SpinHint::is_in_vain), a yield lets him run, and
// comes back when he waits in his turn: half of what a sleep and a wake-up cost. But if a third one computes there, it
// gives him all of a turn, a thousand times as long, whereas a sleeper who is woken goes before him. So each yield is
// timed, and one that took long is followed by so many waits without that its time, divided among them, is not felt.
//
// Threads: one at a time.
//
//   if (hint.is_in_vain()) yield.yield();
//   if (word.load() != 1) ...              // not yet: sleep
#ifndef MP_OS_THRIFTY_YIELD_H_
#define MP_OS_THRIFTY_YIELD_H_

#include <sched.h>

#include <chrono>
#include <cstdint>

#include "base/deadline.h"

namespace mp::os {

class ThriftyYield {
 public:
  // Much longer than a switch to another thread and back, and much shorter than a turn.
  static constexpr std::chrono::microseconds kLong{50};
  // Of a wait.
  static constexpr std::chrono::nanoseconds kNotFelt{100};

  void yield() {
    if (!is_due()) return;
    const auto began = base::monotonic_now();
    ::sched_yield();
    took(base::monotonic_now() - began);
  }

  // What it consists of. False: this wait is one without.
  bool is_due() {
    if (without_ == 0) return true;
    --without_;
    return false;
  }
  void took(std::chrono::nanoseconds time) { without_ = time > kLong ? time / kNotFelt : 0; }

 private:
  int64_t without_ = 0;  // so many waits to come
};

}  // namespace mp::os

#endif  // MP_OS_THRIFTY_YIELD_H_
