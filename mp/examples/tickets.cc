// Many grab few tickets. Who looks whether there is one and who takes it must be the same, without anybody in between:
// the lock is held for both, so that exactly as many are sold as there were.
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/lock.h"
#include "mp/process.h"
#include "mp/value.h"

void grab(int who, mp::RawValue<int> tickets, mp::Lock lock) {
  std::scoped_lock hold(lock);
  const int left = tickets.load();
  if (left == 0) {
    std::printf("buyer %d finds none\n", who);
    return;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // paying takes its time
  tickets.store(left - 1);
  std::printf("buyer %d has one\n", who);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::RawValue<int> tickets(3);  // without a lock of its own: it is behind ours
  mp::Lock lock;
  std::vector<mp::Process> buyers;
  for (int who = 1; who <= 8; ++who) buyers.emplace_back(grab, who, tickets, lock);
  for (mp::Process& buyer : buyers) buyer.start();
  for (mp::Process& buyer : buyers) buyer.join();
  std::printf("left: %d\n", tickets.load());
}
