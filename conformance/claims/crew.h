// Several processes that hold the same objects and do the same thing at the same time.
#ifndef CONFORMANCE_CLAIMS_CREW_H_
#define CONFORMANCE_CLAIMS_CREW_H_

#include <string>
#include <variant>
#include <vector>

#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"

namespace conformance {

using Crew = std::vector<Puppet*>;

inline Crew start_crew(Stage& stage, Puppet& creator, int size,
                       const std::vector<RemoteObject>& objects) {
  Crew crew;
  for (int i = 0; i < size; ++i) crew.push_back(&stage.start_process(creator, objects));
  return crew;
}

inline std::vector<Call> each_begins(const Crew& crew, const Op& op) {
  std::vector<Call> calls;
  for (Puppet* puppet : crew) calls.push_back(puppet->begins(op));
  return calls;
}

inline void each_must(const Crew& crew, const Op& op) {
  for (Puppet* puppet : crew) puppet->must(op);
}

// A call that was given to each of a crew, and has returned for exactly `count` of them; the others
// are blocked.
inline testing::Matcher<const std::vector<Call>&> return_for_exactly(size_t count) {
  return testing::Truly([count](const std::vector<Call>& calls) {
    size_t returned = 0;
    for (const Call& call : calls) {
      if (std::holds_alternative<Returned>(call.outcome_if_blocked())) {
        ++returned;
      } else if (!testing::Matches(blocks())(call)) {
        return false;
      }
    }
    return returned == count;
  });
}

// Those of the crew whose call has returned. Requires: every call was looked at before.
inline Crew those_who_returned(const Crew& crew, const std::vector<Call>& calls) {
  Crew done;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (std::holds_alternative<Returned>(calls[i].outcome_if_blocked())) done.push_back(crew[i]);
  }
  return done;
}

// From the return of `first` to the beginning of `last`, for each round of a batch of `length`
// operations: the time in which something was certainly held.
struct Span {
  std::chrono::nanoseconds from, to;
};
inline std::vector<Span> spans(const Call& batch, size_t length, size_t first, size_t last) {
  const std::vector<Reply>& replies = batch.batch();
  std::vector<Span> result;
  for (size_t i = 0; i + length <= replies.size(); i += length)
    result.push_back({replies[i + first].t1, replies[i + last].t0});
  return result;
}

// The largest number of spans that overlap at one moment.
int most_at_once(const std::vector<Span>& spans);

// Expects that connection.send() of `object` raises RuntimeError.
void expect_refused_by_a_pipe(Puppet& main, const RemoteObject& object);

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_CREW_H_
