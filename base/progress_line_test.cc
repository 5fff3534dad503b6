#include "base/progress_line.h"

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <string>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"

namespace base {
namespace {

// While it lives, standard error is `fd`.
class StandardError {
 public:
  explicit StandardError(int fd) : before_(check(::dup(STDERR_FILENO), "keep standard error")) {
    check(::dup2(fd, STDERR_FILENO), "replace standard error");
  }
  ~StandardError() { ::dup2(before_.get(), STDERR_FILENO); }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;

 private:
  UniqueFd before_;
};

// What it says of two states to `fd`, as it arrives at `reader`.
std::string said_to(int fd, int reader) {
  {
    const StandardError there(fd);
    ProgressLine line;
    line.show("judging: 99 of 100", true);
    line.show("judging: all", false);
    line.end();
  }
  constexpr char kEnd = '.';
  check(::write(fd, &kEnd, 1), "write the end");
  std::string text;
  for (char each; check(::read(reader, &each, 1), "read") == 1 && each != kEnd;) text += each;
  return text;
}

TEST(ProgressLine, ChangesInPlaceOnATerminalAndGoesAway) {
  int master, slave;
  check(::openpty(&master, &slave, nullptr, nullptr, nullptr), "open a terminal");
  const UniqueFd owner(master), end(slave);
  EXPECT_EQ(said_to(slave, master), "\rjudging: 99 of 100\rjudging: all      \r            \r");
}

TEST(ProgressLine, WritesWholeLinesElsewhereAndOnlyThoseThatAreWorthIt) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "make a pipe");
  const UniqueFd reader(ends[0]), writer(ends[1]);
  EXPECT_EQ(said_to(ends[1], ends[0]), "judging: 99 of 100\n");
}

}  // namespace
}  // namespace base
