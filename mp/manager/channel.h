// A way for calls to a manager's server and back: a ring in memory where both processes can share it, else a socket.
//
// Threads: one at a time; close() any. Processes: a forked child closes its copy.
#ifndef MP_MANAGER_CHANNEL_H_
#define MP_MANAGER_CHANNEL_H_

#include <string>
#include <string_view>
#include <utility>

#include "mp/connection_core.h"
#include "mp/socket_core.h"

namespace mp::managed {

class Channel {
 public:
  // Without a ring: through the socket, which tells in any case that the other side lives.
  explicit Channel(SocketCore::Pointer socket, ConnectionCore::Pointer ring = nullptr)
      : socket_(std::move(socket)), ring_(std::move(ring)) {}

  // Raises: OSError if the other side is gone.
  void send(std::string_view message) {
    ring_ != nullptr ? ring_->send(message) : socket_->send(message);
  }
  // False: the other side is gone. Raises: OSError
  bool recv(std::string* message) {
    if (ring_ == nullptr) return socket_->recv(message);
    return ring_->recv(message) == ConnectionCore::Received::kMessage;
  }
  void close() {
    if (ring_ != nullptr) ring_->close();
    socket_->close();
  }
  // Hangs up when the other side is gone.
  int life() const { return socket_->fileno(); }

 private:
  SocketCore::Pointer socket_;
  ConnectionCore::Pointer ring_;
};

}  // namespace mp::managed

#endif  // MP_MANAGER_CHANNEL_H_
