// What is on its way between TCP sockets, and moves by the kernel's clock alone.
//
// A pipe or a Unix socket hands bytes over while its sender runs. TCP need not: a small segment waits
// for the acknowledgement of the one before it (Nagle), and that one may be delayed. For some 40 ms
// everybody sleeps in read(), and yet somebody is about to be woken.
#ifndef CONFORMANCE_STAGE_TCP_MOTION_H_
#define CONFORMANCE_STAGE_TCP_MOTION_H_

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace conformance {

// The sockets, by inode, that wait for an acknowledgement or a connection, from the text of
// /proc/net/tcp. Those that no process holds any more are 0.
std::set<uint64_t> tcp_sockets_in_motion(std::string_view proc_net_tcp);

// Whether one of these processes, or nobody any more, has such a socket. False where the kernel does
// not tell.
bool tcp_is_in_motion(const std::vector<pid_t>& pids);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_TCP_MOTION_H_
