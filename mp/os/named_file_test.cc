// Also of what is left behind: nothing, however those end that use it.
#include "mp/os/named_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/os_error.h"
#include "base/unique_fd.h"
#include "gtest/gtest.h"
#include "mp/os/incarnation.h"
#include "mp/os/kill_point.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

class NamedFile : public testing::Test {
 protected:
  // Of which nobody else thinks, in another sandbox neither.
  const std::string name_ = [] {
    const Incarnation me = my_incarnation();
    return "mp-test-" + std::to_string(me.space) + "-" + std::to_string(me.pid) + "-" +
           std::to_string(me.start);
  }();

  // How many names in /dev/shm have to do with the test's.
  int left_behind() const {
    int n = 0;
    for (const auto& each : std::filesystem::directory_iterator("/dev/shm"))
      n += each.path().filename().string().find(name_) != std::string::npos;
    return n;
  }
  void wait_for_both_names() const {
    const base::Deadline patience = base::Deadline::after(std::chrono::seconds(10));
    while (left_behind() < 2 && !patience.passed()) ::usleep(100);
    ASSERT_EQ(left_behind(), 2);
  }
  // What the next process does that makes or opens any.
  void let_somebody_come_by() const {
    make_named(name_ + "-other", 1);
    remove_named(name_ + "-other");
  }
};

// The errno of what it raises; 0: nothing.
int error_of(const std::function<void()>& f) {
  try {
    f();
    return 0;
  } catch (const base::OsError& error) {
    return error.code();
  }
}

TEST_F(NamedFile, ExampleOfTheHeader) {
  SharedFile file = make_named(name_, 4096);
  SharedFile same = open_named(name_);
  View here = file.view(0, 4096), there = same.view(0, 4096);
  EXPECT_EQ(there.data()[4095], std::byte{0});
  here.data()[4095] = std::byte{7};
  EXPECT_EQ(there.data()[4095], std::byte{7});
  remove_named(name_);
  EXPECT_EQ(left_behind(), 0);
  EXPECT_EQ(error_of([&] { open_named(name_); }), ENOENT);
  EXPECT_EQ(error_of([&] { remove_named(name_); }), ENOENT);
  here.data()[0] = std::byte{1};
}

TEST_F(NamedFile, NameIsGivenOnceAtATime) {
  make_named(name_, 10);
  EXPECT_EQ(error_of([&] { make_named(name_, 20); }), EEXIST);
  TestProcess child([&] { return error_of([&] { make_named(name_, 20); }) == EEXIST; });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(open_named(name_).size(), 10u);
  EXPECT_EQ(left_behind(), 2);
  remove_named(name_);
  make_named(name_, 30);
  EXPECT_EQ(open_named(name_).size(), 30u);
  remove_named(name_);
  EXPECT_EQ(left_behind(), 0);
}

TEST_F(NamedFile, WhatCanBeNoNameIsRefused) {
  for (const char* name : {"", ".", "..", "a/b", "/a", "mp-made-by.1.2.3.4.x"}) {
    EXPECT_EQ(error_of([&] { make_named(name, 1); }), EINVAL) << name;
    EXPECT_EQ(error_of([&] { open_named(name); }), EINVAL) << name;
    EXPECT_EQ(error_of([&] { remove_named(name); }), EINVAL) << name;
  }
  EXPECT_EQ(error_of([&] { make_named(std::string(300, 'x'), 1); }), ENAMETOOLONG);
}

TEST_F(NamedFile, AnotherProcessMayRemoveIt) {
  SharedFile file = make_named(name_, 4096);
  TestProcess child([&] {
    remove_named(name_);
    return true;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  EXPECT_EQ(left_behind(), 0);
}

// ---------------------------------------------------------------- whose maker ends

TEST_F(NamedFile, OfAKilledProcessIsClearedAwayByTheNext) {
  TestProcess maker([&] {
    make_named(name_, 4096);
    while (true) ::pause();
    return false;
  });
  wait_for_both_names();
  let_somebody_come_by();
  EXPECT_EQ(open_named(name_).size(), 4096u);
  EXPECT_EQ(left_behind(), 2);
  maker.kill();
  maker.wait();
  EXPECT_EQ(left_behind(), 2);
  let_somebody_come_by();
  EXPECT_EQ(left_behind(), 0);
}

TEST_F(NamedFile, OfAKilledProcessGivesItsNameToTheNext) {
  TestProcess maker([&] {
    make_named(name_, 10);
    return true;
  });
  EXPECT_EQ(maker.wait(), base::Exited{0});
  EXPECT_EQ(left_behind(), 2);
  EXPECT_EQ(error_of([&] { open_named(name_); }), ENOENT);
  make_named(name_, 20);
  EXPECT_EQ(open_named(name_).size(), 20u);
  remove_named(name_);
  EXPECT_EQ(left_behind(), 0);
}

TEST_F(NamedFile, GoesWithAProcessThatEndsOrderly) {
  make_named(name_ + "-kept", 1);
  TestProcess maker([&] {
    make_named(name_, 10);
    std::exit(0);
    return false;
  });
  EXPECT_EQ(maker.wait(), base::Exited{0});
  EXPECT_EQ(left_behind(), 2) << "the parent's stays, the child's does not";
  remove_named(name_ + "-kept");
}

TEST_F(NamedFile, NumberOfItsMakerMayBeAnothersByNow) {
  SharedFile mine = make_named(name_, 10);
  Incarnation earlier = my_incarnation();
  earlier.start -= 1;
  const std::string path = "/dev/shm/mp-made-by." + std::to_string(earlier.space) + "." +
                           std::to_string(earlier.pid) + "." + std::to_string(earlier.start) +
                           ".1." + name_ + "-earlier";
  base::UniqueFd(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  EXPECT_EQ(left_behind(), 3);
  let_somebody_come_by();
  EXPECT_EQ(left_behind(), 2);
  remove_named(name_);
}

// Two find that the maker is gone; one of them makes the next of the name while the other is still at it.
TEST_F(NamedFile, IsNotTakenFromItsNextMakerByOneWhoClearsAway) {
  bool stopped = true;
  int point = 1;
  for (; stopped; ++point) {
    SCOPED_TRACE("stopped at point " + std::to_string(point));
    TestProcess dead([&] {
      make_named(name_, 1);
      return true;
    });
    EXPECT_EQ(dead.wait(), base::Exited{0});
    TestProcess cleaner([&] {
      stop_at_kill_point(point);
      return error_of([&] { open_named(name_ + "-none"); }) == ENOENT;
    });
    stopped = cleaner.stands_still();
    TestProcess heir([&] {
      make_named(name_, 2);
      while (true) ::pause();
      return false;
    });
    EXPECT_TRUE(heir.sleeps());  // it waits for the other, or has the name
    cleaner.go_on();
    EXPECT_EQ(cleaner.wait(), base::Exited{0});
    wait_for_both_names();
    ASSERT_EQ(error_of([&] { EXPECT_EQ(open_named(name_).size(), 2u); }), 0);
    heir.kill();
    heir.wait();
    let_somebody_come_by();
    ASSERT_EQ(left_behind(), 0);
  }
  EXPECT_GT(point, 2) << "there were no points to stop at";
}

// ---------------------------------------------------------------- killed on the way

TEST_F(NamedFile, MakerKilledAtAnyPointLeavesNothing) {
  bool survived = false;
  int point = 1;
  for (; !survived; ++point) {
    TestProcess victim([&] {
      die_at_kill_point(point);
      make_named(name_, 40 << 20);
      return true;
    });
    survived = victim.wait() == base::Exited{0};
    let_somebody_come_by();
    EXPECT_EQ(left_behind(), 0) << "killed at point " << point;
  }
  EXPECT_GT(point, 4) << "there were hardly any points to die at";
}

TEST_F(NamedFile, RemoverKilledAtAnyPointLeavesNothingBehindItsMaker) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    TestProcess maker([&] {
      make_named(name_, 10);
      while (true) ::pause();
      return false;
    });
    wait_for_both_names();
    TestProcess victim([&] {
      die_at_kill_point(point);
      remove_named(name_);
      return true;
    });
    survived = victim.wait() == base::Exited{0};
    if (error_of([&] { open_named(name_); }) == 0) remove_named(name_);
    make_named(name_, 20);  // the name is free
    remove_named(name_);
    maker.kill();
    maker.wait();
    let_somebody_come_by();
    EXPECT_EQ(left_behind(), 0);
  }
}

TEST_F(NamedFile, OneKilledWhileItClearsAwayLeavesTheRestToTheNext) {
  bool survived = false;
  for (int point = 1; !survived; ++point) {
    for (const char* each : {"-a", "-b"}) {
      TestProcess maker([&] {
        make_named(name_ + each, 10);
        return true;
      });
      EXPECT_EQ(maker.wait(), base::Exited{0});
    }
    TestProcess victim([&] {
      die_at_kill_point(point);
      return error_of([&] { open_named(name_); }) == ENOENT;
    });
    survived = victim.wait() == base::Exited{0};
    let_somebody_come_by();
    EXPECT_EQ(left_behind(), 0) << "killed at point " << point;
  }
}

// ---------------------------------------------------------------- what there is not enough of

TEST_F(NamedFile, WithoutMemoryRaisesEnospcAndLeavesNothing) {
  EXPECT_EQ(error_of([&] { make_named(name_, uint64_t{1} << 50); }), ENOSPC);
  EXPECT_EQ(left_behind(), 0);
}

TEST_F(NamedFile, ErrorSaysWhatWasTried) {
  try {
    make_named(name_, uint64_t{1} << 50);
    FAIL();
  } catch (const base::OsError& error) {
    EXPECT_EQ(error.step(), "make shared memory \"" + name_ + "\" of 1125899906842624 bytes");
  }
}

TEST_F(NamedFile, BeyondTheLimitOfTheProcessRaisesEfbigAndLeavesNothing) {
  TestProcess child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
    base::check(::setrlimit(RLIMIT_FSIZE, &limit), "limit the size of files");
    return error_of([&] { make_named(name_, 2 << 20); }) == EFBIG && left_behind() == 0 &&
           error_of([&] { make_named(name_, 1 << 20); }) == 0;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  let_somebody_come_by();
}

TEST_F(NamedFile, WithoutDescriptorsRaisesEmfileAndLeavesNothing) {
  TestProcess child([&] {
    const rlimit limit{.rlim_cur = 16, .rlim_max = 16};
    base::check(::setrlimit(RLIMIT_NOFILE, &limit), "limit the number of descriptors");
    std::vector<base::UniqueFd> others;
    while (true) {
      base::UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!one) break;
      others.push_back(std::move(one));
    }
    if (error_of([&] { make_named(name_, 10); }) != EMFILE) return false;
    others.clear();
    return left_behind() == 0 && error_of([&] { make_named(name_, 10); }) == 0;
  });
  EXPECT_EQ(child.wait(), base::Exited{0});
  let_somebody_come_by();
  EXPECT_EQ(left_behind(), 0);
}

}  // namespace
}  // namespace mp::os
