#include "tools/cli/help.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/cli/command_test_support.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HelpTest : public testing::Test {
 protected:
  Said said_;
  const std::vector<Command> commands_ = commands_that_note(&said_);
};

TEST_F(HelpTest, TellsWhatACommandTakes) {
  const std::string text = help(commands_[0], 80);
  EXPECT_THAT(text,
              AllOf(HasSubstr("usage: mpcheck run [NAME...] [-- ADAPTER] [flags]\n"),
                    HasSubstr("A first paragraph.\n\nA second one.\n"),
                    HasSubstr("  --page[=FILE]  a page\n"),
                    HasSubstr("  --jobs=N       so many at a time\n"),
                    HasSubstr("  --fresh        anew\n"), HasSubstr("only these (MUST, SHOULD)"),
                    HasSubstr("  mpcheck run cpython-*\n      all CPythons\n")));
}

TEST_F(HelpTest, HidesWhatIsForTestsOnly) {
  EXPECT_THAT(help(commands_[0], 80), Not(HasSubstr("secret")));
  EXPECT_THAT(man_page(commands_), Not(HasSubstr("secret")));
}

TEST_F(HelpTest, OverviewNamesEveryCommandAndExitCode) {
  EXPECT_THAT(overview(commands_, 80),
              AllOf(HasSubstr("\n  run     judges implementations\n"),
                    HasSubstr("\n  stress  random programs\n"), HasSubstr("\n  64  ")));
}

TEST_F(HelpTest, KeepsToTheWidth) {
  for (const std::string& text : {overview(commands_, 60), help(commands_[0], 60)}) {
    std::string line;
    for (char letter : text) {
      if (letter != '\n') {
        line += letter;
        continue;
      }
      EXPECT_LE(columns(line), 60u) << line;
      line.clear();
    }
  }
}

TEST_F(HelpTest, ManualPageMarksHyphensAndHasEachCommandOnce) {
  const std::string page = man_page(commands_);
  EXPECT_THAT(page, AllOf(HasSubstr(".TH MPCHECK 1"),
                          HasSubstr(".SS mpcheck run [NAME...] [\\-\\- ADAPTER] [flags]\n"),
                          HasSubstr(".B \\-\\-jobs=N\n"), HasSubstr(".SS mpcheck stress")));
}

TEST_F(HelpTest, ManualPageTakesNoSentenceForARequest) {
  std::vector<Command> one = {{.name = "x", .says = "says", .more = ".hidden files\n\n'quoted'"}};
  EXPECT_THAT(man_page(one),
              AllOf(HasSubstr("\n\\&.hidden files\n"), HasSubstr("\n\\&'quoted'\n")));
}

}  // namespace
}  // namespace mpcheck
