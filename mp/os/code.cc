#include "mp/os/code.h"

#include <dlfcn.h>
#include <link.h>

#include <cerrno>
#include <functional>

#include "base/os_error.h"

namespace mp::os {
namespace {

// Calls `see` with each loaded object until it returns true. Whether it did.
bool find_object(const std::function<bool(const dl_phdr_info&)>& see) {
  auto call = [](dl_phdr_info* info, size_t, void* see) {
    return (*static_cast<const std::function<bool(const dl_phdr_info&)>*>(see))(*info) ? 1 : 0;
  };
  return ::dl_iterate_phdr(call, const_cast<void*>(static_cast<const void*>(&see))) != 0;
}

bool holds(const dl_phdr_info& object, uintptr_t address) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object.dlpi_phdr[i];
    const uintptr_t begin = object.dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_LOAD && address >= begin && address - begin < part.p_memsz) return true;
  }
  return false;
}

}  // namespace

CodePlace place_of(const void* code) {
  CodePlace place;
  const auto address = reinterpret_cast<uintptr_t>(code);
  const bool found = find_object([&](const dl_phdr_info& object) {
    if (!holds(object, address)) return false;
    place = {.object = object.dlpi_name, .offset = address - object.dlpi_addr};
    return true;
  });
  if (!found) throw base::OsError(EFAULT, "find the program or library that a function is in");
  return place;
}

void* code_at(const CodePlace& place) {
  uintptr_t base = 0;
  const auto see = [&](const dl_phdr_info& object) {
    if (place.object != object.dlpi_name) return false;
    base = object.dlpi_addr;
    return true;
  };
  if (!find_object(see)) {
    if (::dlopen(place.object.c_str(), RTLD_NOW) == nullptr || !find_object(see))
      throw base::OsError(ENOENT, "load " + place.object + ", where a child's target is");
  }
  return reinterpret_cast<void*>(base + place.offset);
}

}  // namespace mp::os
