#include "mp/os/shared_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os_error.h"

namespace mp::os {

View::~View() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

SharedFile SharedFile::make(const char* name, uint64_t size) {
  SharedFile file(base::UniqueFd(base::check(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING),
                                             "make memory that processes share")));
  file.grow_to(size);
  // A view of pages that are gone would kill whoever touches it.
  base::check(::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_SHRINK), "keep shared memory from shrinking");
  return file;
}

uint64_t SharedFile::size() const {
  struct stat now;
  base::check(::fstat(fd(), &now), "ask for the size of shared memory");
  return static_cast<uint64_t>(now.st_size);
}

void SharedFile::grow_to(uint64_t least) const {
  if (size() >= least) return;
  base::check(base::retry_eintr([&] { return ::ftruncate(fd(), static_cast<off_t>(least)); }),
              "enlarge shared memory");
}

View SharedFile::view(uint64_t offset, size_t size) const {
  void* data = base::check(
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd(), static_cast<off_t>(offset)),
      "map shared memory");
  return View(static_cast<std::byte*>(data), size);
}

void SharedFile::give_back(uint64_t offset, uint64_t size) const {
  base::check(base::retry_eintr([&] {
                return ::fallocate(fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                   static_cast<off_t>(offset), static_cast<off_t>(size));
              }),
              "give shared memory back");
}

}  // namespace mp::os
