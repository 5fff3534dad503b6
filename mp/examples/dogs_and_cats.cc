// Two processes at the same time: the lines of each are in order, and those of both are mixed as it happens.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "mp/examples/begin.h"
#include "mp/process.h"

using namespace std::chrono_literals;

void speak(std::string sound, std::chrono::milliseconds pause) {
  for (int i = 0; i < 5; ++i) {
    std::printf("%s%d\n", sound.c_str(), i);
    std::this_thread::sleep_for(pause);
  }
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Process dog(speak, "woof", 15ms);
  mp::Process cat(speak, "miaow", 10ms);
  dog.start();
  cat.start();
}
