#include "conformance/stage/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "conformance/stage/patience.h"

namespace conformance {
namespace {

using base::check;
using base::retry_eintr;

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof(address.sun_path))
    throw base::OsError(ENAMETOOLONG, absl::StrCat("reach the socket ", path));
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

base::UniqueFd unix_socket() {
  return base::UniqueFd(
      check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a Unix socket"));
}

// `path`: of a file, or a name in the abstract namespace, which begins with a zero and ends where it
// ends.
base::UniqueFd connect_unix(const std::string& path) {
  base::UniqueFd fd = unix_socket();
  sockaddr_un address = unix_address(path);
  const size_t length =
      path.starts_with('\0') ? offsetof(sockaddr_un, sun_path) + path.size() : sizeof(address);
  check(retry_eintr([&] {
          return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                           static_cast<socklen_t>(length));
        }),
        "connect to a Unix socket");
  return fd;
}

base::UniqueFd connect_tcp(int port) {
  base::UniqueFd fd(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a TCP socket"));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // a testee is on this machine
  check(retry_eintr([&] {
          return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
        }),
        "connect to a TCP socket");
  return fd;
}

}  // namespace

RawSocket RawSocket::connect(const Value& address, const std::string& folder) {
  if (const std::string* path = address.get_if<std::string>())
    return RawSocket(
        connect_unix(path->starts_with('/') ? *path : absl::StrCat(folder, "/", *path)));
  const Value::Bytes* name = address.get_if<Value::Bytes>();
  if (name != nullptr && name->data.starts_with('\0')) return RawSocket(connect_unix(name->data));
  const Value::Tuple* host_and_port = address.get_if<Value::Tuple>();
  if (host_and_port != nullptr && host_and_port->items.size() == 2) {
    if (const int64_t* port = host_and_port->items[1].get_if<int64_t>())
      return RawSocket(connect_tcp(static_cast<int>(*port)));
  }
  throw std::invalid_argument(absl::StrCat("no address: ", address.text()));
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = retry_eintr(
        [&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    bytes.remove_prefix(static_cast<size_t>(check(n, "send to the testee")));
  }
  return true;
}

std::string RawSocket::receive(size_t count) {
  std::string received;
  base::Deadline deadline = base::Deadline::after(patience::quiet());
  char piece[4096];
  while (received.size() < count && !deadline.passed()) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN};
    if (::poll(&ready, 1, deadline.poll_timeout()) <= 0) continue;
    size_t wanted = std::min(sizeof(piece), count - received.size());
    ssize_t n = ::recv(socket_.get(), piece, wanted, 0);
    if (n <= 0) break;  // hung up, or reset
    received.append(piece, static_cast<size_t>(n));
  }
  return received;
}

std::string RawSocket::received_so_far() {
  std::string received;
  char piece[4096];
  ssize_t n;
  while ((n = ::recv(socket_.get(), piece, sizeof(piece), MSG_DONTWAIT)) > 0)
    received.append(piece, static_cast<size_t>(n));
  return received;
}

bool RawSocket::is_hung_up() {
  base::Deadline deadline = base::Deadline::after(patience::quiet());
  char piece[4096];
  while (!deadline.passed()) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN};
    if (::poll(&ready, 1, deadline.poll_timeout()) <= 0) continue;
    if (::recv(socket_.get(), piece, sizeof(piece), 0) <= 0) return true;
  }
  return false;
}

RawListener::RawListener(std::string path) : path_(std::move(path)), socket_(unix_socket()) {
  sockaddr_un address = unix_address(path_);
  check(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        "bind a Unix socket");
  check(::listen(socket_.get(), 16), "listen on a Unix socket");
}

RawListener::~RawListener() { ::unlink(path_.c_str()); }

RawSocket RawListener::accept() {
  base::Deadline deadline = base::Deadline::after(patience::must_happen());
  pollfd ready{.fd = socket_.get(), .events = POLLIN};
  while (::poll(&ready, 1, deadline.poll_timeout()) <= 0) {
    if (deadline.passed()) throw base::OsError(ETIMEDOUT, "accept a connection of the testee");
  }
  return RawSocket(base::UniqueFd(
      check(retry_eintr([&] { return ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC); }),
            "accept a connection of the testee")));
}

std::string frame_header(int32_t size) {
  uint32_t in_order = htonl(static_cast<uint32_t>(size));
  return std::string(reinterpret_cast<const char*>(&in_order), sizeof(in_order));
}

std::string framed(std::string_view content) {
  return absl::StrCat(frame_header(static_cast<int32_t>(content.size())), content);
}

}  // namespace conformance
