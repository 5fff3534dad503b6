// What a program finds when it starts, and in which order it came about.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/os_error.h"
#include "base/subprocess.h"
#include "base/subprocess_test_support.h"

namespace base {
namespace {

// What a program that succeeds writes to its standard output.
std::string output_of(const SubprocessOptions& options) {
  RunResult result = run(options, hang_guard());
  EXPECT_TRUE(result.ending.succeeded()) << result.ending << '\n' << result.err;
  return std::move(result.out);
}

// Another file in the place of one of our descriptors, for a while. -1: it is closed.
class Replaced {
 public:
  Replaced(int target, int source) : target_(target), saved_(::fcntl(target, F_DUPFD_CLOEXEC, 10)) {
    if (source == -1) {
      ::close(target);
    } else {
      check(::dup2(source, target), "replace the descriptor");
    }
  }
  ~Replaced() { ::dup2(saved_.get(), target_); }

 private:
  int target_;
  UniqueFd saved_;
};

class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = ::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// ---- Descriptors

TEST(SubprocessDescriptors, AreTheThreeStandardOnesAlone) {
  const UniqueFd low(check(::open("/dev/null", O_RDONLY), "open a file that exec keeps"));
  const UniqueFd high(check(::fcntl(low.get(), F_DUPFD, 500), "copy it far up"));
  const std::string the_folder_itself = "3\n";
  EXPECT_EQ(output_of({.argv = {"ls", "/proc/self/fd"}}), "0\n1\n2\n" + the_folder_itself);
}

TEST(SubprocessDescriptors, AboveTwoReachTheProgramIfTheHookSaysSo) {
  const Pipe pipe;
  const UniqueFd passed_on(check(::dup3(pipe.read_end.get(), 77, O_CLOEXEC), "name it 77"));
  SubprocessOptions options = {.argv = {"ls", "/proc/self/fd"}};
  options.in_child = [&]() -> std::optional<FailedStep> {
    if (::fcntl(passed_on.get(), F_SETFD, 0) == -1) return FailedStep{errno, "keep a descriptor"};
    return std::nullopt;
  };
  EXPECT_EQ(output_of(options), "0\n1\n2\n3\n77\n");
}

TEST(SubprocessDescriptors, StandardInputIsEmptyByDefault) {
  EXPECT_EQ(output_of({.argv = {"readlink", "/proc/self/fd/0"}}), "/dev/null\n");
}

TEST(SubprocessDescriptors, OutputsAreOursByDefault) {
  Pipe out;
  Pipe err;
  {
    const Replaced our_out(1, out.write_end.get());
    const Replaced our_err(2, err.write_end.get());
    Subprocess::start(shell("echo out; echo err >&2")).wait(hang_guard());
  }
  EXPECT_EQ(read_to_end(out), "out\n");
  EXPECT_EQ(read_to_end(err), "err\n");
}

TEST(SubprocessDescriptors, AreRedirected) {
  Pipe in;
  Pipe out;
  Pipe err;
  SubprocessOptions options = shell("read line; echo \"out $line\"; echo \"err $line\" >&2");
  options.stdin_fd = in.read_end.get();
  options.stdout_fd = out.write_end.get();
  options.stderr_fd = err.write_end.get();
  Subprocess process = Subprocess::start(options);
  check(::write(in.write_end.get(), "hello\n", 6), "write to the program");
  EXPECT_EQ(process.wait(hang_guard()), Exited{0});
  EXPECT_EQ(read_to_end(out), "out hello\n");
  EXPECT_EQ(read_to_end(err), "err hello\n");
}

TEST(SubprocessDescriptors, BothOutputsMayBeOne) {
  Pipe both;
  SubprocessOptions options = shell("echo out; echo err >&2");
  options.stdout_fd = both.write_end.get();
  options.stderr_fd = both.write_end.get();
  Subprocess::start(options).wait(hang_guard());
  EXPECT_EQ(read_to_end(both), "out\nerr\n");
}

TEST(SubprocessDescriptors, MayBeSwapped) {
  Pipe out;
  Pipe err;
  {
    const Replaced our_out(1, out.write_end.get());
    const Replaced our_err(2, err.write_end.get());
    SubprocessOptions options = shell("echo out; echo err >&2");
    options.stdout_fd = 2;
    options.stderr_fd = 1;
    Subprocess::start(options).wait(hang_guard());
  }
  EXPECT_EQ(read_to_end(out), "err\n");
  EXPECT_EQ(read_to_end(err), "out\n");
}

TEST(SubprocessDescriptors, OfOursMayBeClosed) {
  const Replaced our_in(0, -1);
  const RunResult result = run(shell("readlink /proc/self/fd/0; echo err >&2"), hang_guard());
  EXPECT_EQ(result.ending, Exited{0});
  EXPECT_EQ(result.out, "/dev/null\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(SubprocessDescriptors, OfOursMayAllBeClosed) {
  Pipe output;
  Ending ending;
  {
    const Replaced our_in(0, -1);
    const Replaced our_out(1, -1);
    const Replaced our_err(2, -1);
    SubprocessOptions options = shell("readlink /proc/self/fd/0; exit 3");
    options.stdout_fd = output.write_end.get();
    ending = Subprocess::start(options).wait(hang_guard());
  }
  EXPECT_EQ(ending, Exited{3});
  EXPECT_EQ(read_to_end(output), "/dev/null\n");
}

TEST(SubprocessDescriptors, LentToStartStayOurs) {
  const Pipe pipe;
  SubprocessOptions options = shell("exit 0");
  options.stdin_fd = pipe.read_end.get();
  Subprocess::start(options).wait(hang_guard());
  EXPECT_EQ(::fcntl(pipe.read_end.get(), F_GETFD), FD_CLOEXEC);
}

TEST(SubprocessDescriptors, AreAllReturnedOnceTheProgramIsGone) {
  const auto open_now = [] {
    const std::filesystem::directory_iterator begin("/proc/self/fd");
    return std::distance(begin, std::filesystem::directory_iterator());
  };
  const auto before = open_now();
  run(shell("exit 0"), hang_guard());
  run({.argv = {"/no/such"}}, hang_guard());
  EXPECT_EQ(open_now(), before);
}

// ---- Program, environment, directory

TEST(SubprocessEnvironment, IsOursByDefault) {
  const ScopedVariable variable("MPCHECK_TEST", "two words");
  EXPECT_EQ(output_of(shell("echo \"$MPCHECK_TEST\"")), "two words\n");
}

TEST(SubprocessEnvironment, IsExactlyWhatWasAskedFor) {
  EXPECT_EQ(output_of({.argv = {"env"}, .environment = {{"A=1", "B=two words"}}}),
            "A=1\nB=two words\n");
}

TEST(SubprocessEnvironment, MayBeEmpty) {
  EXPECT_EQ(output_of({.argv = {"env"}, .environment = std::vector<std::string>()}), "");
}

TEST(SubprocessArguments, ArriveUnchanged) {
  EXPECT_EQ(output_of({.argv = {"printf", "[%s]", "", "two words", "*", "$HOME"}}),
            "[][two words][*][$HOME]");
}

TEST(SubprocessDirectory, IsOursByDefault) {
  EXPECT_EQ(output_of(shell("pwd -P")), std::filesystem::current_path().string() + "\n");
}

TEST(SubprocessDirectory, IsTheOneAskedFor) {
  EXPECT_EQ(output_of({.argv = {"pwd"}, .directory = "/proc"}), "/proc\n");
}

class SubprocessPath : public testing::Test {
 protected:
  SubprocessPath() {
    std::string pattern = testing::TempDir() + "/pathXXXXXX";
    folder_ = check_folder(::mkdtemp(pattern.data()));
  }
  ~SubprocessPath() override { std::filesystem::remove_all(folder_); }

  static std::string check_folder(const char* folder) {
    EXPECT_NE(folder, nullptr);
    return folder;
  }

  std::string make_folder(const std::string& name) {
    std::filesystem::create_directory(folder_ + "/" + name);
    return folder_ + "/" + name;
  }

  static void write_program(const std::string& folder, int mode) {
    const std::string path = folder + "/mpcheck-program";
    std::ofstream(path) << "#!/bin/sh\necho in " << folder << "\n";
    check(::chmod(path.c_str(), mode), "set the program's mode");
  }

  std::string folder_;
};

TEST_F(SubprocessPath, IsSearchedInOrder) {
  const std::string none = make_folder("none");
  const std::string forbidden = make_folder("forbidden");
  const std::string first = make_folder("first");
  const std::string second = make_folder("second");
  write_program(forbidden, 0644);
  write_program(first, 0755);
  write_program(second, 0755);
  const ScopedVariable path("PATH", none + ":" + forbidden + ":" + first + ":" + second);
  EXPECT_EQ(output_of({.argv = {"mpcheck-program"}}), "in " + first + "\n");
}

TEST_F(SubprocessPath, NamesAForbiddenProgramRatherThanNone) {
  const std::string forbidden = make_folder("forbidden");
  write_program(forbidden, 0644);
  const ScopedVariable path("PATH", forbidden + ":" + make_folder("none"));
  EXPECT_EQ(Subprocess::start({.argv = {"mpcheck-program"}}).ending(),
            (NeverStarted{EACCES, "execute mpcheck-program"}));
}

TEST_F(SubprocessPath, HasAnEmptyEntryForTheDirectory) {
  write_program(folder_, 0755);
  const ScopedVariable path("PATH", "/no/such:");
  EXPECT_EQ(output_of({.argv = {"mpcheck-program"}, .directory = folder_}), "in " + folder_ + "\n");
}

TEST_F(SubprocessPath, OfOursIsTheOneThatCounts) {
  write_program(folder_, 0755);
  const ScopedVariable path("PATH", folder_);
  EXPECT_EQ(output_of({.argv = {"mpcheck-program"}, .environment = {{"PATH=/no/such"}}}),
            "in " + folder_ + "\n");
}

TEST_F(SubprocessPath, IsNotSearchedForAProgramWithASlash) {
  write_program(folder_, 0755);
  const ScopedVariable path("PATH", "/no/such");
  EXPECT_EQ(output_of({.argv = {"./mpcheck-program"}, .directory = folder_}),
            "in " + folder_ + "\n");
}

// ---- Signals and sessions

TEST(SubprocessSignals, AreNeitherBlockedNorIgnored) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_handler = ::signal(SIGUSR1, SIG_IGN);
  const std::string masks =
      output_of({.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}});
  ::signal(SIGUSR1, old_handler);
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, &before, &after);

  EXPECT_EQ(masks, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  EXPECT_EQ(::sigismember(&after, SIGTERM), 1) << "our own mask must stay as it was";
  EXPECT_EQ(::sigismember(&after, SIGINT), 0) << "our own mask must stay as it was";
}

TEST(SubprocessSession, IsOursByDefault) {
  const Gate gate;
  const Subprocess process = Subprocess::start(until_open(gate));
  EXPECT_EQ(::getsid(process.pid()), ::getsid(0));
}

TEST(SubprocessSession, IsANewOneIfAskedFor) {
  const Gate gate;
  SubprocessOptions options = until_open(gate);
  options.new_session = true;
  const Subprocess process = Subprocess::start(options);
  EXPECT_EQ(::getsid(process.pid()), process.pid());
}

// A fork of the test that does `work` and dies without a destructor run, as if killed.
template <class Work>
void in_a_parent_that_dies(Work work) {
  const pid_t parent = check(::fork(), "start a parent");
  if (parent == 0) {
    work();
    ::_exit(0);
  }
  check(::waitpid(parent, nullptr, 0), "wait for the parent's death");
}

TEST(SubprocessParentDeath, SendsTheSignalAskedFor) {
  const Gate gate;  // Stays shut: only the signal can end the program.
  Pipe output;
  in_a_parent_that_dies([&] {
    SubprocessOptions options = shell("trap 'echo got TERM; exit' TERM; echo ready; read line");
    options.stdin_fd = gate.fd();
    options.stdout_fd = output.write_end.get();
    options.parent_death_signal = SIGTERM;
    const Subprocess process = Subprocess::start(options);
    std::array<char, 6> ready;
    check(::read(output.read_end.get(), ready.data(), ready.size()), "wait until it runs");
    ::_exit(0);
  });
  EXPECT_EQ(read_to_end(output), "got TERM\n");
}

TEST(SubprocessParentDeath, BeforeTheProgramStartsKeepsItFromStarting) {
  Pipe output;
  in_a_parent_that_dies([&] {
    SubprocessOptions options = shell("echo ran");
    options.stdout_fd = output.write_end.get();
    options.before_exec_in_parent = [](pid_t) { ::_exit(0); };
    Subprocess::start(options);
  });
  EXPECT_EQ(read_to_end(output), "");
}

// ---- The handshake

char state_of(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name;
  char state = '?';
  stat >> number >> name >> state;
  return state;
}

std::string executable_of(pid_t pid) {
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe");
}

TEST(SubprocessHandshake, RunsTheHooksInTheirOrder) {
  const Pipe trace;
  std::string seen_by_parent;
  SubprocessOptions options = shell("exit 0");
  options.in_child = [&]() -> std::optional<FailedStep> {
    if (::write(trace.write_end.get(), "child", 5) != 5) return FailedStep{errno, "leave a trace"};
    return std::nullopt;
  };
  options.before_exec_in_parent = [&](pid_t) {
    int size = 0;
    check(::ioctl(trace.read_end.get(), FIONREAD, &size), "size the trace");
    seen_by_parent.resize(size);
    check(::read(trace.read_end.get(), seen_by_parent.data(), size), "read the trace");
  };
  EXPECT_EQ(Subprocess::start(options).wait(hang_guard()), Exited{0});
  EXPECT_EQ(seen_by_parent, "child");
}

TEST(SubprocessHandshake, HoldsTheProgramBackUntilTheParentIsDone) {
  const Gate gate;
  pid_t seen = -1;
  SubprocessOptions options = until_open(gate);
  options.before_exec_in_parent = [&](pid_t pid) {
    seen = pid;
    // The child goes to sleep in the handshake, or, were it not held back, in the program.
    while (state_of(pid) != 'S') continue;
    EXPECT_EQ(executable_of(pid), executable_of(::getpid()));
  };
  const Subprocess process = Subprocess::start(options);
  EXPECT_EQ(seen, process.pid());
  EXPECT_NE(executable_of(process.pid()), executable_of(::getpid()));
}

TEST(SubprocessHandshake, FindsRedirectionsAndDirectoryInPlace) {
  Pipe output;
  SubprocessOptions options = shell("exit 0");
  options.directory = "/proc";
  options.stdout_fd = output.write_end.get();
  options.in_child = []() -> std::optional<FailedStep> {
    char directory[64];
    if (::getcwd(directory, sizeof directory) == nullptr) return FailedStep{errno, "look around"};
    if (::write(STDOUT_FILENO, directory, 5) != 5) return FailedStep{errno, "write"};
    return std::nullopt;
  };
  EXPECT_EQ(Subprocess::start(options).wait(hang_guard()), Exited{0});
  EXPECT_EQ(read_to_end(output), "/proc");
}

}  // namespace
}  // namespace base
