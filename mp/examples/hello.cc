// The least that a program with a second process needs: a function, what it is given, and run_if_child().
#include <cstdio>
#include <string>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/queue.h"

void greet(std::string name, mp::Queue<std::string> out) { out.put("hello " + name); }

int main(int argc, char** argv) {
  // A child that is no copy of its creator begins here, and ends here.
  mp::run_if_child(argc, argv);
  examples::choose_start_method(argc, argv);

  mp::Queue<std::string> queue;
  mp::Process p(greet, "bob", queue);
  p.start();
  std::puts(queue.get().c_str());  // hello bob
  p.join();
  std::printf("exit code %d\n", *p.exitcode());  // exit code 0
}
