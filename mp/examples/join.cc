// join() waits for a process; without it its creator goes on beside it.
//
// To start each and join it at once makes the program serial. To start all, and then to join all, does not: here each
// process waits for the other two to be there as well.
//
// Unlike the note: a program does not end before its children, joined or not. At its end it waits for all that are no
// daemons.
#include <cstdio>
#include <string>
#include <vector>

#include "mp/barrier.h"
#include "mp/event.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void work(std::string name) {
  std::printf("%s is running\n", name.c_str());
  std::printf("%s is done\n", name.c_str());
}

void work_together(mp::Barrier all_here) {
  all_here.wait();
  std::puts("one of three is done");
}

void work_on(mp::Event main_is_done) {
  main_is_done.wait();
  std::puts("the last child is done");
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);

  for (const char* name : {"joker", "queen"}) {
    mp::Process p(work, name);
    p.start();
    p.join();
    std::printf("main goes on after %s\n", name);
  }

  mp::Barrier all_here(3);
  std::vector<mp::Process> workers;
  for (int i = 0; i < 3; ++i) workers.emplace_back(work_together, all_here);
  for (mp::Process& worker : workers) worker.start();
  for (mp::Process& worker : workers) worker.join();

  mp::Event main_is_done;
  mp::Process last(work_on, main_is_done);
  last.start();
  std::puts("main is done");
  main_is_done.set();
}
