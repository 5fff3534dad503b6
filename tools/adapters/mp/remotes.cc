#include "tools/adapters/mp/remotes.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mp/remote.h"

namespace adapter {
namespace {

mp::Listener<Item>& listener(Call& c) { return *c.on_a<Listener>().it; }

bool is_given(Call& c, const char* name) {
  return c.find(name) != nullptr && !c.find(name)->is_null();
}

std::optional<mp::Family> family(Call& c) {
  if (!is_given(c, "family")) return std::nullopt;
  if (c.text("family") == "AF_UNIX") return mp::Family::kUnix;
  if (c.text("family") == "AF_INET") return mp::Family::kInet;
  throw mp::ValueError("there is no family " + c.text("family"));
}

std::optional<std::string> authkey(Call& c) {
  if (!is_given(c, "authkey")) return std::nullopt;
  return c.bytes("authkey");
}

}  // namespace

mp::Address address_of(const Value& value) {
  if (const auto* path = value.get_if<std::string>()) return mp::Address(*path);
  if (const auto* tuple = value.get_if<Value::Tuple>();
      tuple != nullptr && tuple->items.size() == 2) {
    const auto* host = tuple->items[0].get_if<std::string>();
    const auto* port = tuple->items[1].get_if<int64_t>();
    if (host != nullptr && port != nullptr) return mp::Address(*host, static_cast<int>(*port));
  }
  refuse_type("an address is a path, or a host and a port");
}

Value told(const mp::Address& address) {
  if (address.family() == mp::Family::kUnix) return Value(address.path());
  return Value::tuple({address.host(), int64_t{address.port()}});
}

Answer new_listener(Call& c) {
  std::optional<mp::Address> address;
  if (is_given(c, "address")) address = address_of(*c.find("address"));
  return made(Listener{std::make_shared<mp::Listener<Item>>(
      std::move(address), mp::ListenerOptions{.family = family(c),
                                              .backlog = static_cast<int>(c.whole("backlog", 1)),
                                              .authkey = authkey(c)})});
}

Answer listener_accept(Call& c) { return made(listener(c).accept(c.timeout())); }

Answer listener_close(Call& c) {
  listener(c).close();
  return {};
}

Answer listener_address(Call& c) { return told(listener(c).address()); }

Answer listener_last_accepted(Call& c) {
  const std::optional<mp::Address> client = listener(c).last_accepted();
  return client ? told(*client) : Value();
}

// A scope has no beginning in C++ that could fail.
Answer listener_enter(Call& c) { return itself(c); }

Answer client_connect(Call& c) {
  const Value* address = c.find("address");
  if (address == nullptr) refuse_type("a client needs an address");
  // A claim waits until a client has given up a listener that proves nothing.
  constexpr std::chrono::seconds kHandshake(4);
  return made(mp::Client<Item>(
      address_of(*address),
      {.family = family(c), .authkey = authkey(c), .handshake_timeout = kHandshake}));
}

}  // namespace adapter
