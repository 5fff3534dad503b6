// Which programs must end, whoever runs first, if the implementation is correct.
//
// Only such a program tells something by not ending. The generator makes no other, the shrinker
// keeps to them, and one that a user gives is refused with the reason:
//
//   why_unsound(queue: get | put 1)            // absent: the item comes
//   why_unsound(queue: get; put 1 | get; put 2)   // "process 0 may wait for ever at step 1 (get): ..."
//
// The rules err on the safe side: for what waits for a count (items, room, permits) they take the
// worst that the other processes can have done by the time they wait themselves or have ended. They
// also refuse what breaks a rule of the object: a release without an acquire, an `add` outside a
// section, a pipe's end that two processes use.
#ifndef CONFORMANCE_HISTORIES_SOUNDNESS_H_
#define CONFORMANCE_HISTORIES_SOUNDNESS_H_

#include <optional>
#include <string>

#include "conformance/histories/program.h"

namespace conformance::histories {

// A sentence; absent if the program is sound.
std::optional<std::string> why_unsound(const Program& program);

// Whether a process of such a program may be killed and the others still end.
bool may_be_killed(Kind kind);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_SOUNDNESS_H_
