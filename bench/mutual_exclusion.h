// What is measured of locks and semaphores, whosesoever they are: pair() takes one and gives it back.
#ifndef BENCH_MUTUAL_EXCLUSION_H_
#define BENCH_MUTUAL_EXCLUSION_H_

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "bench/traffic.h"

namespace bench {

inline const std::string kLockPair = "LockPair";
inline const std::string kSemaphorePair = "SemaphorePair";
inline const std::string kContendedLockPair = "LockPair/two_processes";
inline const std::string kContendedSemaphorePair = "SemaphorePair/two_processes";

template <class Shared>
void add_pair(const std::string& operation, const char* who) {
  benchmark::RegisterBenchmark(("BM_" + operation + "/" + who).c_str(),
                               [](benchmark::State& state) {
                                 Shared shared;
                                 for (auto _ : state) shared.pair();
                               });
}

template <class Shared>
void add_contended_pair(const std::string& operation, const char* who) {
  add_rivals(operation, who, [] {
    return [shared = std::make_shared<Shared>()](uint64_t n) {
      while (n-- > 0) shared->pair();
    };
  });
}

}  // namespace bench

#endif  // BENCH_MUTUAL_EXCLUSION_H_
