#include "conformance/stage/limits.h"

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/os_error.h"

namespace conformance {
namespace {

// The numbers that name the entries of /proc/PID/`folder`.
std::set<int> numbers_in(pid_t pid, const char* folder) {
  const std::string path = absl::StrCat("/proc/", pid, "/", folder);
  std::set<int> out;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error))
    out.insert(std::stoi(it->path().filename().string()));
  if (error) throw base::OsError(error.value(), "look into " + path);
  return out;
}

}  // namespace

LoweredLimit::LoweredLimit(pid_t pid, __rlimit_resource resource, rlim_t soft)
    : pid_(pid), resource_(resource) {
  base::check(::prlimit(pid, resource, nullptr, &before_), "read a limit of the testee");
  const rlimit lowered{.rlim_cur = soft, .rlim_max = before_.rlim_max};
  base::check(::prlimit(pid, resource, &lowered, nullptr), "limit the testee");
}

LoweredLimit::~LoweredLimit() { (void)::prlimit(pid_, resource_, &before_, nullptr); }

std::string name_of_limit(__rlimit_resource resource) {
  switch (resource) {
    case RLIMIT_NOFILE:
      return "RLIMIT_NOFILE";
    case RLIMIT_AS:
      return "RLIMIT_AS";
    default:
      return absl::StrCat("limit ", static_cast<int>(resource));
  }
}

rlim_t lowest_free_descriptor(pid_t pid) {
  rlim_t free = 0;
  for (int open : numbers_in(pid, "fd")) {
    if (static_cast<rlim_t>(open) != free) break;
    ++free;
  }
  return free;
}

rlim_t address_space_of(pid_t pid) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/statm"));
  rlim_t pages = 0;
  if (!(in >> pages)) throw base::OsError(ESRCH, "read how much memory the testee has");
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void pin_to_one_cpu(pid_t pid) {
  cpu_set_t usable;
  base::check(::sched_getaffinity(pid, sizeof(usable), &usable), "ask for the testee's CPUs");
  int cpu = 0;
  while (!CPU_ISSET(cpu, &usable)) ++cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  for (int tid : numbers_in(pid, "task"))
    base::check(::sched_setaffinity(tid, sizeof(one), &one), "pin the testee to one CPU");
}

}  // namespace conformance
