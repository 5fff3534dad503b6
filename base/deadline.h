#ifndef BASE_DEADLINE_H_
#define BASE_DEADLINE_H_

#include <time.h>

#include <chrono>

namespace base {

// A point on the steady clock by which something must have happened, or never.
//
// A function that waits in several steps takes a Deadline, not a timeout: the steps share it.
// A value; any thread may read it.
//
//   const Deadline deadline = Deadline::after(std::chrono::seconds(5));
//   while (!deadline.passed()) ::poll(&fd, 1, deadline.poll_timeout());
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  // A negative duration has passed at once; one of more than a century is never().
  template <class Rep, class Period>
  static Deadline after(std::chrono::duration<Rep, Period> duration);
  static Deadline never() { return Deadline(Clock::time_point::max()); }

  bool passed() const;
  bool is_never() const { return when_ == Clock::time_point::max(); }

  // Zero once passed; the longest duration there is for never().
  std::chrono::nanoseconds remaining() const;

  // remaining() for poll(2): whole milliseconds, rounded up so that 0 means passed. -1 for never(),
  // the largest int if int cannot hold it: loop until passed().
  int poll_timeout() const;

  // The moment itself, for calls that want one of CLOCK_MONOTONIC. Requires: not never().
  timespec absolute() const;

  friend Deadline earlier(Deadline a, Deadline b);

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}

  Clock::time_point when_;
};

Deadline earlier(Deadline a, Deadline b);

// The time on that clock (Linux: CLOCK_MONOTONIC), for stamps that another process compares.
std::chrono::nanoseconds monotonic_now();

template <class Rep, class Period>
Deadline Deadline::after(std::chrono::duration<Rep, Period> duration) {
  // Compared as doubles, which hold every duration; converted only where it cannot overflow.
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds kCentury = std::chrono::years(100);
  if (Seconds(duration) > kCentury) return never();
  if (!(Seconds(duration) > Seconds::zero())) return Deadline(Clock::now());
  return Deadline(Clock::now() + std::chrono::ceil<Clock::duration>(duration));
}

}  // namespace base

#endif  // BASE_DEADLINE_H_
