#include "tools/cli/command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/cli/command_test_support.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

class CommandTest : public testing::Test {
 protected:
  // Returns the exit code.
  int dispatch_words(std::vector<std::string> words) {
    words.insert(words.begin(), "mpcheck");
    std::vector<char*> argv;
    for (std::string& each : words) argv.push_back(each.data());
    CaptureStdout();
    CaptureStderr();
    const int code = dispatch(static_cast<int>(argv.size()), argv.data(), commands_);
    out_ = GetCapturedStdout();
    errors_ = GetCapturedStderr();
    return code;
  }

  Said said_;
  std::vector<Command> commands_ = commands_that_note(&said_);
  std::string out_, errors_;
};

TEST_F(CommandTest, ReadsFlagsAndWords) {
  EXPECT_EQ(dispatch_words({"--root=/r", "run", "a", "--jobs=3", "b", "--fresh", "--runner=/x",
                            "--", "adapter", "--jobs=9"}),
            0);
  EXPECT_EQ(said_.ran, "run");
  EXPECT_EQ(said_.jobs, 3);
  EXPECT_TRUE(said_.fresh);
  EXPECT_EQ(said_.place.root, "/r");
  EXPECT_EQ(said_.place.runner_path(), "/x");
  EXPECT_THAT(said_.words.before, ElementsAre("a", "b"));
  EXPECT_THAT(said_.words.after, ElementsAre("adapter", "--jobs=9"));
}

TEST_F(CommandTest, WordThatNobodyWouldLookAtIsRefused) {
  commands_ = {{.name = "count", .words = "", .says = "counts", .run = commands_[0].run},
               {.name = "list", .words = "[AREA...]", .says = "lists", .run = commands_[0].run}};
  EXPECT_EQ(dispatch_words({"count", "queues"}), 64);
  EXPECT_THAT(errors_, HasSubstr("mpcheck count: 'queues': this command takes no words"));
  EXPECT_EQ(dispatch_words({"list", "queue", "--", "./adapter"}), 64);
  EXPECT_THAT(errors_, HasSubstr("'./adapter': this command takes nothing behind --"));
  EXPECT_EQ(said_.ran, "");
  EXPECT_EQ(dispatch_words({"list", "queue"}), 0);
}

TEST_F(CommandTest, WithoutACommandItIsRun) {
  EXPECT_EQ(dispatch_words({"--jobs=4"}), 0);
  EXPECT_EQ(said_.ran, "run");
  EXPECT_EQ(said_.jobs, 4);
}

TEST_F(CommandTest, HandsOnWhatIsForAnotherProgram) {
  EXPECT_EQ(dispatch_words({"stress", "--seed=7", "name", "--kills", "--", "adapter", "--seed=1"}),
            0);
  EXPECT_EQ(said_.ran, "stress");
  EXPECT_THAT(said_.passed_on, ElementsAre("--seed=7", "--kills"));
  EXPECT_THAT(said_.words.before, ElementsAre("name"));
  EXPECT_THAT(said_.words.after, ElementsAre("adapter", "--seed=1"));
}

TEST_F(CommandTest, FlagOfAnotherCommandIsUnknown) {
  EXPECT_EQ(dispatch_words({"stress", "--jobs=3"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("mpcheck stress: unknown flag '--jobs=3'"));
  EXPECT_EQ(said_.ran, "");
}

TEST_F(CommandTest, MistypedFlagGetsASuggestion) {
  EXPECT_EQ(dispatch_words({"run", "--jbos=3"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("did you mean --jobs?"));
  EXPECT_THAT(errors_, HasSubstr("usage: mpcheck run [NAME...] [-- ADAPTER] [flags]"));
}

TEST_F(CommandTest, MistypedCommandGetsASuggestion) {
  EXPECT_EQ(dispatch_words({"strses"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("unknown command 'strses'; did you mean stress?"));
  EXPECT_EQ(said_.ran, "");
}

TEST_F(CommandTest, NameWithoutACommandIsToldOfRun) {
  EXPECT_EQ(dispatch_words({"cpython-3.11.2-fork"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("mpcheck run cpython-3.11.2-fork"));
}

TEST_F(CommandTest, PassedOnFlagNeedsItsValue) {
  EXPECT_EQ(dispatch_words({"stress", "--seed"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("flag '--seed' needs a value: --seed=S"));
}

TEST_F(CommandTest, ValueMustBeOneOfTheChoices) {
  EXPECT_EQ(dispatch_words({"run", "--level=MSUT"}), base::kWrongUsage);
  EXPECT_THAT(errors_, HasSubstr("'MSUT' is none of MUST, SHOULD; did you mean MUST?"));
}

TEST_F(CommandTest, ValueMayBeLeftOutWhereThatMeansSomething) {
  EXPECT_EQ(dispatch_words({"run", "--page", "--", "--page"}), 0);
  EXPECT_EQ(said_.page, "-");
  EXPECT_THAT(said_.words.after, ElementsAre("--page"));
  EXPECT_EQ(dispatch_words({"run", "--page=x.html"}), 0);
  EXPECT_EQ(said_.page, "x.html");
}

TEST_F(CommandTest, HelpIsGivenForOneAndForAll) {
  for (const char* flag : {"--help", "-h"}) {
    EXPECT_EQ(dispatch_words({"run", flag}), 0);
    EXPECT_THAT(out_, HasSubstr("usage: mpcheck run [NAME...] [-- ADAPTER] [flags]"));
    EXPECT_EQ(dispatch_words({flag}), 0);
    EXPECT_THAT(out_, HasSubstr("usage: mpcheck [COMMAND] [flags]"));
  }
  EXPECT_EQ(said_.ran, "");
}

TEST_F(CommandTest, HelpBehindTheAdapterIsTheAdapters) {
  EXPECT_EQ(dispatch_words({"run", "--", "adapter", "--help"}), 0);
  EXPECT_EQ(said_.ran, "run");
}

}  // namespace
}  // namespace mpcheck
