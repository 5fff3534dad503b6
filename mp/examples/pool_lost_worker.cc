// A task that kills its worker fails by itself: the others are done, and the pool goes on.
#include <signal.h>

#include <cstdio>
#include <vector>

#include "mp/errors.h"
#include "mp/examples/begin.h"
#include "mp/pool.h"

int divide(int n) {
  if (n == 3) ::raise(SIGFPE);
  return 12 / n;
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Pool pool(2);
  auto results = pool.imap(divide, std::vector{1, 2, 3, 4});
  for (bool more = true; more;) {
    try {
      const auto result = results.fetch();
      if (result) std::printf("%d\n", *result);
      more = result.has_value();
    } catch (const mp::WorkerLost&) {
      std::puts("lost");
    }
  }
}
