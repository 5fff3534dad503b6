#include "mp/os/shared_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/os_error.h"
#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

uint64_t memory_of(const SharedFile& file) {
  struct stat now;
  base::check(::fstat(file.fd(), &now), "ask for the size");
  return static_cast<uint64_t>(now.st_blocks) * 512;
}

TEST(SharedFile, ChildSeesWhatItsParentWritesLater) {
  SharedFile file = SharedFile::make("test", 4096);
  View view = file.view(0, 4096);
  TestProcess child([&] {
    while (view.data()[0] == std::byte(0)) ::sched_yield();
    view.data()[1] = std::byte(2);
    return true;
  });
  view.data()[0] = std::byte(1);
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(view.data()[1], std::byte(2));
}

TEST(SharedFile, HasNoName) {
  SharedFile file = SharedFile::make("test", 4096);
  struct stat now;
  ASSERT_EQ(::fstat(file.fd(), &now), 0);
  EXPECT_EQ(now.st_nlink, 0u);
  EXPECT_TRUE(::fcntl(file.fd(), F_GETFD) & FD_CLOEXEC);
}

TEST(SharedFile, OnlyWhatIsWrittenTakesMemory) {
  SharedFile file = SharedFile::make("test", 1 << 30);
  View view = file.view(0, 1 << 30);
  EXPECT_EQ(memory_of(file), 0u);
  view.data()[5 << 20] = std::byte(1);
  EXPECT_EQ(memory_of(file), 4096u);
}

TEST(SharedFile, PagesGivenBackHoldZerosInEveryView) {
  SharedFile file = SharedFile::make("test", 8192);
  View view = file.view(0, 8192), other = file.view(4096, 4096);
  view.data()[4096] = std::byte(1);
  EXPECT_EQ(other.data()[0], std::byte(1));
  file.give_back(4096, 4096);
  EXPECT_EQ(memory_of(file), 0u);
  EXPECT_EQ(other.data()[0], std::byte(0));  // which takes a page again
}

TEST(SharedFile, GrowsAndNeverShrinks) {
  SharedFile file = SharedFile::make("test", 4096);
  file.grow_to(8192);
  file.grow_to(4096);
  View second = file.view(4096, 4096);
  second.data()[0] = std::byte(1);
  EXPECT_EQ(::ftruncate(file.fd(), 4096), -1);
}

TEST(SharedFile, ErrorSaysWhatWasTried) {
  TestProcess child([] {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit little{1024, 1024};
    ::setrlimit(RLIMIT_FSIZE, &little);
    try {
      SharedFile::make("test", 4096);
    } catch (const base::OsError& e) {
      return e.code() == EFBIG && e.step() == "enlarge shared memory";
    }
    return false;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(SharedFile, ViewThatFitsNoAddressSpaceIsAnErrorAndNotASignal) {
  constexpr uint64_t kTooMuch = uint64_t{1} << 48;
  SharedFile file = SharedFile::make("test", kTooMuch);
  try {
    file.view(0, kTooMuch);
    FAIL() << "there is no such view";
  } catch (const base::OsError& e) {
    EXPECT_EQ(e.code(), ENOMEM);
    EXPECT_EQ(e.step(), "map shared memory");
  }
}

}  // namespace
}  // namespace mp::os
