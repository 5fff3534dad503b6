// A process that is killed takes nobody with it: what it had started lives on, as an orphan.
//
// Unlike the note: such a child is no zombie, and is adopted by process 1 or the nearest process that has asked for it.
// A zombie is a process that has ended and that its creator has not asked for; all that is left of it is its number
// and how it ended. join(), is_alive() and active_children() ask.
#include <cstdio>
#include <string>

#include "mp/connection.h"
#include "mp/event.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

using Line = mp::Connection<std::string>;

void answer(Line grandparent, Line its_end) {
  its_end.close();  // or the end of file below would wait for this copy
  while (auto question = grandparent.try_recv())
    grandparent.send(*question + " I am, though my creator is " +
                     (mp::parent_process()->is_alive() ? "alive" : "dead"));
}

void start_another(Line mine, Line its_end, mp::Event started) {
  mp::Process p(answer, mine, its_end);
  p.start();
  started.set();
  p.join();
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  auto [here, there] = mp::Pipe<std::string>();
  mp::Event started;
  mp::Process creator(start_another, there, here, started);
  creator.start();
  there.close();
  started.wait();

  creator.kill();
  creator.join();
  std::printf("the creator ended with %d\n", *creator.exitcode());
  here.send("is somebody there?");
  std::puts(here.recv().c_str());
  // When this process ends its end is closed, and the orphan ends, too.
}
