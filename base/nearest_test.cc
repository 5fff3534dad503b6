#include "base/nearest.h"

#include "gtest/gtest.h"

namespace base {
namespace {

const std::vector<std::string> kKnown = {"run",  "verify",    "testees", "filter",
                                         "show", "sharpness", "on"};

TEST(Nearest, FindsOneMistakeOfEachKind) {
  EXPECT_EQ(nearest("fitler", kKnown), "filter");   // two changed places
  EXPECT_EQ(nearest("filtr", kKnown), "filter");    // one is missing
  EXPECT_EQ(nearest("fillter", kKnown), "filter");  // one too many
  EXPECT_EQ(nearest("fixter", kKnown), "filter");   // another
  EXPECT_EQ(nearest("rum", kKnown), "run");
  EXPECT_EQ(nearest("verfiy", kKnown), "verify");
}

TEST(Nearest, FindsWhatAWordBegins) {
  EXPECT_EQ(nearest("sharp", kKnown), "sharpness");
  EXPECT_EQ(nearest("test", kKnown), "testees");
}

TEST(Nearest, BeginningOfTwoIsNoHint) { EXPECT_EQ(nearest("s", kKnown), ""); }

TEST(Nearest, FindsNothingForWhatIsFar) {
  EXPECT_EQ(nearest("frobnicate", kKnown), "");
  EXPECT_EQ(nearest("xx", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest("run", {}), "");
}

TEST(Nearest, TakesTheNearestOfSeveral) {
  EXPECT_EQ(nearest("cpython-3.11.2-frok", {"cpython-3.11.2-spawn", "cpython-3.11.2-fork"}),
            "cpython-3.11.2-fork");
}

TEST(Nearest, SaysItAsTheEndOfASentence) {
  EXPECT_EQ(did_you_mean("fitler", kKnown, "--"), "; did you mean --filter?");
  EXPECT_EQ(did_you_mean("frobnicate", kKnown), "");
}

}  // namespace
}  // namespace base
