// What the tasks of a pool find comes through a manager's queue, while they still search.
#include <cstdio>
#include <optional>

#include "mp/examples/begin.h"
#include "mp/manager.h"
#include "mp/pool.h"

// Absent: a task has found all of its own.
using Finds = mp::QueueProxy<std::optional<int>>;

bool is_prime(int n) {
  for (int factor = 2; factor * factor <= n; ++factor) {
    if (n % factor == 0) return false;
  }
  return n > 1;
}

void search_ten(int first, Finds found) {
  for (int n = first; n < first + 10; ++n) {
    if (is_prime(n)) found.put(n);
  }
  found.put(std::nullopt);
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::SyncManager manager = mp::Manager();
  const Finds found = manager.Queue<std::optional<int>>();
  mp::Pool pool(3);
  int searching = 0;
  for (int first = 0; first < 50; first += 10, ++searching)
    pool.apply_async(search_ten, first, found);
  while (searching > 0) {
    if (const std::optional<int> prime = found.get()) {
      std::printf("%d is prime\n", *prime);
    } else {
      --searching;
    }
  }
  pool.close();
  pool.join();
  std::printf("the queue is %s\n", found.empty() ? "empty" : "not empty");
}
