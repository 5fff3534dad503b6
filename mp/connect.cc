#include "mp/connect.h"

#include <memory>
#include <utility>

#include "base/unique_fd.h"
#include "mp/errors.h"
#include "mp/handshake.h"
#include "mp/socket_address.h"

namespace mp {

SocketCore::Pointer connect(const Address& address, const ClientOptions& options) {
  if (options.family && *options.family != address.family())
    throw ValueError("the address is of another family than was said");
  base::UniqueFd socket = connect_to(address, deadline_of(options.timeout));
  if (options.authkey)
    prove_to_listener(socket.get(), *options.authkey, deadline_of(options.handshake_timeout));
  return std::make_shared<SocketCore>(std::move(socket), options.longest_message);
}

}  // namespace mp
