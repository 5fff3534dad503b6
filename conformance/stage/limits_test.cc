#include "conformance/stage/limits.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/os_error.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

// A process that opens /dev/null whenever it is asked to, and tells the descriptor or -errno.
class Opener {
 public:
  Opener() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_), 0);
    pid_ = ::fork();
    if (pid_ == 0) serve();
  }
  ~Opener() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  pid_t pid() const { return pid_; }
  // It stays open until close() is asked for.
  int open() { return ask('o'); }
  int close(int fd) { return ask(static_cast<char>(fd)); }

 private:
  [[noreturn]] void serve() {
    for (char what;;) {
      if (::read(ends_[1], &what, 1) != 1) ::_exit(0);
      int answer = what == 'o' ? ::open("/dev/null", O_RDONLY) : ::close(what);
      if (answer < 0) answer = -errno;
      if (::write(ends_[1], &answer, sizeof(answer)) != sizeof(answer)) ::_exit(1);
    }
  }
  int ask(char what) {
    int answer = 0;
    EXPECT_EQ(::write(ends_[0], &what, 1), 1);
    EXPECT_EQ(::read(ends_[0], &answer, sizeof(answer)), static_cast<ssize_t>(sizeof(answer)));
    return answer;
  }

  int ends_[2];
  pid_t pid_;
};

TEST(Limits, NothingCanBeOpenedAtTheLowestFreeDescriptorUntilTheLimitEnds) {
  Opener opener;
  const int first = opener.open();
  ASSERT_GE(first, 0);
  {
    LoweredLimit files(opener.pid(), RLIMIT_NOFILE, lowest_free_descriptor(opener.pid()));
    EXPECT_EQ(opener.open(), -EMFILE);
  }
  EXPECT_EQ(opener.open(), first + 1);
}

TEST(Limits, LowestFreeDescriptorIsAGapIfThereIsOne) {
  Opener opener;
  const int low = opener.open(), high = opener.open();
  ASSERT_EQ(high, low + 1);
  EXPECT_EQ(lowest_free_descriptor(opener.pid()), static_cast<rlim_t>(high + 1));
  EXPECT_EQ(opener.close(low), 0);
  EXPECT_EQ(lowest_free_descriptor(opener.pid()), static_cast<rlim_t>(low));
}

TEST(Limits, MemoryIsRefusedAtTheLimitOfTheAddressSpace) {
  constexpr size_t kBig = size_t{1} << 30;
  LoweredLimit memory(::getpid(), RLIMIT_AS, address_space_of(::getpid()) + (64 << 20));
  void* big = std::malloc(kBig);
  EXPECT_EQ(big, nullptr);
  std::free(big);
}

TEST(Limits, PinnedProcessHasOneCpu) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  pin_to_one_cpu(child);
  cpu_set_t set;
  EXPECT_EQ(::sched_getaffinity(child, sizeof(set), &set), 0);
  EXPECT_EQ(CPU_COUNT(&set), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_THROW(pin_to_one_cpu(child), base::OsError);
  EXPECT_THROW(lowest_free_descriptor(child), base::OsError);
  EXPECT_THROW(address_space_of(child), base::OsError);
}

}  // namespace
}  // namespace conformance
