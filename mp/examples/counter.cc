// A number that processes share. Several may count with it, if each keeps the lock from reading to writing.
//
// Unlike the note: `num.value += 1` without the lock reads and writes in two steps, and what another process wrote in
// between is lost: sometimes, so this program can't say how many.
#include <cstdio>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/process.h"
#include "mp/value.h"

constexpr int kProcesses = 4;
constexpr int kTimes = 10000;

void count(mp::Value<int> locked, mp::RawValue<int> unlocked) {
  for (int i = 0; i < kTimes; ++i) {
    *locked.lock() += 1;
    unlocked.store(unlocked.load() + 1);
  }
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Value<int> locked(123);
  mp::RawValue<int> unlocked(123);
  std::vector<mp::Process> counters;
  for (int i = 0; i < kProcesses; ++i) counters.emplace_back(count, locked, unlocked);
  for (mp::Process& counter : counters) counter.start();
  for (mp::Process& counter : counters) counter.join();
  std::printf("with the lock: %d\n", locked.load());  // 40123
  std::printf("without: %d, at most 40123\n", unlocked.load());
}
