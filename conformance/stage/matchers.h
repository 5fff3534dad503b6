// What a claim expects of a Call, for EXPECT_THAT.
//
//   EXPECT_THAT(main.does(q.get({.timeout = 50ms})), AllOf(raises("Empty"), took_at_least(50ms)));
//   EXPECT_THAT(second, blocks());
//   EXPECT_THAT(second, returns());          // waits until it has
//   EXPECT_THAT(main.does(q.get()), returns(Value::list({1, 2})));
//
// A value given to returns() is compared in the form in which it comes back (a big blob by its digest).
#ifndef CONFORMANCE_STAGE_MATCHERS_H_
#define CONFORMANCE_STAGE_MATCHERS_H_

#include <chrono>
#include <string>

#include "conformance/stage/stage.h"
#include "gmock/gmock.h"

namespace conformance {

// It returns, whatever the value.
testing::Matcher<const Call&> returns();
testing::Matcher<const Call&> returns(Value value);
// Its value satisfies `inner`, a matcher for Value.
testing::Matcher<const Call&> returns_what(testing::Matcher<const Value&> inner);

// It raises an exception of this type or of one derived from it.
testing::Matcher<const Call&> raises(std::string type);
// It raises something, whatever the type.
testing::Matcher<const Call&> raises();

// It has not returned, and nothing in the testee can move until the runner speaks. In a tree that polls no
// proof is possible: then it is presumed after a while, unless the testee burns CPU, and the report says so.
testing::Matcher<const Call&> blocks();

// By the testee's clock. A lower bound is hard; the upper one is generous: `limit` plus patience::slack().
testing::Matcher<const Call&> took_at_least(std::chrono::nanoseconds bound);
testing::Matcher<const Call&> took_not_much_longer_than(std::chrono::nanoseconds limit);

// For a call with a timeout: at least that long, and not much longer.
testing::Matcher<const Call&> took_about(std::chrono::nanoseconds timeout);

// For values.
int64_t as_int(const Value& value);               // abandons the claim if it is none
std::string as_text(const Value& value);          // likewise
const Value::List& as_list(const Value& value);   // a list or a tuple; likewise
testing::Matcher<const Value&> is_a_positive_int();

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_MATCHERS_H_
