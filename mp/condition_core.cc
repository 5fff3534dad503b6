#include "mp/condition_core.h"

#include <cerrno>

#include "base/os_error.h"
#include "mp/os/kill_point.h"

namespace mp {

ConditionCore::Place ConditionCore::enter() {
  const os::Token me = os::my_token();
  os::RobustLock hold(mutex_);
  others_.leave();
  auto taken = [&](Place place) {
    const uint32_t state = kind(waiters_[place].state.load());
    return (state == kWaiting || state == kNotified) && os::is_alive(waiters_[place].owner);
  };
  Place place = 0;
  while (place < used_ && taken(place)) ++place;
  if (place == kMostWaiters)
    throw base::OsError(EAGAIN, "wait for a condition beside a thousand others");
  if (place == used_) ++used_;
  MP_KILL_POINT();
  Waiter& mine = waiters_[place];
  mine.owner = me;
  MP_KILL_POINT();
  mine.order = next_order_++;
  MP_KILL_POINT();
  mine.state.store(kWaiting);
  MP_KILL_POINT();
  return place;
}

bool ConditionCore::sleep(Place place, base::Deadline deadline) {
  os::Word& state = waiters_[place].state;
  // Leaves the place. False: a notification came first.
  auto leave = [&] {
    uint32_t seen = state.load();
    while (kind(seen) == kWaiting) {
      if (state.compare_exchange_weak(seen, kFree)) return true;
    }
    return false;
  };
  try {
    if (!deadline.passed() && !others_.spin_until([&] { return state.load() != kWaiting; }))
      os::check_interrupt();  // no sleep was there to be interrupted
    for (uint32_t seen = state.load(); kind(seen) == kWaiting; seen = state.load()) {
      if (seen == kWaiting && !state.compare_exchange_strong(seen, kWaiting | kAsleep)) continue;
      MP_KILL_POINT();
      if (!os::sleep_on(state, kWaiting | kAsleep, deadline) && leave()) return false;
    }
  } catch (...) {  // a signal's handler has thrown
    if (!leave()) state.store(kFree);
    throw;
  }
  MP_KILL_POINT();
  state.store(kFree);
  return true;
}

ConditionCore::Waiter* ConditionCore::longest_waiting() {
  Waiter* first = nullptr;
  for (Place place = 0; place < used_; ++place) {
    Waiter& each = waiters_[place];
    if (!waits(each)) continue;
    if (first == nullptr || static_cast<int32_t>(each.order - first->order) < 0) first = &each;
  }
  return first;
}

// Requires: the mutex. False: nobody waits.
bool ConditionCore::notify_one() {
  while (Waiter* waiter = longest_waiting()) {
    MP_KILL_POINT();
    uint32_t awake = kWaiting;
    if (waiter->state.compare_exchange_strong(awake, kNotified)) return true;
    os::add_and_wake_all(waiter->state, kNotification);
    MP_KILL_POINT();
    uint32_t missed = kMissed;  // it has left since we looked
    if (!waiter->state.compare_exchange_strong(missed, kFree)) return true;
  }
  return false;
}

void ConditionCore::notify(uint32_t most) {
  os::RobustLock hold(mutex_);
  others_.leave();
  for (uint32_t i = 0; i < most && notify_one(); ++i) {
  }
}

}  // namespace mp
