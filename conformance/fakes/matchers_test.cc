// Each matcher both ways, and what its failure says; on the fake, which does what is needed.
#include "conformance/stage/matchers.h"

#include <signal.h>

#include <optional>
#include <string>

#include "conformance/fakes/fakes.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Matcher;
using testing::Not;

// What a failure of EXPECT_THAT would add to the expectation.
std::string explanation(const Matcher<const Call&>& matcher, const Call& call) {
  testing::StringMatchResultListener listener;
  matcher.MatchAndExplain(call, &listener);
  return listener.str();
}

std::string description(const Matcher<const Call&>& matcher) {
  std::ostringstream text;
  matcher.DescribeTo(&text);
  return text.str();
}

class Matchers : public testing::Test {
 protected:
  explicit Matchers(const std::vector<std::string>& script = {})
      : stage_(fake(script)), q_(stage_.main().queue({.maxsize = 1})) {}

  Call does(Op op) { return stage_.main().does(std::move(op)); }
  Call begins(Op op) { return stage_.main().begins(std::move(op)); }

  Stage stage_;
  RemoteQueue q_;
};

TEST_F(Matchers, ReturnsTellsACallThatReturned) {
  Call put = does(q_.put(1));
  EXPECT_THAT(put, returns());
  EXPECT_THAT(put, returns(nullptr));
  EXPECT_THAT(put, Not(returns(1)));
  EXPECT_THAT(put, Not(raises()));
  EXPECT_THAT(put, Not(blocks()));
  EXPECT_EQ(explanation(raises("Full"), put), "it returned null");
  EXPECT_EQ(explanation(blocks(), put), "it returned null");
  EXPECT_EQ(description(returns(1)), "returns 1");
}

TEST_F(Matchers, ReturnsComparesStrictly) {
  does(q_.put(Value::list({1, "two"})));
  Call get = does(q_.get());
  EXPECT_THAT(get, returns(Value::list({1, "two"})));
  EXPECT_THAT(get, Not(returns(Value::list({1.0, "two"}))));
  EXPECT_THAT(get, Not(returns(Value::tuple({1, "two"}))));
  EXPECT_EQ(explanation(returns(1), get), "it returned [1, \"two\"]");
}

TEST_F(Matchers, ReturnsWhatAsksAMatcher) {
  does(q_.put(7));
  Call get = does(q_.get());
  EXPECT_THAT(get, returns_what(is_a_positive_int()));
  EXPECT_THAT(get, Not(returns_what(Value("7"))));
  EXPECT_EQ(explanation(returns_what(Value(8)), get), "it returned 7");
}

TEST_F(Matchers, RaisesKnowsTypesAndTheirBases) {
  Call get = does(q_.get({.block = false}));
  EXPECT_THAT(get, raises());
  EXPECT_THAT(get, raises("Empty"));
  EXPECT_THAT(get, raises("Exception"));
  EXPECT_THAT(get, Not(raises("Full")));
  EXPECT_THAT(get, Not(returns()));
  EXPECT_THAT(get, Not(blocks()));
  EXPECT_THAT(explanation(returns(), get), HasSubstr("it raised Empty(\"the toy queue says so\")"));
  EXPECT_EQ(description(raises("Full")), "raises Full");
}

TEST_F(Matchers, BlocksIsAProof) {
  Call get = begins(q_.get());
  EXPECT_THAT(get, blocks());
  EXPECT_THAT(get, Not(returns()));
  EXPECT_THAT(get, Not(raises()));
  EXPECT_FALSE(stage_.presumed());
  EXPECT_THAT(explanation(returns(), get), HasSubstr("it blocks (proved: process "));
  EXPECT_EQ(description(blocks()), "blocks, without burning CPU");
}

TEST_F(Matchers, ACallIsToldAsAPersonWouldWriteIt) {
  EXPECT_EQ(testing::PrintToString(begins(q_.get())), "main: queue1.get()");
}

TEST_F(Matchers, TookBoundsTheTimeOfTheCall) {
  Call get = does(q_.get({.timeout = 50ms}));
  EXPECT_THAT(get, took_at_least(50ms));
  EXPECT_THAT(get, took_about(50ms));
  EXPECT_THAT(get, took_not_much_longer_than(50ms));
  EXPECT_THAT(get, AllOf(raises("Empty"), took_about(50ms)));
  EXPECT_THAT(get, Not(took_at_least(1h)));
  EXPECT_THAT(get, Not(took_about(1h)));
  EXPECT_THAT(get, Not(took_not_much_longer_than(-1h)));
  EXPECT_THAT(explanation(took_at_least(1h), get), testing::StartsWith("it took "));
  EXPECT_EQ(description(took_at_least(50ms)), "ends after at least 50 ms");
}

TEST_F(Matchers, TookHoldsForNothingThatHasNotEnded) {
  Call get = begins(q_.get());
  EXPECT_THAT(get, Not(took_at_least(0ms)));
  EXPECT_THAT(get, Not(took_not_much_longer_than(1h)));
}

TEST_F(Matchers, ACallWhoseProcessDiedNeitherReturnsNorRaisesNorBlocks) {
  Call get = begins(q_.get());
  stage_.signal(stage_.main(), SIGKILL);
  EXPECT_THAT(get, Not(returns()));
  EXPECT_THAT(get, Not(raises()));
  EXPECT_THAT(get, Not(blocks()));
  EXPECT_EQ(explanation(returns(), get),
            "it never returned: main's process has ended: killed by SIGKILL");
}

TEST_F(Matchers, AValueOfAnotherFormAbandonsTheClaim) {
  EXPECT_EQ(as_int(3), 3);
  EXPECT_EQ(as_text("a"), "a");
  EXPECT_EQ(as_list(Value::list({1})).size(), 1u);
  EXPECT_EQ(as_list(Value::tuple({1})).size(), 1u);
  for (auto wrong : {+[] { as_int("3"); }, +[] { as_text(3); }, +[] { as_list(3); }}) {
    try {
      wrong();
      FAIL() << "it was taken";
    } catch (const Abandon& abandon) {
      EXPECT_EQ(abandon.why, Abandon::Why::kViolated);
      EXPECT_THAT(abandon.text, HasSubstr("expected "));
    }
  }
}

class OnAFakeThatSleeps : public Matchers {
 protected:
  OnAFakeThatSleeps() : Matchers({"--at=queue.get", "sleep"}) {}
};

TEST_F(OnAFakeThatSleeps, BlocksPresumesAndSaysSo) {
  Call get = begins(q_.get());
  Impatience impatience;
  EXPECT_FALSE(stage_.presumed());
  EXPECT_THAT(get, blocks());
  EXPECT_TRUE(stage_.presumed());
  EXPECT_THAT(explanation(blocks(), get),
              AllOf(HasSubstr("it has not returned (no proof that it never will: "),
                    Not(HasSubstr("burns CPU"))));
}

TEST_F(OnAFakeThatSleeps, ReturnsGivesNoVerdictWhenPatienceEnds) {
  Call get = begins(q_.get());
  Impatience impatience;
  try {
    explanation(returns(), get);
    FAIL() << "it gave a verdict";
  } catch (const Abandon& abandon) {
    EXPECT_EQ(abandon.why, Abandon::Why::kUnknown);
    EXPECT_THAT(abandon.text, HasSubstr("main: queue1.get() has not returned in time"));
  }
}

class OnAFakeThatSpins : public Matchers {
 protected:
  OnAFakeThatSpins() : Matchers({"--at=queue.get", "spin"}) {}
};

// Unhurried: under load a busy testee needs a while until it has had half of a CPU's time, so this
// asks what is sure, that it is not proved.
TEST_F(OnAFakeThatSpins, BlocksIsNeverProved) {
  Call get = begins(q_.get());
  Impatience impatience;
  const Outcome& outcome = get.outcome_if_blocked();
  const Blocked* blocked = std::get_if<Blocked>(&outcome);
  ASSERT_NE(blocked, nullptr);
  EXPECT_FALSE(blocked->proved);
}

class OnAFakeWhoseHelperIsStarting : public Matchers {
 protected:
  OnAFakeWhoseHelperIsStarting() : Matchers({"--at=queue.get", "busy=2500", "pause"}) {}
};

TEST_F(OnAFakeWhoseHelperIsStarting, ACallThatWaitsIsNotAccusedOfBurningCpu) {
  EXPECT_THAT(begins(q_.get()), blocks());
  EXPECT_FALSE(stage_.presumed());
}

TEST(TextOf, SaysThatCpuIsBurned) {
  EXPECT_THAT(text_of(Blocked{.proved = false, .burned_cpu = true, .why = "x"}),
              HasSubstr("burns CPU"));
}

}  // namespace
}  // namespace conformance
