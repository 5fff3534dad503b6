// An RLock may be acquired again by who has it, so that a function with the lock may call another that wants it; a Lock
// may not: its owner would wait for itself.
#include <cstdio>
#include <mutex>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/lock.h"
#include "mp/process.h"
#include "mp/value.h"

struct Accounts {
  mp::RLock lock;
  mp::RawValue<int> mine, yours;
};

void pay(Accounts all, mp::RawValue<int> into, int amount) {
  std::scoped_lock hold(all.lock);
  into.store(into.load() + amount);
}

void transfer(Accounts all, int amount) {
  std::scoped_lock hold(all.lock);  // nobody sees the money in both, or in neither
  pay(all, all.mine, -amount);
  pay(all, all.yours, amount);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  Accounts all;
  all.mine.store(100);
  std::vector<mp::Process> payers;
  for (int amount : {10, 20, 30}) payers.emplace_back(transfer, all, amount);
  for (mp::Process& payer : payers) payer.start();
  for (mp::Process& payer : payers) payer.join();
  std::printf("mine %d, yours %d\n", all.mine.load(), all.yours.load());

  mp::Lock lock;
  lock.acquire();
  std::printf("a Lock again: %s\n", lock.acquire(/*block=*/false) ? "yes" : "no");
  lock.release();
}
