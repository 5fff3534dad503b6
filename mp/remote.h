// Connections between processes that share an address, and a key if they like: on one machine or on several.
//
// A Listener waits at an address, a path or a host and port; a Client connects to it; both get a SocketConnection,
// which is used as an end of a Pipe is. It sends items of one type and receives items of another, or bytes. An item
// is the message of bytes that encode() makes of it, so both programs must agree on the types, and be of the same kind
// of machine. On the wire a message is what CPython's is: its length and its bytes; so the bytes of send_bytes() get
// through to a Python program as well, if no key is asked for.
//
// With a key (`authkey`) each side proves to the other that it has the same one, by HMAC with SHA-256, and tells
// nobody what it is; before that nothing of what a stranger sends is decoded, and no message of his that is longer
// than a proof is waited for. Messages are not encrypted afterwards. accept() hears all who come at the same time:
// who is silent or slow hinders nobody, and is let go when his time is over (`handshake_timeout`).
//
// When the other end is closed, by close() or because its process has ended, recv() raises EOFError after the last
// message, and send() raises OSError with EPIPE, or ECONNRESET if a network lies between.
//
// Unlike Python: a silent client does not keep others from being accepted
// (remote.silent_client_does_not_block_the_others). A client with a key waits 10 seconds for a listener's proof, if
// it is not told otherwise, for a listener without a key never gives one
// (remote.client_with_a_key_is_told_that_the_listener_has_none). A message of negative length is an error
// (remote.negative_length_is_refused). The handshake is mp's own, so a Python program with a key is refused.
//
// Processes: a Listener stays with the process that has made it, and its forked children; a SocketConnection also
// goes to a new process as an argument, and through a Connection at any time. One process at a time sends through
// an end, and one receives. Threads: any; threads that send through the same end take turns, and so do those that
// receive, and those in accept().
// Lifetime:  handles are cheap copies that share the listener, or the end; the last one of a process closes it there.
//            Connections outlive their listener.
//
//   mp::Listener<std::string, int> listener(mp::Address("127.0.0.1", 0), {.authkey = "secret"});
//   listener.address().port();        // 38465, or whatever is free
//
//   // another program
//   auto server = mp::Client<int, std::string>(mp::Address("127.0.0.1", 38465), {.authkey = "secret"});
//
//   auto client = listener.accept();
//   client.send("how many?");
//
//   server.recv();                    // "how many?"
//   server.send(42);
//   server.close();
//
//   client.recv();                    // 42
//   client.recv();                    // raises mp::EOFError
#ifndef MP_REMOTE_H_
#define MP_REMOTE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mp/address.h"
#include "mp/connect.h"
#include "mp/connection.h"
#include "mp/errors.h"
#include "mp/listener_core.h"
#include "mp/message_part.h"
#include "mp/socket_core.h"
#include "mp/timeout.h"
#include "mp/wire/codec.h"

namespace mp {

template <class Out, class In = Out>
class SocketConnection {
 public:
  // All methods but close(), closed(), readable() and writable() raise OSError if this end is closed, and those that
  // receive, if it has refused a message that was too long.

  // Waits while there is no room. Raises: OSError with EPIPE or ECONNRESET if nobody has the other end any more,
  // perhaps only at the next send(); what the item's Codec raises, and then nothing is sent.
  void send(const Out& item) {
    wire::check_may_be_sent<Out>();
    core_->require_open();
    core_->send(encode(item));
  }

  // Waits for a message. Raises: EOFError if the other end is closed and all is received; DecodeError if the message
  // is no item; OSError if the other end was closed in the middle of it, or if it is longer than `longest_message`.
  In recv() {
    if (std::optional<In> item = try_recv()) return *std::move(item);
    throw EOFError();
  }
  // The same, for who expects the end. Absent: end of file.
  std::optional<In> try_recv() {
    std::string bytes;
    if (!core_->recv(&bytes)) return std::nullopt;
    return decode<In>(bytes);
  }

  // Sends `size` bytes from `offset` on; all that follow if there is no size.
  // Raises: as send(); ValueError if there are not so many.
  void send_bytes(std::string_view data, int64_t offset = 0, std::optional<int64_t> size = {}) {
    core_->require_open();
    core_->send(message_part(data, offset, size));
  }

  // Raises: as recv(), but for DecodeError; ValueError if `maxlength` is negative; OSError if the message is longer,
  // by its announcement alone. This end does not receive any more then.
  std::string recv_bytes(std::optional<int64_t> maxlength = {}) {
    core_->require_readable();
    std::string bytes;
    if (!core_->recv(&bytes, maxlength ? checked_limit(*maxlength) : kNoLimit)) throw EOFError();
    return bytes;
  }

  // Puts the message into the buffer from `offset` on. Returns its length.
  // Raises: as recv_bytes(); ValueError if the offset is not in the buffer; BufferTooShort, which has the message.
  size_t recv_bytes_into(std::span<char> buffer, int64_t offset = 0) {
    core_->require_readable();
    const std::span<char> room = room_in(buffer, offset);
    return put_message(recv_bytes(), room);
  }

  // Whether there is something to receive: a message, or the beginning of one, or the end of file. Waits for that until
  // `timeout`.
  bool poll(Timeout timeout = std::chrono::duration<double>(0)) {
    return core_->poll(deadline_of(timeout));
  }

  // The other end sees it when all copies in all processes are closed. Threads that are in a call finish it first. To
  // close again does nothing.
  void close() { core_->close(); }
  bool closed() const { return core_->closed(); }
  bool readable() const { return core_->readable(); }
  bool writable() const { return true; }

  // The socket, for select(2), poll(2) and the like.
  int fileno() const { return core_->fileno(); }

  // For wait().
  operator Waitable() const { return fileno(); }

 private:
  template <class A, class B>
  friend class Listener;
  template <class A, class B>
  friend SocketConnection<A, B> Client(const Address& address, const ClientOptions& options);
  friend struct Codec<SocketConnection>;

  explicit SocketConnection(SocketCore::Pointer core) : core_(std::move(core)) {}

  SocketCore::Pointer core_;
};

// Options (ListenerOptions, listener_core.h): `family`, `backlog` = 1, `authkey`, `handshake_timeout` = 10s,
// `handshakes` = 64, `longest_message`.
template <class Out, class In = Out>
class Listener {
 public:
  // Without an address: a new one that is free, of the family in the options, for this machine only.
  // Raises: OSError, with EADDRINUSE if the address is another one's; ValueError for what is no address.
  explicit Listener(ListenerOptions options = {}) : Listener(std::nullopt, std::move(options)) {}
  explicit Listener(std::optional<Address> address, ListenerOptions options = {})
      : core_(std::make_shared<ListenerCore>(std::move(address), std::move(options))) {}

  // Waits for a client, and for its proof if there is a key. The first who has given it is returned; the others go
  // on in the next accept(). Raises: TimeoutError; AuthenticationError if a client has another key, or says what is
  // no proof; EOFError, OSError if one has gone meanwhile; OSError if the listener is closed, also meanwhile. After
  // all but the last, accept() may be called again, and loses nobody.
  SocketConnection<Out, In> accept(Timeout timeout = {}) {
    return SocketConnection<Out, In>(core_->accept(deadline_of(timeout)));
  }

  // With the port that the kernel has chosen.
  Address address() const { return core_->address(); }
  // Where the client was that was accepted last: an empty path for most of those of a Unix socket. Absent: none was.
  std::optional<Address> last_accepted() const { return core_->last_accepted(); }

  // The socket's file is removed, by the process that has made it. To close again does nothing.
  // Then: whoever waits in accept() in this process raises OSError.
  void close() { core_->close(); }
  bool closed() const { return core_->closed(); }

 private:
  std::shared_ptr<ListenerCore> core_;
};

// Connects to a listener. Options (ClientOptions, connect.h): `family`, `authkey`, `timeout`,
// `handshake_timeout` = 10s, `longest_message`.
// Raises: OSError, with ENOENT if there is no such path and ECONNREFUSED if nobody listens; ValueError for what is no
// address; TimeoutError; AuthenticationError if the listener has another key; EOFError if it hangs up.
template <class Out, class In = Out>
SocketConnection<Out, In> Client(const Address& address, const ClientOptions& options = {}) {
  return SocketConnection<Out, In>(connect(address, options));
}

// An end travels as its socket.
template <class Out, class In>
struct Codec<SocketConnection<Out, In>> {
  static void write(Writer& out, const SocketConnection<Out, In>& end) {
    out.write(out.luggage().add(end.fileno()));
    out.write(end.core_->longest());
  }
  static SocketConnection<Out, In> read(Reader& in) {
    base::UniqueFd socket = in.luggage().take(in.read<uint32_t>());
    return SocketConnection<Out, In>(
        std::make_shared<SocketCore>(std::move(socket), in.read<uint64_t>()));
  }
};

}  // namespace mp

#endif  // MP_REMOTE_H_
