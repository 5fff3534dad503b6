// A way for calls to a manager's server and back: through memory where both processes can share it, else through a
// socket.
//
// Threads: one at a time; close() any. Processes: a forked child abandons its copy.
#ifndef MP_MANAGER_CHANNEL_H_
#define MP_MANAGER_CHANNEL_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mp/manager/ring_end.h"
#include "mp/socket_core.h"

namespace mp::managed {

class Channel {
 public:
  // The socket tells in any case that the other side lives. Without a ring everything goes through it, else what does
  // not fit there.
  explicit Channel(SocketCore::Pointer socket, std::unique_ptr<RingEnd> ring = nullptr)
      : socket_(std::move(socket)), ring_(std::move(ring)) {}

  // Raises: OSError if the other side is gone.
  void send(std::string_view message) {
    if (ring_ == nullptr || !ring_->send(message)) socket_->send(message);
  }
  // False: the other side is gone. Raises: OSError
  bool recv(std::string* message) {
    if (ring_ == nullptr) return socket_->recv(message);
    switch (ring_->recv(message)) {
      case RingEnd::Received::kMessage:
        return true;
      case RingEnd::Received::kAnnouncement:
        return socket_->recv(message);
      case RingEnd::Received::kEndOfFile:
        return false;
    }
    return false;
  }
  void close() {
    if (ring_ != nullptr) ring_->close();
    socket_->close();
  }
  // In a forked child: closes its copy, and no more.
  void abandon() {
    if (ring_ != nullptr) ring_->abandon();
    socket_->close();
  }
  // Hangs up when the other side is gone.
  int life() const { return socket_->fileno(); }

 private:
  SocketCore::Pointer socket_;
  std::unique_ptr<RingEnd> ring_;
};

}  // namespace mp::managed

#endif  // MP_MANAGER_CHANNEL_H_
