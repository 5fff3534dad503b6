#include "mp/socket_core.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/os_error.h"
#include "mp/os/readable.h"

namespace mp {
namespace {

[[noreturn]] void raise_closed() { throw base::OsError(EBADF, "handle is closed"); }

// Sends what the socket takes. False: it takes nothing now.
bool send_some(int socket, std::span<std::string_view> pieces, size_t* sent) {
  std::array<iovec, 3> parts;
  for (size_t i = 0; i < pieces.size(); ++i)
    parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = pieces.size();
  const ssize_t result =
      base::retry_eintr([&] { return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
  if (result == -1 && errno == EAGAIN) return false;
  *sent = static_cast<size_t>(base::check(result, "send through a socket"));
  return true;
}

size_t total(std::span<const std::string_view> pieces) {
  size_t size = 0;
  for (std::string_view each : pieces) size += each.size();
  return size;
}

}  // namespace

// A call that is under way.
class SocketCore::Use {
 public:
  explicit Use(SocketCore* core) : core_(*core) {
    if (!core_.gate_.enter()) raise_closed();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    if (core_.gate_.leave()) core_.socket_.reset();
  }

 private:
  SocketCore& core_;
};

void SocketCore::send(std::string_view message) {
  Use use(this);
  os::InTurn in_turn(&sending_);
  const std::string head = frame_head(message.size());
  std::array<std::string_view, 3> pieces = {unsent_, head, message};
  try {
    send_all(pieces);
  } catch (...) {
    // A message that has begun must be ended before another one begins.
    const bool has_begun = pieces[1].size() < head.size();
    std::string rest(pieces[0]);
    if (has_begun) rest.append(pieces[1]).append(pieces[2]);
    unsent_ = std::move(rest);
    throw;
  }
  unsent_.clear();
}

// Takes off the pieces what is sent.
void SocketCore::send_all(std::span<std::string_view> pieces) const {
  while (total(pieces) > 0) {
    size_t sent = 0;
    if (!send_some(socket_.get(), pieces, &sent))
      os::wait_writable(socket_.get(), base::Deadline::never());
    for (std::string_view& each : pieces) {
      const size_t part = std::min(sent, each.size());
      each.remove_prefix(part);
      sent -= part;
    }
  }
}

bool SocketCore::recv(std::string* message, uint64_t longest) {
  Use use(this);
  os::InTurn in_turn(&receiving_);
  require_readable();
  while (true) {
    switch (reader_.read(socket_.get(), std::min(longest, longest_))) {
      case FrameReader::Found::kMessage:
        *message = reader_.take();
        return true;
      case FrameReader::Found::kEndOfFile:
        return false;
      case FrameReader::Found::kTooLong:
        readable_ = false;
        throw base::OsError(EMSGSIZE, "bad message length");
      case FrameReader::Found::kNotYet:
        os::wait_readable(socket_.get(), base::Deadline::never());
    }
  }
}

bool SocketCore::poll(base::Deadline deadline) {
  Use use(this);
  require_readable();
  return os::wait_readable(socket_.get(), deadline);
}

int SocketCore::fileno() const {
  require_open();
  return socket_.get();
}

void SocketCore::close() {
  if (gate_.close()) socket_.reset();
}

void SocketCore::require_open() const {
  if (closed()) raise_closed();
}

void SocketCore::require_readable() const {
  require_open();
  if (!readable_) throw base::OsError(EBADF, "connection is write-only");
}

}  // namespace mp
