// Descriptors that go to another process through a Unix socket (unix(7), SCM_RIGHTS).
//
// Threads: any, but one at a time at each end of a stream.
//
//   send_descriptors(socket, "x", {file.get()});
//   Parcel parcel = receive_descriptors(socket, 1);
#ifndef MP_OS_DESCRIPTORS_H_
#define MP_OS_DESCRIPTORS_H_

#include <sys/socket.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace mp::os {

// The kernel takes no more at a time.
inline constexpr size_t kMostDescriptors = 253;

// For a message of one's own: room for the control message, which goes as long as the room is there.
union DescriptorRoom {
  cmsghdr aligned;
  std::byte bytes[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
};
void pack_descriptors(std::span<const int> descriptors, DescriptorRoom* room, msghdr* message);
// Of a message that was received. The caller's from now on.
std::vector<base::UniqueFd> unpack_descriptors(msghdr* message);

// Two connected Unix sockets of `type` (SOCK_STREAM, SOCK_SEQPACKET), closed on exec. Raises: base::OsError
std::pair<base::UniqueFd, base::UniqueFd> socket_pair(int type);

// Sends all of `bytes` with the descriptors, which go with the first byte. Requires: a byte or more, and at most
// kMostDescriptors. False: nobody is there to receive it. Raises: base::OsError
bool send_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors);

struct Received {
  std::string bytes;  // empty: the other end is closed
  std::vector<base::UniqueFd> descriptors;
};
// Receives at most `size` bytes, and the descriptors that come with them. Raises: base::OsError
Received receive_descriptors(int socket, size_t size);

}  // namespace mp::os

#endif  // MP_OS_DESCRIPTORS_H_
