#include "mp/manager/meetings.h"

#include <memory>

#include "mp/errors.h"

namespace mp::managed {

// ---------------------------------------------------------------- Condition

bool Condition::wait(Timeout timeout) {
  const base::Deadline deadline = deadline_of(timeout);
  HallLock hold(hall_mutex());
  lock_.check_mine("wait()");
  const uint32_t levels = lock_.release_all();
  Waiter me;
  const bool is_notified = line_.wait(hold, me, deadline);
  if (is_notified && me.caller.is_gone()) {
    line_.call_first();  // the notification is for somebody who is there
    throw ClientGone();
  }
  lock_.acquire_again(hold, levels);
  return is_notified;
}

void Condition::notify(int n) {
  HallLock hold(hall_mutex());
  lock_.check_mine("notify()");
  for (; n > 0 && line_.call_first() != nullptr; --n) {
  }
}

void Condition::notify_all() {
  HallLock hold(hall_mutex());
  lock_.check_mine("notify_all()");
  line_.call_all();
}

// ---------------------------------------------------------------- Event

void Event::set() {
  HallLock hold(hall_mutex());
  is_set_ = true;
  line_.call_all();
}

void Event::clear() {
  HallLock hold(hall_mutex());
  is_set_ = false;
}

bool Event::is_set() {
  HallLock hold(hall_mutex());
  return is_set_;
}

bool Event::wait(Timeout timeout) {
  HallLock hold(hall_mutex());
  if (is_set_) return true;
  Waiter me;
  return line_.wait(hold, me, deadline_of(timeout));
}

// ---------------------------------------------------------------- Barrier

Barrier::Barrier(int parties, Timeout timeout) : parties_(parties), timeout_(timeout) {
  if (parties < 1) throw ValueError("a barrier is for one party or more");
}

int Barrier::wait(Timeout timeout) {
  const base::Deadline deadline = deadline_of(timeout ? timeout : timeout_);
  HallLock hold(hall_mutex());
  if (is_broken_) throw BrokenBarrierError();
  const std::shared_ptr<Round> round = round_;
  const int index = round->arrived++;
  if (round->arrived == parties_) {
    round_ = std::make_shared<Round>();
    line_.call_all();
    return index;
  }
  Waiter me;
  bool is_called = false;
  try {
    is_called = line_.wait(hold, me, deadline);
  } catch (const ClientGone&) {
    break_up();
    throw;
  }
  if (!is_called) break_up();
  if (!is_called || round->is_broken) throw BrokenBarrierError();
  return index;
}

void Barrier::break_up() {
  is_broken_ = true;
  round_->is_broken = true;
  round_ = std::make_shared<Round>();
  line_.call_all();
}

void Barrier::reset() {
  HallLock hold(hall_mutex());
  if (round_->arrived > 0) break_up();
  is_broken_ = false;
}

void Barrier::abort() {
  HallLock hold(hall_mutex());
  break_up();
}

int Barrier::n_waiting() {
  HallLock hold(hall_mutex());
  return round_->arrived;
}

bool Barrier::broken() {
  HallLock hold(hall_mutex());
  return is_broken_;
}

}  // namespace mp::managed
