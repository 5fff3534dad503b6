// Seven tasks of the same length on five workers: apply_async() takes two rounds, apply() one after the other seven.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "mp/examples/begin.h"
#include "mp/pool.h"

void work(int milliseconds) { ::usleep(static_cast<useconds_t>(milliseconds) * 1000); }

template <class Run>
double seconds(Run run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  const int each = std::stoi(examples::flag(argc, argv, "--each=", "200"));  // milliseconds
  mp::Pool pool(5);
  const double async = seconds([&] {
    std::puts("--start1--");
    for (int i = 0; i < 7; ++i) pool.apply_async(work, each);
    pool.close();
    pool.join();
    std::puts("--end1--");
  });
  mp::Pool another(5);
  const double blocking = seconds([&] {
    for (int i = 0; i < 7; ++i) another.apply(work, each);
    std::puts("--start2--");
    another.close();
    another.join();
    std::puts("--end2--");
  });
  std::printf("one by one it takes %.1f times as long\n", blocking / async);
}
