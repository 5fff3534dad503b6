// Limits that a process of the testee meets, set from outside while it runs.
//
//   {
//     LoweredLimit files(child.pid(), RLIMIT_NOFILE, lowest_free_descriptor(child.pid()));
//     EXPECT_THAT(child.does({.name = "pipe.new", .as = {"a", "b"}}), raises("OSError"));
//   }                                             // from here on it has what it had before
//
// Raises: OsError if the process is gone or is not ours to limit.
#ifndef CONFORMANCE_STAGE_LIMITS_H_
#define CONFORMANCE_STAGE_LIMITS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <string>

namespace conformance {

// A soft limit of one process, until this object ends. What is gone by then needs no restoring.
class LoweredLimit {
 public:
  LoweredLimit(pid_t pid, __rlimit_resource resource, rlim_t soft);
  ~LoweredLimit();
  LoweredLimit(const LoweredLimit&) = delete;
  LoweredLimit& operator=(const LoweredLimit&) = delete;

 private:
  pid_t pid_;
  __rlimit_resource resource_;
  rlimit before_;
};

// RLIMIT_NOFILE, for people.
std::string name_of_limit(__rlimit_resource resource);

// As a limit for RLIMIT_NOFILE: nothing more can be opened, and all that is open stays.
rlim_t lowest_free_descriptor(pid_t pid);

// What the process has mapped, in bytes: as a limit for RLIMIT_AS nothing more can be.
rlim_t address_space_of(pid_t pid);

// From now on the process's threads and all its children share one CPU.
void pin_to_one_cpu(pid_t pid);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_LIMITS_H_
