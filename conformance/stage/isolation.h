// A /dev/shm of its own for a program that is about to start.
//
// As root this takes a mount namespace; an ordinary user needs a user namespace around it, in which
// the program keeps its user and group ids. Where the kernel allows neither (some containers),
// the program shares the machine's /dev/shm, and adopt() says so. It has room for 128 MiB: more than a claim
// needs, and little enough to be filled by one.
#ifndef CONFORMANCE_STAGE_ISOLATION_H_
#define CONFORMANCE_STAGE_ISOLATION_H_

#include <sys/types.h>

#include "base/unique_fd.h"

namespace conformance {

// What the child's hook needs, prepared before the fork because the hook may not allocate.
class PrivateShm {
 public:
  PrivateShm();

  // In the child, between fork and exec: only async-signal-safe calls.
  void enter() const;

  // In the parent, while the child waits before its exec: the child's /dev/shm if it is a private
  // one.
  static base::UniqueFd adopt(pid_t child);

 private:
  bool root_;
  char uid_map_[48];
  char gid_map_[48];
};

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_ISOLATION_H_
