#include "mp/manager/locks.h"

namespace mp::managed {
namespace {

// For who has gone, what he held was given back: his last words must not take it from others. Requires: the hall's
// mutex.
void require_client() {
  if (current_caller().is_gone()) throw ClientGone();
}

}  // namespace

// ---------------------------------------------------------------- Lock

bool Lock::acquire(bool block, Timeout timeout) {
  const base::Deadline deadline = deadline_of(block, timeout);
  HallLock hold(hall_mutex());
  require_client();
  if (holder_ == nullptr) {
    holder_ = current_caller().session;
    return true;
  }
  Waiter me;
  if (!line_.wait(hold, me, deadline)) return false;
  // Who has passed it on has written down that it is this one's; if he has gone since then, it goes further.
  if (me.caller.has_hung_up && holder_ == me.caller.session) pass_on();
  require_client();
  return true;
}

void Lock::release() {
  HallLock hold(hall_mutex());
  require_client();
  if (holder_ == nullptr) throw RuntimeError("release() of a lock that nobody has");
  pass_on();
}

bool Lock::locked() {
  HallLock hold(hall_mutex());
  return holder_ != nullptr;
}

void Lock::give_back(SessionId session) {
  if (holder_ != nullptr && holder_->id == session) pass_on();
}

void Lock::pass_on() {
  const Waiter* const next = line_.call_first();
  holder_ = next != nullptr ? next->caller.session : nullptr;
}

// ---------------------------------------------------------------- RLock

bool RLock::acquire(bool block, Timeout timeout) {
  const base::Deadline deadline = deadline_of(block, timeout);
  HallLock hold(hall_mutex());
  require_client();
  if (!is_mine() && !take(hold, deadline)) return false;
  ++levels_;
  return true;
}

void RLock::release() {
  HallLock hold(hall_mutex());
  check_mine("release()");
  if (--levels_ == 0) pass_on();
}

void RLock::give_back(SessionId session) {
  if (holder_ == nullptr || holder_->id != session) return;
  levels_ = 0;
  pass_on();
}

void RLock::check_mine(const char* what) const {
  if (!is_mine())
    throw RuntimeError(std::string(what) + " of a lock that this thread does not have");
}

uint32_t RLock::release_all() {
  const uint32_t levels = std::exchange(levels_, 0);
  pass_on();
  return levels;
}

void RLock::acquire_again(HallLock& hold, uint32_t levels) {
  require_client();
  take(hold, base::Deadline::never());
  levels_ = levels;
}

bool RLock::is_mine() const {
  const Caller& me = current_caller();
  return holder_ == me.session && thread_ == me.thread;
}

bool RLock::take(HallLock& hold, base::Deadline deadline) {
  if (holder_ == nullptr) {
    holder_ = current_caller().session;
    thread_ = current_caller().thread;
    return true;
  }
  Waiter me;
  if (!line_.wait(hold, me, deadline)) return false;
  if (me.caller.has_hung_up && is_mine()) pass_on();
  require_client();
  return true;
}

void RLock::pass_on() {
  const Waiter* const next = line_.call_first();
  holder_ = next != nullptr ? next->caller.session : nullptr;
  thread_ = next != nullptr ? next->caller.thread : 0;
}

// ---------------------------------------------------------------- Semaphore

Semaphore::Semaphore(int value, int most) : value_(value), most_(most) {
  if (value < 0) throw ValueError("a semaphore of less than no permits");
}

bool Semaphore::acquire(bool block, Timeout timeout) {
  const base::Deadline deadline = deadline_of(block, timeout);
  HallLock hold(hall_mutex());
  require_client();
  if (value_ > 0) {
    --value_;
    ++taken_[current_caller().session->id];
    return true;
  }
  Waiter me;
  if (!line_.wait(hold, me, deadline)) return false;
  // Who has passed it on has written down that this one has it; if the process is gone, it was given back with the rest.
  if (me.caller.has_hung_up && !me.caller.session->is_gone) {
    note_release();
    pass_on();
  }
  require_client();
  return true;
}

void Semaphore::release() {
  HallLock hold(hall_mutex());
  require_client();
  if (value_ == most_) throw ValueError("release() of a semaphore that is full");
  note_release();
  pass_on();
}

void Semaphore::pass_on() {
  if (const Waiter* const next = line_.call_first()) {
    ++taken_[next->caller.session->id];
  } else {
    ++value_;
  }
}

// One who has taken none releases what another one has: he must not give it back once more.
void Semaphore::note_release() {
  auto whose = taken_.find(current_caller().session->id);
  if (whose == taken_.end()) whose = taken_.begin();
  if (whose != taken_.end() && --whose->second == 0) taken_.erase(whose);
}

void Semaphore::give_back(SessionId session) {
  const auto its = taken_.find(session);
  if (its == taken_.end()) return;
  const int permits = its->second;
  taken_.erase(its);
  for (int i = 0; i < permits; ++i) pass_on();
}

int Semaphore::get_value() {
  HallLock hold(hall_mutex());
  return value_;
}

}  // namespace mp::managed
