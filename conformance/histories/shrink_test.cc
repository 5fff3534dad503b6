#include "conformance/histories/shrink.h"

#include "conformance/histories/generator.h"
#include "conformance/histories/soundness.h"
#include "conformance/histories/test_support.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

int count(const Program& program, const std::string& verb) {
  int found = 0;
  for (const auto& steps : program.processes) {
    for (const Step& step : steps) found += step.verb == verb;
  }
  return found;
}

// The first random program that the oracle says fails, made small.
Program smallest(Kind kind, const std::function<bool(const Program&)>& fails, Limits limits = {}) {
  for (uint64_t seed = 0;; ++seed) {
    const Program made = Generator(seed, limits).next(kind);
    if (fails(made)) return shrink(made, fails);
  }
}

TEST(Shrink, LeavesWhatTheFaultNeeds) {
  const Program least = smallest(
      Kind::kQueue, [](const Program& p) { return count(p, "put") >= 3 && count(p, "get") >= 1; });
  EXPECT_EQ(least.calls(), 4u) << least.text();
  EXPECT_EQ(least.size, 0);
}

TEST(Shrink, KeepsTwoProcessesWhereItTakesTwo) {
  const Program least = smallest(Kind::kLock, [](const Program& p) {
    return p.processes.size() >= 2 && !p.processes[0].empty() && !p.processes[1].empty();
  });
  EXPECT_EQ(least.processes.size(), 2u);
  EXPECT_EQ(least.calls(), 4u) << least.text();  // an acquire and a release each
}

TEST(Shrink, TakesRoundsFromEveryProcess) {
  const Program least = smallest(Kind::kBarrier, [](const Program& p) {
    return p.processes.size() >= 2 && p.processes[0].size() >= 2;
  });
  EXPECT_EQ(least, program("barrier: wait; wait | wait; wait"));
}

TEST(Shrink, TakesATaskWithItsPutWhereAJoinCountsThem) {
  const Program least = smallest(Kind::kJoinableQueue, [](const Program& p) {
    return count(p, "join") >= 1 && count(p, "put") >= 1;
  });
  EXPECT_EQ(least.calls(), 4u) << least.text();  // put, get, task_done, join
}

// Neither can go alone: a join would wait for ever.
TEST(Shrink, TakesAPutOfOneProcessWithItsTaskInAnother) {
  const Program made =
      program("joinable_queue: put 1; put 2; join | get; task_done; get; task_done");
  EXPECT_EQ(shrink(made, [](const Program& p) { return count(p, "join") == 1; }),
            program("joinable_queue: join"));
}

TEST(Shrink, LeavesOutTheKillWhereItTakesNone) {
  const auto has_get = [](const Program& p) { return count(p, "get_nowait") >= 1; };
  const Program least = smallest(Kind::kQueue, has_get, {.kills = true});
  EXPECT_EQ(least, program("queue: get_nowait"));
  const Program killed = smallest(
      Kind::kQueue, [&](const Program& p) { return p.kill && has_get(p); }, {.kills = true});
  EXPECT_TRUE(killed.kill);
  EXPECT_LE(killed.calls(), 1u) << killed.text();
}

TEST(Shrink, TriesOnlySoundProgramsAndNoneTwice) {
  for (Kind kind : all_kinds()) {
    std::set<std::string> tried;
    const Program made = Generator(11, {}).next(kind);
    shrink(made, [&](const Program& p) {
      EXPECT_FALSE(why_unsound(p)) << p.text();
      EXPECT_TRUE(tried.insert(p.text()).second) << p.text();
      return p.calls() > made.calls() / 2;
    });
  }
}

TEST(Shrink, GivesBackWhatItCanNotMakeSmaller) {
  const Program made = Generator(4, {}).next(Kind::kQueue);
  EXPECT_EQ(shrink(made, [](const Program&) { return false; }), made);
}

TEST(Shrink, RunsARareFailureMoreOften) {
  EXPECT_EQ(reruns_for(1).runs, 2);
  EXPECT_EQ(reruns_for(1).failures, 2);
  EXPECT_EQ(reruns_for(0.5).runs, 8);
  EXPECT_EQ(reruns_for(0.5).failures, 2);
  EXPECT_EQ(reruns_for(0.01).runs, 60);
  EXPECT_EQ(reruns_for(0.01).failures, 1);
}

}  // namespace
}  // namespace conformance::histories
