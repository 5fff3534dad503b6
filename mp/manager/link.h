// A process's way to the objects of one manager's server, and its references to them.
//
// To a server in another process: one connection that says that this process lives, and as many for calls as there
// were calls at the same time. In the server's own process: straight to the object.
//
// A forked child has a session of its own from the beginning, with all references that its creator had then; so
// nothing is lost between the fork and its first call.
//
// Threads: any. Processes: a forked child has it as well.
// Lifetime:  held by every reference; with the last one the process is forgotten over there.
#ifndef MP_MANAGER_LINK_H_
#define MP_MANAGER_LINK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mp/address.h"
#include "mp/manager/channel.h"
#include "mp/manager/message.h"
#include "mp/manager/table.h"

namespace mp::managed {

class Link;

// What all proxies of this process for one object share.
class Reference {
 public:
  Reference(std::shared_ptr<Link> link, ObjectId object)
      : link_(std::move(link)), object_(object) {}
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  ~Reference();

  Link& link() const { return *link_; }
  const std::shared_ptr<Link>& shared_link() const { return link_; }
  ObjectId object() const { return object_; }

 private:
  friend class Link;
  const std::shared_ptr<Link> link_;
  const ObjectId object_;
  std::atomic<uint64_t> granted_{1};  // how often the server has given it to this process
};
using ReferencePointer = std::shared_ptr<Reference>;

// A proxy on its way.
struct Ticket {
  Address address;
  std::optional<std::string> authkey;  // absent: the receiver knows it, or has inherited it
  ServerId server;
  uint64_t number;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  virtual ~Link() = default;

  // Sends a request and waits for its reply. Returns the way that both went, which is the caller's until done_with();
  // null in the server's own process. Raises: EOFError, OSError if the server is gone.
  virtual std::shared_ptr<Channel> ask(std::string_view request, std::string* reply) = 0;
  // `is_whole`: the reply was read and, if it asks for that, acknowledged. If not, the server takes the call back.
  virtual void done_with(const std::shared_ptr<Channel>& channel, bool is_whole) noexcept = 0;

  // A ticket for an object that this process has a reference to. Raises: as ask()
  virtual Ticket mint(ObjectId object, bool with_key) = 0;
  // The object of a ticket of this server's. Raises: as ask(); ProcessError if the ticket was used.
  virtual ReferencePointer redeem(uint64_t ticket) = 0;

  // The server has given this process a reference to the object.
  ReferencePointer adopt(ObjectId object);

  const ServerId& server() const { return server_; }

 protected:
  friend class Reference;
  virtual void release(ObjectId object, uint64_t count) noexcept = 0;
  // Whether this process has any.
  bool has_references() const;

  ServerId server_;
  // Held by a fork; before those of mutexes that a derived class has.
  mutable std::mutex references_mutex_;
  std::unordered_map<ObjectId, std::weak_ptr<Reference>> references_;
};

// Whose message this thread is writing or reading, for the proxies that are in it.
struct Exchange {
  Link* link = nullptr;      // of a call to this server
  Table* table = nullptr;    // in this server: of a call of
  SessionId session = 0;     // this session
  Link* own_link = nullptr;  // the server's to itself
};
// Null: nobody's in particular.
Exchange*& current_exchange();
class DuringExchange {
 public:
  explicit DuringExchange(Exchange* exchange) : before_(current_exchange()) {
    current_exchange() = exchange;
  }
  DuringExchange(const DuringExchange&) = delete;
  DuringExchange& operator=(const DuringExchange&) = delete;
  ~DuringExchange() { current_exchange() = before_; }

 private:
  Exchange* const before_;
};

// A new link to the server at an address. `keeps`: what stays as long as the link does. Raises: OSError, AuthenticationError, EOFError; ProcessError if that is no
// manager's server, or one of another version.
std::shared_ptr<Link> link_to(const Address& address, const std::string& authkey,
                              std::shared_ptr<void> keeps = nullptr);
// By the link that this process has to its server, or a new one. Raises: as link_to() and Link::redeem(); ProcessError
// if another server is there by now.
ReferencePointer redeem(const Ticket& ticket);

// Of the server in this process. Requires: it stays to the end.
void add_own_link(const std::shared_ptr<Link>& link);

// By whom processes know each other that have the memory of lives in common (os/life.h).
uint64_t family();

}  // namespace mp::managed

#endif  // MP_MANAGER_LINK_H_
