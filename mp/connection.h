// Pipes: two ends, and messages between them, each whole and in order.
//
// An end sends items of one type and receives items of another, or bytes; an item is the message of bytes that
// encode() makes of it. Messages are sent and received without the kernel while both sides run. A long one, and
// one that finds more than about 64 KiB waiting, waits in send() until there is room. A process that is killed
// at any moment hinders nobody: what it was sending is not there, or recv() raises OSError for it, and the next
// message is whole again.
//
// When the other end is closed, in every process that has it, or these have ended, recv() raises EOFError after
// the last message, and send() raises OSError with EPIPE. So a process that waits for the end of file closes
// its own copy of the other end.
//
// Unlike Python: messages of any size that several processes send on one end do not mix, and several may receive on
// one end at the same time (pipe.big_messages_of_several_senders_stay_whole). What was sent is received even if the
// sender had left messages unread (pipe.unread_messages_of_the_closer_do_no_harm). An end that was sent through a
// connection arrives even if its sender has ended (pipe.sent_end_outlives_its_sender).
//
// Processes: every one that has an end may call every method. An end goes to a new process as an argument, and
// through another connection at any time (it must not be closed meanwhile). Threads: any.
// Lifetime:  handles are cheap copies that share the end; the last one of a process closes it there. close() is this
//            handle's and its copies' in this process.
//
//   auto [client, server] = mp::Pipe<std::string, int>();  // the client sends text and receives numbers
//   client.send("how many?");
//   server.recv();                    // "how many?"
//   server.send(42);
//   client.poll(1s);                  // true
//   client.recv();                    // 42
//   client.close();
//   server.recv();                    // raises mp::EOFError
#ifndef MP_CONNECTION_H_
#define MP_CONNECTION_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mp/connection_core.h"
#include "mp/errors.h"
#include "mp/message_part.h"
#include "mp/timeout.h"
#include "mp/wire/codec.h"

namespace mp {

template <class Out, class In = Out>
class Connection {
 public:
  // All methods but close(), closed(), readable() and writable() raise OSError if this end is closed, and those that
  // send, or receive, if this end does not.

  // Waits while there is no room. Raises: OSError with EPIPE if nobody has the other end; what the item's Codec
  // raises, and then nothing is sent. Then: whoever has the other end sees the message.
  void send(const Out& item) {
    wire::check_may_be_sent<Out>();
    core_->require_writable();
    Luggage luggage(Luggage::Way::kMessage);
    const std::string bytes = encode(item, luggage);
    core_->send(bytes, luggage.fds());
  }

  // Waits for a message. Raises: EOFError if nobody has the other end and all is received; DecodeError if the message
  // is no item; OSError if its sender was killed in the middle of it. The next recv() gets the next message.
  In recv() {
    if (std::optional<In> item = try_recv()) return *std::move(item);
    throw EOFError();
  }
  // The same, for who expects the end. Absent: end of file.
  std::optional<In> try_recv() {
    std::string bytes;
    std::vector<base::UniqueFd> descriptors;
    if (core_->recv(&bytes, &descriptors) != ConnectionCore::Received::kMessage)
      return std::nullopt;
    const ArrivedLuggage luggage(std::move(descriptors));
    return decode<In>(bytes, &luggage);
  }

  // Sends `size` bytes from `offset` on; all that follow if there is no size.
  // Raises: as send(); ValueError if there are not so many.
  void send_bytes(std::string_view data, int64_t offset = 0, std::optional<int64_t> size = {}) {
    core_->require_writable();
    core_->send(message_part(data, offset, size));
  }

  // Raises: as recv(), but for DecodeError; ValueError if `maxlength` is negative; OSError if the message is longer.
  // This end does not receive any more then in this process, and is closed if it was one-way.
  std::string recv_bytes(std::optional<int64_t> maxlength = {}) {
    core_->require_readable();
    std::string bytes;
    const uint64_t longest = maxlength ? checked_limit(*maxlength) : ConnectionCore::kNoLimit;
    switch (core_->recv(&bytes, nullptr, longest)) {
      case ConnectionCore::Received::kMessage:
        return bytes;
      case ConnectionCore::Received::kEndOfFile:
        throw EOFError();
      case ConnectionCore::Received::kTooLong:
        break;
    }
    writable() ? core_->stop_reading() : core_->close();
    throw OSError(EMSGSIZE, "bad message length");
  }

  // Puts the message into the buffer from `offset` on. Returns its length.
  // Raises: as recv_bytes(); ValueError if the offset is not in the buffer; BufferTooShort, which has the message.
  size_t recv_bytes_into(std::span<char> buffer, int64_t offset = 0) {
    core_->require_readable();
    const std::span<char> room = room_in(buffer, offset);
    return put_message(recv_bytes(), room);
  }

  // Whether recv() would not wait: for a message, or because of the end of file. Waits for that until `timeout`.
  bool poll(Timeout timeout = std::chrono::duration<double>(0)) {
    return core_->poll(deadline_of(timeout));
  }

  // The other end sees it when all copies in all processes are closed. To close again does nothing.
  void close() { core_->close(); }
  bool closed() const { return core_->closed(); }
  bool readable() const { return core_->readable(); }
  bool writable() const { return core_->writable(); }

  // A descriptor for select(2), poll(2) and the like, and for nothing else: it is readable while there is a message,
  // or the end of file. The same as long as this end is open.
  int fileno() { return core_->fileno(); }

  // For wait().
  operator Waitable() const { return *core_; }

 private:
  template <class A, class B>
  friend std::pair<Connection<A, B>, Connection<B, A>> Pipe(bool duplex);
  friend struct Codec<Connection>;

  explicit Connection(ConnectionCore::Pointer core) : core_(std::move(core)) {}

  ConnectionCore::Pointer core_;
};

// Both ends of a new pipe: the first sends A and receives B. Not duplex: the first only receives, and the second only
// sends, as in Python. Raises: OSError
template <class A, class B = A>
std::pair<Connection<A, B>, Connection<B, A>> Pipe(bool duplex = true) {
  auto [first, second] = ConnectionCore::pipe(duplex);
  return {Connection<A, B>(std::move(first)), Connection<B, A>(std::move(second))};
}

// Waits until one of the items is ready: a connection of which poll() would be true, or a descriptor that can be read
// from, such as a process's sentinel. Returns the numbers of all that are, counted from 0; none if none was within
// `timeout`. Raises: OSError if a connection is closed.
//
//   mp::wait({client, process.sentinel()});
inline std::vector<size_t> wait(const std::vector<Waitable>& items, Timeout timeout = {}) {
  return ConnectionCore::wait(items, deadline_of(timeout));
}

// An end travels as what it is made of.
template <class Out, class In>
struct Codec<Connection<Out, In>> {
  static void write(Writer& out, const Connection<Out, In>& end) {
    const ConnectionCore::Parts<int> parts = end.core_->parts();
    for (int fd : {parts.memory, parts.wakes, parts.bodies}) out.write(out.luggage().add(fd));
    out.write(parts.side);
    out.write(parts.readable);
    out.write(parts.writable);
  }
  static Connection<Out, In> read(Reader& in) {
    auto next = [&] { return in.luggage().take(in.read<uint32_t>()); };
    ConnectionCore::Parts<base::UniqueFd> parts{
        .memory = next(), .wakes = next(), .bodies = next()};
    parts.side = in.read<uint32_t>();
    if (parts.side > 1) throw DecodeError("an end of a pipe that is neither of the two");
    parts.readable = in.read<bool>();
    parts.writable = in.read<bool>();
    return Connection<Out, In>(std::make_shared<ConnectionCore>(std::move(parts)));
  }
};

}  // namespace mp

#endif  // MP_CONNECTION_H_
