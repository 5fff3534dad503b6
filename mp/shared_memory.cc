#include "mp/shared_memory.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdio>

#include "base/os_error.h"

namespace mp {
namespace {

std::string random_name() {
  uint64_t number;
  base::check(::getrandom(&number, sizeof(number), 0), "make up a name for shared memory");
  char name[32];
  std::snprintf(name, sizeof(name), "psm_%016llx", static_cast<unsigned long long>(number));
  return name;
}

}  // namespace

SharedMemory SharedMemory::create(const std::string& name, int64_t size) {
  if (size < 1) throw ValueError("shared memory of " + std::to_string(size) + " bytes");
  return SharedMemory(name, os::make_named(name, static_cast<uint64_t>(size)));
}

SharedMemory SharedMemory::create(int64_t size) {
  while (true) {
    try {
      return create(random_name(), size);
    } catch (const OSError& error) {
      if (error.code() != EEXIST) throw;
    }
  }
}

SharedMemory SharedMemory::attach(const std::string& name) {
  return SharedMemory(name, os::open_named(name));
}

}  // namespace mp
