// How the handler of a signal ends a wait.
//
// Every wait of mp goes on when a signal has interrupted it. Before it does so it calls the function that was set here,
// with no lock held; what that throws leaves the wait, and nothing has been taken or put.
//
//   volatile sig_atomic_t interrupted = 0;               // set by the handler of SIGINT
//   mp::set_interrupt_check([] {
//     if (interrupted) throw Interrupted();
//   });
//
// Processes: a forked child has it as well. Threads: any; a signal interrupts one of them.
#ifndef MP_INTERRUPT_H_
#define MP_INTERRUPT_H_

#include "mp/os/futex.h"

namespace mp {

// Null, as it is at first: no signal ends a wait.
using os::set_interrupt_check;

}  // namespace mp

#endif  // MP_INTERRUPT_H_
