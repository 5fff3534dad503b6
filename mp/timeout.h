// How long a call may wait.
#ifndef MP_TIMEOUT_H_
#define MP_TIMEOUT_H_

#include <chrono>
#include <optional>

#include "base/deadline.h"

namespace mp {

// Seconds, or none for as long as it takes. 0 and less: not at all.
//
//   queue.get();         queue.get(500ms);         queue.get(0s);
using Timeout = std::optional<std::chrono::duration<double>>;

inline base::Deadline deadline_of(const Timeout& timeout) {
  return timeout ? base::Deadline::after(*timeout) : base::Deadline::never();
}
// What acquire(block, timeout) of every kind waits for: without `block` the timeout means nothing.
inline base::Deadline deadline_of(bool block, const Timeout& timeout) {
  return block ? deadline_of(timeout) : base::Deadline::after(std::chrono::seconds(0));
}

}  // namespace mp

#endif  // MP_TIMEOUT_H_
