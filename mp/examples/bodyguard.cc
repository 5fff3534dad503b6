// A daemon lives as long as the program that started it: it reports until that ends, and is terminated then.
//
// Unlike the note: it is not the end of main()'s code that ends it but that of the whole process, in an orderly way.
// One that was killed leaves its daemons behind.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/semaphore.h"

void guard(std::string whom, mp::Semaphore reports) {
  std::printf("the bodyguard of %s is on duty\n", whom.c_str());
  for (int i = 0; i < 100000; ++i) {
    std::printf("%s is well\n", whom.c_str());
    reports.release();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::puts("the bodyguard goes home");  // nobody sees it
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Semaphore reports(0);
  mp::Process p({.daemon = true}, guard, "jason", reports);
  p.start();
  for (int i = 0; i < 3; ++i) reports.acquire();
  std::puts("the main program ends");
}
