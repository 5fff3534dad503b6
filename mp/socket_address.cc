#include "mp/socket_address.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>

#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/os/futex.h"
#include "mp/os/readable.h"

namespace mp {
namespace {

enum class Side { kListener, kClient };

SocketAddress unix_address(const std::string& path) {
  SocketAddress address;
  sockaddr_un& here = reinterpret_cast<sockaddr_un&>(address.storage);
  if (path.empty()) throw ValueError("the path of a Unix socket is empty");
  if (path.find('\0', 1) != std::string::npos && path[0] != '\0')
    throw ValueError("a path with a zero byte in it");
  if (path.size() >= sizeof(here.sun_path))
    throw base::OsError(ENAMETOOLONG, "use the path " + path + " for a socket");
  here.sun_family = AF_UNIX;
  std::memcpy(here.sun_path, path.data(), path.size());
  // A name of the kernel's own has no zero at its end.
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() +
                                        (path[0] == '\0' ? 0 : 1));
  return address;
}

SocketAddress inet_address(const Address& address, Side side) {
  if (address.port() < 0 || address.port() > 65535) throw ValueError("a port is from 0 to 65535");
  addrinfo hints = {}, *found = nullptr;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = side == Side::kListener ? AI_PASSIVE : 0;
  const char* host = address.host().empty() ? nullptr : address.host().c_str();
  const int error = ::getaddrinfo(host, std::to_string(address.port()).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (error == EAI_SYSTEM) throw base::OsError(errno, "find the host " + address.host());
  if (error != 0)
    throw base::OsError(EADDRNOTAVAIL,
                        "find the host " + address.host() + " (" + ::gai_strerror(error) + ")");
  SocketAddress result;
  std::memcpy(&result.storage, found->ai_addr, found->ai_addrlen);
  result.size = found->ai_addrlen;
  return result;
}

SocketAddress resolve(const Address& address, Side side) {
  return address.family() == Family::kUnix ? unix_address(address.path())
                                           : inet_address(address, side);
}

std::string text_of(const Address& address) {
  return address.family() == Family::kUnix ? address.path()
                                           : address.host() + ":" + std::to_string(address.port());
}

base::UniqueFd make_socket(const Address& address, int flags) {
  const int domain = address.family() == Family::kUnix ? AF_UNIX : AF_INET;
  return base::UniqueFd(
      base::check(::socket(domain, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "make a socket"));
}

[[noreturn]] void raise_timeout(const Address& address) {
  throw TimeoutError("nobody at " + text_of(address) + " has accepted in time");
}

// The kernel gives up after that: an endless wait would be restarted after a signal, and nobody told of it.
void limit_connect(int socket, base::Deadline deadline) {
  using namespace std::chrono;
  const auto limit = std::clamp<nanoseconds>(deadline.remaining(), microseconds(1),
                                             duration_cast<nanoseconds>(hours(1)));
  const auto whole = duration_cast<microseconds>(limit).count();
  const timeval time = {.tv_sec = static_cast<time_t>(whole / 1000000),
                        .tv_usec = static_cast<suseconds_t>(whole % 1000000)};
  base::check(::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)),
              "limit the time that connecting takes");
}

// While there are too many who wait already, one sleeps in connect() itself.
base::UniqueFd connect_unix(const Address& address, base::Deadline deadline) {
  const SocketAddress there = resolve(address, Side::kClient);
  base::UniqueFd socket = make_socket(address, 0);
  while (true) {
    limit_connect(socket.get(), deadline);
    if (::connect(socket.get(), there.get(), there.size) == 0) return socket;
    if (errno != EINTR && errno != EAGAIN)
      throw base::OsError(errno, "connect to " + text_of(address));
    if (errno == EINTR) os::check_interrupt();
    if (deadline.passed()) raise_timeout(address);
  }
}

base::UniqueFd connect_inet(const Address& address, base::Deadline deadline) {
  const SocketAddress there = resolve(address, Side::kClient);
  base::UniqueFd socket = make_socket(address, SOCK_NONBLOCK);
  const std::string step = "connect to " + text_of(address);
  if (::connect(socket.get(), there.get(), there.size) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) throw base::OsError(errno, step);
    if (!os::wait_writable(socket.get(), deadline)) raise_timeout(address);
    int error = 0;
    socklen_t size = sizeof(error);
    base::check(::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size), step);
    if (error != 0) throw base::OsError(error, step);
  }
  send_without_delay(socket.get(), Family::kInet);
  return socket;
}

}  // namespace

Address address_of(const SocketAddress& told) {
  if (told.storage.ss_family == AF_INET) {
    const auto& there = reinterpret_cast<const sockaddr_in&>(told.storage);
    char host[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &there.sin_addr, host, sizeof(host));
    return Address(host, ntohs(there.sin_port));
  }
  const auto& there = reinterpret_cast<const sockaddr_un&>(told.storage);
  const size_t head = offsetof(sockaddr_un, sun_path);
  const size_t size = told.size > head ? told.size - head : 0;
  if (size > 0 && there.sun_path[0] == '\0') return Address(std::string(there.sun_path, size));
  return Address(std::string(there.sun_path, ::strnlen(there.sun_path, size)));
}

base::UniqueFd listen_at(const Address& address, int backlog) {
  const SocketAddress here = resolve(address, Side::kListener);
  base::UniqueFd socket = make_socket(address, SOCK_NONBLOCK);
  const int yes = 1;
  // The port of a listener that was closed a moment ago is free.
  if (address.family() == Family::kInet)
    base::check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)),
                "take a port again");
  base::check(::bind(socket.get(), here.get(), here.size), "listen at " + text_of(address));
  base::check(::listen(socket.get(), backlog), "listen at " + text_of(address));
  return socket;
}

base::UniqueFd connect_to(const Address& address, base::Deadline deadline) {
  return address.family() == Family::kUnix ? connect_unix(address, deadline)
                                           : connect_inet(address, deadline);
}

void send_without_delay(int socket, Family family) {
  if (family != Family::kInet) return;
  const int yes = 1;
  base::check(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)),
              "send short messages at once");
}

}  // namespace mp
