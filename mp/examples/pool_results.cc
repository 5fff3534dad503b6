// apply_async() does not wait: what it returns is asked for the result later.
#include <cstdio>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/pool.h"

int plus_one(int n) { return n + 1; }

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Pool pool(5);
  std::vector<mp::AsyncResult<int>> results;
  for (int i = 0; i < 100; ++i) results.push_back(pool.apply_async(plus_one, i));
  pool.close();
  pool.join();
  for (const auto& result : results) std::printf("%d\n", result.get());
}
