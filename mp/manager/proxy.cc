#include "mp/manager/proxy.h"

#include <utility>

#include "mp/manager/message.h"
#include "mp/os/thread_id.h"

namespace mp {

// An address travels within a ticket only.
template <>
struct Codec<Address> {
  static void write(Writer& out, const Address& address) {
    out.write(address.family());
    out.write(address.family() == Family::kUnix ? address.path() : address.host());
    out.write(address.port());
  }
  static Address read(Reader& in) {
    const auto family = in.read<Family>();
    auto text = in.read<std::string>();
    const int port = in.read<int>();
    return family == Family::kUnix ? Address(std::move(text)) : Address(std::move(text), port);
  }
};
template <>
struct Codec<managed::Ticket> {
  static void write(Writer& out, const managed::Ticket& ticket) {
    out.write(ticket.address);
    out.write(ticket.authkey);
    out.write(ticket.server);
    out.write(ticket.number);
  }
  static managed::Ticket read(Reader& in) {
    auto address = in.read<Address>();
    auto authkey = in.read<std::optional<std::string>>();
    const auto server = in.read<managed::ServerId>();
    return {.address = std::move(address),
            .authkey = std::move(authkey),
            .server = server,
            .number = in.read<uint64_t>()};
  }
};

namespace managed {
namespace {

enum class Way : unsigned char {
  kCaller,   // in a call to the object's server, by who has a reference
  kGranted,  // in a reply of the object's server, with a reference
  kTicket    // any other way, with a ticket
};

// Messages of the last call of a thread, whose memory the next one uses. Longer ones are let go.
struct Spare {
  static constexpr size_t kMost = 64 << 10;
  std::string request, reply;

  static void keep(std::string& text, std::string* spare) {
    if (text.capacity() > kMost) return;
    text.clear();
    spare->swap(text);
  }
};
thread_local Spare t_spare;

}  // namespace

Call::Call(std::shared_ptr<Link> link, ObjectId object, MethodId method, std::string_view name)
    : link_(std::move(link)),
      name_(name),
      exchange_{.link = link_.get()},
      request_(std::move(t_spare.request)),
      reply_(std::move(t_spare.reply)) {
  const RequestHead head = {.kind = RequestHead::Kind::kCall,
                            .object = object,
                            .method = method,
                            .thread = static_cast<uint64_t>(os::my_thread())};
  request_.assign(bytes_of(head));
}

Call::~Call() {
  if (channel_ != nullptr) link_->done_with(channel_, /*is_whole=*/false);
  Spare::keep(request_, &t_spare.request);
  Spare::keep(reply_, &t_spare.reply);
}

void Call::ask() {
  channel_ = link_->ask(request_, &reply_);
  if (reply_.empty()) throw DecodeError("a manager's server has sent an empty reply");
  switch (static_cast<Status>(reply_[0])) {
    case Status::kReturned:
    case Status::kReturnedIfArrived:
      return;
    case Status::kRaised:
      std::rethrow_exception(exception_of(read<Failure>()));
    case Status::kRefused: {
      const auto failure = read<Failure>();
      throw RemoteError(failure.name, std::string(name_) + ": " + failure.message, failure.place);
    }
  }
  throw DecodeError("a manager's server has sent a reply of no kind");
}

void Call::finish() {
  const std::shared_ptr<Channel> channel = std::exchange(channel_, nullptr);
  if (channel == nullptr) return;
  bool is_whole = true;
  if (static_cast<Status>(reply_[0]) == Status::kReturnedIfArrived) {
    try {
      channel->send(bytes_of(RequestHead{.kind = RequestHead::Kind::kAcknowledge}));
    } catch (const OSError&) {
      is_whole = false;  // the server has gone, and what it has given stays here
    }
  }
  link_->done_with(channel, is_whole);
}

void write_proxy(Writer& out, const Reference& reference) {
  const Exchange* const exchange = current_exchange();
  if (exchange != nullptr && exchange->link == &reference.link()) {
    out.write(Way::kCaller);
    out.write(reference.object());
  } else if (exchange != nullptr && exchange->own_link == &reference.link()) {
    // A ticket would be one that nobody shows.
    if (!exchange->table->grant(exchange->session, reference.object())) throw ClientGone();
    out.write(Way::kGranted);
    out.write(reference.object());
  } else {
    const Ticket ticket = reference.link().mint(reference.object(), out.is_inheritance());
    out.write(Way::kTicket);
    out.write(ticket);
  }
}

ReferencePointer read_proxy(Reader& in) {
  const Exchange* const exchange = current_exchange();
  switch (in.read<Way>()) {
    case Way::kCaller: {
      const auto object = in.read<ObjectId>();
      if (exchange == nullptr || exchange->table == nullptr || !exchange->table->grant(0, object))
        throw DecodeError("a proxy came of an object that is none of this server's");
      return exchange->own_link->adopt(object);
    }
    case Way::kGranted: {
      const auto object = in.read<ObjectId>();
      if (exchange == nullptr || exchange->link == nullptr)
        throw DecodeError("a proxy came without a server");
      return exchange->link->adopt(object);
    }
    case Way::kTicket:
      return redeem(in.read<Ticket>());
  }
  throw DecodeError("a proxy that came no way");
}

}  // namespace managed
}  // namespace mp
