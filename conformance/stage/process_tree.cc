#include "conformance/stage/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/deadline.h"
#include "base/os_error.h"
#include "base/unique_fd.h"

namespace conformance {
namespace {

// A file of /proc in one read; empty if it is not there (its process has gone).
std::string slurp(const char* path) {
  base::UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return "";
  char buffer[4096];
  ssize_t n = ::read(fd.get(), buffer, sizeof(buffer));
  return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
}

template <typename... Ids>
std::string read_proc(const char* format, Ids... ids) {
  char path[96];
  std::snprintf(path, sizeof(path), format, ids...);
  return slurp(path);
}

std::vector<pid_t> numbers_in_directory(const char* path) {
  std::vector<pid_t> out;
  DIR* dir = ::opendir(path);
  if (dir == nullptr) return out;
  while (const dirent* entry = ::readdir(dir)) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') out.push_back(std::atoi(entry->d_name));
  }
  ::closedir(dir);
  return out;
}

// The part of a stat line behind the command, which may itself hold blanks and brackets.
const char* after_command(const std::string& stat) {
  size_t bracket = stat.rfind(')');
  return bracket == std::string::npos || bracket + 2 >= stat.size() ? "" : &stat[bracket + 2];
}

char state_in(const std::string& stat) {
  const char* rest = after_command(stat);
  return *rest == '\0' ? '?' : *rest;
}

bool kernel_lists_children() {
  static const bool lists = ::access("/proc/self/task/self/children", R_OK) == 0 ||
                            ::access("/proc/thread-self/children", R_OK) == 0;
  return lists;
}

void append_children(pid_t pid, std::vector<pid_t>* out) {
  for (pid_t tid : threads_of(pid)) {
    std::string list = read_proc("/proc/%d/task/%d/children", pid, tid);
    char* at = list.data();
    for (char* end = nullptr;; at = end) {
      long child = std::strtol(at, &end, 10);
      if (end == at) break;
      out->push_back(static_cast<pid_t>(child));
    }
  }
}

// For kernels without CONFIG_PROC_CHILDREN.
std::vector<pid_t> descendants_by_scan(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (pid_t pid : numbers_in_directory("/proc")) {
    std::string stat = read_proc("/proc/%d/stat", pid);
    int parent = 0;
    if (std::sscanf(after_command(stat), "%*c %d", &parent) == 1) children.emplace(parent, pid);
  }
  std::vector<pid_t> found, todo = {root};
  while (!todo.empty()) {
    auto [first, last] = children.equal_range(todo.back());
    todo.pop_back();
    for (auto it = first; it != last; ++it) {
      found.push_back(it->second);
      todo.push_back(it->second);
    }
  }
  return found;
}

}  // namespace

void become_subreaper() {
  base::check(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0),
              "become the subreaper of the testee's tree");
}

std::vector<pid_t> descendants(pid_t root) {
  if (!kernel_lists_children()) return descendants_by_scan(root);
  std::vector<pid_t> found;
  append_children(root, &found);
  for (size_t i = 0; i < found.size(); ++i) append_children(found[i], &found);
  // A process whose parent died between two readings shows below both.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<pid_t> descendants() { return descendants(::getpid()); }

std::vector<pid_t> threads_of(pid_t pid) {
  char path[40];
  std::snprintf(path, sizeof(path), "/proc/%d/task", pid);
  return numbers_in_directory(path);
}

std::vector<ThreadReading> read_threads(const std::vector<pid_t>& pids) {
  std::vector<ThreadReading> out;
  for (pid_t pid : pids) {
    for (pid_t tid : threads_of(pid)) {
      ThreadReading reading{.pid = pid, .tid = tid};
      reading.schedstat = read_proc("/proc/%d/task/%d/schedstat", pid, tid);
      reading.state = state_in(read_proc("/proc/%d/task/%d/stat", pid, tid));
      if (!reading.gone()) out.push_back(std::move(reading));
    }
  }
  return out;
}

std::string read_syscall(pid_t pid, pid_t tid) {
  return read_proc("/proc/%d/task/%d/syscall", pid, tid);
}

std::optional<base::Ending> ending_of_zombie(pid_t pid) {
  const std::string stat = read_proc("/proc/%d/stat", pid);
  if (state_in(stat) != 'Z') return std::nullopt;
  // exit_code is the last field. It reads 0 also for whoever may not look.
  const size_t last = stat.find_last_of(' ');
  return last == std::string::npos
             ? std::nullopt
             : std::optional(base::ending_from_wait_status(std::atoi(stat.c_str() + last + 1)));
}

char state_of(pid_t pid) { return state_in(read_proc("/proc/%d/stat", pid)); }

std::string command_of(pid_t pid) {
  std::string line = read_proc("/proc/%d/cmdline", pid);
  while (!line.empty() && line.back() == '\0') line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

bool kept_cpu_busy(const std::vector<ThreadReading>& before,
                   const std::vector<ThreadReading>& after, std::chrono::nanoseconds elapsed) {
  struct Used {
    long long on_cpu = 0, waiting_for_one = 0;
  };
  auto used = [](const ThreadReading& t) {
    Used u;
    std::sscanf(t.schedstat.c_str(), "%lld %lld", &u.on_cpu, &u.waiting_for_one);
    return u;
  };
  long long together = 0;
  for (const ThreadReading& t : after) {
    Used u = used(t);
    for (const ThreadReading& earlier : before) {
      if (earlier.tid != t.tid) continue;
      u.on_cpu -= used(earlier).on_cpu;
      u.waiting_for_one -= used(earlier).waiting_for_one;
    }
    bool seldom_asleep = u.on_cpu > (elapsed.count() - u.waiting_for_one) / 2;
    if (seldom_asleep && u.on_cpu > elapsed.count() / 50) return true;
    together += u.on_cpu;
  }
  return together > elapsed.count() / 2;
}

void reap_zombies(pid_t keep, pid_t spare) {
  std::vector<pid_t> children;
  append_children(::getpid(), &children);
  for (pid_t child : children) {
    bool ours = child != keep && child != spare;
    if (ours && state_of(child) == 'Z') ::waitpid(child, nullptr, WNOHANG);
  }
}

std::vector<pid_t> kill_all_descendants(pid_t keep, pid_t spare) {
  constexpr std::chrono::seconds kPatience(10);
  base::Deadline deadline = base::Deadline::after(kPatience);
  while (true) {
    std::vector<pid_t> left = descendants();
    std::erase_if(left,
                  [&](pid_t pid) { return pid == spare || (pid == keep && state_of(pid) == 'Z'); });
    if (left.empty() || deadline.passed()) return left;
    for (pid_t pid : left) ::kill(pid, SIGKILL);
    reap_zombies(keep, spare);
    ::poll(nullptr, 0, 1);  // dying takes the kernel a moment; nothing announces an orphan's end
  }
}

}  // namespace conformance
