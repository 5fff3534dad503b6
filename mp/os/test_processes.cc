#include "mp/os/test_processes.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <utility>

#include "base/os_error.h"

namespace mp::os {
namespace {

int run(const std::function<bool()>& body) {
  try {
    return body() ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "a test's child: %s\n", e.what());
    return 2;
  }
}

}  // namespace

TestProcess::TestProcess(const std::function<bool()>& body)
    : pid_(base::check(::fork(), "fork a test's child")) {
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::_exit(run(body));
}

TestProcess::TestProcess(TestProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), ending_(other.ending_) {}

TestProcess::~TestProcess() {
  if (pid_ == 0 || !ending_.still_running()) return;
  kill();
  wait();
}

base::Ending TestProcess::wait() {
  int status = 0;
  if (ending_.still_running()) {
    base::check(base::retry_eintr([&] { return ::waitpid(pid_, &status, 0); }),
                "wait for a test's child");
    ending_ = base::ending_from_wait_status(status);
  }
  return ending_;
}

void TestProcess::kill() { ::kill(pid_, SIGKILL); }

bool TestProcess::sleeps() const {
  while (true) {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return false;
    const char state = line[line.rfind(')') + 2];
    if (state == 'S') return true;
    if (state == 'Z') return false;
    ::usleep(100);
  }
}

}  // namespace mp::os
