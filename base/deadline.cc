#include "base/deadline.h"

#include <algorithm>
#include <limits>

namespace base {

bool Deadline::passed() const { return remaining() == std::chrono::nanoseconds::zero(); }

std::chrono::nanoseconds Deadline::remaining() const {
  if (is_never()) return std::chrono::nanoseconds::max();
  return std::max<std::chrono::nanoseconds>(when_ - Clock::now(), std::chrono::nanoseconds::zero());
}

int Deadline::poll_timeout() const {
  if (is_never()) return -1;
  using Milliseconds = std::chrono::milliseconds;
  constexpr Milliseconds kLongest(std::numeric_limits<int>::max());
  const auto rounded_up = std::chrono::ceil<Milliseconds>(remaining());
  return static_cast<int>(std::min(rounded_up, kLongest).count());
}

timespec Deadline::absolute() const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when_.time_since_epoch());
  const std::chrono::nanoseconds rest = when_.time_since_epoch() - seconds;
  return {.tv_sec = static_cast<time_t>(seconds.count()),
          .tv_nsec = static_cast<long>(rest.count())};
}

Deadline earlier(Deadline a, Deadline b) { return a.when_ < b.when_ ? a : b; }

std::chrono::nanoseconds monotonic_now() { return Deadline::Clock::now().time_since_epoch(); }

}  // namespace base
