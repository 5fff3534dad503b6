// One end of a pipe: messages of bytes, and of descriptors, to and from whoever has the other end.
//
// A pipe is memory with a ring of messages for each direction, and two pairs of sockets. Short messages go through
// the ring and, while both sides run, without the kernel. The first pair of sockets wakes who sleeps. Through the
// second go the bodies of messages that are longer than kLongestInRing, find more waiting than the ring has room
// for, or carry descriptors; the sender sleeps there while nobody makes room.
//
// What the kernel knows, it is asked:
//   - The other end is gone when all copies of its sockets are closed, in whatever process, however they came
//     there and however it ended. What was sent before is received first.
//   - That somebody may receive need not be asked at each send: while the process lives that received last, and
//     has not closed its end, somebody may.
//
// A process that is killed at any instruction hinders nobody:
//   - A message is in the ring, or it is not (message_ring.h).
//   - Nobody sleeps on: the first pair of sockets has a packet (a wake-up) to read whenever there is a message, for a
//     sender writes it before the message is there, and a receiver reads it only when he has found the ring
//     empty, and has said before (`idle`) that the next sender must write one. Both hold the same RobustMutex.
//   - A body whose sender died before its end is torn: recv() raises for that message, and goes on with the next.
//     So is one whose receiver died in the middle; the next receiver takes the rest, for its sender to get on. A
//     body that is a single packet, though, stays whole for the next receiver until its message is taken off.
//   - While a body is on its way, its sender and its receiver hold a RobustMutex each, asleep or not. Others who
//     have long messages, or would receive, wait for them in any case: for the order of the messages.
//
// Processes: any, of which a forked child has a copy of each end, and others get one by parts(). Threads: any;
// close() lets those finish that are in a call. The handler of a signal (see futex.h) that interrupts a call
// does not use the same end, and may throw: a message that was on its way is torn then.
//
//   auto [client, server] = ConnectionCore::pipe();
//   client->send("question");
//   std::string message;
//   server->recv(&message);  // kMessage: "question"
//   client->close();
//   server->recv(&message);  // kEndOfFile
#ifndef MP_CONNECTION_CORE_H_
#define MP_CONNECTION_CORE_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/message_ring.h"
#include "mp/os/gate.h"
#include "mp/os/life.h"
#include "mp/os/shared_file.h"

namespace mp {

class ConnectionCore;

// What wait() waits for: a message, or a descriptor that becomes readable.
struct Waitable {
  Waitable(ConnectionCore& core) : connection(&core), fd(-1) {}
  Waitable(int descriptor) : connection(nullptr), fd(descriptor) {}

  ConnectionCore* connection;
  int fd;
};

class ConnectionCore {
 public:
  static constexpr uint64_t kLongestInRing = 64 << 10;
  // Of a body. The kernel takes a few at a time.
  static constexpr uint64_t kLongestPart = 64 << 10;
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();
  using Pointer = std::shared_ptr<ConnectionCore>;

  // What makes an end.
  template <class Descriptor>
  struct Parts {
    Descriptor memory, wakes, bodies;
    uint32_t side;  // 0 or 1: of which direction it is the sender
    bool readable, writable;
  };

  // Not duplex: the first end only receives, the second only sends. Raises: base::OsError
  static std::pair<Pointer, Pointer> pipe(bool duplex = true);
  explicit ConnectionCore(Parts<base::UniqueFd> parts);
  // For another process, whose end is made of duplicates. Open while this end is.
  // Raises: as below, if the end is closed.
  Parts<int> parts();
  ~ConnectionCore() { close(); }

  // Raises, all of them: base::OsError, which says so if this end is closed or not of this direction.

  // Waits while there is no room. At most os::kMostDescriptors go with it.
  // Raises: with EPIPE if nobody has the other end. Then: whoever has it sees the message.
  void send(std::string_view message, std::span<const int> descriptors = {});

  enum class Received {
    kMessage,
    kTooLong,   // it was, and is gone
    kEndOfFile  // nobody has the other end, and all is received
  };
  // Waits for a message. Raises: with EBADMSG if it is torn; the next may be whole.
  Received recv(std::string* message, std::vector<base::UniqueFd>* descriptors = nullptr,
                uint64_t longest = kNoLimit);

  // Waits until recv() would find something: a message, or the end of file. False: not until the deadline.
  bool poll(base::Deadline deadline);

  // Waits until one of the items is ready: a connection of which poll() would be true, whatever its direction, a
  // descriptor that is readable. Returns which of them are; none if none was until the deadline.
  static std::vector<size_t> wait(std::span<const Waitable> items, base::Deadline deadline);

  // For all threads of this process. Again and again it does nothing.
  void close();
  // From now on this end does not receive in this process.
  void stop_reading() { readable_ = false; }
  // What recv() and send() begin with: raise if they would.
  void require_readable() const;
  void require_writable() const;

  bool closed() const { return gate_.is_closed(); }
  bool readable() const { return readable_; }
  bool writable() const { return writable_; }

  // For select(2) and the like. From now on it is readable while poll() would be true, and else not; if a process
  // was killed, perhaps until the next poll() or recv(). The first time it waits for who is receiving a body.
  int fileno();

 private:
  struct Direction;
  struct Memory;
  struct PartHead;
  class Use;

  Direction& out() const;
  Direction& in() const;
  void require_open() const;
  void clear_away();

  bool send_through_ring(std::string_view message);
  void send_through_socket(std::string_view message, std::span<const int> descriptors);
  void check_that_somebody_may_receive() const;
  bool other_end_is_gone() const;
  template <class Commit>
  void wake_before(Commit commit);
  void write_wake_up();
  uint64_t announce(uint64_t size);
  void send_parts(uint64_t number, std::string_view message, std::span<const int> descriptors);
  ssize_t write_part(PartHead head, std::string_view part, std::span<const int> descriptors,
                     int flags) const;
  void tell_that_no_more_follows(uint64_t number) const;

  void note_receiver();
  std::optional<Received> take_first(std::string* message, std::vector<base::UniqueFd>* descriptors,
                                     uint64_t longest);
  void take_body(const MessageRing::Message& first, std::string* message,
                 std::vector<base::UniqueFd>* descriptors);
  static bool is_last_part(const MessageRing::Message& message, PartHead part);
  void pass_over_body(const MessageRing::Message& first) const;
  std::optional<PartHead> next_part(const MessageRing::Message& first,
                                    base::UniqueFd* senders_life) const;
  bool sleep_for_part(pid_t sender, base::UniqueFd* his_life) const;
  std::vector<base::UniqueFd> read_part(std::span<char> to, int flags) const;
  void take_off(const MessageRing::Message& first);
  bool sleep_until_message_or_end();
  void be_woken_by_the_next();

  const uint32_t side_;
  std::atomic<bool> readable_;
  const bool writable_;
  os::Gate gate_;
  std::atomic<os::Token> receiver_{0};  // as which this end has received, if it has
  // Until the gate is closed and everybody out.
  std::optional<os::SharedFile> file_;
  os::View view_;
  base::UniqueFd wakes_, bodies_;
};

}  // namespace mp

#endif  // MP_CONNECTION_CORE_H_
