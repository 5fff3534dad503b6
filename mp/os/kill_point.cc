#include "mp/os/kill_point.h"

#include <signal.h>
#include <unistd.h>

namespace mp::os {
namespace {

int g_die_at = 0;
int g_passed = 0;

}  // namespace

void die_at_kill_point(int nth) {
  g_die_at = nth;
  g_passed = 0;
}

int kill_points_passed() { return g_passed; }

void passed_kill_point() {
  if (++g_passed == g_die_at) ::kill(::getpid(), SIGKILL);
}

}  // namespace mp::os
