// Listeners, clients, and the connections of both kinds.
#ifndef TOOLS_ADAPTERS_MP_REMOTES_H_
#define TOOLS_ADAPTERS_MP_REMOTES_H_

#include <variant>

#include "tools/adapters/mp/objects.h"
#include "tools/adapters/mp/operations.h"

namespace adapter {

// Calls `f` with the connection that the call is on, whatever it leads through.
template <class F>
auto with_connection(Call& c, F f) {
  if (auto* remote = std::get_if<RemoteConnection>(&c.on().it)) return f(*remote);
  return f(c.on_a<Connection>());
}

mp::Address address_of(const Value& value);
Value told(const mp::Address& address);

Answer new_listener(Call& c);
Answer listener_accept(Call& c);
Answer listener_close(Call& c);
Answer listener_address(Call& c);
Answer listener_last_accepted(Call& c);
Answer listener_enter(Call& c);

Answer client_connect(Call& c);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_REMOTES_H_
