#include "conformance/stage/isolation.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace conformance {
namespace {

constexpr const char* kShm = "/dev/shm";

bool write_whole(const char* path, const char* text) {
  int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool written = ::write(fd, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text));
  ::close(fd);
  return written;
}

// Our mount must not spread to the machine's own tree. In a chroot the root is no mount, but one of the
// folders may be.
bool keep_mounts_to_ourselves() {
  for (const char* mount : {"/", kShm, "/dev"}) {
    if (::mount("none", mount, nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return true;
  }
  return false;
}

}  // namespace

PrivateShm::PrivateShm() : root_(::geteuid() == 0) {
  std::snprintf(uid_map_, sizeof(uid_map_), "%u %u 1", ::geteuid(), ::geteuid());
  std::snprintf(gid_map_, sizeof(gid_map_), "%u %u 1", ::getegid(), ::getegid());
}

void PrivateShm::enter() const {
  if (!root_ || ::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return;
    // Without these maps the program would run as "nobody"; without a mount it just shares
    // /dev/shm.
    if (!write_whole("/proc/self/setgroups", "deny") ||
        !write_whole("/proc/self/uid_map", uid_map_) ||
        !write_whole("/proc/self/gid_map", gid_map_)) {
      return;
    }
  }
  if (!keep_mounts_to_ourselves()) return;
  (void)::mount("mpcheck", kShm, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=128m");
}

base::UniqueFd PrivateShm::adopt(pid_t child) {
  char path[48];
  std::snprintf(path, sizeof(path), "/proc/%d/root%s", child, kShm);
  base::UniqueFd theirs(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat their_stat, our_stat;
  if (!theirs || ::fstat(theirs.get(), &their_stat) != 0) return base::UniqueFd();
  bool shared = ::stat(kShm, &our_stat) == 0 && our_stat.st_dev == their_stat.st_dev;
  return shared ? base::UniqueFd() : std::move(theirs);
}

}  // namespace conformance
