// Where calls wait in a manager's server: for an item, for a lock, for others.
//
// One mutex for all that is waited for, so that whoever hands something on sees at once who waits, and whether his
// client is still there. The first to come is the first to be called. A client that goes ends its waits.
//
// Threads: any.
//
//   HallLock hold(hall_mutex());
//   Waiter me;
//   if (!line.wait(hold, me, deadline)) return false;   // nobody has called in time
//
//   if (Waiter* next = line.call_first()) ...           // another thread
#ifndef MP_MANAGER_HALL_H_
#define MP_MANAGER_HALL_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "base/deadline.h"

namespace mp::managed {

using HallLock = std::unique_lock<std::mutex>;
std::mutex& hall_mutex();

// What a process is to the server. 0: the server itself.
using SessionId = uint64_t;
struct Session {
  SessionId id = 0;
  bool is_gone = false;  // under the hall's mutex
};

struct Waiter;

// Whose call a thread of the server runs.
struct Caller {
  std::shared_ptr<Session> session;
  uint64_t thread = 0;  // of the client's

  // Under the hall's mutex: whether this call's connection is gone, and where it waits.
  bool has_hung_up = false;
  Waiter* waits = nullptr;
  // Whether nobody is there any more to have the result.
  bool is_gone() const { return has_hung_up || session->is_gone; }

  // Set by a call that has taken something: gives it back if the result does not arrive.
  std::function<void()> undo = {};
};

// Of this thread. What the server does of its own accord has a caller that never goes.
Caller& current_caller();
class OnBehalfOf {
 public:
  explicit OnBehalfOf(Caller* caller);
  OnBehalfOf(const OnBehalfOf&) = delete;
  OnBehalfOf& operator=(const OnBehalfOf&) = delete;
  ~OnBehalfOf();

 private:
  Caller* const before_;
};

// Thrown out of a wait whose client is gone: there is nobody to tell.
struct ClientGone {};

struct Waiter {
  Waiter() : caller(current_caller()) {}

  Caller& caller;
  bool is_called = false;
  std::condition_variable bell;
};

// All of it: requires the hall's mutex.
class Line {
 public:
  // False: nobody has called until the deadline. Raises: ClientGone. Who was called and has gone at the same time is
  // told that he was called, and must look himself.
  bool wait(HallLock& hold, Waiter& me, base::Deadline deadline);

  // The one who has waited longest, of those who are still there. Null: there is none.
  Waiter* call_first();
  // True: there was somebody.
  bool call_all();
  size_t size() const;

 private:
  std::list<Waiter*> waiters_;
};

// Ends the waits of a connection, or of all of a process's, that is gone. Requires: the hall's mutex.
void let_go(Caller& caller);
void let_go(Session& session);

// What can be held by a client, and comes back when it is gone.
class Leased {
 public:
  virtual ~Leased() = default;
  // Requires: the hall's mutex.
  virtual void give_back(SessionId session) = 0;
};

}  // namespace mp::managed

#endif  // MP_MANAGER_HALL_H_
