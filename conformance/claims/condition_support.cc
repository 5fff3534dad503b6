#include "conformance/claims/condition_support.h"

#include <vector>

#include "conformance/claims/crew.h"
#include "conformance/stage/matchers.h"

namespace conformance {

using namespace std::chrono_literals;
using testing::AllOf;

void notify(Puppet& who, const RemoteCondition& c, std::optional<int> n) {
  who.must(c.acquire());
  EXPECT_THAT(who.does(c.notify(n)), returns(nullptr));
  who.must(c.release());
}

Op waits_and_releases(const RemoteCondition& c) {
  return batch({c.acquire(), c.wait(), c.release()});
}

void expect_notify_n_wakes_n(Stage& stage, const RemoteCondition& c) {
  Puppet& main = stage.main();
  Crew crew = start_crew(stage, main, 4, {c});
  std::vector<Call> calls = each_begins(crew, waits_and_releases(c));
  EXPECT_THAT(calls, return_for_exactly(0));
  notify(main, c, 2);
  EXPECT_THAT(calls, return_for_exactly(2));
  notify(main, c, 0);
  EXPECT_THAT(calls, return_for_exactly(2));
  Crew woken = those_who_returned(crew, calls);
  ASSERT_FALSE(woken.empty());
  notify(*woken[0], c, 2);
  EXPECT_THAT(calls, return_for_exactly(4));
}

void expect_wait_for_is_not_prolonged(Stage& stage, const RemoteCondition& c,
                                      const RemoteValue& v) {
  Puppet& main = stage.main();
  const RemoteLock held = main.lock();
  main.must(held.acquire());
  Puppet& other = stage.start_process(main, {c, v});
  other.must(c.acquire());
  Call wait = other.begins(c.wait_for(v, 1, 50ms));
  // Notifies for ten times as long, every 15 ms: on a crowded machine the waiter may come late, too.
  Call notifies = main.begins(
      batch({c.acquire(), c.notify(), c.release(), held.acquire({.timeout = 15ms})}, 34));
  EXPECT_THAT(wait, AllOf(returns(false), took_at_least(50ms)));
  other.must(c.release());
  EXPECT_THAT(notifies, returns());
  EXPECT_LT(wait.ended(), notifies.ended());
  main.must(held.release());
}

void expect_levels_are_kept(Stage& stage, const RemoteCondition& c) {
  Puppet& main = stage.main();
  Puppet& other = stage.start_process(main, {c});
  main.must(c.acquire());
  main.must(c.acquire());
  EXPECT_THAT(main.does(c.wait(20ms)), returns(false));
  EXPECT_THAT(main.does(c.release()), returns(nullptr));
  Call acquire = other.begins(c.acquire());
  EXPECT_THAT(acquire, blocks());
  EXPECT_THAT(main.does(c.release()), returns(nullptr));
  EXPECT_THAT(acquire, returns(true));
  EXPECT_THAT(other.does(c.release()), returns(nullptr));
}

}  // namespace conformance
