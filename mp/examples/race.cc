// A Barrier lets nobody go on before all are there: here no runner starts before the last one is ready. One of them
// runs the action, before any goes on.
#include <cstdio>
#include <vector>

#include "mp/barrier.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void give_the_signal() { std::puts("go"); }

void run(int runner, mp::Barrier line) {
  std::printf("runner %d is ready\n", runner);
  line.wait();
  std::printf("runner %d runs\n", runner);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Barrier line(3, {.action = give_the_signal});
  std::vector<mp::Process> runners;
  for (int runner = 1; runner <= 3; ++runner) runners.emplace_back(run, runner, line);
  for (mp::Process& runner : runners) runner.start();
  for (mp::Process& runner : runners) runner.join();
}
