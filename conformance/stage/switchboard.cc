#include "conformance/stage/switchboard.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/os_error.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/wire_tap.h"

namespace conformance {
namespace {

base::UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX};
  if (path.size() >= sizeof(address.sun_path))
    throw base::OsError(ENAMETOOLONG, "name a socket " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(base::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                                "make the socket that puppets connect to"));
  base::check(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
              "bind the socket that puppets connect to");
  base::check(::listen(fd.get(), SOMAXCONN), "listen for puppets");
  return fd;
}

pid_t peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  base::check(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size), "ask who connected");
  return peer.pid;
}

// Readable once the process has ended, as a pidfd is; for one that has gone without trace, a pipe
// that nobody writes to.
base::UniqueFd end_of(pid_t pid) {
  base::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd) return pidfd;
  int ends[2];
  base::check(::pipe2(ends, O_CLOEXEC), "make a pipe");
  ::close(ends[1]);
  return base::UniqueFd(ends[0]);
}

}  // namespace

Switchboard::Switchboard(const std::string& path, std::string token)
    : token_(std::move(token)), listener_(listen_at(path)) {}

std::vector<Switchboard::Event> Switchboard::pump(base::Deadline deadline, int also) {
  std::vector<Event> events = std::exchange(undelivered_, {});
  std::vector<pollfd> polled = {{.fd = listener_.get(), .events = POLLIN},
                                {.fd = also, .events = POLLIN}};
  std::vector<int> keys;
  for (auto& [key, c] : connections_) {
    keys.push_back(key);
    polled.push_back({.fd = c.socket.get(), .events = POLLIN});
    polled.push_back({.fd = c.process.get(), .events = POLLIN});
  }
  int timeout = events.empty() ? deadline.poll_timeout() : 0;
  if (::poll(polled.data(), polled.size(), timeout) <= 0) return events;
  if (polled[0].revents != 0) accept_all(&events);
  for (size_t i = 0; i < keys.size(); ++i) {
    Connection& c = connections_.at(keys[i]);
    bool ended = polled[3 + 2 * i].revents != 0;
    // A reply that was sent before the end counts: look for it first.
    if (c.socket && (polled[2 + 2 * i].revents != 0 || ended)) read_all(keys[i], &c, &events);
    if (ended) {
      c.process.reset();
      events.push_back(ProcessEnded{keys[i]});
    }
  }
  return events;
}

int64_t Switchboard::send(int connection, const Op& op) {
  Connection& c = connections_.at(connection);
  c.pending = c.next_id++;
  c.pending_is_batch = op.name == "batch";
  std::string line = encode_command(c.pending, op);
  tell_wire_tap(WireEvent::Kind::kFromRunner, c.socket.get(), c.pid, line);
  base::Deadline deadline = base::Deadline::after(patience::must_happen());
  for (size_t sent = 0; sent < line.size();) {
    ssize_t n =
        ::send(c.socket.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<size_t>(n);
    } else if (errno == EAGAIN && !deadline.passed()) {
      pollfd room{.fd = c.socket.get(), .events = POLLOUT};
      ::poll(&room, 1, deadline.poll_timeout());
    } else if (errno == EAGAIN) {
      undelivered_.push_back(Broken{
          c.puppet, {FaultKind::kHung, absl::StrCat(c.puppet, " does not read its commands")}});
      break;
    } else {
      break;  // the end of the connection or of the process shows in pump()
    }
  }
  return c.pending;
}

void Switchboard::keep_only(int connection) {
  std::erase_if(connections_, [&](const auto& each) { return each.first != connection; });
  undelivered_.clear();
}

bool Switchboard::is_open(int connection) const {
  auto it = connections_.find(connection);
  return it != connections_.end() && it->second.socket && it->second.process;
}

void Switchboard::accept_all(std::vector<Event>* events) {
  while (true) {
    int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    Connection c{.socket = base::UniqueFd(fd), .pid = peer_of(fd)};
    c.process = end_of(c.pid);
    int key = next_key_++;
    tell_wire_tap(WireEvent::Kind::kOpened, fd, c.pid);
    // A hello that came with the connection counts as having happened: without it the testee would
    // look as if nothing had moved.
    read_all(key, &connections_.emplace(key, std::move(c)).first->second, events);
  }
}

void Switchboard::read_all(int key, Connection* c, std::vector<Event>* events) {
  char buffer[1 << 16];
  while (c->socket) {
    ssize_t n = ::recv(c->socket.get(), buffer, sizeof(buffer), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n > 0) {
      c->inbox.append(buffer, static_cast<size_t>(n));
      take_lines(key, c, events);
      if (!c->inbox.empty()) events->push_back(Arriving{key});
      continue;
    }
    if (!c->inbox.empty())
      tell_wire_tap(WireEvent::Kind::kHalfLine, c->socket.get(), c->pid, c->inbox);
    tell_wire_tap(WireEvent::Kind::kClosed, c->socket.get(), c->pid);
    c->socket.reset();
    if (!c->inbox.empty()) {
      events->push_back(half_line_of(*c, "its connection ended inside a line"));
    } else {
      events->push_back(Closed{key, c->pending != 0});
    }
  }
}

void Switchboard::take_lines(int key, Connection* c, std::vector<Event>* events) {
  size_t begin = 0;
  size_t end;
  while ((end = c->inbox.find('\n', begin)) != std::string::npos && end - begin < kLongestLine) {
    std::string_view line(&c->inbox[begin], end - begin);
    tell_wire_tap(WireEvent::Kind::kFromPuppet, c->socket.get(), c->pid, line);
    take_message(
        key, c,
        parse_message(line, [&](int64_t id) { return id == c->pending && c->pending_is_batch; }),
        events);
    begin = end + 1;
  }
  c->inbox.erase(0, begin);
  if (c->inbox.size() >= kLongestLine) {
    events->push_back(Broken{
        c->puppet,
        {FaultKind::kLineTooLong, absl::StrCat("a line has more than ", kLongestLine, " bytes")}});
    c->inbox.clear();
    c->socket.reset();
  }
}

std::optional<Switchboard::Event> Switchboard::half_line() const {
  for (const auto& [key, c] : connections_) {
    if (!c.inbox.empty()) return half_line_of(c, "it sends no more, inside a line");
  }
  return std::nullopt;
}

Switchboard::Broken Switchboard::half_line_of(const Connection& c, const char* how) {
  return {c.puppet,
          {FaultKind::kHalfLine, absl::StrCat(how, ", after ", c.inbox.size(), " bytes of it")}};
}

void Switchboard::take_message(int key, Connection* c, Message message,
                               std::vector<Event>* events) {
  auto broken = [&](FaultKind kind, std::string detail) {
    events->push_back(Broken{c->puppet, {kind, std::move(detail)}});
  };
  if (Fault* fault = std::get_if<Fault>(&message)) {
    bool hello_expected = c->puppet.empty();
    broken(
        hello_expected && fault->kind == FaultKind::kBadReply ? FaultKind::kBadHello : fault->kind,
        fault->detail);
  } else if (Hello* hello = std::get_if<Hello>(&message)) {
    bool good = false;
    Fault fault = check_hello(*c, *hello, &good);
    if (!good) return broken(fault.kind, fault.detail);
    c->puppet = hello->puppet;
    events->push_back(Connected{key, std::move(*hello)});
  } else {
    Reply& reply = std::get<Reply>(message);
    if (c->puppet.empty())
      return broken(FaultKind::kBadHello, "its first line is a reply, not a hello");
    if (reply.id != c->pending) {
      bool known = reply.id > 0 && reply.id < c->next_id;
      return broken(known ? FaultKind::kReplyTwice : FaultKind::kReplyToNothing,
                    absl::StrCat("it replied to command ", reply.id, ", ",
                                 known ? "which it had answered" : "which nobody sent"));
    }
    c->pending = 0;
    events->push_back(Replied{key, std::move(reply)});
  }
}

Fault Switchboard::check_hello(const Connection& c, const Hello& hello, bool* good) const {
  *good = false;
  if (!c.puppet.empty())
    return {FaultKind::kDuplicateHello, absl::StrCat("a second hello, now as ", hello.puppet)};
  if (hello.version != kProtocolVersion)
    return {FaultKind::kBadHello, absl::StrCat("it speaks version ", hello.version,
                                               " of the protocol, the runner ", kProtocolVersion)};
  if (hello.token != token_)
    return {FaultKind::kWrongToken,
            absl::StrCat("the hello of ", hello.puppet, " has another run's token")};
  if (hello.pid != c.pid)
    return {FaultKind::kBadHello, absl::StrCat(hello.puppet, " says that it is process ", hello.pid,
                                               ", but process ", c.pid, " connected")};
  *good = true;
  return {};
}

}  // namespace conformance
