#include "mp/os/descriptors.h"

#include <cerrno>
#include <cstring>

#include "base/os_error.h"

namespace mp::os {
namespace {

bool is_gone(int error) { return error == EPIPE || error == ECONNRESET || error == ENOTCONN; }

}  // namespace

void pack_descriptors(std::span<const int> descriptors, DescriptorRoom* room, msghdr* message) {
  if (descriptors.empty()) return;
  message->msg_control = room;
  message->msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* header = CMSG_FIRSTHDR(message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
}

std::vector<base::UniqueFd> unpack_descriptors(msghdr* message) {
  std::vector<base::UniqueFd> descriptors;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; at + CMSG_LEN(sizeof(int)) <= header->cmsg_len; at += sizeof(int)) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + at, sizeof(fd));
      descriptors.emplace_back(fd);
    }
  }
  return descriptors;
}

std::pair<base::UniqueFd, base::UniqueFd> socket_pair(int type) {
  int ends[2];
  base::check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "make a pair of sockets");
  return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

bool send_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors) {
  DescriptorRoom room;
  while (!bytes.empty()) {
    iovec part = {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    pack_descriptors(descriptors, &room, &message);
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
  DescriptorRoom room;
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &room;
  message.msg_controllen = sizeof(room);
  const ssize_t got =
      base::retry_eintr([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (got == -1 && is_gone(errno)) return {};
  received.bytes.resize(
      static_cast<size_t>(base::check(got, "receive what another process sends")));
  received.descriptors = unpack_descriptors(&message);
  if ((message.msg_flags & MSG_CTRUNC) != 0)
    throw base::OsError(EMFILE, "take the descriptors that another process sends");
  return received;
}

}  // namespace mp::os
