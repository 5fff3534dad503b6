// The process whose copies are the children of the start method forkserver: this program, begun anew, and then
// waiting.
//
// One serves a program and all its descendants. Each of them has the way to it, one end of a socket; when nobody has it
// any more, the server ends. A request brings two descriptors: a socket, on which the answer goes back and the child's
// parcel comes, and the pipe that will hear the child's wait status.
//
// The server reads nothing from whom it serves but that request, which is there whole or not at all; the parcel is
// read by the child. So nobody who is killed, or stands still, holds up others.
#ifndef MP_FORK_SERVER_H_
#define MP_FORK_SERVER_H_

#include "base/unique_fd.h"

namespace mp {

// What the server does; returns never. `requests`: its end of the socket. `owner`: a pidfd of the process that it ends
// with, if it belongs to one alone.
[[noreturn]] void serve_forks(base::UniqueFd requests, int owner = -1);

}  // namespace mp

#endif  // MP_FORK_SERVER_H_
