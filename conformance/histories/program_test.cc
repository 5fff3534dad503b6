#include "conformance/histories/program.h"

#include <set>

#include "conformance/histories/generator.h"
#include "conformance/histories/test_support.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

using testing::HasSubstr;

std::string what_is_wrong(const std::string& text) {
  auto parsed = parse_program(text);
  const std::string* wrong = std::get_if<std::string>(&parsed);
  return wrong == nullptr ? "" : *wrong;
}

TEST(Program, ReadsTheExamplesOfItsManual) {
  const Program q = program("queue size=2: put 1; get 5ms | put_nowait 2; get");
  EXPECT_EQ(q.kind, Kind::kQueue);
  EXPECT_EQ(q.size, 2);
  EXPECT_EQ(q.processes.size(), 2u);
  EXPECT_EQ(q.processes[0][1], (Step{.verb = "get", .wait_ms = 5}));
  EXPECT_EQ(q.processes[1][0], (Step{.verb = "put_nowait", .numbers = {2}}));
  EXPECT_EQ(q.calls(), 4u);
  const Program l = program("lock: acquire; release | acquire 1ms; release ! kill 1 after 200us");
  EXPECT_EQ(l.kill, (Kill{.process = 1, .after_us = 200}));
}

TEST(Program, EveryRandomProgramIsReadBackAsItWas) {
  for (Kind kind : all_kinds()) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const Program made = Generator(seed, {.kills = seed % 2 == 0}).next(kind);
      ASSERT_EQ(program(made.text()), made) << made.text();
    }
  }
}

TEST(Program, SaysWhatIsWrongWithALine) {
  EXPECT_THAT(what_is_wrong("queue"), HasSubstr("'queue' has no ':'"));
  EXPECT_THAT(what_is_wrong("stack: push 1"), HasSubstr("'stack' is no kind of object; there are "
                                                        "queue, joinable_queue"));
  EXPECT_THAT(what_is_wrong("queue depth=1: get"), HasSubstr("'depth=1': only size=N"));
  EXPECT_THAT(what_is_wrong("queue size=-1: get"), HasSubstr("must not be negative"));
  EXPECT_THAT(what_is_wrong("queue size=x: get"), HasSubstr("'x' is no number"));
  EXPECT_THAT(what_is_wrong("queue: push 1"),
              HasSubstr("a queue has no step 'push'; it has put, put_nowait, get"));
  EXPECT_THAT(what_is_wrong("queue: put"), HasSubstr("put takes 1 number"));
  EXPECT_THAT(what_is_wrong("queue: get 3"), HasSubstr("get takes 0 numbers"));
  EXPECT_THAT(what_is_wrong("queue: get_nowait 3ms"), HasSubstr("takes no time"));
  EXPECT_THAT(what_is_wrong("queue: get -3ms"), HasSubstr("a time is not negative"));
  EXPECT_THAT(what_is_wrong("condition: acquire; wait; release"), HasSubstr("wait needs a time"));
  EXPECT_THAT(what_is_wrong("queue: get;; get"), HasSubstr("a step is missing"));
  EXPECT_THAT(what_is_wrong("queue: put 1 | put 1"), HasSubstr("the item 1 is put twice"));
  EXPECT_THAT(what_is_wrong("queue: put 1 ! stop 1"), HasSubstr("kill 1 after 200us"));
  EXPECT_THAT(what_is_wrong("queue: put 1 ! kill 1 after 2us"), HasSubstr("there are 1, from 0"));
  EXPECT_THAT(what_is_wrong("queue: | | | | | | | | get"), HasSubstr("at most 8 processes"));
}

TEST(Program, WhatEndsSomethingBelongsToTheLastThatBegan) {
  const auto partner =
      partners(Kind::kRLock, program("rlock: acquire; acquire 1ms; release; release").processes[0]);
  ASSERT_TRUE(partner);
  EXPECT_THAT(*partner, testing::ElementsAre(std::nullopt, std::nullopt, 1u, 0u));
  EXPECT_FALSE(partners(Kind::kLock, program("lock: release; acquire").processes[0]));
}

TEST(Generator, MakesTheSameFromTheSameSeed) {
  for (Kind kind : all_kinds())
    EXPECT_EQ(Generator(7, {}).next(kind), Generator(7, {}).next(kind)) << name_of(kind);
}

TEST(Generator, UsesEveryVerbAndKeepsItsLimits) {
  for (Kind kind : all_kinds()) {
    std::set<std::string> used;
    for (uint64_t seed = 0; seed < 300; ++seed) {
      const Program made = Generator(seed, {.processes = 3}).next(kind);
      EXPECT_LE(made.processes.size(), 3u);
      EXPECT_GE(made.processes.size(), 2u);
      for (const auto& steps : made.processes) {
        for (const Step& step : steps) used.insert(step.verb);
      }
    }
    for (const Verb& verb : verbs_of(kind))
      EXPECT_EQ(used.count(std::string(verb.name)), 1u) << name_of(kind) << " " << verb.name;
  }
}

// What is left out only after a call in vain is not made in vain by a testee that can't leave out.
TEST(Generator, TriesNothingForATesteeThatLeavesNothingOut) {
  for (Kind kind : all_kinds()) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const Program made = Generator(seed, {.leaves_out = false, .kills = true}).next(kind);
      EXPECT_FALSE(made.kill);
      for (const auto& steps : made.processes) {
        const auto partner = *partners(kind, steps);
        for (const auto& each : partner)
          ASSERT_TRUE(!each || is_unlimited(steps[*each])) << made.text();
      }
    }
  }
}

}  // namespace
}  // namespace conformance::histories
