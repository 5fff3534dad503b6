// How a process ended: its exit code. An exception is told on standard error, and ends nobody else.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/process.h"

void end(std::string how) {
  if (how == "throw") throw std::runtime_error("there is no more paper");
  if (how == "exit") throw mp::SystemExit{3};
  if (how == "wait") std::this_thread::sleep_for(std::chrono::hours(1));
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  for (const char* how : {"return", "throw", "exit", "wait"}) {
    mp::Process p({.name = how}, end, how);
    p.start();
    if (p.name() == "wait") p.kill();
    p.join();
    std::printf("%s: %d\n", how, *p.exitcode());
  }
}
