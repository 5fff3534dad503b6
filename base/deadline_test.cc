#include "base/deadline.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <limits>

namespace base {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr auto kLong = 10h;  // No test takes as long.

TEST(Deadline, Example) {
  pollfd fd = {.fd = -1, .events = POLLIN, .revents = 0};
  const Deadline deadline = Deadline::after(std::chrono::milliseconds(5));
  while (!deadline.passed()) ::poll(&fd, 1, deadline.poll_timeout());
}

TEST(Deadline, PassesNoEarlierThanItsDuration) {
  const auto start = Deadline::Clock::now();
  const Deadline deadline = Deadline::after(2ms);
  while (!deadline.passed()) continue;
  EXPECT_GE(Deadline::Clock::now() - start, 2ms);
}

TEST(Deadline, HasNotPassedWhileTimeRemains) {
  const Deadline deadline = Deadline::after(kLong);
  EXPECT_FALSE(deadline.passed());
  EXPECT_GT(deadline.remaining(), 0ns);
  EXPECT_LE(deadline.remaining(), kLong);
}

TEST(Deadline, HasNothingRemainingOncePassed) {
  const Deadline deadline = Deadline::after(0s);
  EXPECT_TRUE(deadline.passed());
  EXPECT_EQ(deadline.remaining(), 0ns);
  EXPECT_EQ(deadline.poll_timeout(), 0);
}

TEST(Deadline, OfANegativeDurationHasPassed) {
  EXPECT_TRUE(Deadline::after(-1s).passed());
  EXPECT_EQ(Deadline::after(-1s).remaining(), 0ns);
  EXPECT_TRUE(Deadline::after(std::chrono::hours::min()).passed());
}

TEST(Deadline, NeverPasses) {
  EXPECT_FALSE(Deadline::never().passed());
  EXPECT_EQ(Deadline::never().remaining(), nanoseconds::max());
  EXPECT_EQ(Deadline::never().poll_timeout(), -1);
}

TEST(Deadline, OfADurationBeyondTheClockIsNever) {
  EXPECT_EQ(Deadline::after(std::chrono::hours::max()).poll_timeout(), -1);
  EXPECT_EQ(Deadline::after(nanoseconds::max()).poll_timeout(), -1);
  EXPECT_EQ(Deadline::after(std::chrono::duration<double>(1e300)).poll_timeout(), -1);
}

TEST(Deadline, TakesAFractionOfASecond) {
  const Deadline deadline = Deadline::after(std::chrono::duration<double>(36000.5));
  EXPECT_GT(deadline.remaining(), 0ns);
  EXPECT_LE(deadline.remaining(), 36000500ms);
}

TEST(Deadline, PollTimeoutIsNeverShorterThanWhatRemains) {
  for (const nanoseconds duration : {nanoseconds(kLong), nanoseconds(100us), nanoseconds(1900us)}) {
    const Deadline deadline = Deadline::after(duration);
    const auto timeout = std::chrono::milliseconds(deadline.poll_timeout());
    EXPECT_GE(timeout, deadline.remaining());
  }
}

TEST(Deadline, PollTimeoutIsZeroOnlyOncePassed) {
  const Deadline deadline = Deadline::after(3ms);
  while (deadline.poll_timeout() != 0) continue;
  EXPECT_TRUE(deadline.passed());
}

TEST(Deadline, PollTimeoutIsAtMostTheLargestInt) {
  EXPECT_EQ(Deadline::after(24h * 365).poll_timeout(), std::numeric_limits<int>::max());
}

TEST(Deadline, EarlierIsTheOneThatPassesFirst) {
  const Deadline passed = Deadline::after(0s);
  const Deadline later = Deadline::after(kLong);
  EXPECT_TRUE(earlier(passed, later).passed());
  EXPECT_TRUE(earlier(later, passed).passed());
  EXPECT_FALSE(earlier(later, Deadline::never()).passed());
  EXPECT_NE(earlier(Deadline::never(), later).poll_timeout(), -1);
  EXPECT_EQ(earlier(Deadline::never(), Deadline::never()).poll_timeout(), -1);
}

TEST(Deadline, AbsoluteIsTheMomentOnTheMonotonicClock) {
  const auto before = monotonic_now();
  const Deadline deadline = Deadline::after(1500ms);
  const auto after = monotonic_now();
  const timespec when = deadline.absolute();
  const auto moment = std::chrono::seconds(when.tv_sec) + std::chrono::nanoseconds(when.tv_nsec);
  EXPECT_GE(moment, before + 1500ms);
  EXPECT_LE(moment, after + 1500ms);
  EXPECT_GE(when.tv_nsec, 0);
  EXPECT_LT(when.tv_nsec, 1000000000);
}

TEST(Deadline, NeverIsNoMoment) {
  EXPECT_TRUE(Deadline::never().is_never());
  EXPECT_FALSE(Deadline::after(std::chrono::hours(1)).is_never());
}

}  // namespace
}  // namespace base
