// Ten numbers, four workers, and the results in the order of the numbers.
#include <cstdio>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/pool.h"

int plus_one(int n) { return n + 1; }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Pool pool(4);
  for (int n : pool.map(plus_one, std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) std::printf("%d ", n);
  std::puts("");
  pool.close();
  pool.join();
}
