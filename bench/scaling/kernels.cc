#include "bench/scaling/kernels.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <memory>

#include "base/os_error.h"
#include "base/unique_fd.h"

namespace bench {
namespace {

uint64_t compute(const Work&, uint64_t task, uint64_t size) {
  uint64_t x = task + 1;
  for (uint64_t i = 0; i < size; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    x ^= x >> 29;
  }
  return x;
}

// Of a limit that differs from task to task.
uint64_t sieve(const Work&, uint64_t task, uint64_t size) {
  const size_t limit = size + task % 16;
  std::vector<unsigned char> composite(limit, 0);
  uint64_t primes = 0;
  for (size_t n = 2; n < limit; ++n) {
    if (composite[n]) continue;
    ++primes;
    for (size_t multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1;
  }
  return primes;
}

// The first eight bytes of the digest as a number.
uint64_t sha512(const Work& work, uint64_t task, uint64_t) {
  constexpr size_t kBytesAtOnce = 256 << 10;
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  thread_local std::vector<char> buffer(kBytesAtOnce);
  const std::string& file = work.files[task % work.files.size()];
  const base::UniqueFd fd(
      base::check(::open(file.c_str(), O_RDONLY | O_CLOEXEC), "open a file to hash"));
  EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr);
  while (true) {
    const ssize_t size = base::check(
        base::retry_eintr([&] { return ::read(fd.get(), buffer.data(), buffer.size()); }), "read");
    if (size == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(size));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(context.get(), digest, nullptr);
  uint64_t begin = 0;
  for (int i = 0; i < 8; ++i) begin = begin << 8 | digest[i];
  return begin;
}

// The vectors stay, so that only the first task of a worker touches new pages.
uint64_t triad(const Work&, uint64_t task, uint64_t size) {
  thread_local std::vector<double> a, b, c;
  if (a.size() != size) {
    a.assign(size, 0);
    b.assign(size, 1);
    c.assign(size, 2);
  }
  const auto factor = static_cast<double>(task % 1024);
  for (size_t i = 0; i < size; ++i) a[i] = b[i] + factor * c[i];
  // All of a is read by somebody, for all that the compiler knows.
  asm volatile("" : : "r"(a.data()) : "memory");
  return static_cast<uint64_t>(a[task % size]);
}

uint64_t noop(const Work&, uint64_t task, uint64_t) { return task; }

uint64_t sleep(const Work&, uint64_t task, uint64_t size) {
  timespec left{.tv_sec = static_cast<time_t>(size / 1'000'000),
                .tv_nsec = static_cast<long>(size % 1'000'000 * 1000)};
  while (::nanosleep(&left, &left) == -1 && errno == EINTR) {
  }
  return task;
}

using Kernel = uint64_t (*)(const Work&, uint64_t task, uint64_t size);
const std::map<std::string, Kernel> kKernels = {
    {"compute", compute}, {"sieve", sieve}, {"sha512", sha512},
    {"triad", triad},     {"noop", noop},   {"sleep", sleep},
};

}  // namespace

bool is_kernel(const std::string& name) { return kKernels.contains(name); }

uint64_t do_task(const Work& work, uint64_t task) {
  return kKernels.at(work.kernel)(work, task, work.size * work.lengths[task % work.lengths.size()]);
}

}  // namespace bench
