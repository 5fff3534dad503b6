#include "conformance/runner/waivers.h"

#include <fstream>

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

// A file in a folder of the tests' own.
std::string written(const std::string& name, const std::string& text) {
  std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}
// What the file says, be it waivers or an error.
std::variant<Waivers, std::string> waivers_beside(const std::string& text) {
  return Waivers::parse(text, testing::TempDir() + "near.txt", kIds);
}
std::string error_beside(const std::string& text) {
  auto parsed = waivers_beside(text);
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
  ASSERT_NE(w.find(WaiverKind::kSemantics, "queue.get.blocks", ""), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "queue.get.blocks", "")->reason, "slow");
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "lock.release", ""), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kHygiene, "lock.release", "")->line, 4);
  EXPECT_EQ(w.find(WaiverKind::kHygiene, "queue.get.blocks", ""), nullptr);
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
  EXPECT_EQ(w.rewritten({{"queue.get.blocks", kHeld}, {"lock.release", kViolated}}, ""),
            "# head\n# tail\nlock.release  # unexplained: say why, or link an issue\n");
}

TEST(Waivers, RewritingKeepsWhatWasNotJudged) {
  const std::string text = "queue.get.blocks  # a\nlock.release  # b\nhygiene:pool.map  # c\n";
  EXPECT_EQ(waivers(text).rewritten({{"queue.get.blocks", kUnsupported}}, ""), text);
}

TEST(Waivers, RewritingSplitsAPatternOfWhichSomeHold) {
  EXPECT_EQ(waivers("queue.*  # r\n")
                .rewritten({{"queue.get.blocks", kHeld}, {"queue.put.blocks", kViolated}}, ""),
            "queue.put.blocks  # r\n");
  EXPECT_EQ(waivers("queue.*  # r\n")
                .rewritten({{"queue.get.blocks", kViolated}, {"queue.put.blocks", kViolated}}, ""),
            "queue.*  # r\n");
}

TEST(Waivers, LineMayBeTrueOfSomeVersionsOnly) {
  Waivers w = waivers("queue.* [>=3.7,<3.9]  # mended in 3.9\nlock.release[==3.6] # x\n");
  EXPECT_NE(w.find(WaiverKind::kSemantics, "queue.get.blocks", "3.8.18"), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "queue.get.blocks", "3.9.0"), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "queue.get.blocks", ""), nullptr);
  EXPECT_NE(w.find(WaiverKind::kSemantics, "lock.release", "3.6.15"), nullptr);
}

TEST(Waivers, VersionsThatAreNoneAreAnError) {
  EXPECT_EQ(
      error("queue.* [new]  # x\n"),
      "w.txt:1: 'new' is no comparison with a version; one is <3.9, <=3.8, >3.8, >=3.9, ==3.9 "
      "or !=3.9");
  EXPECT_EQ(error("queue.* [<3.9  # x\n"), "w.txt:1: 'queue.* [<3.9' lacks its ]");
}

TEST(Waivers, RewritingAFileForSeveralVersionsSpeaksOfTheOneSeen) {
  const std::string text = "queue.get.blocks [<4]  # a\nqueue.put.blocks  # b\n";
  EXPECT_EQ(
      waivers(text).rewritten(
          {{"queue.get.blocks", kHeld}, {"queue.put.blocks", kHeld}, {"lock.release", kViolated}},
          "3.8.1"),
      "queue.get.blocks [<4,!=3.8.1]  # a\nqueue.put.blocks [!=3.8.1]  # b\n"
      "lock.release [==3.8.1]  # unexplained: say why, or link an issue\n");
  EXPECT_EQ(waivers(text).rewritten({{"queue.get.blocks", kHeld}}, "4.0.0"), text);
}

TEST(Waivers, RewritingDropsALineThatWasTrueOfOneVersionOnly) {
  EXPECT_EQ(waivers("queue.get.blocks [==3.8.1]  # a\nlock.release  # b\n")
                .rewritten({{"queue.get.blocks", kHeld}}, "3.8.1"),
            "lock.release  # b\n");
}

TEST(Waivers, RewritingSplitsAPatternForOneOfSeveralVersions) {
  EXPECT_EQ(waivers("queue.* [<4]  # r\n")
                .rewritten({{"queue.get.blocks", kHeld}, {"queue.put.blocks", kViolated}}, "3.8.1"),
            "queue.* [<4,!=3.8.1]  # r\nqueue.put.blocks [==3.8.1]  # r\n");
}

TEST(Waivers, RewritingKeepsWhatIsSometimesViolated) {
  const std::string text = "sometimes:queue.get.blocks  # a race\n";
  EXPECT_EQ(waivers(text).rewritten({{"queue.get.blocks", kHeld}}, ""), text);
  EXPECT_EQ(waivers(text).rewritten({{"queue.get.blocks", kViolated}}, ""), text);
}

TEST(Waivers, IncludedFileExcusesWithItsOwnReasons) {
  const std::string far = written("far.txt", "queue.*  # slow\nlock.release [<2]  # old\n");
  const Waivers w = std::get<Waivers>(waivers_beside("include far.txt  # the same package\n"));
  const Waiver* found = w.find(WaiverKind::kSemantics, "queue.get.blocks", "3");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->reason, "slow");
  EXPECT_EQ(found->path, far);
  EXPECT_EQ(found->line, 1);
  EXPECT_TRUE(found->included);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "lock.release", "3"), nullptr);
  EXPECT_NE(w.find(WaiverKind::kSemantics, "lock.release", "1"), nullptr);
}

TEST(Waivers, NearerLineGoesBeforeAnIncludedOne) {
  written("far.txt", "queue.*  # slow\npool.map  # late\n");
  written("middle.txt", "holds:pool.map  # it waits\ninclude far.txt  # like it\n");
  const Waivers w = std::get<Waivers>(
      waivers_beside("include middle.txt  # like it\nholds:queue.put.blocks  # it does\n"
                     "sometimes:queue.get.blocks  # a race here\n"));
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "queue.put.blocks", ""), nullptr);
  EXPECT_EQ(w.find(WaiverKind::kSemantics, "pool.map", ""), nullptr);
  EXPECT_TRUE(w.find(WaiverKind::kSemantics, "queue.get.blocks", "")->sometimes);
}

TEST(Waivers, IncludedFileThatIsNoneIsAnError) {
  EXPECT_EQ(
      error_beside("# a\ninclude absent.txt  # x\n"),
      testing::TempDir() + "near.txt:2: 'absent.txt' can't be read; it has to be beside this file");
  EXPECT_EQ(error_beside("include far.txt\n"),
            testing::TempDir() + "near.txt:1: 'include far.txt' has no reason; add one behind a #");
}

TEST(Waivers, ErrorOfAnIncludedFileNamesThatFile) {
  const std::string far = written("far.txt", "\nqueue.pop  # x\n");
  EXPECT_EQ(error_beside("include far.txt  # x\n"),
            far + ":2: no claim is called 'queue.pop'; --list shows all");
}

TEST(Waivers, FileThatIncludesItselfIsAnError) {
  const std::string far = written("far.txt", "include near.txt  # x\n");
  EXPECT_EQ(error_beside("include far.txt  # x\n"), far + ":1: 'near.txt' includes itself");
}

TEST(Waivers, HoldsOfWhatNobodyWaivesIsAnError) {
  written("far.txt", "hygiene:queue.*  # x\nlock.release  # y\n");
  EXPECT_EQ(error_beside("include far.txt  # x\nholds:queue.get.blocks  # y\n"),
            testing::TempDir() +
                "near.txt:2: 'queue.get.blocks' holds anyway: no included file waives it");
  EXPECT_EQ(error_beside("include far.txt  # x\nholds:lock.*  # y\n"), "");
}

TEST(Waivers, RewritingSaysWhatHoldsThoughAnIncludedFileWaivesIt) {
  written("far.txt", "queue.*  # slow\nsometimes:pool.map  # late\n");
  const std::string text = "include far.txt  # x\n";
  EXPECT_EQ(std::get<Waivers>(waivers_beside(text))
                .rewritten({{"queue.get.blocks", kHeld},
                            {"queue.put.blocks", kViolated},
                            {"pool.map", kHeld},
                            {"lock.release", kViolated}},
                           ""),
            text +
                "lock.release  # unexplained: say why, or link an issue\n"
                "holds:queue.get.blocks  # unexplained: say why, or link an issue\n");
}

TEST(Waivers, RewritingDropsAHoldsThatDoesNot) {
  written("far.txt", "queue.*  # slow\n");
  const std::string text = "include far.txt  # x\n", holds = "holds:queue.get.blocks  # y\n";
  const Waivers w = std::get<Waivers>(waivers_beside(text + holds));
  EXPECT_EQ(w.rewritten({{"queue.get.blocks", kViolated}}, ""), text);
  EXPECT_EQ(w.rewritten({{"queue.get.blocks", kHeld}}, ""), text + holds);
}

TEST(Waivers, HygieneIsWaivedApart) {
  EXPECT_EQ(waivers("").rewritten({{"pool.map", kDirty}}, ""),
            "hygiene:pool.map  # unexplained: say why, or link an issue\n");
  EXPECT_EQ(waivers("hygiene:pool.map  # x\n").rewritten({{"pool.map", kHeld}}, ""), "");
}

}  // namespace
}  // namespace conformance
