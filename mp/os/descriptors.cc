#include "mp/os/descriptors.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/os_error.h"

namespace mp::os {
namespace {

// Room for the control message that carries the most descriptors.
struct Control {
  alignas(cmsghdr) std::byte room[CMSG_SPACE(kMostDescriptors * sizeof(int))];
};

bool is_gone(int error) { return error == EPIPE || error == ECONNRESET || error == ENOTCONN; }

}  // namespace

std::pair<base::UniqueFd, base::UniqueFd> socket_pair(int type) {
  int ends[2];
  base::check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "make a pair of sockets");
  return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

bool send_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors) {
  Control control;
  while (!bytes.empty()) {
    iovec part = {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
      message.msg_control = control.room;
      message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
      std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    }
    const ssize_t sent =
        base::retry_eintr([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); });
    if (sent == -1 && is_gone(errno)) return false;
    base::check(sent, "send to another process");
    bytes.remove_prefix(static_cast<size_t>(sent));
    descriptors = {};
  }
  return true;
}

Received receive_descriptors(int socket, size_t size) {
  Received received;
  received.bytes.resize(size);
  iovec part = {.iov_base = received.bytes.data(), .iov_len = size};
  Control control;
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof(control.room);
  const ssize_t got =
      base::retry_eintr([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (got == -1 && is_gone(errno)) return {};
  received.bytes.resize(
      static_cast<size_t>(base::check(got, "receive what another process sends")));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      received.descriptors.emplace_back(fd);
    }
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0)
    throw base::OsError(EMFILE, "take the descriptors that another process sends");
  return received;
}

}  // namespace mp::os
