#include "base/os_error.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

namespace base {
namespace {

int fail_with(int code) {
  errno = code;
  return -1;
}

TEST(OsError, Example) {
  try {
    check(fail_with(ENOSPC), "size the shared segment");
    FAIL() << "check() let -1 pass";
  } catch (const OsError& error) {
    EXPECT_EQ(error.code(), ENOSPC);
    EXPECT_STREQ(error.what(), "size the shared segment: No space left on device (ENOSPC)");
    EXPECT_EQ(error.step(), "size the shared segment");
  }
}

TEST(OsError, ReportsARealFailureOfTheKernel) {
  try {
    check(::open("/no/such", O_RDONLY | O_CLOEXEC), "open the file");
    FAIL() << "there is a file /no/such";
  } catch (const OsError& error) {
    EXPECT_EQ(error.code(), ENOENT);
  }
}

TEST(OsError, CopiesKeepTheStep) {
  const OsError original(EPERM, "do it");
  const OsError copy = original;
  EXPECT_EQ(copy.step(), "do it");
}

TEST(Check, ReturnsEveryOtherResult) {
  EXPECT_EQ(check(0, "do nothing"), 0);
  EXPECT_EQ(check(7, "do nothing"), 7);
  EXPECT_EQ(check(-2, "do nothing"), -2);
  EXPECT_EQ(check(std::int64_t{1} << 40, "do nothing"), std::int64_t{1} << 40);
}

TEST(Check, KnowsMapFailed) {
  EXPECT_THROW(check(::mmap(nullptr, 0, PROT_READ, MAP_PRIVATE, -1, 0), "map nothing"), OsError);
}

TEST(Check, DoesNotRetryEintr) {
  int calls = 0;
  const auto interrupted = [&] { return ++calls, fail_with(EINTR); };
  EXPECT_THROW(check(interrupted(), "be interrupted"), OsError);
  EXPECT_EQ(calls, 1);
}

TEST(RetryEintr, RepeatsAnInterruptedCall) {
  int calls = 0;
  EXPECT_EQ(retry_eintr([&] { return ++calls < 3 ? fail_with(EINTR) : 42; }), 42);
  EXPECT_EQ(calls, 3);
}

TEST(RetryEintr, ReturnsOtherFailuresAtOnce) {
  int calls = 0;
  EXPECT_EQ(retry_eintr([&] { return ++calls, fail_with(EIO); }), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(calls, 1);
}

TEST(RetryEintr, IgnoresAStaleErrno) {
  errno = EINTR;
  int calls = 0;
  EXPECT_EQ(retry_eintr([&] { return ++calls, 0; }), 0);
  EXPECT_EQ(calls, 1);
}

TEST(RetryEintr, KeepsTheTypeOfTheResult) {
  EXPECT_EQ(retry_eintr([] { return std::int64_t{1} << 40; }), std::int64_t{1} << 40);
}

TEST(ErrnoName, IsTheConstant) {
  EXPECT_EQ(errno_name(ENOENT), "ENOENT");
  EXPECT_EQ(errno_name(EACCES), "EACCES");
}

TEST(ErrnoName, IsTheNumberOfAnUnknownError) { EXPECT_EQ(errno_name(9999), "errno 9999"); }

TEST(DescribeErrno, SaysMeaningAndName) {
  EXPECT_EQ(describe_errno(ENOENT), "No such file or directory (ENOENT)");
  EXPECT_EQ(describe_errno(9999), "Unknown error (errno 9999)");
}

}  // namespace
}  // namespace base
