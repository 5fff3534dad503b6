// The runner's end of every puppet's connection: accepts, reads whole lines, keeps each side to the
// rules.
//
// pump() waits for something to happen and says what: a puppet said hello, a reply or a part of it
// came, a puppet's process ended, or somebody broke the protocol. Who is meant by a hello is the
// caller's business; which reply belongs to which command, line lengths, tokens and half lines are
// decided here.
//
// Threads: one.
#ifndef CONFORMANCE_STAGE_SWITCHBOARD_H_
#define CONFORMANCE_STAGE_SWITCHBOARD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/deadline.h"
#include "base/unique_fd.h"
#include "conformance/protocol/message.h"

namespace conformance {

class Switchboard {
 public:
  // Listens on a Unix socket at `path`. Raises: base::OsError.
  Switchboard(const std::string& path, std::string token);

  struct Connected {
    int connection;
    Hello hello;
  };
  struct Replied {
    int connection;
    Reply reply;
  };
  struct Arriving {  // part of a line: nothing can be said of its sender, but that it had moved
    int connection;
  };
  struct ProcessEnded {  // the process behind a connection, seen through its pidfd
    int connection;
  };
  struct Closed {  // at a line's end; `pending`: while a command waited for its reply
    int connection;
    bool pending;
  };
  struct Broken {
    std::string puppet;  // empty before its hello
    Fault fault;
  };
  using Event = std::variant<Connected, Replied, Arriving, ProcessEnded, Closed, Broken>;

  // Everything that has happened; waits until `deadline` if nothing has. `also` is one more
  // descriptor that ends the wait when it becomes readable (-1: none).
  std::vector<Event> pump(base::Deadline deadline, int also = -1);

  // Part of a line that a puppet has sent without its end, as the Broken that it is if no more
  // comes.
  std::optional<Event> half_line() const;

  // Sends a command and returns its id. Requires: the connection has no command pending. A puppet
  // that does not read shows as a Broken event of kind hung at the next pump().
  int64_t send(int connection, const Op& op);

  // Forgets every connection but this one, and what came on them.
  void keep_only(int connection);
  bool is_open(int connection) const;

  pid_t pid_of(int connection) const { return connections_.at(connection).pid; }

 private:
  struct Connection {
    base::UniqueFd socket;
    base::UniqueFd process;  // readable once it has ended; reset once seen
    pid_t pid = 0;
    std::string puppet;  // empty until the hello
    std::string inbox;
    int64_t next_id = 1;
    int64_t pending = 0;
    bool pending_is_batch = false;
  };

  static Broken half_line_of(const Connection& c, const char* how);
  void accept_all(std::vector<Event>* events);
  void read_all(int key, Connection* c, std::vector<Event>* events);
  void take_lines(int key, Connection* c, std::vector<Event>* events);
  void take_message(int key, Connection* c, Message message, std::vector<Event>* events);
  Fault check_hello(const Connection& c, const Hello& hello, bool* good) const;

  std::string token_;
  base::UniqueFd listener_;
  std::map<int, Connection> connections_;
  std::vector<Event> undelivered_;
  int next_key_ = 1;
};

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_SWITCHBOARD_H_
