// Names and numbers: of this process, and of the one that started it.
//
// Unlike the note: getppid() tells the creator of a child that was forked or spawned; of one from the fork server it
// tells the server, and of one whose creator has ended whoever took it in, not always process 1. parent_process()
// always knows the creator.
#include <unistd.h>

#include <cstdio>

#include "mp/examples/begin.h"
#include "mp/process.h"

void show() {
  const mp::Process me = mp::current_process();
  const mp::Process creator = *mp::parent_process();
  std::printf("I am %s, number %d\n", me.name().c_str(), ::getpid());
  std::printf("my creator is %s, number %d\n", creator.name().c_str(), *creator.pid());
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  std::printf("I am %s, number %d\n", mp::current_process().name().c_str(), ::getpid());
  std::printf("I have %s\n", mp::parent_process() ? "a creator" : "no creator");

  mp::Process unnamed(show);
  mp::Process named({.name = "worker"}, show);
  for (mp::Process* p : {&unnamed, &named}) {
    p->start();
    std::printf("started %s, number %d\n", p->name().c_str(), *p->pid());
    p->join();
  }
}
