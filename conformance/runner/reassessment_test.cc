#include "conformance/runner/reassessment.h"

#include <nlohmann/json.hpp>

#include "conformance/claims/claim.h"
#include "conformance/runner/expectation.h"
#include "conformance/runner/judge.h"
#include "conformance/runner/results.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

const Claim kClaim = {.id = "queue.x", .level = Level::kMust, .says = "x", .check = nullptr};

Waivers waivers(const std::string& text) {
  return std::get<Waivers>(Waivers::parse(text, "w.txt", {"queue.x"}));
}

Judgement judged(Verdict verdict, std::vector<std::string> leftovers = {}) {
  Judgement j;
  j.verdict = verdict;
  j.hygiene.judged = true;
  j.hygiene.leftovers = std::move(leftovers);
  j.about.version = "3.9.18";
  return j;
}

// What a runner that has those waivers writes of it.
std::string line_of(const Judgement& j, const Waivers& w) {
  return result_line(kClaim, j, assess(kClaim.id, j, w));
}

TEST(Reassessment, OtherWaiversMakeTheSameOfALineAsOfTheJudgement) {
  Judgement not_seen_clean = judged(Verdict::kHolds);
  not_seen_clean.hygiene.judged = false;
  not_seen_clean.hygiene.why_not = "no folder";
  const Judgement judgements[] = {judged(Verdict::kHolds),
                                  judged(Verdict::kViolated),
                                  judged(Verdict::kUnsupported),
                                  judged(Verdict::kUnknown),
                                  judged(Verdict::kAdapterError),
                                  judged(Verdict::kHolds, {"a file"}),
                                  judged(Verdict::kViolated, {"a file"}),
                                  not_seen_clean};
  const Waivers all[] = {Waivers(),
                         waivers("queue.x # known\n"),
                         waivers("queue.x [<3.9] # known\n"),
                         waivers("sometimes:queue.x # a race\n"),
                         waivers("hygiene:queue.x # known\n"),
                         waivers("queue.x # known\nhygiene:queue.x [==3.9.18] # known\n")};
  for (const Judgement& j : judgements) {
    for (const Waivers& before : all) {
      for (const Waivers& now : all)
        EXPECT_EQ(reassessed(line_of(j, before), now), line_of(j, now)) << name_of(j.verdict);
    }
  }
}

TEST(Reassessment, HeaderStaysAsItIs) {
  const std::string header = R"({"mpcheck_results":1,"testee":"x"})";
  EXPECT_EQ(reassessed(header, Waivers()), header);
}

}  // namespace
}  // namespace conformance
