#include "tools/cli/completion.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/cli/command_test_support.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CompletionTest : public testing::Test {
 protected:
  std::vector<std::string> complete(const std::vector<std::string>& words) {
    return completions(words, commands_, [&](Completes) {
      ++looked_;
      return std::vector<std::string>{"cpython-3.11.2-fork", "mp-fork"};
    });
  }

  Said said_;
  const std::vector<Command> commands_ = commands_that_note(&said_);
  int looked_ = 0;
};

TEST_F(CompletionTest, OffersCommands) {
  EXPECT_THAT(complete({""}), ElementsAre("run", "stress"));
  EXPECT_THAT(complete({"st"}), ElementsAre("stress"));
  EXPECT_THAT(complete({}), ElementsAre("run", "stress"));
}

TEST_F(CompletionTest, OffersFlagsOfTheCommand) {
  EXPECT_THAT(complete({"run", "--"}),
              ElementsAre("--help", "--page=", "--jobs=", "--fresh", "--level="));
  EXPECT_THAT(complete({"stress", "--s"}), ElementsAre("--seed="));
}

TEST_F(CompletionTest, OffersFlagsOfRunWithoutACommand) {
  EXPECT_THAT(complete({"--j"}), ElementsAre("--jobs="));
}

TEST_F(CompletionTest, OffersTheChoicesOfAFlag) {
  EXPECT_THAT(complete({"run", "--level="}), ElementsAre("--level=MUST", "--level=SHOULD"));
  EXPECT_THAT(complete({"run", "--level=S"}), ElementsAre("--level=SHOULD"));
}

TEST_F(CompletionTest, OffersImplementationsAndLooksForThemOnlyThen) {
  EXPECT_THAT(complete({"run", "mp"}), ElementsAre("mp-fork"));
  EXPECT_EQ(looked_, 1);
  complete({"run", "--j"});
  complete({"ru"});
  EXPECT_EQ(looked_, 1);
}

TEST_F(CompletionTest, OffersNothingBehindTheAdapterOrForWhatIsUnknown) {
  EXPECT_THAT(complete({"run", "--", "./ad"}), IsEmpty());
  EXPECT_THAT(complete({"frobnicate", ""}), IsEmpty());
  EXPECT_THAT(complete({"stress", ""}), IsEmpty());
}

TEST(CompletionScript, AsksTheProgramAboutItsCheckout) {
  for (std::string_view shell : kShells) {
    EXPECT_THAT(completion_script(shell, "/it's/mpcheck", "/root"),
                HasSubstr("'/it'\\''s/mpcheck' '--root=/root' complete --"));
  }
}

}  // namespace
}  // namespace mpcheck
