// How two processes prove to each other that they have the same key, without telling it.
//
//   listener -> client   kChallenge, 32 random bytes
//   client -> listener   kAnswer, 32 random bytes of its own, HMAC-SHA-256 of (kAnswer, both numbers)
//   listener -> client   kWelcome, HMAC-SHA-256 of (kWelcome, both numbers); or kRefused
//
// Each a message of the connection's (frame_reader.h), and of at most kLongestInHandshake bytes: who announces more
// is refused before it comes. A proof names who gives it, so it can't be sent back to its giver, and holds both
// numbers, so it is of no use another time. Who proves first has not learnt anything yet: that is the client.
//
//   ListenersHandshake handshake(socket, key);
//   while (!handshake.go_on()) wait_readable(socket, deadline);
//
//   prove_to_listener(socket, key, deadline);  // the other process
#ifndef MP_HANDSHAKE_H_
#define MP_HANDSHAKE_H_

#include <cstdint>
#include <string>

#include "base/deadline.h"
#include "mp/frame_reader.h"

namespace mp {

inline constexpr uint64_t kLongestInHandshake = 256;

class ListenersHandshake {
 public:
  // Sends the challenge. Raises: OSError
  ListenersHandshake(int socket, std::string key);

  // Reads what has come, without waiting. True: the client has the key, and is told that this side has it too.
  // Raises: AuthenticationError for any other answer, and the client is told; EOFError, OSError if it has gone.
  bool go_on();

 private:
  int socket_;
  std::string key_, challenge_;
  FrameReader reader_;
};

// Waits for the listener. Raises: AuthenticationError if it refuses, or has not the key itself; TimeoutError; EOFError,
// OSError if it has gone.
void prove_to_listener(int socket, const std::string& key, base::Deadline deadline);

}  // namespace mp

#endif  // MP_HANDSHAKE_H_
