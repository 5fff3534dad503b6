// One thread after the other, and a wait for one's turn that a signal's handler can end.
//
// Threads: any. Processes: a forked child has turns of its own; that of a thread which it does not have is free.
//
//   InTurn in_turn(&sending);  // until the end of the block
#ifndef MP_OS_TURN_H_
#define MP_OS_TURN_H_

#include "base/deadline.h"
#include "mp/os/futex.h"

namespace mp::os {

class Turn {
 public:
  // False: not until the deadline. Signals' handlers may end the wait (set_interrupt_check()).
  bool take(base::Deadline deadline);
  void give_back();

 private:
  // 0: free; else twice the process of whose threads one has the turn, and 1 more if others may sleep.
  Word word_{0};
};

class InTurn {
 public:
  explicit InTurn(Turn* turn, base::Deadline deadline = base::Deadline::never())
      : turn_(*turn), taken_(turn->take(deadline)) {}
  InTurn(const InTurn&) = delete;
  InTurn& operator=(const InTurn&) = delete;
  ~InTurn() {
    if (taken_) turn_.give_back();
  }

  // False: the deadline has passed.
  explicit operator bool() const { return taken_; }

 private:
  Turn& turn_;
  const bool taken_;
};

}  // namespace mp::os

#endif  // MP_OS_TURN_H_
