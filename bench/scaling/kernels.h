// What workers do, one task after the other. points.py has the same tasks, which give the same results.
//
// A task's result depends on all of its work, so that none is optimised away, and on its number, so that a task that is
// done twice or not at all shows in the sum.
#ifndef BENCH_SCALING_KERNELS_H_
#define BENCH_SCALING_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Work {
  // compute  arithmetic of one number on the last, `size` times
  // sieve    the primes below `size`
  // sha512   the SHA-512 of one of the files
  // triad    a = b + n c, of vectors of `size` doubles that each worker has to itself
  // noop     nothing
  // sleep    waits `size` microseconds, as for a disk or another machine
  std::string kernel;
  uint64_t size = 0;
  // The sizes of tasks 0, 1, 2, ... are so many times `size`, and then from the first on again.
  std::vector<uint64_t> lengths = {1};
  std::vector<std::string> files = {};
};

bool is_kernel(const std::string& name);

// Requires: is_kernel(work.kernel); there are files if it is sha512. Raises: base::OsError about a file.
uint64_t do_task(const Work& work, uint64_t task);

}  // namespace bench

#endif  // BENCH_SCALING_KERNELS_H_
