// Which process it was, in words that stay true: a process number is used again, one that started then is not.
//
// For what outlives its process and is to be cleared away after it. Who can wait uses life.h.
//
// Threads: any. A value.
//
//   Incarnation maker = my_incarnation();    // kept somewhere
//   if (has_ended(maker)) ...                // whoever comes by
#ifndef MP_OS_INCARNATION_H_
#define MP_OS_INCARNATION_H_

#include <sys/types.h>

#include <cstdint>

namespace mp::os {

struct Incarnation {
  uint64_t space;  // of process numbers: a container may have its own
  pid_t pid;
  uint64_t start;  // in ticks since the machine's

  bool operator==(const Incarnation&) const = default;
};

// Raises: base::OsError without /proc.
Incarnation my_incarnation();

// Whether its main thread has. Of a process that can't be seen from here: false.
bool has_ended(const Incarnation& who);

}  // namespace mp::os

#endif  // MP_OS_INCARNATION_H_
