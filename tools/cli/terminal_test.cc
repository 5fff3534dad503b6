#include "tools/cli/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace mpcheck {
namespace {

TEST(Columns, CountsWhatIsSeen) {
  EXPECT_EQ(columns(""), 0u);
  EXPECT_EQ(columns("queue"), 5u);
  EXPECT_EQ(columns("käse"), 4u);
  EXPECT_EQ(columns("进程"), 4u);     // two columns each
  EXPECT_EQ(columns("e\u0301"), 1u);  // an accent of its own
  EXPECT_EQ(columns("a\xff"
                    "b"),
            3u);  // no UTF-8
}

TEST(Padded, AlignsWideLetters) {
  EXPECT_EQ(padded("进程", 6), "进程  ");
  EXPECT_EQ(padded("ab", 6), "ab    ");
  EXPECT_EQ(padded("too long", 3), "too long");
}

TEST(Wrapped, BreaksAtSpacesAndKeepsParagraphs) {
  EXPECT_EQ(wrapped("one two three", 7, 0), "one two\nthree\n");
  EXPECT_EQ(wrapped("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ(wrapped("one\n\ntwo", 80, 1), " one\n\n two\n");
  EXPECT_EQ(wrapped("unbreakable", 4, 0), "unbreakable\n");
  EXPECT_EQ(wrapped("进程 进程", 5, 0), "进程\n进程\n");
}

// A terminal of its own making.
class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    main_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(main_, 0);
    ASSERT_EQ(::grantpt(main_), 0);
    ASSERT_EQ(::unlockpt(main_), 0);
    fd_ = ::open(::ptsname(main_), O_RDWR | O_NOCTTY);
    ASSERT_GE(fd_, 0);
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
  }
  void TearDown() override {
    ::close(fd_);
    ::close(main_);
  }

  int main_ = -1, fd_ = -1;
};

TEST_F(TerminalTest, HasAWidth) {
  winsize size{.ws_row = 24, .ws_col = 97, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(main_, TIOCSWINSZ, &size), 0);
  EXPECT_EQ(terminal_width(fd_), 97u);
}

TEST_F(TerminalTest, HasColours) {
  EXPECT_EQ(Colours::of(fd_).red("x"), "\033[31mx\033[0m");
  EXPECT_EQ(Colours::of(fd_).red(""), "");
}

TEST_F(TerminalTest, NoColorIsHonouredUnlessEmpty) {
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(Colours::of(fd_).red("x"), "x");
  ::setenv("NO_COLOR", "", 1);
  EXPECT_NE(Colours::of(fd_).red("x"), "x");
}

TEST_F(TerminalTest, DumbTerminalsHaveNone) {
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(Colours::of(fd_).bold("x"), "x");
}

TEST(Terminal, FilesHaveNoColoursAndTheUsualWidth) {
  ::setenv("TERM", "xterm", 1);
  const int file = ::open("/dev/null", O_RDWR);
  ASSERT_GE(file, 0);
  EXPECT_EQ(Colours::of(file).bold("x"), "x");
  EXPECT_EQ(terminal_width(file), 120u);
  ::close(file);
}

}  // namespace
}  // namespace mpcheck
