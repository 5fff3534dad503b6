#include "base/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <type_traits>
#include <utility>

#include "base/os_error.h"

namespace base {
namespace {

UniqueFd open_null() {
  return UniqueFd(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null"));
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(UniqueFd, Example) {
  const char* path = "/dev/null";
  UniqueFd file(check(::open(path, O_RDONLY | O_CLOEXEC), "open the file"));
  char byte;
  EXPECT_EQ(::read(file.get(), &byte, 1), 0);
}

TEST(UniqueFd, OwnsNothingByDefault) {
  const UniqueFd none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.get(), -1);
}

TEST(UniqueFd, ClosesWhenItGoes) {
  int fd;
  {
    const UniqueFd owner = open_null();
    fd = owner.get();
    EXPECT_TRUE(owner);
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, CannotBeCopied) {
  EXPECT_FALSE(std::is_copy_constructible_v<UniqueFd>);
  EXPECT_FALSE(std::is_copy_assignable_v<UniqueFd>);
}

TEST(UniqueFd, MovesTheDescriptor) {
  UniqueFd from = open_null();
  const int fd = from.get();
  const UniqueFd to = std::move(from);
  EXPECT_EQ(to.get(), fd);
  EXPECT_FALSE(from);
  EXPECT_TRUE(is_open(fd));
}

TEST(UniqueFd, ClosesItsOwnWhenAnotherIsMovedIn) {
  UniqueFd to = open_null();
  UniqueFd from = open_null();
  const int closed = to.get();
  const int kept = from.get();
  to = std::move(from);
  EXPECT_FALSE(is_open(closed));
  EXPECT_EQ(to.get(), kept);
  EXPECT_TRUE(is_open(kept));
}

TEST(UniqueFd, SurvivesAMoveToItself) {
  UniqueFd owner = open_null();
  const int fd = owner.get();
  UniqueFd& same = owner;
  owner = std::move(same);
  EXPECT_EQ(owner.get(), fd);
  EXPECT_TRUE(is_open(fd));
}

TEST(UniqueFd, ReleaseLeavesTheDescriptorOpen) {
  UniqueFd owner = open_null();
  const int fd = owner.release();
  EXPECT_FALSE(owner);
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(UniqueFd, ResetClosesTheOldAndOwnsTheNew) {
  UniqueFd owner = open_null();
  const int closed = owner.get();
  const int kept = open_null().release();
  owner.reset(kept);
  EXPECT_FALSE(is_open(closed));
  EXPECT_TRUE(is_open(kept));
  owner.reset();
  EXPECT_FALSE(is_open(kept));
}

}  // namespace
}  // namespace base
