#include "mp/listener_core.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/os/readable.h"
#include "mp/socket_address.h"

namespace mp {
namespace {

constexpr char kSocketName[] = "/socket";

[[noreturn]] void raise_closed() { throw base::OsError(EBADF, "listener is closed"); }

// A directory of one's own, which nobody else may look into.
std::string make_directory() {
  constexpr std::string_view kName = "/mp-listener-XXXXXX";
  const char* where = std::getenv("TMPDIR");
  std::string path = where != nullptr ? where : "/tmp";
  // The kernel takes no longer paths for sockets.
  if (path.size() + kName.size() + std::strlen(kSocketName) >= sizeof(sockaddr_un::sun_path))
    path = "/tmp";
  path += kName;
  if (::mkdtemp(path.data()) == nullptr)
    throw base::OsError(errno, "make a directory for a listener's socket");
  return path;
}

Address choose(const std::optional<Address>& address, const std::optional<Family>& family) {
  if (!address) return family == Family::kInet ? Address("127.0.0.1", 0) : Address("");
  if (family && *family != address->family())
    throw ValueError("the address is of another family than was said");
  return *address;
}

// It concerns that client alone, or the network for a moment: others can be accepted.
bool is_of_one_client(int error) {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENONET:
      return true;
    default:
      return false;
  }
}

}  // namespace

// A call that is under way.
class ListenerCore::Use {
 public:
  explicit Use(ListenerCore* core) : core_(*core) {
    if (!core_.gate_.enter()) raise_closed();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    if (!core_.gate_.leave()) return;
    core_.newcomers_.clear();
    core_.listening_.reset();
  }

 private:
  ListenerCore& core_;
};

// For whom newcomers' time passes.
class ListenerCore::Attendance {
 public:
  explicit Attendance(ListenerCore* core) : core_(*core) {
    core_.be_here();
    const auto absence = Clock::now() - core_.left_at_;
    for (Newcomer& each : core_.newcomers_) {
      if (each.limit != Clock::time_point::max()) each.limit += absence;
    }
  }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;
  ~Attendance() { core_.left_at_ = Clock::now(); }

 private:
  ListenerCore& core_;
};

ListenerCore::ListenerCore(std::optional<Address> address, ListenerOptions options)
    : options_(std::move(options)), address_(choose(address, options_.family)) {
  if (options_.handshakes < 1) throw ValueError("a listener that hears nobody");
  if (!address && address_.family() == Family::kUnix) {
    listen_in(make_directory());
  } else {
    listen(/*directory=*/"");
  }
}

// Where nobody else has a file.
void ListenerCore::listen_in(const std::string& directory) {
  address_ = Address(directory + kSocketName);
  try {
    listen(directory);
  } catch (...) {
    ::rmdir(directory.c_str());
    throw;
  }
}

void ListenerCore::listen(const std::string& directory) {
  listening_ = listen_at(address_, options_.backlog);
  if (address_.family() == Family::kInet) {
    SocketAddress told;
    base::check(::getsockname(listening_.get(), told.get(), &told.size),
                "ask for a listener's port");
    address_ = address_of(told);
  } else if (address_.path()[0] != '\0') {
    file_.emplace(address_.path(), directory);
  }
}

std::optional<Address> ListenerCore::last_accepted() const {
  std::scoped_lock hold(mutex_);
  return last_accepted_;
}

void ListenerCore::close() {
  const bool nobody_is_inside = gate_.close();
  {
    std::scoped_lock hold(mutex_);
    if (file_) file_->remove();
  }
  if (!nobody_is_inside) return wake();
  newcomers_.clear();
  listening_.reset();
}

// Also when it was closed before, and nobody is inside: that does nothing.
void ListenerCore::wake() {
  std::scoped_lock hold(mutex_);
  const uint64_t one = 1;
  // It fails if it is readable already.
  if (wake_) static_cast<void>(!::write(wake_.get(), &one, sizeof(one)));
}

// Of what a process has for itself, a forked child makes its own.
void ListenerCore::be_here() {
  if (here_ == ::getpid()) return;
  newcomers_.clear();
  timer_.reset(base::check(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
                           "make a timer for handshakes"));
  std::scoped_lock hold(mutex_);
  wake_.reset(base::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make what wakes a listener"));
  here_ = ::getpid();
}

SocketCore::Pointer ListenerCore::accept(base::Deadline deadline) {
  Use use(this);
  os::InTurn in_turn(&accepting_, deadline);
  if (!in_turn) throw TimeoutError("nobody has connected in time");
  Attendance attendance(this);
  while (true) {
    if (closed()) raise_closed();
    take_newcomers();
    if (SocketCore::Pointer connection = first_done()) return connection;
    let_in_or_go(deadline);
  }
}

// Who needs no handshake is done at once, and the next stays in the kernel's row until he is called.
bool ListenerCore::has_room() const {
  return newcomers_.size() < static_cast<size_t>(options_.authkey ? options_.handshakes : 1);
}

void ListenerCore::take_newcomers() {
  while (has_room() && take_newcomer()) {
  }
}

// False: there is none.
bool ListenerCore::take_newcomer() {
  SocketAddress from;
  base::UniqueFd socket(
      ::accept4(listening_.get(), from.get(), &from.size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) {
    if (errno == EAGAIN) return false;
    if (is_of_one_client(errno)) return true;
    throw base::OsError(errno, "accept a connection");
  }
  send_without_delay(socket.get(), address_.family());
  const base::Deadline limit = deadline_of(options_.handshake_timeout);
  Newcomer newcomer{
      .socket = std::move(socket),
      .address = address_of(from),
      .limit = limit.is_never() ? Clock::time_point::max() : Clock::now() + limit.remaining(),
      .is_proved = !options_.authkey};
  newcomers_.push_back(std::move(newcomer));
  if (!options_.authkey) return true;
  try {
    newcomers_.back().handshake.emplace(newcomers_.back().socket.get(), *options_.authkey);
  } catch (...) {
    newcomers_.back().failure = std::current_exception();
  }
  return true;
}

void ListenerCore::Newcomer::go_on() {
  try {
    is_proved = handshake->go_on();
  } catch (...) {
    failure = std::current_exception();
  }
}

// Null: nobody is.
SocketCore::Pointer ListenerCore::first_done() {
  const auto found = std::find_if(newcomers_.begin(), newcomers_.end(),
                                  [](const Newcomer& each) { return each.is_done(); });
  if (found == newcomers_.end()) return nullptr;
  Newcomer newcomer = std::move(*found);
  newcomers_.erase(found);
  if (newcomer.failure != nullptr) std::rethrow_exception(newcomer.failure);
  {
    std::scoped_lock hold(mutex_);
    last_accepted_ = newcomer.address;
  }
  return std::make_shared<SocketCore>(std::move(newcomer.socket), options_.longest_message);
}

// Waits until something happens, and lets each newcomer go on to whom it did.
void ListenerCore::let_in_or_go(base::Deadline deadline) {
  set_timer();
  std::vector<pollfd> polled = {{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                                {.fd = timer_.get(), .events = POLLIN, .revents = 0},
                                // A negative one is passed over.
                                {.fd = has_room() ? listening_.get() : -1, .events = POLLIN}};
  const size_t before = polled.size();
  for (const Newcomer& each : newcomers_)
    polled.push_back({.fd = each.socket.get(), .events = POLLIN, .revents = 0});
  if (!os::wait_for_any(polled, deadline)) throw TimeoutError("nobody has connected in time");
  for (size_t i = 0; i < newcomers_.size(); ++i) {
    if (polled[before + i].revents != 0) newcomers_[i].go_on();
  }
  let_go_who_is_late();
}

void ListenerCore::let_go_who_is_late() {
  const auto now = Clock::now();
  std::erase_if(newcomers_,
                [&](const Newcomer& each) { return !each.is_done() && each.limit <= now; });
}

// A limit of a newcomer's is none of the call's, which waits as long as it was told to: a clock of its own tells of it.
void ListenerCore::set_timer() {
  auto earliest = Clock::time_point::max();
  for (const Newcomer& each : newcomers_) earliest = std::min(earliest, each.limit);
  itimerspec time = {};
  if (earliest != Clock::time_point::max()) {
    const auto since = earliest.time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    time.it_value = {.tv_sec = static_cast<time_t>(whole.count()),
                     .tv_nsec = static_cast<long>(std::chrono::nanoseconds(since - whole).count())};
  }
  base::check(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr),
              "set the timer of handshakes");
}

}  // namespace mp
