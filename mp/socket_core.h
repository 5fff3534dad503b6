// One end of a connection through a stream socket: whole messages, in order.
//
// Threads: any; messages of several do not mix, and close() lets those finish that are in a call. Processes: one at a
// time sends, and one receives. The handler of a signal (mp/interrupt.h) may end every wait: what has come of a
// message is kept for the next recv(), and what is still to be sent of one goes before the next.
#ifndef MP_SOCKET_CORE_H_
#define MP_SOCKET_CORE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/frame_reader.h"
#include "mp/os/gate.h"
#include "mp/os/turn.h"

namespace mp {

class SocketCore {
 public:
  using Pointer = std::shared_ptr<SocketCore>;

  // Of a connected socket. No longer message than that is received.
  explicit SocketCore(base::UniqueFd socket, uint64_t longest = kNoLimit)
      : longest_(longest), socket_(std::move(socket)) {}
  ~SocketCore() { close(); }

  // Raises, all of them: base::OsError, which says so if this end is closed or receives no more.

  // Waits while there is no room.
  void send(std::string_view message);
  // Waits for a message. False: the other end is closed, and all is received.
  // Raises: with EMSGSIZE if it is longer than either limit, and this end receives no more then; with EBADMSG if the
  // other end was closed in the middle of it.
  bool recv(std::string* message, uint64_t longest = kNoLimit);
  // Waits until there is something to receive, or the end of file.
  bool poll(base::Deadline deadline);
  int fileno() const;

  void close();
  bool closed() const { return gate_.is_closed(); }
  bool readable() const { return readable_; }
  uint64_t longest() const { return longest_; }

  void require_open() const;
  void require_readable() const;

 private:
  class Use;

  void send_all(std::span<std::string_view> pieces) const;

  const uint64_t longest_;
  std::atomic<bool> readable_{true};
  os::Gate gate_;
  base::UniqueFd socket_;  // until the gate is closed and everybody out

  os::Turn receiving_;
  FrameReader reader_;  // whose turn it is
  os::Turn sending_;
  std::string unsent_;  // the same
};

}  // namespace mp

#endif  // MP_SOCKET_CORE_H_
