// What the system refuses, mp tells by an OSError that says what was tried; nothing half-made is left, and what there
// was goes on working.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ending.h"
#include "mp/array.h"
#include "mp/connection.h"
#include "mp/lock.h"
#include "mp/os/life.h"
#include "mp/os/test_processes.h"
#include "mp/process.h"
#include "mp/queue.h"
#include "mp/shared_memory.h"
#include "mp/value.h"

namespace mp {
namespace {

using os::TestProcess;

void limit(int resource, rlim_t most) {
  rlimit now;
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &now);
  now.rlim_cur = most;
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

// Without opening one to look.
int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

// The error that `act` raises, or none; what it says names a step.
std::optional<int> error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const OSError& error) {
    EXPECT_FALSE(error.step().empty());
    return error.code();
  }
  return std::nullopt;
}

// Each kind of object, made and used.
const std::vector<std::pair<const char*, std::function<void()>>>& makers() {
  static const auto& all = *new std::vector<std::pair<const char*, std::function<void()>>>{
      {"Queue", [] { Queue<int>().put(1); }},
      {"Lock", [] { Lock().acquire(); }},
      {"Value", [] { Value<int>().store(1); }},
      {"Array", [] { Array<int>(1 << 20).set(0, 1); }},
      {"Pipe", [] { Pipe<int>().first.send(1); }},
      {"SharedMemory", [] { SharedMemory::create(10000).unlink(); }},
  };
  return all;
}

// Runs `body` in a process of its own, whose limits end with it.
void in_a_child(const std::function<void()>& body) {
  TestProcess child([&] {
    body();
    return !testing::Test::HasFailure();
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
}

TEST(Limits, WithoutDescriptorsNothingIsMadeAndNothingLeaks) {
  for (const auto& maker : makers()) {
    SCOPED_TRACE(maker.first);
    in_a_child([&] {
      os::my_token();
      const int before = open_descriptors();
      const int highest = ::dup(0);
      ::close(highest);
      int spare = 0;
      for (;; ++spare) {
        limit(RLIMIT_NOFILE, static_cast<rlim_t>(highest + spare));
        const std::optional<int> error = error_of(maker.second);
        EXPECT_EQ(open_descriptors(), before) << spare;
        if (!error) break;
        EXPECT_EQ(error, EMFILE);
        ASSERT_LT(spare, 20);
      }
      EXPECT_GT(spare, 0);
    });
  }
}

TEST(Limits, WithoutAddressesNothingIsMade) {
  for (const auto& maker : makers()) {
    SCOPED_TRACE(maker.first);
    in_a_child([&] {
      os::my_token();
      const int before = open_descriptors();
      limit(RLIMIT_AS, 1);
      EXPECT_EQ(error_of(maker.second), ENOMEM);
      EXPECT_EQ(open_descriptors(), before);
      limit(RLIMIT_AS, RLIM_INFINITY);
      EXPECT_EQ(error_of(maker.second), std::nullopt);
    });
  }
}

TEST(Limits, RecordThatFindsNoMemoryIsNotPutAndTheQueueGoesOn) {
  in_a_child([] {
    Queue<std::string> queue;
    const std::string big(64 << 20, 'x');
    queue.put("before");
    ::signal(SIGXFSZ, SIG_IGN);  // the limit on files counts for memory that is one
    limit(RLIMIT_FSIZE, 1 << 20);
    EXPECT_EQ(error_of([&] { queue.put(big); }), EFBIG);
    queue.put("small");
    limit(RLIMIT_FSIZE, RLIM_INFINITY);
    queue.put(big);
    EXPECT_EQ(queue.get(), "before");
    EXPECT_EQ(queue.get(), "small");
    EXPECT_EQ(queue.get(), big);
  });
}

// The superuser is not limited, so it becomes an ordinary one, if it may.
bool become_ordinary() {
  return ::getuid() != 0 || (::setgroups(0, nullptr) == 0 && ::setuid(65534) == 0);
}

TEST(Limits, FullTableOfProcessesIsAClearErrorAndThereIsNoChild) {
  if (TestProcess(become_ordinary).wait() != base::Exited{0})
    GTEST_SKIP() << "the superuser of this sandbox can't become anybody else";
  for (StartMethod method : get_all_start_methods()) {
    SCOPED_TRACE(name_of(method));
    in_a_child([&] {
      ASSERT_TRUE(become_ordinary());
      limit(RLIMIT_NPROC, 0);
      Process p({.start_method = method}, [] {});
      EXPECT_EQ(error_of([&] { p.start(); }), EAGAIN);
      EXPECT_FALSE(p.pid());
      EXPECT_TRUE(active_children().empty());
    });
  }
}

}  // namespace
}  // namespace mp
