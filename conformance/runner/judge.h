// Runs one claim against one implementation and says what came of it.
//
//   Judgement j = judge(claim, testee);
//   j.verdict == Verdict::kHolds && j.hygiene.leftovers.empty();
//
// Every way to end is a value: nothing a testee does makes this throw. Each claim gets a fresh
// testee (with `warm`, a fresh main program that a nursery forks), and nothing of it is left
// afterwards. Works inside a GoogleTest test, whose failures it collects.
#ifndef CONFORMANCE_RUNNER_JUDGE_H_
#define CONFORMANCE_RUNNER_JUDGE_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/claims/claim.h"
#include "conformance/stage/chronicle.h"
#include "conformance/stage/stage.h"
#include "conformance/stage/testee.h"

namespace conformance {

enum class Verdict {
  kHolds,
  kViolated,
  kUnsupported,   // the implementation does not offer what the claim is about
  kUnknown,       // neither seen to hold nor seen to be violated
  kAdapterError,  // the adapter broke the protocol, died or hung: nothing is known
};
std::string_view name_of(Verdict verdict);  // "holds", ...

struct Judgement {
  Verdict verdict = Verdict::kHolds;
  std::string variation;              // which accepted outcome was seen, for a variation
  bool presumed = false;              // relied on a call being blocked without a proof
  std::vector<std::string> failures;  // what was expected and what happened; why, if not judged
  Hygiene hygiene;
  About about;  // the testee's description of itself; empty if it never said hello
  std::chrono::nanoseconds took{0};
  std::chrono::nanoseconds began{0};  // CLOCK_MONOTONIC, the zero of the trace's times
  std::vector<std::shared_ptr<Call::Record>> trace;
  Chronicle chronicle;
  std::string last_words;  // for adapter errors and violations: ending, last command, last output
};

Judgement judge(const Claim& claim, const TesteeSpec& testee, WarmTestee* warm = nullptr);

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_JUDGE_H_
