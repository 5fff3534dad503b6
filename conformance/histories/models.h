// What each object does when nobody else is there: the specification, a struct each.
//
//   QueueModel queue{.maxsize = 1};
//   queue.apply(put 1 -> None)         // true
//   queue.apply(put_nowait 2 -> None)  // false: it must raise Full
//
// apply() says whether a call may have this outcome in this state, and goes on to the next state;
// after false the state is of no use. A history is explained if its calls, put in an order that
// respects who was before whom, are all accepted (search.h).
//
// A call that waits with the lock let go is two events: kBegin and kEnd. A process's death is one,
// too, and gives back the locks that it held. An open call comes without outcome: it takes
// effect as it would have.
//
// Threads: values. Lifetime: values.
#ifndef CONFORMANCE_HISTORIES_MODELS_H_
#define CONFORMANCE_HISTORIES_MODELS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/histories/history.h"

namespace conformance::histories {

struct Event {
  enum class Part { kWhole, kBegin, kEnd, kDeath };

  const Call* call = nullptr;
  Part part = Part::kWhole;
  std::chrono::nanoseconds t0{0}, t1{0};
  bool optional = false;  // it need not have happened
};

// First in, first out; what was put is there at once. Full and Empty are raised only by one that is.
struct QueueModel {
  int maxsize = 0;
  std::deque<int> items = {};
  int unfinished = 0;

  bool apply(const Event& event);
  std::string key() const;

 private:
  bool full() const { return maxsize > 0 && static_cast<int>(items.size()) >= maxsize; }
};

// What Python's documentation promises of a Queue, which has a feeder thread: items of one process
// arrive in the order put, those of several in any; Empty may be raised, and empty(), full()
// and qsize() say anything, at any time. The bound is exact: Full only if `maxsize` places are taken. A
// get() is two events: it takes the item, and then gives its place back.
struct FedQueueModel {
  int maxsize = 0;
  std::vector<std::deque<int>> of_process = {};
  int count = 0;
  int unfinished = 0;

  bool apply(const Event& event);
  std::string key() const;
};

// The two directions of a pipe.
struct PipeModel {
  std::deque<int> sent_by[2] = {};

  bool apply(const Event& event);
  std::string key() const;
};

// One holder; a recursive one may acquire it again.
struct LockModel {
  bool recursive = false;
  std::optional<size_t> owner = {};
  int depth = 0;

  bool apply(const Event& event);
  std::string key() const;
  bool acquire(size_t process);
  bool release(size_t process);
  bool held_by(size_t process) const { return owner == process; }
  bool death(size_t process);
};

// Permits, which have no owner.
struct SemaphoreModel {
  int permits = 1;

  bool apply(const Event& event);
  std::string key() const;
};

// A lock; waiters, who let go of it meanwhile; and notifications, each for one who waits. `number`
// is what `add` adds to, and `all` what it is when everything has been added.
struct ConditionModel {
  int all = 0;
  LockModel lock = {.recursive = true};
  int number = 0;
  std::map<size_t, bool> waiters = {};  // whether there was a notification since they wait
  int notified = 0;                     // of the waiters, who have not noticed yet

  bool apply(const Event& event);
  std::string key() const;

 private:
  void notify(int n);
  bool wait_ends(const Event& event);
};

struct EventModel {
  bool is_set = false;

  bool apply(const Event& event);
  std::string key() const { return is_set ? "1" : "0"; }
};

// A number with a lock, which get() and set() each take for themselves.
struct ValueModel {
  int number = 0;
  LockModel lock = {.recursive = true};

  bool apply(const Event& event);
  std::string key() const;
};

struct DictModel {
  std::map<int, int> items = {};

  bool apply(const Event& event);
  std::string key() const;
};

struct ListModel {
  std::vector<int> items = {};

  bool apply(const Event& event);
  std::string key() const;
};

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_MODELS_H_
