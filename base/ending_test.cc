#include "base/ending.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <sstream>
#include <variant>

namespace base {
namespace {

TEST(Ending, Example) {
  const Ending ending = Signaled{SIGSEGV, /*core_dumped=*/true};
  EXPECT_FALSE(ending == Exited{3});
  EXPECT_TRUE(ending.killed_by(SIGSEGV));
  std::ostringstream out;
  out << ending;
  EXPECT_EQ(out.str(), "killed by SIGSEGV (core dumped)");
}

TEST(Ending, IsStillRunningUntilToldOtherwise) {
  EXPECT_EQ(Ending(), StillRunning());
  EXPECT_TRUE(Ending().still_running());
  EXPECT_FALSE(Ending(Exited{0}).still_running());
  EXPECT_FALSE(Ending(NeverStarted{ENOENT, "try"}).still_running());
}

TEST(Ending, SucceededOnlyWithExitCodeZero) {
  EXPECT_TRUE(Ending(Exited{0}).succeeded());
  EXPECT_FALSE(Ending(Exited{1}).succeeded());
  EXPECT_FALSE(Ending(Signaled{}).succeeded());
  EXPECT_FALSE(Ending(StillRunning()).succeeded());
  EXPECT_FALSE(Ending(NeverStarted{}).succeeded());
}

TEST(Ending, KilledByAsksForTheSignalOnly) {
  EXPECT_TRUE(Ending(Signaled{SIGABRT, true}).killed_by(SIGABRT));
  EXPECT_TRUE(Ending(Signaled{SIGABRT, false}).killed_by(SIGABRT));
  EXPECT_FALSE(Ending(Signaled{SIGABRT, false}).killed_by(SIGKILL));
  EXPECT_FALSE(Ending(Exited{SIGABRT}).killed_by(SIGABRT));
}

TEST(Ending, DiffersInKindAndInEveryDetail) {
  EXPECT_NE(Ending(Exited{9}), Signaled{9});
  EXPECT_NE(Ending(Exited{9}), Exited{8});
  EXPECT_NE(Ending(Signaled{9, false}), (Signaled{9, true}));
  EXPECT_NE(Ending(Signaled{9}), Signaled{15});
  EXPECT_NE(Ending(NeverStarted{ENOENT, "a"}), (NeverStarted{ENOENT, "b"}));
  EXPECT_NE(Ending(NeverStarted{ENOENT, "a"}), (NeverStarted{EACCES, "a"}));
  EXPECT_EQ(Ending(NeverStarted{ENOENT, "a"}), (NeverStarted{ENOENT, "a"}));
}

TEST(Ending, CanBeVisited) {
  const Ending ending = Exited{3};
  EXPECT_EQ(std::visit([](const auto& how) { return describe(how); }, ending), "exit code 3");
}

TEST(Ending, DescribesEveryWay) {
  EXPECT_EQ(describe(StillRunning()), "still running");
  EXPECT_EQ(describe(Exited{3}), "exit code 3");
  EXPECT_EQ(describe(Signaled{SIGKILL}), "killed by SIGKILL");
  EXPECT_EQ(describe(Signaled{SIGSEGV, true}), "killed by SIGSEGV (core dumped)");
  EXPECT_EQ(describe(NeverStarted{ENOENT, "execute /no/such"}),
            "never started: No such file or directory (ENOENT) while trying to execute /no/such");
}

TEST(Ending, DescribesASignalWithoutANameByItsNumber) {
  EXPECT_EQ(describe(Signaled{40}), "killed by signal 40");
}

TEST(EndingFromWaitStatus, KeepsExitCodesWhole) {
  for (const int code : {0, 1, 3, 127, 128 + SIGKILL, 255}) {
    EXPECT_EQ(ending_from_wait_status(W_EXITCODE(code, 0)), Exited{code});
  }
}

TEST(EndingFromWaitStatus, KeepsTheSignalAndWhetherCoreWasDumped) {
  EXPECT_EQ(ending_from_wait_status(W_EXITCODE(0, SIGTERM)), Signaled{SIGTERM});
  EXPECT_EQ(ending_from_wait_status(W_EXITCODE(0, SIGSEGV)), Signaled{SIGSEGV});
  EXPECT_EQ(ending_from_wait_status(W_EXITCODE(0, SIGSEGV) | WCOREFLAG), (Signaled{SIGSEGV, true}));
}

}  // namespace
}  // namespace base
