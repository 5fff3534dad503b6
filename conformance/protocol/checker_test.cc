// Each rule of the protocol by one line that breaks it; and a conversation that breaks none.
#include "conformance/protocol/checker.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHello =
    R"({"mpcheck":1,"token":"t","puppet":"main","pid":42,"ppid":1,"tid":42,)"
    R"("about":{"name":"n","version":"1","language":"L","start_method":"fork","home":"h"},"features":["queue","isolated"]})";

class CheckerTest : public testing::Test {
 protected:
  CheckerTest() { tell(WireEvent::Kind::kOpened, ""); }

  void tell(WireEvent::Kind kind, const std::string& line) {
    checker_.see({.kind = kind,
                  .connection = 1,
                  .pid = 42,
                  .at = std::chrono::nanoseconds(clock_ += 10),
                  .line = line});
  }
  void hears(const std::string& line) { tell(WireEvent::Kind::kFromPuppet, line); }
  // A command, and the reply to it: ID, T0 and T1 stand for what they should be.
  void asks(const std::string& command, const std::string& reply) {
    const std::string id = absl::StrCat(++id_);
    tell(WireEvent::Kind::kFromRunner, absl::StrReplaceAll(command, {{"ID", id}}));
    const int64_t sent = clock_;
    hears(absl::StrReplaceAll(
        reply, {{"ID", id}, {"T0", absl::StrCat(sent + 1)}, {"T1", absl::StrCat(sent + 2)}}));
  }
  void puts(const std::string& reply) {
    asks(R"({"id":ID,"op":"queue.put","on":"q","args":{"item":1}})", reply);
  }

  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    for (const Breach& each : checker_.breaches()) out.push_back(each.kind);
    return out;
  }

  Checker checker_;
  int64_t clock_ = 1000, id_ = 0;
};

TEST_F(CheckerTest, FaultlessConversationHasNoBreach) {
  hears(kHello);
  asks(R"({"id":ID,"op":"queue.new","as":"q","args":{"maxsize":1}})",
       R"({"id":ID,"ok":null,"t0":T0,"t1":T1})");
  puts(
      R"({"id":ID,"ok":{"$dict":[["k",{"$tuple":[1,{"$float":"nan"},{"$bytes":"AAEC"}]}]]},"t0":T0,"t1":T1})");
  puts(
      R"({"id":ID,"raise":{"type":"Full","bases":["Full","Exception"],"message":"","args":[]},"t0":T0,"t1":T1})");
  puts(
      R"({"id":ID,"raise":{"type":"E","bases":["E"],"message":"m","args":[1],"cause":{"type":"R","message":"x"}},"t0":T0,"t1":T1})");
  asks(R"({"id":ID,"op":"queue.fly","on":"q"})", R"({"id":ID,"unsupported":"no wings"})");
  asks(
      R"({"id":ID,"op":"batch","args":{"times":2,"commands":[{"op":"queue.full","on":"q"},{"op":"queue.put","on":"q","if":1}]}})",
      R"({"id":ID,"ok":[{"ok":false,"t0":T0,"t1":T0},{"ok":false},{"ok":true,"t0":T0,"t1":T1},{"ok":null,"t0":T1,"t1":T1}],"t0":T0,"t1":T1})");
  asks(R"({"id":ID,"op":"process.parent","as":"p"})", R"({"id":ID,"ok":false,"t0":T0,"t1":T1})");
  asks(R"({"id":ID,"op":"puppet.return"})", R"({"id":ID,"ok":null})");
  tell(WireEvent::Kind::kClosed, "");
  EXPECT_THAT(kinds(), IsEmpty());
  EXPECT_EQ(checker_.counts().replies, 8);
}

TEST_F(CheckerTest, LineThatIsNoMessage) {
  hears("starting up...");
  hears("[1,2]");
  tell(WireEvent::Kind::kHalfLine, "{\"id\":");
  EXPECT_THAT(kinds(), ElementsAre("not_json", "not_an_object", "half_line"));
  EXPECT_EQ(checker_.breaches()[0].line, "starting up...");
}

TEST_F(CheckerTest, EachKindIsKeptOnceWithItsFirstLineAndCounted) {
  hears("first");
  hears("second");
  ASSERT_THAT(kinds(), ElementsAre("not_json"));
  EXPECT_EQ(checker_.breaches()[0].count, 2);
  EXPECT_THAT(checker_.breaches()[0].text(),
              AllOf(HasSubstr("2 times"), HasSubstr("first"), HasSubstr("section 2")));
}

TEST_F(CheckerTest, HelloOfAnotherVersionOrProcess) {
  hears(absl::StrReplaceAll(kHello,
                            {{"\"mpcheck\":1", "\"mpcheck\":2"}, {"\"pid\":42", "\"pid\":43"}}));
  EXPECT_THAT(kinds(), ElementsAre("hello.version", "hello.pid"));
}

TEST_F(CheckerTest, HelloWithStrangeOrMissingOrMistypedMembers) {
  hears(
      R"({"mpcheck":"1","token":"t","puppet":"main","pid":42,"ppid":1,"colour":"red","features":"queue"})");
  EXPECT_THAT(kinds(), ElementsAre("hello.missing_member:about", "hello.missing_member:tid",
                                   "hello.unknown_member:colour", "hello.type:mpcheck",
                                   "hello.type:features"));
}

TEST_F(CheckerTest, HelloOfAnotherPuppetNeedsNoIntroduction) {
  hears(R"({"mpcheck":1,"token":"t","puppet":"p1","pid":42,"ppid":1,"tid":42})");
  EXPECT_THAT(kinds(), IsEmpty());
  hears(R"({"mpcheck":1,"token":"t","puppet":"p1","pid":42,"ppid":1,"tid":42})");
  EXPECT_THAT(kinds(), ElementsAre("hello.second"));
}

TEST_F(CheckerTest, FeatureThatNobodyKnowsGetsASuggestion) {
  hears(absl::StrReplaceAll(kHello, {{"\"isolated\"", "\"isolate\",\"queue\",7"}}));
  EXPECT_THAT(kinds(),
              ElementsAre("features.unknown:isolate", "features.twice:queue", "features.type"));
  EXPECT_THAT(checker_.breaches()[0].says, HasSubstr("do you mean \"isolated\"?"));
}

TEST_F(CheckerTest, ReplyWithoutIdOrWithTwoOutcomesOrNone) {
  hears(kHello);
  hears(R"({"ok":null})");
  hears(R"({"id":"1","ok":null})");
  puts(R"({"id":ID,"t0":T0,"t1":T1})");
  puts(R"({"id":ID,"ok":1,"unsupported":"both"})");
  EXPECT_THAT(kinds(), ElementsAre("reply.missing_member:id", "reply.type:id", "reply.no_outcome",
                                   "reply.several_outcomes"));
}

TEST_F(CheckerTest, ReplyToWhatNobodyAskedAndReplyTwice) {
  hears(kHello);
  puts(R"({"id":ID,"ok":null,"t0":T0,"t1":T1})");
  hears(R"({"id":1,"ok":null,"t0":1,"t1":2})");
  hears(R"({"id":99,"ok":null,"t0":1,"t1":2})");
  EXPECT_THAT(kinds(), ElementsAre("reply.twice", "reply.to_nothing"));
}

TEST_F(CheckerTest, ReplyBeforeTheHello) {
  puts(R"({"id":ID,"ok":null,"t0":T0,"t1":T1})");
  EXPECT_THAT(kinds(), ElementsAre("hello.none"));
}

TEST_F(CheckerTest, TimesThatCannotBe) {
  hears(kHello);
  puts(R"({"id":ID,"ok":null,"t0":T1,"t1":T0})");
  puts(R"({"id":ID,"ok":null,"t0":5,"t1":T1})");
  puts(R"({"id":ID,"ok":null,"t0":T0,"t1":9999999})");
  puts(R"({"id":ID,"ok":null,"t0":1.5,"t1":T1})");
  puts(R"({"id":ID,"ok":null})");
  EXPECT_THAT(kinds(), ElementsAre("times.backwards", "times.before_command", "times.after_reply",
                                   "reply.type:t0", "reply.missing_member:t0"));
}

TEST_F(CheckerTest, ValuesOutsideTheGrammar) {
  hears(kHello);
  for (const char* value : {R"({"a":1,"b":2})", R"({"$set":[1]})", R"({"$bytes":"?"})",
                            R"({"$float":"1.5"})", R"({"$blob":{"size":5}})",
                            R"({"$dict":{"k":1}})", R"([[{"$other":""}]])", "18446744073709551615"})
    puts(absl::StrCat(R"({"id":ID,"ok":)", value, R"(,"t0":T0,"t1":T1})"));
  EXPECT_EQ(kinds().size(), 8u) << testing::PrintToString(kinds());
  EXPECT_THAT(kinds(), testing::Each(testing::StartsWith("value:")));
}

TEST_F(CheckerTest, BytesThatAreTooManyToTell) {
  hears(kHello);
  puts(absl::StrCat(R"({"id":ID,"ok":{"$bytes":")", std::string(8000, 'A'),
                    R"("},"t0":T0,"t1":T1})"));
  ASSERT_EQ(kinds().size(), 1u);
  EXPECT_THAT(checker_.breaches()[0].says, HasSubstr("$blob"));
}

TEST_F(CheckerTest, RaiseThatTellsTooLittle) {
  hears(kHello);
  puts(R"({"id":ID,"raise":{"message":"m","bases":[],"args":[]},"t0":T0,"t1":T1})");
  puts(
      R"({"id":ID,"raise":{"type":"queue.Full","bases":["Exception"],"message":"m","args":[]},"t0":T0,"t1":T1})");
  puts(R"({"id":ID,"raise":"Full","t0":T0,"t1":T1})");
  EXPECT_THAT(kinds(), ElementsAre("raise.missing_member:type", "raise.bare_type",
                                   "raise.bases_without_type", "reply.type:raise"));
}

TEST_F(CheckerTest, MakerThatReturnsSomething) {
  hears(kHello);
  asks(R"({"id":ID,"op":"queue.new","as":"q"})", R"({"id":ID,"ok":true,"t0":T0,"t1":T1})");
  EXPECT_THAT(kinds(), ElementsAre("reply.ok_not_null"));
}

TEST_F(CheckerTest, BatchWithTooFewRepliesOrStrangeOnes) {
  hears(kHello);
  const char* kBatch =
      R"({"id":ID,"op":"batch","args":{"commands":[{"op":"queue.full","on":"q"}]}})";
  asks(kBatch, R"({"id":ID,"ok":[],"t0":T0,"t1":T1})");
  asks(kBatch, R"({"id":ID,"ok":[7],"t0":T0,"t1":T1})");
  asks(kBatch, R"({"id":ID,"ok":[{"id":1,"ok":true,"t0":T0,"t1":T1}],"t0":T0,"t1":T1})");
  EXPECT_THAT(kinds(), ElementsAre("batch.count", "batch.element", "reply.unknown_member:id"));
}

TEST_F(CheckerTest, CommandThatCannotWaitButHasNoAnswer) {
  hears(kHello);
  tell(WireEvent::Kind::kFromRunner, R"({"id":1,"op":"queue.get","on":"q"})");
  tell(WireEvent::Kind::kClosed, "");
  EXPECT_THAT(kinds(), IsEmpty());
  tell(WireEvent::Kind::kOpened, "");
  hears(kHello);
  tell(WireEvent::Kind::kFromRunner, R"({"id":1,"op":"queue.new","as":"q"})");
  tell(WireEvent::Kind::kClosed, "");
  EXPECT_THAT(kinds(), ElementsAre("reply.never"));
}

TEST_F(CheckerTest, FaultOfTheRunnerIsNotTheAdapters) {
  hears(kHello);
  tell(WireEvent::Kind::kFromRunner,
       R"({"id":1,"op":"queue.put","on":"q","args":{"item":{"a":1,"b":2}},"colour":1})");
  ASSERT_EQ(kinds().size(), 2u);
  EXPECT_TRUE(checker_.breaches()[0].by_runner);
  EXPECT_THAT(checker_.breaches()[0].text(), testing::StartsWith("the runner: "));
}

TEST_F(CheckerTest, EventComesBackFromItsLine) {
  const WireEvent event{.kind = WireEvent::Kind::kFromPuppet,
                        .connection = 3,
                        .pid = 7,
                        .at = std::chrono::nanoseconds(123),
                        .line = "{\"id\":1}"};
  const auto back = parse_wire_event(to_json_line(event));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->kind, event.kind);
  EXPECT_EQ(back->connection, 3);
  EXPECT_EQ(back->pid, 7);
  EXPECT_EQ(back->at, event.at);
  EXPECT_EQ(back->line, event.line);
  EXPECT_FALSE(parse_wire_event("no event"));
}

}  // namespace
}  // namespace conformance
