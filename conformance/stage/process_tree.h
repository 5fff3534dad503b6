// What the kernel tells about the processes that descend from this one, read from /proc.
//
// The runner is a child subreaper: whoever loses its parent comes back to it, so descendants() is
// every process of the testee, escapees from its session included. Works for an ordinary user. Each
// function is a reading: by the time it returns, the tree may have changed.
#ifndef CONFORMANCE_STAGE_PROCESS_TREE_H_
#define CONFORMANCE_STAGE_PROCESS_TREE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ending.h"

namespace conformance {

// Makes this process the one that orphans of its tree come back to.
void become_subreaper();

// Every live or zombie process below `root`, `root` itself not included.
std::vector<pid_t> descendants(pid_t root);
// Below this process.
std::vector<pid_t> descendants();

std::vector<pid_t> threads_of(pid_t pid);

// Whether who is in that state will never run again: 'Z' waits for its parent to notice, 'X' is vanishing, '?' has
// vanished.
inline bool is_over(char state) { return state == 'Z' || state == 'X' || state == '?'; }

struct ThreadReading {
  pid_t pid;
  pid_t tid;
  // Time on a CPU in nanoseconds, time waiting for one, and the number of time slices: grows
  // whenever the thread runs, however briefly. Empty if the thread is gone.
  std::string schedstat;
  char state;  // as in ps: R, S, D, T, Z, X; '?' if the thread is gone

  bool operator==(const ThreadReading&) const = default;
  bool gone() const { return is_over(state); }
};

// Every thread of `pids` that is not gone.
std::vector<ThreadReading> read_threads(const std::vector<pid_t>& pids);

// The system call that a thread is in: number and arguments as in /proc/PID/task/TID/syscall,
// "running", or empty if it can't be read.
std::string read_syscall(pid_t pid, pid_t tid);

// How a process of our user's ended that nobody has reaped yet; absent if it lives or is gone.
std::optional<base::Ending> ending_of_zombie(pid_t pid);

char state_of(pid_t pid);           // '?' if there is no such process
std::string command_of(pid_t pid);  // its command line, for people; empty for a zombie

// Whether the threads together, or one of them by itself, were on a CPU for most of the time
// between two readings. Time that a thread had to wait for a CPU is not taken for sleep, so that a
// loop is seen on a busy machine as well.
bool kept_cpu_busy(const std::vector<ThreadReading>& before,
                   const std::vector<ThreadReading>& after, std::chrono::nanoseconds elapsed);

// Reaps zombie children of this process, except `keep` and `spare`.
void reap_zombies(pid_t keep, pid_t spare = 0);

// Kills every descendant, again and again until there is none, and reaps them; `keep` is killed but
// left for its owner to reap; `spare` is left alone. Returns what could not be ended (a process in
// an uninterruptible call) after some seconds, normally nothing.
std::vector<pid_t> kill_all_descendants(pid_t keep, pid_t spare = 0);

}  // namespace conformance

#endif  // CONFORMANCE_STAGE_PROCESS_TREE_H_
