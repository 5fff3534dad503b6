// An Event is a flag that any number of processes wait for: here a traffic light.
#include <cstdio>
#include <vector>

#include "mp/event.h"
#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/semaphore.h"

void drive(int number, mp::Event green, mp::Semaphore arrived) {
  std::printf("car %d waits\n", number);
  arrived.release();
  green.wait();
  std::printf("car %d drives\n", number);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Event green;
  mp::Semaphore arrived(0);
  std::vector<mp::Process> cars;
  for (int number = 1; number <= 3; ++number) cars.emplace_back(drive, number, green, arrived);

  std::puts("the light is red");
  for (mp::Process& car : cars) car.start();
  for (size_t i = 0; i < cars.size(); ++i) arrived.acquire();
  std::puts("the light is green");
  green.set();  // all of them go
  for (mp::Process& car : cars) car.join();

  green.clear();
  std::printf("the light is %s again\n", green.is_set() ? "green" : "red");
}
