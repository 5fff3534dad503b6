#include "tools/report/results.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const char kHeader[] = R"({"mpcheck_results":1,"testee":"x","command":["/bin/x"]})";
const char kClaim[] =
    R"({"claim":"queue.a","area":"queue","level":"MUST","says":"It is so.","verdict":"holds",)"
    R"("standing":"as_expected","waived":false,"complaints":[],"variation":null,"presumed":false,)"
    R"("failures":[],"hygiene":{"verdict":"clean","shared_memory_judged":true,"leftovers":[]},)"
    R"("took_ms":1.5,"about":{"name":"X","version":"1","language":"C","start_method":"fork",)"
    R"x("home":"h"},"last_words":"","trace":[{"puppet":"main","op":"q.put()","sent_ms":1.0,)x"
    R"("answered_ms":2.5,"t0_ns":1100000,"t1_ns":2400000,"accepted":["returns"],)"
    R"("outcome":"returned null","ended":"returned"}],"began_ns":100000,)"
    R"("puppets":[{"puppet":"main","pid":7,"ppid":6,"tid":7,"came_ms":0.5,"ended_ms":null,)"
    R"("ending":null}],"interferences":[{"at_ms":2.0,"pid":7,"what":"SIGKILL"}]})";

std::string text(std::initializer_list<std::string> lines) {
  std::string out;
  for (const std::string& line : lines) absl::StrAppend(&out, line, "\n");
  return out;
}

Results read(const std::string& text, Reading reading = {}) {
  auto read = parse_results(text, "x.jsonl", reading);
  if (auto* error = std::get_if<std::string>(&read)) ADD_FAILURE() << *error;
  return std::get<Results>(read);
}

std::string error_of(const std::string& text, Reading reading = {}) {
  auto read = parse_results(text, "x.jsonl", reading);
  auto* error = std::get_if<std::string>(&read);
  return error == nullptr ? "none" : *error;
}

TEST(Results, ReadsHeaderAndClaims) {
  const Results results = read(text({kHeader, kClaim}));
  EXPECT_EQ(results.name, "x");
  EXPECT_THAT(results.command, ElementsAre("/bin/x"));
  EXPECT_EQ(results.product, "X");
  ASSERT_EQ(results.claims.size(), 1u);
  const ClaimResult& claim = results.claims[0];
  EXPECT_EQ(claim.claim, "queue.a");
  EXPECT_EQ(claim.verdict, "holds");
  EXPECT_EQ(claim.variation, "");
  EXPECT_EQ(claim.hygiene, "clean");
  EXPECT_EQ(claim.timeline, "") << "nobody asked for it";
  EXPECT_EQ(results.find("queue.a"), &claim);
  EXPECT_EQ(results.find("queue.b"), nullptr);
}

TEST(Results, TimelineIsInMicrosecondsSinceTheClaimBegan) {
  const Results results = read(text({kHeader, kClaim}), {.timelines = true});
  EXPECT_EQ(
      results.claims[0].timeline,
      R"x({"c":[["main","q.put()",1000,2500,1000,2300,["returns"],"returned null","returned",)x"
      R"(null,[]]],"i":[[2000,7,"SIGKILL"]],"p":[["main",7,6,7,500,null,null]]})");
}

TEST(Results, CommandThatCalledNothingHasNoTimesOfTheTestee) {
  const std::string claim = absl::StrReplaceAll(
      kClaim, {{"\"t0_ns\":1100000", "\"t0_ns\":0"}, {"\"t1_ns\":2400000", "\"t1_ns\":0"}});
  EXPECT_THAT(read(text({kHeader, claim}), {.timelines = true}).claims[0].timeline,
              HasSubstr("1000,2500,null,null,"));
}

TEST(Results, LineThatShowsAClaimAgainIsTheHeadersOrTheNames) {
  EXPECT_EQ(read(text({kHeader})).again("queue.a"), "tools/mpcheck run x --filter=queue.a");
  EXPECT_EQ(read(text({R"({"mpcheck_results":1,"testee":"x","reproduce":"r {claim} -- c"})"}))
                .again("queue.a"),
            "r queue.a -- c");
}

TEST(Results, HalfALineAtTheEndIsOfARunThatWasCutShort) {
  const std::string half = std::string(kClaim).substr(0, 100);
  const Results results = read(text({kHeader, kClaim}) + half);
  EXPECT_TRUE(results.cut_short);
  EXPECT_EQ(results.claims.size(), 1u);
  EXPECT_EQ(error_of(text({kHeader, half, kClaim})), "x.jsonl:2: this is no JSON object");
}

TEST(Results, OtherFilesAreRefusedWithLineAndReason) {
  EXPECT_EQ(error_of(""), "x.jsonl: this file is empty");
  EXPECT_THAT(error_of("hello\n"), HasSubstr("x.jsonl:1: this is no JSON object"));
  EXPECT_THAT(error_of("{}\n"), HasSubstr("x.jsonl:1: the first line of results says"));
  EXPECT_THAT(error_of(R"({"mpcheck_results":2,"testee":"x"})"
                       "\n"),
              HasSubstr("results of format 2; this program reads 1"));
  EXPECT_EQ(error_of(text({kHeader, R"({"claim":"queue.a"})"})),
            "x.jsonl:2: there is no member \"area\"");
  EXPECT_EQ(error_of(text({kHeader, R"({"claim":7})"})),
            "x.jsonl:2: the member \"claim\" is of the wrong kind");
}

TEST(Results, ForgivingReaderTakesWhatIsWholeAndSaysWhatItLeftOut) {
  const std::string half = std::string(kClaim).substr(0, 100);
  const Results torn = read(text({kHeader, half, kClaim}), {.forgiving = true});
  EXPECT_TRUE(torn.cut_short);
  EXPECT_EQ(torn.claims.size(), 1u);
  EXPECT_THAT(torn.unread, ElementsAre("x.jsonl:2: this is no JSON object"));
}

TEST(Results, ForgivingReaderTakesAnEmptyFileForARunWithoutClaims) {
  const Results empty = read("", {.forgiving = true});
  EXPECT_EQ(empty.name, "x");
  EXPECT_TRUE(empty.cut_short);
  EXPECT_THAT(all_unread({empty}), ElementsAre("x.jsonl: this file is empty"));
  EXPECT_THAT(read("{\"mpche", {.forgiving = true}).unread,
              ElementsAre("x.jsonl:1: this is no JSON object"));
}

TEST(Results, ForgivingReaderRefusesWhatIsNoResults) {
  EXPECT_THAT(error_of("{}\n", {.forgiving = true}), HasSubstr("the first line of results says"));
}

class ResultsFiles : public testing::Test {
 protected:
  ResultsFiles() : root_(testing::TempDir() + "/results_XXXXXX") { ::mkdtemp(root_.data()); }
  ~ResultsFiles() override { std::filesystem::remove_all(root_); }

  std::string add(const std::string& path, const std::string& name) {
    const std::string whole = root_ + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(whole).parent_path());
    std::ofstream(whole) << R"({"mpcheck_results":1,"testee":")" << name << "\"}\n";
    return whole;
  }

  std::string root_;
};

std::vector<std::string> names_of(const std::vector<std::string>& places) {
  std::vector<std::string> names;
  const auto read = read_all(places);
  for (const Results& each : std::get<std::vector<Results>>(read)) names.push_back(each.name);
  return names;
}

TEST_F(ResultsFiles, AFolderMeansItsFilesInTheOrderOfVersions) {
  for (const char* name : {"x-3.10", "x-3.9", "x-3.11"})
    add(absl::StrCat("a/", name, ".jsonl"), name);
  add("a/x-3.9.log", "no results");
  const auto files = results_files(root_ + "/a");
  EXPECT_THAT(
      std::get<std::vector<std::string>>(files),
      ElementsAre(EndsWith("x-3.9.jsonl"), EndsWith("x-3.10.jsonl"), EndsWith("x-3.11.jsonl")));
}

TEST_F(ResultsFiles, WhatIsNotThereIsSaidToBe) {
  EXPECT_THAT(std::get<std::string>(results_files(root_ + "/none")),
              HasSubstr("there is no such file or folder"));
  std::filesystem::create_directories(root_ + "/empty");
  EXPECT_THAT(std::get<std::string>(results_files(root_ + "/empty")), HasSubstr("no NAME.jsonl"));
}

// Its runners write a file each.
TEST_F(ResultsFiles, KilledRunIsOneColumn) {
  for (const char* part : {"x-3.9.0", "x-3.9.1", "x-3.9.10"}) {
    std::ofstream(add(absl::StrCat("a/", part, ".jsonl"), "x-3.9"), std::ios::app)
        << absl::StrReplaceAll(kClaim, {{"queue.a", part}}) << "\n";
  }
  std::ofstream(root_ + "/a/x-3.9.2.jsonl");  // it has not begun to write
  add("a/x-3.10.jsonl", "x-3.10");
  const auto read = read_all({root_ + "/a"}, {.forgiving = true});
  const auto& all = std::get<std::vector<Results>>(read);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "x-3.9");
  EXPECT_TRUE(all[0].cut_short);
  for (const char* claim : {"x-3.9.0", "x-3.9.1", "x-3.9.10"})
    EXPECT_NE(all[0].find(claim), nullptr);
  EXPECT_EQ(all[0].claims.size(), 3u);
  EXPECT_THAT(all_unread(all), ElementsAre(HasSubstr("x-3.9.2.jsonl: this file is empty")));
  EXPECT_EQ(all[1].name, "x-3.10");
  EXPECT_FALSE(all[1].cut_short);
}

TEST_F(ResultsFiles, TwoOfTheSameNameAreToldApartByFolder) {
  add("old/x.jsonl", "x");
  add("new/x.jsonl", "x");
  add("new/y.jsonl", "y");
  EXPECT_THAT(names_of({root_ + "/old", root_ + "/new"}), ElementsAre("x (old)", "x (new)", "y"));
}

TEST_F(ResultsFiles, TwoOfTheSameNameInOneFolderAreToldApartByFile) {
  add("a/before.jsonl", "x");
  add("a/later.jsonl", "x");
  EXPECT_THAT(names_of({root_ + "/a"}), ElementsAre("x (before.jsonl)", "x (later.jsonl)"));
}

TEST_F(ResultsFiles, TheSameFileTwiceIsNumbered) {
  const std::string file = add("a/x.jsonl", "x");
  EXPECT_THAT(names_of({file, file}), ElementsAre("x (a) #1", "x (a) #2"));
}

}  // namespace
}  // namespace mpcheck
