// A manager's server: listens, and answers the calls of all who have the key.
//
// Each connection for calls has a thread; calls on one object take turns, unless its type says that it needs none. A
// thread of its own looks whether the clients are there: when a process is gone, what it held is given back, what it
// waited for is not waited for any more, and what only it had a reference to is destroyed.
//
// Threads: stop() any, and signals' handlers. Processes: the one that made it.
// Lifetime:  to the end of the process, for its threads know no other end.
#ifndef MP_MANAGER_SERVER_H_
#define MP_MANAGER_SERVER_H_

#include <signal.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "mp/address.h"
#include "mp/listener_core.h"
#include "mp/manager/channel.h"
#include "mp/manager/hall.h"
#include "mp/manager/link.h"
#include "mp/manager/message.h"
#include "mp/manager/table.h"
#include "mp/wire/codec.h"

namespace mp::managed {

class Server {
 public:
  // Listens from now on. Raises: OSError, ValueError
  Server(std::optional<Address> address, std::string authkey);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Address address() const { return listener_.address(); }
  const ServerId& id() const { return id_; }

  // Until stop(), or until one of these can be read from. Requires: nobody else is in it, or was. Raises: OSError
  void serve(const std::vector<int>& until = {});
  void stop() noexcept;

 private:
  class OwnLink;
  class Watched;

  // A connection for calls.
  struct Client {
    Channel channel;
    Caller caller;
  };

  void accept_all();
  void wait_a_little();
  void receive(SocketCore::Pointer socket);
  void begin_session(SocketCore::Pointer socket, const Hello& hello);
  void end_session(Session& session);
  void serve_calls(SocketCore::Pointer socket, const Hello& hello);
  // Appends the reply, if there is to be one.
  void answer(Caller& caller, std::string_view request, std::string* reply);
  void run(SessionId session, const RequestHead& head, Reader& in, std::string* reply);

  // Calls `when_gone` once when the other end is.
  void watch(int fd, std::function<void()> when_gone);
  void forget(int fd);
  void look_at_clients(const std::vector<int>& until);

  const std::string authkey_;
  ListenerCore listener_;
  const ServerId id_;
  Table table_;
  std::shared_ptr<OwnLink> own_link_;

  sigset_t signals_of_calls_ = {};  // those that are blocked, as in the program

  base::UniqueFd stop_, epoll_;
  std::mutex watched_mutex_;  // over the next one
  std::map<int, std::function<void()>> watched_;

  // Under the hall's mutex: those that live.
  std::map<SessionId, std::shared_ptr<Session>> sessions_;
};

// The table's object behind a pointer that a method has returned, with a reference of the exchange's session. Requires:
// there is one, of a call in this server.
ObjectId publish(std::shared_ptr<void> it, const std::type_info& type, Leased* leased,
                 bool is_thread_safe);

// Thrown by the server itself when it refuses a call: raises a RemoteError over there.
struct Refusal {
  std::string type, message;
};

}  // namespace mp::managed

#endif  // MP_MANAGER_SERVER_H_
