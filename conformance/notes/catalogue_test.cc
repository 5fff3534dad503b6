#include "conformance/notes/catalogue.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kNote[] =
    R"({"id":"queue.fifo","area":"queue","says":"First in, first out.","where":[{"file":"a.txt","lines":[7,8,9,12]}],)"
    R"("verdict":"imprecise","correction":"For each producer.","refuted_by":["queue.x"],"derived":true})";
constexpr char kPromise[] =
    R"({"id":"QUE-01","area":"queue","level":"MUST","versions":"3.8+","says":"It is a queue."})";

std::string what_is_wrong(std::string_view notes, std::string_view contract) {
  auto parsed = Catalogue::parse(notes, contract);
  const std::string* error = std::get_if<std::string>(&parsed);
  return error == nullptr ? "nothing" : *error;
}

TEST(Catalogue, ReadsNotesAndContract) {
  auto parsed = Catalogue::parse(kNote, std::string("\n") + kPromise + "\n");
  const auto& catalogue = std::get<Catalogue>(parsed);
  ASSERT_EQ(catalogue.all().size(), 2u);
  const Statement* note = catalogue.find("queue.fifo");
  ASSERT_NE(note, nullptr);
  EXPECT_EQ(note->source, Statement::Source::kNotes);
  EXPECT_EQ(note->area, "queue");
  EXPECT_EQ(note->says, "First in, first out.");
  EXPECT_EQ(note->where.at(0).text(), "a.txt:7-9,12");
  EXPECT_TRUE(note->is_wrong());
  EXPECT_TRUE(note->derived);
  EXPECT_EQ(note->correction, "For each producer.");
  EXPECT_THAT(note->refuted_by, ElementsAre("queue.x"));
  const Statement* promise = catalogue.find("QUE-01");
  ASSERT_NE(promise, nullptr);
  EXPECT_EQ(promise->source, Statement::Source::kContract);
  EXPECT_EQ(promise->level, "MUST");
  EXPECT_EQ(promise->versions, "3.8+");
  EXPECT_FALSE(promise->is_wrong());
  EXPECT_EQ(catalogue.find("QUE-02"), nullptr);
}

TEST(Catalogue, SaysWhereItIsMalformed) {
  EXPECT_EQ(what_is_wrong(kNote, kPromise), "nothing");
  EXPECT_THAT(what_is_wrong(std::string(kNote) + "\n{", kPromise),
              HasSubstr("notes.jsonl:2: no JSON object"));
  EXPECT_THAT(what_is_wrong(kNote, R"({"id":"A","area":"a"})"),
              HasSubstr("contract.jsonl:1: no \"says\""));
  EXPECT_THAT(what_is_wrong(kNote, R"({"id":1,"area":"a","says":"s"})"),
              HasSubstr("\"id\" is of the wrong kind"));
  EXPECT_THAT(what_is_wrong(kPromise, ""), HasSubstr("notes.jsonl:1: no \"where\""));
}

TEST(Catalogue, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(
      what_is_wrong("", R"({"id":"A","area":"a","says":"s","level":"OUGHT","versions":"all"})"),
      HasSubstr("\"OUGHT\" is none of BEYOND, MAY, MUST, SHOULD"));
  EXPECT_THAT(
      what_is_wrong(
          "",
          R"({"id":"A","area":"a","says":"s","level":"MUST","versions":"all","untestible":"x"})"),
      HasSubstr("nobody knows the member \"untestible\""));
}

TEST(Catalogue, RefusesAnIdThatIsThereTwice) {
  EXPECT_THAT(what_is_wrong("", std::string(kPromise) + "\n" + kPromise),
              HasSubstr("contract.jsonl:2: a second \"QUE-01\""));
}

TEST(Catalogue, StatementIsUntestableOrMeasuredNotBoth) {
  EXPECT_THAT(
      what_is_wrong(
          "",
          R"({"id":"A","area":"a","says":"s","level":"MUST","versions":"all","untestable":"x","measured":"y"})"),
      HasSubstr("both"));
}

TEST(Catalogue, FolderWithoutFilesIsNamed) {
  auto loaded = Catalogue::load("/nonexistent");
  EXPECT_THAT(std::get<std::string>(loaded), HasSubstr("/nonexistent/notes.jsonl"));
}

}  // namespace
}  // namespace conformance
