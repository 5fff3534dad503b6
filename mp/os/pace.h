// How often to look at what another process does one after the other.
//
// A look takes the line of memory from the one who writes there, which costs both sides more than to hand over
// something small. Two sides that are about as fast would pay that for each thing, for the one who looks always finds just
// one or two more. So who has found few several times in a row lets a moment pass before each look, for as long as there
// is more than one thing then.
//
// Of a question and its answer nobody is kept waiting: who looks for them finds nothing first.
//
// Processes: each has its own. Threads: one at a time. Lifetime: trivially destroyed.
//
//   if (known == used) {
//     pace.before_look();
//     known = tally.number();
//     pace.found(known - used);
//   }
#ifndef MP_OS_PACE_H_
#define MP_OS_PACE_H_

#include <algorithm>
#include <cstddef>

#include "mp/os/futex.h"

namespace mp::os {

class Pace {
 public:
  void before_look() const {
    if (!is_slow()) return;
    for (int i = 0; i < kPauses; ++i) relax();
  }
  void found(size_t things) {
    const bool goes_on = is_slow() ? things > 1 : things > 0 && things <= kFew;
    times_few_ = goes_on ? std::min(times_few_ + 1, kInARow) : 0;
  }

  // Whether a look is preceded by a moment's wait.
  bool is_slow() const { return times_few_ == kInARow; }

  static constexpr size_t kFew = 4;
  static constexpr int kInARow = 4;

 private:
  // A few hundred nanoseconds. What finds one thing at each look, and needs no wait, loses a fifth of that each time.
  static constexpr int kPauses = 16;

  int times_few_ = 0;
};

}  // namespace mp::os

#endif  // MP_OS_PACE_H_
