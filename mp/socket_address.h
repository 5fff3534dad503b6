// Addresses as the kernel has them, and sockets that are bound and connected there.
#ifndef MP_SOCKET_ADDRESS_H_
#define MP_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "mp/address.h"

namespace mp {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// Whose it is that the kernel tells: a client's, or a listener's own.
Address address_of(const SocketAddress& told);

// Raises, both of them: OSError (a host that is unknown: with EADDRNOTAVAIL); ValueError for what is no address.

// A socket that listens, and of which accept4(2) does not wait.
base::UniqueFd listen_at(const Address& address, int backlog);

// Waits until a listener has room. Signals' handlers may end the wait (set_interrupt_check()).
// Raises: OSError; TimeoutError.
base::UniqueFd connect_to(const Address& address, base::Deadline deadline);

// Sent at once, however short.
void send_without_delay(int socket, Family family);

}  // namespace mp

#endif  // MP_SOCKET_ADDRESS_H_
