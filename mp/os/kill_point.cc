#include "mp/os/kill_point.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace mp::os {
namespace {

// Threads may pass points, too.
std::atomic<int> g_signal{0}, g_at{0}, g_passed{0};

void arm(int signal, int nth) {
  g_signal = signal;
  g_at = nth;
  g_passed = 0;
}

}  // namespace

void die_at_kill_point(int nth) { arm(SIGKILL, nth); }
void stop_at_kill_point(int nth) { arm(SIGSTOP, nth); }

void passed_kill_point() {
  if (++g_passed == g_at) ::kill(::getpid(), g_signal);
}

}  // namespace mp::os
