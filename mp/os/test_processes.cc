#include "mp/os/test_processes.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <random>
#include <string>
#include <utility>

#include "base/os_error.h"
#include "base/unique_fd.h"

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
  wait(base::Deadline::never());
}

base::Ending TestProcess::wait(base::Deadline deadline) {
  if (!ending_.still_running()) return ending_;
  base::UniqueFd end(
      static_cast<int>(base::check(::syscall(SYS_pidfd_open, pid_, 0), "look at a test's child")));
  pollfd poll{.fd = end.get(), .events = POLLIN, .revents = 0};
  while (::poll(&poll, 1, deadline.poll_timeout()) != 1) {
    if (deadline.passed()) return ending_;
  }
  int status = 0;
  base::check(::waitpid(pid_, &status, 0), "reap a test's child");
  return ending_ = base::ending_from_wait_status(status);
}

void TestProcess::kill() { ::kill(pid_, SIGKILL); }

char TestProcess::settled_state() const {
  while (true) {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return 'Z';
    const char state = line[line.rfind(')') + 2];
    if (state == 'S' || state == 'T' || state == 'Z') return state;
    ::usleep(100);
  }
}

Crew::Crew(size_t size, std::function<bool(size_t)> work) : work_(std::move(work)), members_(size) {
  for (size_t i = 0; i < size; ++i) hire(i);
}

void Crew::hire(size_t i) {
  members_[i] = std::make_unique<TestProcess>([this, i] { return work_(i); });
}

void Crew::kill_at_random(int times, const std::function<void(size_t)>& then) {
  std::mt19937 random(7);
  for (int i = 0; i < times; ++i) {
    ::usleep(random() % 1000);  // where in its work it hits it
    const size_t victim = random() % members_.size();
    end(victim);
    hire(victim);
    then(victim);
  }
}

void Crew::end(size_t i) {
  members_[i]->kill();
  members_[i]->wait(base::Deadline::never());
}

bool TestProcess::sleeps() const { return settled_state() == 'S'; }
bool TestProcess::stands_still() const { return settled_state() == 'T'; }

}  // namespace mp::os
