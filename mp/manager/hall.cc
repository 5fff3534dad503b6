#include "mp/manager/hall.h"

#include <pthread.h>

#include <algorithm>
#include <set>

#include "base/os_error.h"

namespace mp::managed {
namespace {

thread_local Caller* t_caller = nullptr;

// In whatever line. Requires: the hall's mutex.
std::set<Waiter*>& all_waiters() {
  static std::set<Waiter*>& all = *new std::set<Waiter*>;
  return all;
}

// False: the deadline has passed.
bool sleep(HallLock& hold, std::condition_variable& bell, base::Deadline deadline) {
  if (deadline.is_never()) {
    bell.wait(hold);
    return true;
  }
  // The clock of deadlines is the one that a condition variable waits by without adjustments.
  const auto until = base::Deadline::Clock::now() + deadline.remaining();
  bell.wait_until(hold, until);
  return !deadline.passed();
}

}  // namespace

// Nobody is in the hall of a forked child: its creator's threads are not there.
std::mutex& hall_mutex() {
  static std::mutex& mutex = *[] {
    const int error = ::pthread_atfork([] { hall_mutex().lock(); }, [] { hall_mutex().unlock(); },
                                       [] {
                                         all_waiters().clear();
                                         hall_mutex().unlock();
                                       });
    if (error != 0) throw base::OsError(error, "prepare for forks");
    return new std::mutex;
  }();
  return mutex;
}

Caller& current_caller() {
  thread_local Caller own{.session = std::make_shared<Session>(),
                          .thread = reinterpret_cast<uint64_t>(&t_caller)};
  return t_caller != nullptr ? *t_caller : own;
}

OnBehalfOf::OnBehalfOf(Caller* caller) : before_(t_caller) { t_caller = caller; }
OnBehalfOf::~OnBehalfOf() { t_caller = before_; }

bool Line::wait(HallLock& hold, Waiter& me, base::Deadline deadline) {
  if (!me.caller.is_gone() && deadline.passed()) return false;
  waiters_.push_back(&me);
  me.caller.waits = &me;
  all_waiters().insert(&me);
  while (!me.is_called && !me.caller.is_gone() && sleep(hold, me.bell, deadline)) {
  }
  all_waiters().erase(&me);
  me.caller.waits = nullptr;
  if (me.is_called) return true;
  waiters_.remove(&me);
  if (me.caller.is_gone()) throw ClientGone();
  return false;
}

Waiter* Line::call_first() {
  const auto first = std::find_if(waiters_.begin(), waiters_.end(),
                                  [](const Waiter* each) { return !each->caller.is_gone(); });
  if (first == waiters_.end()) return nullptr;
  Waiter* const waiter = *first;
  waiters_.erase(first);
  waiter->is_called = true;
  waiter->bell.notify_one();
  return waiter;
}

bool Line::call_all() {
  bool any = false;
  while (call_first() != nullptr) any = true;
  return any;
}

size_t Line::size() const {
  return static_cast<size_t>(
      std::count_if(waiters_.begin(), waiters_.end(),
                    [](const Waiter* each) { return !each->caller.is_gone(); }));
}

void let_go(Caller& caller) {
  caller.has_hung_up = true;
  if (caller.waits != nullptr) caller.waits->bell.notify_one();
}

void let_go(Session& session) {
  session.is_gone = true;
  for (Waiter* each : all_waiters()) {
    if (each->caller.session.get() == &session) each->bell.notify_one();
  }
}

}  // namespace mp::managed
