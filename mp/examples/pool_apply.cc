// apply() waits for each result: one hundred calls, one after the other.
#include <cstdio>

#include "mp/examples/begin.h"
#include "mp/pool.h"

int plus_one(int n) { return n + 1; }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Pool pool(5);
  for (int i = 0; i < 100; ++i) std::printf("%d\n", pool.apply(plus_one, i));
  pool.close();
  pool.join();
}
