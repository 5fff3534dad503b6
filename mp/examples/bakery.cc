// A Condition: a lock, and waiting until what it guards is as one wants it. The baker tells when there is bread, and
// waits when the shelf is full; the customers wait for bread.
#include <cstdio>
#include <mutex>
#include <vector>

#include "mp/condition.h"
#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/value.h"

constexpr int kShelf = 2;
constexpr int kCustomers = 3;
constexpr int kEach = 2;

void bake(mp::RawValue<int> loaves, mp::Condition changed) {
  for (int i = 0; i < kCustomers * kEach; ++i) {
    std::scoped_lock hold(changed);
    changed.wait_for([&] { return loaves.load() < kShelf; });
    loaves.store(loaves.load() + 1);
    std::puts("a loaf is baked");
    changed.notify_all();
  }
}

void buy(mp::RawValue<int> loaves, mp::Condition changed) {
  for (int i = 0; i < kEach; ++i) {
    std::scoped_lock hold(changed);
    changed.wait_for([&] { return loaves.load() > 0; });
    loaves.store(loaves.load() - 1);
    std::puts("a loaf is sold");
    changed.notify_all();
  }
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::RawValue<int> loaves;  // the condition's lock guards it
  mp::Condition changed;
  std::vector<mp::Process> all;
  for (int i = 0; i < kCustomers; ++i) all.emplace_back(buy, loaves, changed);
  all.emplace_back(bake, loaves, changed);
  for (mp::Process& each : all) each.start();
  for (mp::Process& each : all) each.join();
  std::printf("left: %d\n", loaves.load());
}
