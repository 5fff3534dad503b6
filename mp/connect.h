// What a Client is made of.
#ifndef MP_CONNECT_H_
#define MP_CONNECT_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "mp/address.h"
#include "mp/frame_reader.h"
#include "mp/socket_core.h"
#include "mp/timeout.h"

namespace mp {

struct ClientOptions {
  // Absent: of the address. Another one raises ValueError.
  std::optional<Family> family = {};
  // Bytes that the listener must have, too. Absent: whoever listens there is believed.
  std::optional<std::string> authkey = {};
  // How long a listener that has no room is waited for. Absent: as long as it takes.
  Timeout timeout = {};
  // How long the listener's proof of the key is waited for, and before that for its accept(). Absent: as long as it
  // takes.
  Timeout handshake_timeout = std::chrono::seconds(10);
  // No longer message is received. In bytes.
  uint64_t longest_message = kNoLimit;
};

// Raises: OSError, ValueError, TimeoutError, AuthenticationError, EOFError
SocketCore::Pointer connect(const Address& address, const ClientOptions& options);

}  // namespace mp

#endif  // MP_CONNECT_H_
