#include "mp/connection_core.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <new>

#include "base/os_error.h"
#include "mp/os/descriptors.h"
#include "mp/os/futex.h"
#include "mp/os/kill_point.h"
#include "mp/os/life.h"
#include "mp/os/robust_mutex.h"

namespace mp {
namespace {

constexpr size_t kLine = 128;

[[noreturn]] void raise_broken_pipe() {
  throw base::OsError(EPIPE, "send to a connection whose other end is closed");
}

[[noreturn]] void raise_closed() { throw base::OsError(EBADF, "handle is closed"); }

base::UniqueFd duplicate(int fd) {
  return base::UniqueFd(
      base::check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "duplicate a descriptor of a connection"));
}

// What the kernel says about these. False: a signal has interrupted it, and it has said nothing.
bool poll_once(std::span<pollfd> polled, int timeout) {
  for (pollfd& each : polled) each.revents = 0;
  if (::poll(polled.data(), polled.size(), timeout) != -1) return true;
  if (errno != EINTR) throw base::OsError(errno, "wait for a connection");
  os::check_interrupt();
  return false;
}

// Returns the packet's size; 0 if there is none.
size_t read_packet(int socket, msghdr* message, int flags) {
  while (true) {
    const ssize_t size =
        ::recvmsg(socket, message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC);
    if (size >= 0) return static_cast<size_t>(size);
    if (errno == EAGAIN) return 0;
    // ECONNRESET is told once: the other end was closed, and had not read everything.
    if (errno != ECONNRESET && errno != EINTR)
      throw base::OsError(errno, "receive through a connection");
  }
}

// Throws the next packet away. False: there is none.
bool pass_over(int socket) {
  msghdr nothing = {};
  return read_packet(socket, &nothing, 0) != 0;
}

// Reads how the next packet begins. False: there is none.
bool peek(int socket, void* to, size_t size) {
  iovec piece = {to, size};
  msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  return read_packet(socket, &message, MSG_PEEK) != 0;
}

}  // namespace

struct ConnectionCore::Direction {
  MessageRing ring;

  // Who puts into the ring, or looks whether it is empty before going to sleep.
  alignas(kLine) os::RobustMutex put_mutex;
  // The ring was empty, so the next message must be preceded by a wake-up; else there is one that was not
  // read. Under the mutex.
  std::atomic<bool> idle{true};

  // Who sends a body, until its last part is sent.
  alignas(kLine) os::RobustMutex body_mutex;

  // Who takes messages off. Until the last part of its body is received, too.
  alignas(kLine) os::RobustMutex take_mutex;

  // Of the process that received last, while it has not closed its end. 0: ask the kernel.
  alignas(kLine) std::atomic<os::Token> receiver{0};
  // Somebody looks at the descriptor, so no wake-up may be left over.
  std::atomic<bool> watched{false};
};

struct ConnectionCore::Memory {
  Direction directions[2];  // from side 0, from side 1
};

// Stands before each part of a body.
struct ConnectionCore::PartHead {
  static constexpr uint64_t kNoMoreFollows = ~uint64_t{0};

  uint64_t number;  // of the message
  uint64_t offset;  // of the part
};

// A call that is under way.
class ConnectionCore::Use {
 public:
  explicit Use(ConnectionCore* connection) : connection_(*connection) {
    if (!connection_.gate_.enter()) raise_closed();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    if (connection_.gate_.leave()) connection_.clear_away();
  }

 private:
  ConnectionCore& connection_;
};

std::pair<ConnectionCore::Pointer, ConnectionCore::Pointer> ConnectionCore::pipe(bool duplex) {
  os::my_token();  // before there are children, for they share the lives
  const uint64_t size = os::rounded_up(sizeof(Memory), 4096);
  os::SharedFile file = os::SharedFile::make("mp-pipe", size);
  const os::View view = file.view(0, size);
  new (view.data()) Memory;
  auto wakes = os::socket_pair(SOCK_SEQPACKET), bodies = os::socket_pair(SOCK_SEQPACKET);
  return {std::make_shared<ConnectionCore>(Parts<base::UniqueFd>{.memory = duplicate(file.fd()),
                                                                 .wakes = std::move(wakes.first),
                                                                 .bodies = std::move(bodies.first),
                                                                 .side = 0,
                                                                 .readable = true,
                                                                 .writable = duplex}),
          std::make_shared<ConnectionCore>(Parts<base::UniqueFd>{.memory = duplicate(file.fd()),
                                                                 .wakes = std::move(wakes.second),
                                                                 .bodies = std::move(bodies.second),
                                                                 .side = 1,
                                                                 .readable = duplex,
                                                                 .writable = true})};
}

ConnectionCore::ConnectionCore(Parts<base::UniqueFd> parts)
    : side_(parts.side),
      readable_(parts.readable),
      writable_(parts.writable),
      file_(os::SharedFile::adopt(std::move(parts.memory))),
      view_(file_->view(0, os::rounded_up(sizeof(Memory), 4096))),
      wakes_(std::move(parts.wakes)),
      bodies_(std::move(parts.bodies)) {}

ConnectionCore::Parts<int> ConnectionCore::parts() {
  Use use(this);
  return {.memory = file_->fd(),
          .wakes = wakes_.get(),
          .bodies = bodies_.get(),
          .side = side_,
          .readable = readable_,
          .writable = writable_};
}

ConnectionCore::Direction& ConnectionCore::out() const {
  return reinterpret_cast<Memory*>(view_.data())->directions[side_];
}
ConnectionCore::Direction& ConnectionCore::in() const {
  return reinterpret_cast<Memory*>(view_.data())->directions[1 - side_];
}

void ConnectionCore::require_open() const {
  if (closed()) raise_closed();
}
void ConnectionCore::require_readable() const {
  require_open();
  if (!readable_) throw base::OsError(EBADF, "connection is write-only");
}
void ConnectionCore::require_writable() const {
  require_open();
  if (!writable_) throw base::OsError(EBADF, "connection is read-only");
}

void ConnectionCore::close() {
  if (gate_.close()) clear_away();
}

void ConnectionCore::clear_away() {
  // First of all: who sends from now on asks the kernel.
  if (os::Token mine = receiver_.load()) in().receiver.compare_exchange_strong(mine, 0);
  MP_KILL_POINT();
  wakes_.reset();
  MP_KILL_POINT();
  bodies_.reset();
  file_.reset();
  view_ = os::View();
}

bool ConnectionCore::other_end_is_gone() const {
  pollfd wakes{.fd = wakes_.get(), .events = 0, .revents = 0};
  while (!poll_once({&wakes, 1}, 0)) continue;
  return (wakes.revents & POLLHUP) != 0;
}

// ---------------------------------------------------------------- send

void ConnectionCore::send(std::string_view message, std::span<const int> descriptors) {
  Use use(this);
  require_writable();
  check_that_somebody_may_receive();
  if (descriptors.empty() && send_through_ring(message)) return;
  send_through_socket(message, descriptors);
}

void ConnectionCore::check_that_somebody_may_receive() const {
  const os::Token receiver = out().receiver.load(std::memory_order_acquire);
  if (receiver != 0 && os::is_alive(receiver)) return;
  if (other_end_is_gone()) raise_broken_pipe();
}

bool ConnectionCore::send_through_ring(std::string_view message) {
  if (message.size() > kLongestInRing) return false;
  Direction& to = out();
  os::RobustLock hold(to.put_mutex);
  if (!to.ring.has_room_for(message.size())) return false;
  wake_before([&] { to.ring.add(message); });
  return true;
}

// Requires: the put mutex. `commit` puts something into the ring.
template <class Commit>
void ConnectionCore::wake_before(Commit commit) {
  Direction& to = out();
  const bool idle = to.idle.load(std::memory_order_relaxed);
  if (idle) write_wake_up();
  MP_KILL_POINT();
  commit();
  MP_KILL_POINT();
  if (idle) to.idle.store(false, std::memory_order_release);  // not before the commit
  MP_KILL_POINT();
}

void ConnectionCore::write_wake_up() {
  const char something = 0;
  if (::send(wakes_.get(), &something, 1, MSG_DONTWAIT | MSG_NOSIGNAL) != -1) return;
  if (errno == EPIPE || errno == ECONNRESET) raise_broken_pipe();
  // EAGAIN: those who were killed here have left as many as there is room for.
  if (errno != EAGAIN) throw base::OsError(errno, "wake the other end of a connection");
}

void ConnectionCore::send_through_socket(std::string_view message,
                                         std::span<const int> descriptors) {
  if (descriptors.size() > os::kMostDescriptors)
    throw base::OsError(EINVAL, "send more than 253 descriptors with a message");
  std::optional<uint64_t> number;
  try {
    os::RobustLock hold(out().body_mutex);
    check_that_somebody_may_receive();  // for it may have taken a while
    number = announce(message.size());
    send_parts(*number, message, descriptors);
  } catch (...) {
    if (number) tell_that_no_more_follows(*number);
    throw;
  }
}

uint64_t ConnectionCore::announce(uint64_t size) {
  Direction& to = out();
  uint64_t number = 0;
  os::RobustLock hold(to.put_mutex);
  if (!to.ring.has_room_for_announcement())
    throw base::OsError(ENOBUFS, "send through a connection that is full of torn messages");
  wake_before([&] { number = to.ring.announce(size, ::getpid()); });
  return number;
}

// Waits while the socket has no room. Each part is there whole, or not at all.
void ConnectionCore::send_parts(uint64_t number, std::string_view message,
                                std::span<const int> descriptors) {
  uint64_t offset = 0;
  do {
    const std::string_view part = message.substr(offset, kLongestPart);
    MP_KILL_POINT();
    while (write_part({.number = number, .offset = offset}, part, descriptors, 0) == -1) {
      if (errno == EPIPE || errno == ECONNRESET) raise_broken_pipe();
      if (errno != EINTR) throw base::OsError(errno, "send through a connection");
      os::check_interrupt();
    }
    descriptors = {};  // they go with the first
    offset += part.size();
  } while (offset < message.size());
  MP_KILL_POINT();
}

ssize_t ConnectionCore::write_part(PartHead head, std::string_view part,
                                   std::span<const int> descriptors, int flags) const {
  iovec pieces[2] = {{&head, sizeof(head)}, {const_cast<char*>(part.data()), part.size()}};
  msghdr message = {};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  os::DescriptorRoom room;
  os::pack_descriptors(descriptors, &room, &message);
  return ::sendmsg(bodies_.get(), &message, flags | MSG_NOSIGNAL);
}

// Requires: not the body mutex any more. A receiver that sleeps for the rest of the body has found the mutex held and
// nothing to read, so there is room for this. Another one will find the mutex free.
void ConnectionCore::tell_that_no_more_follows(uint64_t number) const {
  static_cast<void>(
      write_part({.number = number, .offset = PartHead::kNoMoreFollows}, "", {}, MSG_DONTWAIT));
}

// ---------------------------------------------------------------- recv

ConnectionCore::Received ConnectionCore::recv(std::string* message,
                                              std::vector<base::UniqueFd>* descriptors,
                                              uint64_t longest) {
  Use use(this);
  require_readable();
  note_receiver();
  for (bool gone = false;; gone = sleep_until_message_or_end()) {
    if (const auto received = take_first(message, descriptors, longest)) return *received;
    if (gone) return Received::kEndOfFile;
  }
}

void ConnectionCore::note_receiver() {
  const os::Token me = os::my_token();
  receiver_.store(me, std::memory_order_relaxed);
  std::atomic<os::Token>& last = in().receiver;
  if (last.load(std::memory_order_relaxed) != me) last.store(me, std::memory_order_release);
}

std::optional<ConnectionCore::Received> ConnectionCore::take_first(
    std::string* message, std::vector<base::UniqueFd>* descriptors, uint64_t longest) {
  Direction& from = in();
  if (from.ring.empty()) return std::nullopt;
  os::RobustLock hold(from.take_mutex);
  const std::optional<MessageRing::Message> first = from.ring.first();
  if (!first) return std::nullopt;
  if (first->size > longest) {
    if (first->is_announced) pass_over_body(*first);
    take_off(*first);
    return Received::kTooLong;
  }
  message->resize(first->size);
  if (first->is_announced) {
    take_body(*first, message, descriptors);
  } else {
    from.ring.copy(*first, message->data());
    MP_KILL_POINT();
    take_off(*first);
  }
  return Received::kMessage;
}

// Requires: the take mutex.
void ConnectionCore::take_off(const MessageRing::Message& first) {
  in().ring.take_off(first);
  MP_KILL_POINT();
  if (in().watched.load(std::memory_order_acquire)) be_woken_by_the_next();
}

// Requires: the take mutex.
void ConnectionCore::take_body(const MessageRing::Message& first, std::string* message,
                               std::vector<base::UniqueFd>* descriptors) {
  base::UniqueFd senders_life;
  for (uint64_t offset = 0;; offset += kLongestPart) {
    const std::optional<PartHead> next = next_part(first, &senders_life);
    if (!next || next->offset != offset) {
      // A receiver before this one has died, or a sender. If it is alive, it goes on.
      pass_over_body(first);
      take_off(first);
      throw base::OsError(EBADMSG, "got end of file during message");
    }
    const bool is_last = is_last_part(first, *next);
    // The last one stays until the message is taken off: if this process dies before, another may get it.
    std::vector<base::UniqueFd> arrived =
        read_part(std::span<char>(*message).subspan(offset), is_last ? MSG_PEEK : 0);
    MP_KILL_POINT();
    if (offset == 0 && descriptors != nullptr) *descriptors = std::move(arrived);
    if (!is_last) continue;
    take_off(first);
    MP_KILL_POINT();
    pass_over(bodies_.get());
    return;
  }
}

bool ConnectionCore::is_last_part(const MessageRing::Message& message, PartHead part) {
  return part.offset == PartHead::kNoMoreFollows || message.size - part.offset <= kLongestPart;
}

// Throws away what is left of the first message's body, and what is still to come, so that its sender gets on.
void ConnectionCore::pass_over_body(const MessageRing::Message& first) const {
  base::UniqueFd senders_life;
  while (const std::optional<PartHead> next = next_part(first, &senders_life)) {
    pass_over(bodies_.get());
    MP_KILL_POINT();
    if (is_last_part(first, *next)) return;
  }
}

// Waits for a part of the first message's body, and leaves it where it is. Absent: there is none any more.
std::optional<ConnectionCore::PartHead> ConnectionCore::next_part(
    const MessageRing::Message& first, base::UniqueFd* senders_life) const {
  for (bool more_may_come = true;;) {
    PartHead head;
    if (peek(bodies_.get(), &head, sizeof(head))) {
      if (head.number == first.number) return head;
      if (head.number > first.number) return std::nullopt;
      pass_over(bodies_.get());  // left by a receiver or a sender who died
    } else {
      if (!more_may_come) return std::nullopt;
      // If not: what was sent at last is there now, so look once more.
      more_may_come = sleep_for_part(first.sender, senders_life);
    }
  }
}

// Returns at any time. False: all that the sender sends of his body is there.
bool ConnectionCore::sleep_for_part(pid_t sender, base::UniqueFd* his_life) const {
  // Before the mutex is looked at. So the number can be that of another process only if the mutex is free, too.
  if (!*his_life) his_life->reset(static_cast<int>(::syscall(SYS_pidfd_open, sender, 0)));
  if (!*his_life) {
    if (errno == ESRCH) return false;
    throw base::OsError(errno, "look at the sender of a message");
  }
  if (in().body_mutex.try_lock() != os::Locked::kNot) {
    in().body_mutex.unlock();
    return false;
  }
  pollfd polled[] = {{.fd = bodies_.get(), .events = POLLIN, .revents = 0},
                     {.fd = his_life->get(), .events = POLLIN, .revents = 0}};
  poll_once(polled, -1);
  return (polled[0].revents & POLLHUP) == 0 && polled[1].revents == 0;
}

// Into the beginning of `to`, or all of it.
std::vector<base::UniqueFd> ConnectionCore::read_part(std::span<char> to, int flags) const {
  PartHead head;
  iovec pieces[2] = {{&head, sizeof(head)}, {to.data(), std::min(to.size(), kLongestPart)}};
  os::DescriptorRoom room;
  msghdr message = {};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  message.msg_control = &room;
  message.msg_controllen = sizeof(room);
  read_packet(bodies_.get(), &message, flags);
  return os::unpack_descriptors(&message);
}

// ---------------------------------------------------------------- waiting

// From now on a wake-up is there to read when a message is, and only then.
void ConnectionCore::be_woken_by_the_next() {
  Direction& from = in();
  os::RobustLock hold(from.put_mutex);
  if (!from.ring.empty()) return;
  // First this: otherwise others might sleep on after the wake-up that is read here.
  from.idle.store(true, std::memory_order_relaxed);
  MP_KILL_POINT();
  while (pass_over(wakes_.get())) MP_KILL_POINT();
}

// False: there may be a message. True: there won't be any but those that are there.
bool ConnectionCore::sleep_until_message_or_end() {
  if (in().ring.spin_until_not_empty()) return false;
  be_woken_by_the_next();
  pollfd wakes{.fd = wakes_.get(), .events = POLLIN, .revents = 0};
  poll_once({&wakes, 1}, -1);
  return (wakes.revents & POLLHUP) != 0;
}

bool ConnectionCore::poll(base::Deadline deadline) {
  Use use(this);
  require_readable();
  const MessageRing& ring = in().ring;
  if (!ring.empty() || (!deadline.passed() && ring.spin_until_not_empty())) return true;
  const Waitable self(*this);
  return !wait({&self, 1}, deadline).empty();
}

int ConnectionCore::fileno() {
  Use use(this);
  if (readable_ && !in().watched.load(std::memory_order_acquire)) {
    os::RobustLock hold(in().take_mutex);
    in().watched.store(true, std::memory_order_release);
    MP_KILL_POINT();
    be_woken_by_the_next();
  }
  return wakes_.get();
}

std::vector<size_t> ConnectionCore::wait(std::span<const Waitable> items, base::Deadline deadline) {
  std::deque<Use> uses;
  std::vector<pollfd> polled;
  for (const Waitable& each : items) {
    if (each.connection != nullptr) uses.emplace_back(each.connection);
    const int fd = each.connection != nullptr ? each.connection->wakes_.get() : each.fd;
    polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  }
  auto is_ready = [&](size_t i) {
    const ConnectionCore* connection = items[i].connection;
    if ((polled[i].revents & POLLNVAL) != 0) throw base::OsError(EBADF, "wait for a descriptor");
    if (connection == nullptr) return polled[i].revents != 0;
    return (polled[i].revents & POLLHUP) != 0 || !connection->in().ring.empty();
  };
  for (bool only_look = true;; only_look = false) {
    bool is_last;
    do {
      is_last = deadline.passed();
    } while (!poll_once(polled, only_look || is_last ? 0 : deadline.poll_timeout()));
    std::vector<size_t> ready;
    for (size_t i = 0; i < items.size(); ++i) {
      if (is_ready(i)) ready.push_back(i);
    }
    if (!ready.empty()) return ready;
    for (const Waitable& each : items) {
      if (each.connection != nullptr && (!is_last || each.connection->in().watched))
        each.connection->be_woken_by_the_next();
    }
    if (is_last) return {};
  }
}

}  // namespace mp
