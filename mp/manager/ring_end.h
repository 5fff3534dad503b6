// One end of a way for messages through memory, between one thread of a client and the one that serves it.
//
// A ring of messages goes each way (message_ring.h). With one who sends and one who receives it needs no mutex. Who
// finds nothing looks again and again for a while, or lets the other one run if they have one CPU; then he sleeps, on a
// word and on the other process's life at once (os/life.h). So a killed process hinders nobody: what it was sending is
// there or is not, and the kernel wakes who waits for it.
//
// Beside a ConnectionCore, which any number of processes may have, and wait for together with others: no message waits
// for its sender to leave a mutex, and a wake-up is a futex's. On one CPU a question and its answer take two system
// calls instead of a dozen.
//
// Threads: one at a time; close() any. Processes: a forked child abandons its copy.
//
//   auto [server, memory] = RingEnd::make(clients_life);
//   RingEnd client(memory);                          // in the client's process
//   if (!client.send("question")) ...                // too long: announced, and to go another way
//   std::string question;
//   server->recv(&question);                         // kMessage
#ifndef MP_MANAGER_RING_END_H_
#define MP_MANAGER_RING_END_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mp/os/life.h"
#include "mp/os/shared_file.h"
#include "mp/os/thrifty_yield.h"

namespace mp::managed {

class RingEnd {
 public:
  // Longer messages go another way, as do those for which there is no room.
  static constexpr uint64_t kLongest = 64 << 10;

  // The server's, and the memory of which a client with that life makes his. Raises: base::OsError
  static std::pair<std::unique_ptr<RingEnd>, os::SharedFile> make(os::Token client);
  explicit RingEnd(const os::SharedFile& memory) : RingEnd(memory, kClient) {}
  RingEnd(const RingEnd&) = delete;
  RingEnd& operator=(const RingEnd&) = delete;
  ~RingEnd() { close(); }

  // False: the message was only announced, and has to go another way now. Raises: base::OsError with EPIPE if the other
  // end is closed or its process is no more, with EBADF if this one is closed.
  [[nodiscard]] bool send(std::string_view message);

  enum class Received {
    kMessage,
    kAnnouncement,  // of a message that comes another way
    kEndOfFile      // the other end is closed or its process no more, and all is received
  };
  // Waits for a message. Raises: base::OsError with EBADF if this end is closed.
  Received recv(std::string* message);

  // Then: the other side receives what was sent, and the end of file.
  void close();
  // For a forked child, whose creator has this end: closed here, and open there.
  void abandon() { is_open_ = false; }

 private:
  enum Side { kServer, kClient };
  struct Direction;
  struct Memory;

  RingEnd(const os::SharedFile& memory, Side side);

  Memory& memory() const;
  Direction& out() const;
  Direction& in() const;
  void require_open() const;
  bool other_has_closed() const;
  bool other_is_gone() const;
  void wake_the_other();
  bool wait();

  const Side side_;
  const os::View view_;
  std::atomic<bool> is_open_{true};
  os::ThriftyYield yield_;  // of who receives
};

}  // namespace mp::managed

#endif  // MP_MANAGER_RING_END_H_
