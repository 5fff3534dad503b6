// What a Listener is made of: a socket, and the newcomers who are still proving that they have the key.
//
// The handshakes of all newcomers go on at the same time, in whoever is in accept(): one thread, which sleeps until one
// of them has sent something, somebody new comes, or somebody's time is over. None is waited for, so a silent or slow
// one hinders nobody; one whose time is over is let go, and there are never more than a number of them. While nobody
// is in accept(), nobody's time passes.
//
// Threads: any; those that are in accept() take turns, and close() wakes them. Processes: a forked child may accept()
// as well; the newcomers stay with the process that has accepted them, and the socket's file with the one that
// has made it.
#ifndef MP_LISTENER_CORE_H_
#define MP_LISTENER_CORE_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/address.h"
#include "mp/frame_reader.h"
#include "mp/handshake.h"
#include "mp/os/gate.h"
#include "mp/os/socket_file.h"
#include "mp/os/turn.h"
#include "mp/socket_core.h"
#include "mp/timeout.h"

namespace mp {

struct ListenerOptions {
  // Absent: of the address, or a Unix socket. Another one than the address's raises ValueError.
  std::optional<Family> family = {};
  // So many clients may wait to be accepted; the kernel lets others wait in connect(), or try again.
  int backlog = 1;
  // Bytes that whoever connects must have, too. Absent: everybody may connect.
  std::optional<std::string> authkey = {};
  // Who has not proved by then that he has the key is let go. Absent: never.
  Timeout handshake_timeout = std::chrono::seconds(10);
  // So many may be proving it at the same time; others wait to be accepted. Requires: 1 or more
  int handshakes = 64;
  // No longer message is received through the connections; see SocketConnection. In bytes.
  uint64_t longest_message = kNoLimit;
};

class ListenerCore {
 public:
  // No address: a new one. Raises: OSError, ValueError
  ListenerCore(std::optional<Address> address, ListenerOptions options);
  ~ListenerCore() { close(); }

  // Raises: TimeoutError; what a newcomer's handshake ended with; OSError if the listener is closed, before or
  // meanwhile.
  SocketCore::Pointer accept(base::Deadline deadline);

  Address address() const { return address_; }
  std::optional<Address> last_accepted() const;
  void close();
  bool closed() const { return gate_.is_closed(); }

 private:
  using Clock = std::chrono::steady_clock;
  class Use;
  class Attendance;

  // Who has come, and may not be let in yet.
  struct Newcomer {
    base::UniqueFd socket;
    Address address;
    Clock::time_point limit;
    std::optional<ListenersHandshake> handshake = {};
    bool is_proved = false;
    std::exception_ptr failure = nullptr;

    bool is_done() const { return is_proved || failure != nullptr; }
    void go_on();
  };

  void listen_in(const std::string& directory);
  void listen(const std::string& directory);
  void be_here();
  void wake();

  void take_newcomers();
  bool take_newcomer();
  bool has_room() const;
  SocketCore::Pointer first_done();
  void let_in_or_go(base::Deadline deadline);
  void let_go_who_is_late();
  void set_timer();

  const ListenerOptions options_;
  Address address_;

  os::Gate gate_;
  base::UniqueFd listening_;  // until the gate is closed and everybody out

  // Whose turn it is.
  os::Turn accepting_;
  std::deque<Newcomer> newcomers_;
  base::UniqueFd timer_;  // of the earliest limit
  Clock::time_point left_at_ = Clock::now();
  pid_t here_ = -1;  // of which process wake_, timer_ and the newcomers are

  mutable std::mutex mutex_;
  std::optional<os::SocketFile> file_;
  base::UniqueFd wake_;  // readable: closed meanwhile
  std::optional<Address> last_accepted_;
};

}  // namespace mp

#endif  // MP_LISTENER_CORE_H_
