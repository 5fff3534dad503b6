#include "conformance/stage/matchers.h"

#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/stage/patience.h"

namespace conformance {
namespace {

using testing::Matcher;
using testing::MatcherInterface;
using testing::MatchResultListener;

// Keeps with the call what `matcher` accepts of it.
void note(const Call& call, const MatcherInterface<const Call&>& matcher) {
  std::stringstream description;
  matcher.DescribeTo(&description);
  call.note_accepted(description.str());
}

// A matcher from a description and a predicate on the settled outcome.
template <typename Predicate>
class OutcomeMatcher : public MatcherInterface<const Call&> {
 public:
  OutcomeMatcher(std::string description, Predicate predicate)
      : description_(std::move(description)), predicate_(std::move(predicate)) {}

  bool MatchAndExplain(const Call& call, MatchResultListener* listener) const override {
    const Outcome& outcome = call.outcome();
    // Patience ended, without a proof that it will not return: that is no ground for a verdict.
    if (std::holds_alternative<TimedOut>(outcome)) {
      throw Abandon{Abandon::Why::kUnknown, absl::StrCat(call.text(), " ", text_of(outcome))};
    }
    note(call, *this);
    *listener << "it " << text_of(outcome);
    return predicate_(outcome);
  }
  void DescribeTo(std::ostream* os) const override { *os << description_; }
  void DescribeNegationTo(std::ostream* os) const override { *os << "not: " << description_; }

 private:
  std::string description_;
  Predicate predicate_;
};

template <typename Predicate>
Matcher<const Call&> outcome_matcher(std::string description, Predicate predicate) {
  return Matcher<const Call&>(
      new OutcomeMatcher<Predicate>(std::move(description), std::move(predicate)));
}

class BlocksMatcher : public MatcherInterface<const Call&> {
 public:
  bool MatchAndExplain(const Call& call, MatchResultListener* listener) const override {
    note(call, *this);
    const Outcome& outcome = call.outcome_if_blocked();
    *listener << "it " << text_of(outcome);
    const Blocked* blocked = std::get_if<Blocked>(&outcome);
    if (blocked == nullptr) return false;
    if (!blocked->proved) call.note_presumed();
    return !blocked->burned_cpu;
  }
  void DescribeTo(std::ostream* os) const override { *os << "blocks, without burning CPU"; }
  void DescribeNegationTo(std::ostream* os) const override { *os << "does not block"; }
};

class TookMatcher : public MatcherInterface<const Call&> {
 public:
  TookMatcher(std::chrono::nanoseconds at_least, std::optional<std::chrono::nanoseconds> at_most)
      : at_least_(at_least), at_most_(at_most) {}

  bool MatchAndExplain(const Call& call, MatchResultListener* listener) const override {
    call.outcome();
    note(call, *this);
    *listener << "it took " << milliseconds(call.took()) << " ms";
    return call.record().reply && call.took() >= at_least_ - patience::kClockGrain &&
           (!at_most_ || call.took() <= *at_most_);
  }
  void DescribeTo(std::ostream* os) const override {
    *os << "ends after at least " << milliseconds(at_least_) << " ms";
    if (at_most_) *os << " and at most " << milliseconds(*at_most_) << " ms";
  }
  void DescribeNegationTo(std::ostream* os) const override {
    *os << "not: ";
    DescribeTo(os);
  }

 private:
  static double milliseconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::milli>(d).count();
  }
  std::chrono::nanoseconds at_least_;
  std::optional<std::chrono::nanoseconds> at_most_;
};

[[noreturn]] void wrong_form(const Value& value, const char* wanted) {
  throw Abandon{Abandon::Why::kViolated, absl::StrCat("expected ", wanted, ", got ", value.text())};
}

}  // namespace

Matcher<const Call&> returns() {
  return outcome_matcher("returns",
                         [](const Outcome& o) { return std::holds_alternative<Returned>(o); });
}

Matcher<const Call&> returns(Value value) {
  Value expected = value.as_received();
  return outcome_matcher(absl::StrCat("returns ", value.text()), [expected](const Outcome& o) {
    const Returned* returned = std::get_if<Returned>(&o);
    return returned != nullptr && returned->value == expected;
  });
}

Matcher<const Call&> returns_what(Matcher<const Value&> inner) {
  std::stringstream description;
  inner.DescribeTo(&description);
  return outcome_matcher(absl::StrCat("returns what ", description.str()),
                         [inner](const Outcome& o) {
                           const Returned* returned = std::get_if<Returned>(&o);
                           return returned != nullptr && inner.Matches(returned->value);
                         });
}

Matcher<const Call&> raises(std::string type) {
  return outcome_matcher(absl::StrCat("raises ", type), [type](const Outcome& o) {
    const Raised* raised = std::get_if<Raised>(&o);
    return raised != nullptr && raised->is_a(type);
  });
}

Matcher<const Call&> raises() {
  return outcome_matcher("raises",
                         [](const Outcome& o) { return std::holds_alternative<Raised>(o); });
}

Matcher<const Call&> blocks() { return Matcher<const Call&>(new BlocksMatcher); }

Matcher<const Call&> took_at_least(std::chrono::nanoseconds bound) {
  return Matcher<const Call&>(new TookMatcher(bound, std::nullopt));
}

Matcher<const Call&> took_not_much_longer_than(std::chrono::nanoseconds limit) {
  return Matcher<const Call&>(
      new TookMatcher(std::chrono::nanoseconds(0), limit + patience::slack()));
}

Matcher<const Call&> took_about(std::chrono::nanoseconds timeout) {
  return Matcher<const Call&>(new TookMatcher(timeout, timeout + patience::slack()));
}

int64_t as_int(const Value& value) {
  const int64_t* i = value.get_if<int64_t>();
  if (i == nullptr) wrong_form(value, "an integer");
  return *i;
}

std::string as_text(const Value& value) {
  const std::string* s = value.get_if<std::string>();
  if (s == nullptr) wrong_form(value, "a string");
  return *s;
}

const Value::List& as_list(const Value& value) {
  if (const Value::List* list = value.get_if<Value::List>()) return *list;
  if (const Value::Tuple* tuple = value.get_if<Value::Tuple>()) return tuple->items;
  wrong_form(value, "a list");
}

Matcher<const Value&> is_a_positive_int() {
  return testing::Truly([](const Value& v) {
    const int64_t* i = v.get_if<int64_t>();
    return i != nullptr && *i > 0;
  });
}

}  // namespace conformance
