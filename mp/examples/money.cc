// Processes share nothing that they were not given: what a child does to a global stays with the child.
//
// What the child begins with depends on how it was made: a fork finds the 300 that its creator had, a child that begins
// anew finds the 100 of the program. So pass what it needs, as here, where every way shows the same.
#include <cstdio>

#include "mp/examples/begin.h"
#include "mp/process.h"

int g_money = 100;

void spend(int had) {
  g_money = had + 366;
  std::printf("child: money %d\n", g_money);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  g_money = 300;
  mp::Process p(spend, g_money);
  p.start();
  p.join();
  std::printf("parent: money %d\n", g_money);
}
