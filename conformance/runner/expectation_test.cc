#include "conformance/runner/expectation.h"

#include "gtest/gtest.h"

namespace conformance {
namespace {

Waivers waivers(const std::string& text) {
  return std::get<Waivers>(Waivers::parse(text, "w.txt", {"queue.x", "lock.y"}));
}

Judgement judged(Verdict verdict, std::vector<std::string> leftovers = {}) {
  Judgement j;
  j.verdict = verdict;
  j.hygiene.judged = true;
  j.hygiene.leftovers = std::move(leftovers);
  return j;
}

TEST(Expectation, ClaimThatHoldsIsAsExpected) {
  Assessment a = assess("queue.x", judged(Verdict::kHolds), Waivers());
  EXPECT_EQ(a.standing, Standing::kAsExpected);
  EXPECT_FALSE(a.waived);
}

TEST(Expectation, ViolationNeedsAWaiver) {
  EXPECT_EQ(assess("queue.x", judged(Verdict::kViolated), Waivers()).standing,
            Standing::kUnexpected);
  Assessment a = assess("queue.x", judged(Verdict::kViolated), waivers("queue.x # known\n"));
  EXPECT_EQ(a.standing, Standing::kAsExpected);
  EXPECT_TRUE(a.waived);
}

TEST(Expectation, WaivedClaimThatHoldsIsUnexpected) {
  Assessment a = assess("queue.x", judged(Verdict::kHolds), waivers("queue.* # known\n"));
  EXPECT_EQ(a.standing, Standing::kUnexpected);
  ASSERT_EQ(a.complaints.size(), 1u);
  EXPECT_EQ(a.complaints[0],
            "w.txt:1 ('queue.*') excuses this, but there is nothing to excuse: remove it, or name "
            "the versions that it is true of");
}

TEST(Expectation, WaiverOfAnotherVersionNeitherExcusesNorIsInTheWay) {
  Judgement held = judged(Verdict::kHolds), broken = judged(Verdict::kViolated);
  held.about.version = broken.about.version = "3.9.18";
  EXPECT_EQ(assess("queue.x", held, waivers("queue.x [<3.9] # known\n")).standing,
            Standing::kAsExpected);
  EXPECT_EQ(assess("queue.x", broken, waivers("queue.x [<3.9] # known\n")).standing,
            Standing::kUnexpected);
  EXPECT_TRUE(assess("queue.x", broken, waivers("queue.x [==3.9] # known\n")).waived);
}

TEST(Expectation, WaiverOfWhatIsSometimesViolatedExcusesBothOutcomes) {
  const Waivers w = waivers("sometimes:queue.x # a race\nsometimes:hygiene:lock.y # another\n");
  EXPECT_TRUE(assess("queue.x", judged(Verdict::kViolated), w).waived);
  EXPECT_EQ(assess("queue.x", judged(Verdict::kHolds), w).standing, Standing::kAsExpected);
  EXPECT_EQ(assess("lock.y", judged(Verdict::kHolds, {"a file"}), w).standing,
            Standing::kAsExpected);
  EXPECT_EQ(assess("lock.y", judged(Verdict::kHolds), w).standing, Standing::kAsExpected);
  EXPECT_EQ(assess("lock.y", judged(Verdict::kViolated), w).standing, Standing::kUnexpected);
}

TEST(Expectation, HygieneIsJudgedApart) {
  EXPECT_EQ(assess("queue.x", judged(Verdict::kHolds, {"a file"}), Waivers()).standing,
            Standing::kUnexpected);
  EXPECT_EQ(assess("queue.x", judged(Verdict::kHolds, {"a file"}), waivers("queue.x # no\n"))
                .complaints.size(),
            2u);
  EXPECT_EQ(
      assess("queue.x", judged(Verdict::kHolds, {"a file"}), waivers("hygiene:queue.x # known\n"))
          .standing,
      Standing::kAsExpected);
}

TEST(Expectation, UnsupportedClaimNeedsNoWaiverAndBreaksNone) {
  Judgement j = judged(Verdict::kUnsupported);
  EXPECT_EQ(assess("queue.x", j, Waivers()).standing, Standing::kAsExpected);
  EXPECT_EQ(assess("queue.x", j, waivers("queue.x # known\n")).standing, Standing::kAsExpected);
}

TEST(Expectation, NoWaiverExcusesAnAdapterErrorOrTheUnknown) {
  for (Verdict v : {Verdict::kAdapterError, Verdict::kUnknown}) {
    EXPECT_EQ(assess("queue.x", judged(v), waivers("queue.x # known\n")).standing,
              Standing::kCouldNotJudge);
  }
}

}  // namespace
}  // namespace conformance
