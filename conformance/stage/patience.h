// How long the stage waits for what must happen, and for what must not. The only such numbers there
// are.
//
// None of them decides a verdict while a proof can: a blocked call is proved blocked in
// milliseconds. They bound what a proof cannot reach: a testee that polls, burns CPU, or never
// starts.
#ifndef CONFORMANCE_STAGE_PATIENCE_H_
#define CONFORMANCE_STAGE_PATIENCE_H_

#include <chrono>

namespace conformance::patience {

// All of these are multiplied by it. Requires: > 0, set before the first claim runs (--time_scale).
void set_scale(double scale);

// What must happen has this long: connecting, answering, ending.
std::chrono::nanoseconds must_happen();

// A call in a tree that polls, and so can't be proved blocked, is presumed blocked after this.
std::chrono::nanoseconds quiet();

// A wait that was given a timeout has ended this long after it, on the most crowded machine.
std::chrono::nanoseconds slack();

// How much earlier than its timeout a wait may end. Timed waits of the kernel and of the C library
// count on different clocks (CLOCK_REALTIME is slewed) and in different units (poll(2) in
// milliseconds).
inline constexpr std::chrono::nanoseconds kClockGrain = std::chrono::milliseconds(1);

}  // namespace conformance::patience

#endif  // CONFORMANCE_STAGE_PATIENCE_H_
