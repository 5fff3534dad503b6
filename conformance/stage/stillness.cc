#include "conformance/stage/stillness.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/stage/process_tree.h"
#include "conformance/stage/tcp_motion.h"

namespace conformance {
namespace {

struct Syscall {
  long number;
  uint64_t arg[6];
};

bool parse(std::string_view line, Syscall* call) {
  unsigned long long a[6];
  std::string text(line);
  if (std::sscanf(text.c_str(), "%ld %llx %llx %llx %llx %llx %llx", &call->number, &a[0], &a[1],
                  &a[2], &a[3], &a[4], &a[5]) != 7) {
    return false;  // "running", or nothing at all
  }
  for (int i = 0; i < 6; ++i) call->arg[i] = a[i];
  return true;
}

bool negative(uint64_t arg) { return static_cast<int32_t>(arg) < 0; }
bool null(uint64_t arg) { return arg == 0; }

bool futex_waits(const Syscall& call) {
  int command = static_cast<int>(call.arg[1]) & FUTEX_CMD_MASK;
  bool waiting = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET ||
                 command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 ||
                 command == FUTEX_WAIT_REQUEUE_PI;
  return waiting && null(call.arg[3]);
}

std::string who(const ThreadReading& t) {
  return t.pid == t.tid ? absl::StrCat("process ", t.pid)
                        : absl::StrCat("thread ", t.tid, " of process ", t.pid);
}

// Of the tree, and the runner's: it may be a peer of theirs (raw_socket.h).
std::vector<pid_t> pids_of(const std::vector<ThreadReading>& threads) {
  std::vector<pid_t> pids = {::getpid()};
  for (const ThreadReading& t : threads) {
    if (t.pid == t.tid) pids.push_back(t.pid);
  }
  return pids;
}

std::vector<ThreadReading> read_all(pid_t main, const Guards& guards) {
  return read_threads(guards.whole_tree ? descendants() : std::vector<pid_t>{main});
}

}  // namespace

bool waits_without_timeout(std::string_view syscall_line) {
  Syscall call;
  if (!parse(syscall_line, &call)) return false;
  switch (call.number) {
    // Waits that have no timeout.
    case SYS_read:
    case SYS_readv:
    case SYS_pread64:
    case SYS_write:
    case SYS_writev:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_accept4:
    case SYS_connect:
    case SYS_openat:  // a FIFO's other end
    case SYS_wait4:
    case SYS_waitid:
    case SYS_flock:
    case SYS_fcntl:  // F_SETLKW
    case SYS_rt_sigsuspend:
    case SYS_msgrcv:
    case SYS_msgsnd:
    case SYS_semop:
#ifdef SYS_accept
    case SYS_accept:
#endif
#ifdef SYS_open
    case SYS_open:
#endif
#ifdef SYS_pause
    case SYS_pause:
#endif
      return true;
    // Waits with one, unless it is absent.
    case SYS_futex:
      return futex_waits(call);
    case SYS_ppoll:
      return null(call.arg[2]);
    case SYS_pselect6:
      return null(call.arg[4]);
    case SYS_epoll_pwait:
      return negative(call.arg[3]);
    case SYS_rt_sigtimedwait:
      return null(call.arg[2]);
    case SYS_semtimedop:
      return null(call.arg[3]);
    case SYS_mq_timedreceive:
    case SYS_mq_timedsend:
      return null(call.arg[4]);
#ifdef SYS_futex_waitv
    case SYS_futex_waitv:
      return null(call.arg[3]);
#endif
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
      return null(call.arg[3]);
#endif
#ifdef SYS_poll
    case SYS_poll:
      return negative(call.arg[2]);
#endif
#ifdef SYS_select
    case SYS_select:
      return null(call.arg[4]);
#endif
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
      return negative(call.arg[3]);
#endif
    default:
      return false;
  }
}

Stillness prove_stillness(pid_t main, const Guards& guards) {
  std::vector<ThreadReading> first = read_all(main, guards);
  if (first.empty()) return {false, "there is no process"};
  for (const ThreadReading& t : first) {
    if (t.state != 'S' && t.state != 'T')
      return {false, absl::StrCat(who(t), " is in state ", std::string(1, t.state))};
  }
  std::string waits;
  for (const ThreadReading& t : first) {
    if (t.state == 'T') {  // until somebody continues it, and all who could sleep
      absl::StrAppend(&waits, waits.empty() ? "" : ", ", who(t), " is stopped");
      continue;
    }
    std::string call = read_syscall(t.pid, t.tid);
    if (call.empty() || call[0] == 'r') return {false, absl::StrCat(who(t), " runs")};
    if (guards.heartbeats.contains(t.tid)) {
      absl::StrAppend(&waits, waits.empty() ? "" : ", ", who(t), " looks at a clock now and then");
      continue;
    }
    if (guards.timeouts && !waits_without_timeout(call)) {
      return {false, absl::StrCat(who(t), " is in a system call that may end by itself: ", call)};
    }
    absl::StrAppend(&waits, waits.empty() ? "" : ", ", who(t), " in system call ",
                    call.substr(0, call.find(' ')));
  }
  if (guards.kernel && tcp_is_in_motion(pids_of(first)))
    return {false, "bytes are on their way between TCP sockets"};
  if (guards.second_reading && read_all(main, guards) != first) {
    return {false, "some thread ran between two readings"};
  }
  return {true, waits};
}

bool proofs_are_possible() {
  return ::access("/proc/self/schedstat", R_OK) == 0 && ::access("/proc/self/syscall", R_OK) == 0;
}

}  // namespace conformance
