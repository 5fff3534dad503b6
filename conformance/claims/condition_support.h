// What a Condition and a manager's condition owe alike.
#ifndef CONFORMANCE_CLAIMS_CONDITION_SUPPORT_H_
#define CONFORMANCE_CLAIMS_CONDITION_SUPPORT_H_

#include <optional>

#include "conformance/stage/stage.h"

namespace conformance {

// Notifies while holding the lock, then lets it go.
void notify(Puppet& who, const RemoteCondition& c, std::optional<int> n = {});

// A waiter that gives the lock back as soon as it has it, so that the next one can be woken.
Op waits_and_releases(const RemoteCondition& c);

// Expects that notify(n) wakes n of four, and as many as are left.
void expect_notify_n_wakes_n(Stage& stage, const RemoteCondition& c);

// Expects that wait_for(v == 1, t) ends after t however often `c` is notified. `v` stays 0.
void expect_wait_for_is_not_prolonged(Stage& stage, const RemoteCondition& c, const RemoteValue& v);

// Expects that a lock that was taken twice is held as often when wait() gives up.
void expect_levels_are_kept(Stage& stage, const RemoteCondition& c);

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_CONDITION_SUPPORT_H_
