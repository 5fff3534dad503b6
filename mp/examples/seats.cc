// A Semaphore lets so many go on at a time: here there are two seats for five guests.
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/semaphore.h"

void dine(int guest, mp::Semaphore seats) {
  std::scoped_lock seat(seats);
  std::printf("guest %d sits down\n", guest);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::printf("guest %d gets up\n", guest);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Semaphore seats(2);
  std::vector<mp::Process> guests;
  for (int guest = 1; guest <= 5; ++guest) guests.emplace_back(dine, guest, seats);
  for (mp::Process& guest : guests) guest.start();
  for (mp::Process& guest : guests) guest.join();
  std::printf("free seats: %d\n", seats.get_value());
}
