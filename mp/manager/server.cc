#include "mp/manager/server.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/failure.h"
#include "mp/manager/method.h"
#include "mp/os/descriptors.h"
#include "mp/os/quiet_thread.h"
#include "mp/os/readable.h"
#include "mp/type_name.h"
#include "mp/wire/codec.h"

namespace mp::managed {
namespace {

// Newcomers are many when a pool's workers are forked.
constexpr int kBacklog = 128;

constexpr const char* kUnknownProcess = "the manager does not know this process";

ServerId new_id() { return {random_number(), random_number()}; }

[[noreturn]] void refuse_object() {
  throw Refusal{"KeyError", "the manager has no such object any more"};
}

void put_status(std::string* reply, Status status) { reply->assign(1, static_cast<char>(status)); }

void put_failure(std::string* reply, Status status, const Failure& failure) {
  put_status(reply, status);
  Writer(reply).write(failure);
}

}  // namespace

// From the server's own containers to the objects in it.
class Server::OwnLink : public Link {
 public:
  explicit OwnLink(Server* server) : its_(*server) { server_ = server->id_; }

  std::shared_ptr<Channel> ask(std::string_view request, std::string* reply) override {
    reply->clear();
    const OnBehalfOf nobody(nullptr);
    its_.answer(current_caller(), request, reply);
    current_caller().undo = nullptr;
    return nullptr;
  }
  void done_with(const std::shared_ptr<Channel>&, bool) noexcept override {}

  Ticket mint(ObjectId object, bool with_key) override {
    const uint64_t number = its_.table_.mint(object);
    if (number == 0) throw ProcessError("the manager has no such object any more");
    return {.address = its_.address(),
            .authkey = with_key ? std::optional(its_.authkey_) : std::nullopt,
            .server = server_,
            .number = number};
  }
  ReferencePointer redeem(uint64_t ticket) override {
    const ObjectId object = its_.table_.redeem(0, ticket);
    if (object == 0) throw ProcessError("a proxy came that was used before");
    return adopt(object);
  }

 protected:
  void release(ObjectId object, uint64_t count) noexcept override {
    its_.table_.release(0, object, count);
  }

 private:
  Server& its_;
};

Server::Server(std::optional<Address> address, std::string authkey)
    : authkey_(std::move(authkey)),
      listener_(std::move(address), {.backlog = kBacklog, .authkey = authkey_}),
      id_(new_id()),
      own_link_(std::make_shared<OwnLink>(this)),
      stop_(base::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make what stops a server")),
      epoll_(base::check(::epoll_create1(EPOLL_CLOEXEC), "make what looks at clients")) {
  add_own_link(own_link_);
}

void Server::stop() noexcept {
  const uint64_t one = 1;
  // It fails if it is readable already.
  static_cast<void>(!::write(stop_.get(), &one, sizeof(one)));
}

void Server::serve(const std::vector<int>& until) {
  ::pthread_sigmask(SIG_SETMASK, nullptr, &signals_of_calls_);
  os::quiet_thread([this] { accept_all(); }).detach();
  look_at_clients(until);
  listener_.close();
}

// ---------------------------------------------------------------- who comes

void Server::accept_all() {
  while (true) {
    try {
      SocketCore::Pointer socket = listener_.accept(base::Deadline::never());
      os::quiet_thread([this, socket] { receive(socket); }).detach();
    } catch (const std::system_error&) {
      wait_a_little();  // there may be a thread again then
    } catch (const OSError& error) {
      if (listener_.closed()) return;
      if (error.code() == EMFILE || error.code() == ENFILE) wait_a_little();
    } catch (const std::exception&) {
      // A newcomer without the key, or one that has left: no business of others.
    }
  }
}

void Server::wait_a_little() {
  os::wait_readable(stop_.get(), base::Deadline::after(std::chrono::milliseconds(100)));
}

void Server::receive(SocketCore::Pointer socket) {
  // Processes that a call starts inherit them.
  ::pthread_sigmask(SIG_SETMASK, &signals_of_calls_, nullptr);
  try {
    std::string bytes;
    if (!socket->recv(&bytes)) return;
    const auto hello = decode<Hello>(bytes);
    if (hello.version != Hello::kVersion) {
      socket->send(encode(Welcome{.refusal = "the manager's server is of another version"}));
    } else if (hello.purpose == Hello::Purpose::kCalls) {
      serve_calls(std::move(socket), hello);
    } else {
      begin_session(std::move(socket), hello);
    }
  } catch (const std::exception&) {
    // It is gone, or speaks another language.
  }
}

void Server::begin_session(SocketCore::Pointer socket, const Hello& hello) {
  const bool is_heir = hello.purpose == Hello::Purpose::kHeir;
  const SessionId session = is_heir ? table_.begin_heir(hello.session) : table_.begin_session();
  Welcome welcome{.server = id_, .session = session, .ring = false};
  if (session == 0) {
    welcome.refusal = kUnknownProcess;
    return socket->send(encode(welcome));
  }
  auto life = std::make_shared<Session>(Session{.id = session});
  {
    HallLock hold(hall_mutex());
    sessions_[session] = life;
  }
  // From before it hears of its session: so it can't be gone unseen.
  const int fd = socket->fileno();
  watch(fd, [this, life, socket] { end_session(*life); });
  socket->send(encode(welcome));
}

void Server::end_session(Session& session) {
  const auto objects = table_.all();
  {
    HallLock hold(hall_mutex());
    let_go(session);
    sessions_.erase(session.id);
    for (const auto& each : objects) {
      if (each->leased != nullptr) each->leased->give_back(session.id);
    }
  }
  table_.end_session(session.id);
}

// ---------------------------------------------------------------- calls

void Server::serve_calls(SocketCore::Pointer socket, const Hello& hello) {
  Welcome welcome{.server = id_, .session = hello.session, .ring = false};
  std::shared_ptr<Session> session;
  {
    HallLock hold(hall_mutex());
    const auto found = sessions_.find(hello.session);
    if (found != sessions_.end()) session = found->second;
  }
  if (session == nullptr) welcome.refusal = kUnknownProcess;
  welcome.ring = welcome.refusal.empty() && hello.family == family() &&
                 listener_.address().family() == Family::kUnix;
  socket->send(encode(welcome));
  if (!welcome.refusal.empty()) return;

  std::unique_ptr<RingEnd> ring;
  if (welcome.ring) {
    auto [ours, memory] = RingEnd::make(hello.life);
    const int fd = memory.fd();
    if (!os::send_descriptors(socket->fileno(), "m", {&fd, 1})) return;
    ring = std::move(ours);
  }
  auto client = std::make_shared<Client>(
      Client{.channel = Channel(socket, std::move(ring)), .caller = {.session = session}});
  const int fd = client->channel.life();
  watch(fd, [client] {
    HallLock hold(hall_mutex());
    let_go(client->caller);
  });
  const OnBehalfOf him(&client->caller);
  try {
    std::string request, reply;
    while (client->channel.recv(&request)) {
      reply.clear();
      answer(client->caller, request, &reply);
      if (reply.empty()) continue;
      client->channel.send(reply);
      if (!client->caller.undo) continue;
      if (!client->channel.recv(&request)) break;  // else: it has arrived
      client->caller.undo = nullptr;
    }
  } catch (const ClientGone&) {
  } catch (const std::exception&) {
    // The client is gone, or speaks another language.
  }
  if (client->caller.undo) client->caller.undo();
  client->caller.undo = nullptr;
  forget(fd);
  client->channel.close();
}

void Server::answer(Caller& caller, std::string_view request, std::string* reply) {
  Reader in(request);
  RequestHead head;
  in.read_raw(&head, sizeof(head));
  switch (head.kind) {
    case RequestHead::Kind::kCall:
      caller.thread = head.thread;
      return run(caller.session->id, head, in, reply);
    case RequestHead::Kind::kRelease:
      return table_.release(caller.session->id, head.object, head.method);
    case RequestHead::Kind::kMint:
      return Writer(reply).write(table_.mint(head.object));
    case RequestHead::Kind::kRedeem:
      return Writer(reply).write(table_.redeem(caller.session->id, head.object));
    case RequestHead::Kind::kAcknowledge:
      return;
  }
  throw DecodeError("a request of no kind");
}

void Server::run(SessionId session, const RequestHead& head, Reader& in, std::string* reply) {
  Exchange exchange{.table = &table_, .session = session, .own_link = own_link_.get()};
  const DuringExchange during(&exchange);
  try {
    const Method* const method = find_method(head.method);
    if (method == nullptr)
      throw Refusal{"AttributeError", "the program that serves does not have this method"};
    std::shared_ptr<Object> object;
    if (method->type != nullptr) {
      object = table_.find(head.object);
      if (object == nullptr) refuse_object();
      if (object->type != *method->type) {
        throw Refusal{"AttributeError",
                      method->name + " is no method of a " + readable_name(object->type)};
      }
    }
    put_status(reply, Status::kReturned);
    Writer out(reply);
    method->run(object.get(), in, out);
    if (current_caller().undo) (*reply)[0] = static_cast<char>(Status::kReturnedIfArrived);
  } catch (const ClientGone&) {
    throw;
  } catch (const Refusal& refusal) {
    put_failure(reply, Status::kRefused,
                {.type = "",
                 .name = refusal.type,
                 .message = refusal.message,
                 .value = "",
                 .place = this_place()});
  } catch (...) {
    put_failure(reply, Status::kRaised, current_failure());
  }
}

ObjectId publish(std::shared_ptr<void> it, const std::type_info& type, Leased* leased,
                 bool is_thread_safe) {
  return current_exchange()->table->add(std::move(it), type, leased, is_thread_safe);
}

// ---------------------------------------------------------------- who goes

void Server::watch(int fd, std::function<void()> when_gone) {
  std::scoped_lock hold(watched_mutex_);
  watched_[fd] = std::move(when_gone);
  epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data = {.fd = fd}};
  base::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "look at a client");
}

void Server::forget(int fd) {
  std::scoped_lock hold(watched_mutex_);
  if (watched_.erase(fd) != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Server::look_at_clients(const std::vector<int>& until) {
  std::vector<int> ends = until;
  ends.push_back(stop_.get());
  for (int each : ends) {
    epoll_event event = {.events = EPOLLIN, .data = {.fd = each}};
    base::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, each, &event), "wait for a server's end");
  }
  while (true) {
    epoll_event event;
    const int n = base::retry_eintr([&] { return ::epoll_wait(epoll_.get(), &event, 1, -1); });
    base::check(n, "look at clients");
    if (std::find(ends.begin(), ends.end(), event.data.fd) != ends.end()) return;
    std::function<void()> when_gone;
    {
      std::scoped_lock hold(watched_mutex_);
      const auto found = watched_.find(event.data.fd);
      if (found == watched_.end()) continue;
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, event.data.fd, nullptr);
      when_gone = std::move(found->second);
      watched_.erase(found);
    }
    when_gone();
  }
}

}  // namespace mp::managed
