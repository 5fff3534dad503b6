#include "conformance/runner/waivers.h"

#include "gtest/gtest.h"

namespace conformance {
namespace {

const std::vector<std::string> kIds = {"queue.get.blocks", "queue.put.blocks", "lock.release",
                                       "pool.map"};

Waivers waivers(const std::string& text) {
  return std::get<Waivers>(Waivers::parse(text, "w.txt", kIds));
}
std::string error(const std::string& text) {
  auto parsed = Waivers::parse(text, "w.txt", kIds);
  const std::string* what = std::get_if<std::string>(&parsed);
  return what != nullptr ? *what : "";
}

constexpr Waivers::Seen kHeld{.semantics_judged = true, .hygiene_judged = true};
constexpr Waivers::Seen kViolated{.semantics_violated = true, .semantics_judged = true};
constexpr Waivers::Seen kDirty{
    .hygiene_violated = true, .semantics_judged = true, .hygiene_judged = true};
constexpr Waivers::Seen kUnsupported{};

TEST(Waivers, StarMatchesAnyText) {
  EXPECT_TRUE(matches_pattern("queue.*", "queue.put.blocks"));
  EXPECT_TRUE(matches_pattern("*.blocks", "queue.put.blocks"));
  EXPECT_TRUE(matches_pattern("q*p*s", "queue.put.blocks"));
  EXPECT_FALSE(matches_pattern("queue", "queue.put.blocks"));
  EXPECT_FALSE(matches_pattern("*.block", "queue.put.blocks"));
}

TEST(Waivers, FindsTheLineThatExcusesAClaim) {
  Waivers w = waivers("# why\nqueue.*  # slow\n\nhygiene:lock.release # leaves a file\n");
  ASSERT_NE(w.find(WaiverKind::kSemantics, "queue.get.blocks"), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "queue.get.blocks")->reason, "slow");
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "lock.release"), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kHygiene, "lock.release")->line, 4);
  EXPECT_EQ(w.find(WaiverKind::kHygiene, "queue.get.blocks"), nullptr);
}

TEST(Waivers, LineWithoutReasonIsAnError) {
  EXPECT_EQ(error("# ok\nlock.release\n"),
            "w.txt:2: 'lock.release' has no reason; add one behind a #");
}

TEST(Waivers, PatternThatMatchesNoClaimIsAnError) {
  EXPECT_EQ(error("queue.pop # x\n"), "w.txt:1: no claim is called 'queue.pop'; --list shows all");
}

TEST(Waivers, RewritingDropsWhatHoldsAndAddsWhatIsViolated) {
  Waivers w = waivers("# head\nqueue.get.blocks  # old\n# tail\n");
  EXPECT_EQ(w.rewritten({{"queue.get.blocks", kHeld}, {"lock.release", kViolated}}),
            "# head\n# tail\nlock.release  # unexplained: say why, or link an issue\n");
}

TEST(Waivers, RewritingKeepsWhatWasNotJudged) {
  const std::string text = "queue.get.blocks  # a\nlock.release  # b\nhygiene:pool.map  # c\n";
  EXPECT_EQ(waivers(text).rewritten({{"queue.get.blocks", kUnsupported}}), text);
}

TEST(Waivers, RewritingSplitsAPatternOfWhichSomeHold) {
  EXPECT_EQ(waivers("queue.*  # r\n")
                .rewritten({{"queue.get.blocks", kHeld}, {"queue.put.blocks", kViolated}}),
            "queue.put.blocks  # r\n");
  EXPECT_EQ(waivers("queue.*  # r\n")
                .rewritten({{"queue.get.blocks", kViolated}, {"queue.put.blocks", kViolated}}),
            "queue.*  # r\n");
}

TEST(Waivers, HygieneIsWaivedApart) {
  EXPECT_EQ(waivers("").rewritten({{"pool.map", kDirty}}),
            "hygiene:pool.map  # unexplained: say why, or link an issue\n");
  EXPECT_EQ(waivers("hygiene:pool.map  # x\n").rewritten({{"pool.map", kHeld}}), "");
}

}  // namespace
}  // namespace conformance
