// Proves that nothing in the testee can ever move again until the runner speaks.
//
// The testee's tree is a closed world: its only outside stimulus is the runner. So if every thread
// of every process in it sleeps in a system call without a timeout, and none has run between two
// readings, then no thread is left that could wake another. No time window is involved: a proof
// holds for ever, and takes about a millisecond.
//
//   1. read each thread's state and run counters: all asleep, or stopped by a signal;
//   2. read each sleeper's system call: all wait without a timeout;
//   3. ask the kernel whether TCP has something on its way (tcp_motion.h);
//   4. read states and counters again: nothing has changed, so all of 1 to 4 describes one moment.
//
// The caller must look for messages of the testee after the proof and before believing it: a reply
// can be on its way to us while its sender sleeps already, and a sender of a long one sleeps until
// we have read a part of it. So a part of a message, too, means that the tree can move.
//
// A thread that is known to look at a clock now and then, and to do nothing for others when it does
// (a heartbeat: the adapter says so, PROTOCOL.md section 13), counts as asleep for good while it
// waits.
//
// Limits: the proof assumes that no timer signal, timerfd, io_uring or outside process wakes the
// tree, and that it has no receive timeout set on a socket. What polls is never proved still:
// prove() says who moves.
#ifndef CONFORMANCE_STAGE_STILLNESS_H_
#define CONFORMANCE_STAGE_STILLNESS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>

namespace conformance {

// The parts of the proof, so that a self-test can leave one out and see a false proof.
struct Guards {
  bool timeouts = true;             // a wait with a timeout is no proof
  bool whole_tree = true;           // every process counts, not only the testee's first
  bool kernel = true;               // what TCP delivers later, by itself
  bool second_reading = true;       // nothing ran in between
  std::set<pid_t> heartbeats = {};  // threads whose timed waits are no sign of life
};

struct Stillness {
  bool proved;
  std::string why;  // proved: who waits where; else: who can still move
};

// Looks at all descendants of this process. `main` is the testee's first process.
Stillness prove_stillness(pid_t main, const Guards& guards = {});

// Whether a line of /proc/PID/task/TID/syscall shows a wait that only another thread can end.
bool waits_without_timeout(std::string_view syscall_line);

// Whether this kernel lets us read what a proof needs, of our own children.
bool proofs_are_possible();

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_STILLNESS_H_
