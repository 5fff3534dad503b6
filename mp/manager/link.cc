#include "mp/manager/link.h"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/os_error.h"
#include "mp/connect.h"
#include "mp/errors.h"
#include "mp/os/descriptors.h"
#include "mp/os/life.h"
#include "mp/os/readable.h"
#include "mp/os/shared_file.h"
#include "mp/process.h"
#include "mp/self.h"

namespace mp::managed {
namespace {

class RemoteLink;

// Every link of this process. Never destroyed: proxies may be globals.
struct Links {
  std::mutex mutex;
  std::vector<RemoteLink*> remote;
  std::map<ServerId, std::weak_ptr<Link>> own;

  static Links& get();
};

// A connection to the server that was greeted by it.
struct Arrival {
  SocketCore::Pointer socket;
  Welcome welcome;
};

Arrival arrive(const Address& address, const std::string& authkey, const Hello& hello) {
  Arrival there{.socket = connect(address, {.authkey = authkey})};
  there.socket->send(encode(hello));
  std::string bytes;
  if (!there.socket->recv(&bytes)) throw EOFError();
  there.welcome = decode<Welcome>(bytes);
  if (!there.welcome.refusal.empty()) throw ProcessError(there.welcome.refusal);
  return there;
}

class RemoteLink : public Link {
 public:
  RemoteLink(const Address& address, std::string authkey, std::shared_ptr<void> keeps)
      : keeps_(std::move(keeps)), address_(address), authkey_(std::move(authkey)) {
    begin_session();
    std::scoped_lock hold(Links::get().mutex);
    Links::get().remote.push_back(this);
  }
  ~RemoteLink() override {
    {
      std::scoped_lock hold(Links::get().mutex);
      std::erase(Links::get().remote, this);
    }
    for (const auto& each : channels_) each->close();
  }

  std::shared_ptr<Channel> ask(std::string_view request, std::string* reply) override {
    std::shared_ptr<Channel> channel = take();
    try {
      channel->send(request);
      if (!channel->recv(reply)) throw EOFError();
    } catch (...) {
      done_with(channel, /*is_whole=*/false);
      throw;
    }
    return channel;
  }

  void done_with(const std::shared_ptr<Channel>& channel, bool is_whole) noexcept override {
    std::unique_lock hold(mutex_);
    if (is_whole) {
      free_.push_back(channel);
      return;
    }
    std::erase(channels_, channel);
    hold.unlock();
    channel->close();
  }

  Ticket mint(ObjectId object, bool with_key) override {
    const auto number = ask_number({.kind = RequestHead::Kind::kMint, .object = object});
    if (number == 0) throw ProcessError("the manager has no such object any more");
    return {.address = address_,
            .authkey = with_key ? std::optional(authkey_) : std::nullopt,
            .server = server_,
            .number = number};
  }

  ReferencePointer redeem(uint64_t ticket) override {
    const auto object = ask_number({.kind = RequestHead::Kind::kRedeem, .object = ticket});
    if (object == 0)
      throw ProcessError(
          "a proxy came that the manager does not know, or has given to another process");
    return adopt(object);
  }

  // ------------------------------------------------------------- around a fork; the link may be gone meanwhile

  void lock_for_fork() {
    references_mutex_.lock();
    mutex_.lock();
    if (!has_references() || session_ == 0) return;
    try {
      heir_ = arrive(address_, authkey_,
                     {.purpose = Hello::Purpose::kHeir, .session = session_, .family = family()});
    } catch (...) {
      heir_.reset();  // the server is gone: so are its objects, for the child as well
    }
  }
  void unlock_in_parent() {
    heir_.reset();
    unlock();
  }
  void begin_anew_in_child() {
    for (const auto& each : channels_) each->abandon();
    channels_.clear();
    free_.clear();
    life_->close();
    is_lost_ = is_lost_ || (has_references() && !heir_);
    session_ = 0;
    if (heir_) {
      life_ = std::move(heir_->socket);
      session_ = heir_->welcome.session;
      heir_.reset();
    }
    unlock();
  }

 protected:
  void release(ObjectId object, uint64_t count) noexcept override {
    try {
      const std::shared_ptr<Channel> channel = take();
      const RequestHead head = {
          .kind = RequestHead::Kind::kRelease, .object = object, .method = count, .thread = 0};
      bool is_whole = false;
      try {
        channel->send(bytes_of(head));
        is_whole = true;
      } catch (...) {
      }
      done_with(channel, is_whole);
    } catch (...) {
      // The server is gone, and the object with it.
    }
  }

 private:
  void unlock() {
    mutex_.unlock();
    references_mutex_.unlock();
  }

  std::shared_ptr<Channel> take() {
    {
      std::scoped_lock hold(mutex_);
      if (is_lost_)
        throw ProcessError("a manager's server could not be reached when this process was forked");
      if (session_ == 0) begin_session();
      if (!free_.empty()) {
        std::shared_ptr<Channel> channel = std::move(free_.back());
        free_.pop_back();
        return channel;
      }
    }
    std::shared_ptr<Channel> channel = new_channel();
    std::scoped_lock hold(mutex_);
    channels_.push_back(channel);
    return channel;
  }

  // The first one, or that of a forked child that had nothing of the server's to inherit.
  void begin_session() {
    Arrival there =
        arrive(address_, authkey_, {.purpose = Hello::Purpose::kSession, .family = family()});
    if (server_ != ServerId() && there.welcome.server != server_)
      throw ProcessError("another manager is at the address of the one that has ended");
    server_ = there.welcome.server;
    session_ = there.welcome.session;
    life_ = std::move(there.socket);
  }

  std::shared_ptr<Channel> new_channel() {
    Arrival there = arrive(address_, authkey_,
                           {.purpose = Hello::Purpose::kCalls,
                            .session = session_,
                            .family = family(),
                            .life = os::my_token()});
    if (!there.welcome.ring) return std::make_shared<Channel>(std::move(there.socket));
    const int fd = there.socket->fileno();
    os::wait_readable(fd, base::Deadline::never());
    os::Received memory = os::receive_descriptors(fd, 1);
    if (memory.descriptors.size() != 1) throw EOFError();
    return std::make_shared<Channel>(
        std::move(there.socket),
        std::make_unique<RingEnd>(os::SharedFile::adopt(std::move(memory.descriptors[0]))));
  }

  uint64_t ask_number(RequestHead head) {
    std::string reply;
    const auto channel = ask(bytes_of(head), &reply);
    uint64_t number = 0;
    try {
      number = decode<uint64_t>(reply);
    } catch (...) {
      done_with(channel, /*is_whole=*/false);
      throw;
    }
    done_with(channel, /*is_whole=*/true);
    return number;
  }

  const std::shared_ptr<void> keeps_;
  const Address address_;
  const std::string authkey_;

  std::mutex mutex_;       // over the rest
  SessionId session_ = 0;  // 0: none yet
  bool is_lost_ = false;   // with references that could not be inherited
  SocketCore::Pointer life_;
  std::vector<std::shared_ptr<Channel>> channels_;  // all
  std::vector<std::shared_ptr<Channel>>
      free_;  // those that nobody uses; the last one is the warmest
  std::optional<Arrival> heir_;
};

void lock_links_for_fork() {
  Links::get().mutex.lock();
  for (RemoteLink* each : Links::get().remote) each->lock_for_fork();
}
void unlock_links_in_parent() {
  for (RemoteLink* each : Links::get().remote) each->unlock_in_parent();
  Links::get().mutex.unlock();
}
void begin_links_anew_in_child() {
  for (RemoteLink* each : Links::get().remote) each->begin_anew_in_child();
  Links::get().own.clear();  // the server stayed behind
  Links::get().mutex.unlock();
}

Links& Links::get() {
  static Links& it = *[] {
    self();  // asked for its mutex before a fork, and so after these
    const int error =
        ::pthread_atfork(lock_links_for_fork, unlock_links_in_parent, begin_links_anew_in_child);
    if (error != 0) throw base::OsError(error, "prepare for forks");
    return new Links;
  }();
  return it;
}

// Null: this process has none.
std::shared_ptr<Link> known_link(const ServerId& server) {
  std::scoped_lock hold(Links::get().mutex);
  if (const auto found = Links::get().own.find(server); found != Links::get().own.end())
    return found->second.lock();
  for (RemoteLink* each : Links::get().remote) {
    if (each->server() != server) continue;
    if (auto link = each->weak_from_this().lock()) return link;
  }
  return nullptr;
}

thread_local Exchange* t_exchange = nullptr;

}  // namespace

Exchange*& current_exchange() { return t_exchange; }

Reference::~Reference() {
  {
    std::scoped_lock hold(link_->references_mutex_);
    const auto found = link_->references_.find(object_);
    if (found != link_->references_.end() && found->second.expired())
      link_->references_.erase(found);
  }
  link_->release(object_, granted_);
}

ReferencePointer Link::adopt(ObjectId object) {
  std::scoped_lock hold(references_mutex_);
  std::weak_ptr<Reference>& known = references_[object];
  if (ReferencePointer reference = known.lock()) {
    ++reference->granted_;
    return reference;
  }
  auto reference = std::make_shared<Reference>(shared_from_this(), object);
  known = reference;
  return reference;
}

bool Link::has_references() const { return !references_.empty(); }

std::shared_ptr<Link> link_to(const Address& address, const std::string& authkey,
                              std::shared_ptr<void> keeps) {
  return std::make_shared<RemoteLink>(address, authkey, std::move(keeps));
}

ReferencePointer redeem(const Ticket& ticket) {
  std::shared_ptr<Link> link = known_link(ticket.server);
  if (link == nullptr) {
    link = link_to(ticket.address, ticket.authkey.value_or(current_process().authkey()));
    if (link->server() != ticket.server)
      throw ProcessError("the manager of a proxy that came has ended");
  }
  return link->redeem(ticket.number);
}

void add_own_link(const std::shared_ptr<Link>& link) {
  std::scoped_lock hold(Links::get().mutex);
  Links::get().own[link->server()] = link;
}

uint64_t family() {
  os::share_lives();
  struct stat file = {};
  base::check(::fstat(os::lives_fd(), &file), "look at the table of lives");
  return file.st_ino * 1'000'003 + file.st_dev;
}

}  // namespace mp::managed
