#include "conformance/stage/tcp_motion.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/stage/scratch.h"

namespace conformance {
namespace {

// States of /proc/net/tcp in which the kernel waits for the other side's.
constexpr unsigned kSynSent = 2, kSynReceived = 3, kTimeWait = 6, kListen = 10;

bool holds_one_of(pid_t pid, const std::set<uint64_t>& sockets) {
  std::string folder = absl::StrCat("/proc/", pid, "/fd");
  DIR* descriptors = ::opendir(folder.c_str());
  if (descriptors == nullptr) return false;
  bool found = false;
  while (dirent* entry = ::readdir(descriptors)) {
    char target[64] = {};
    std::string link = absl::StrCat(folder, "/", entry->d_name);
    if (::readlink(link.c_str(), target, sizeof(target) - 1) <= 0) continue;
    if (std::strncmp(target, "socket:[", 8) == 0 &&
        sockets.contains(std::strtoull(target + 8, nullptr, 10))) {
      found = true;
      break;
    }
  }
  ::closedir(descriptors);
  return found;
}

// Whether this network has a TCP socket that is more than made: one that listens, is connected, or is
// about to be or to be no more. Cheap to ask, unlike where each of them stands.
bool there_is_tcp() {
  const std::string counts = read_file("/proc/net/sockstat");
  const size_t tcp = counts.find("TCP: inuse ");
  return tcp == std::string::npos || counts.compare(tcp, 13, "TCP: inuse 0 ") != 0;
}

}  // namespace

std::set<uint64_t> tcp_sockets_in_motion(std::string_view proc_net_tcp) {
  std::set<uint64_t> found;
  for (std::string_view line : absl::StrSplit(proc_net_tcp, '\n')) {
    unsigned state, unacknowledged;
    unsigned long long inode;
    if (std::sscanf(std::string(line).c_str(),
                    " %*d: %*[0-9A-F:] %*[0-9A-F:] %x %x:%*x %*x:%*x %*x %*u %*u %llu", &state,
                    &unacknowledged, &inode) != 3) {
      continue;  // the heading
    }
    bool connects = state == kSynSent || state == kSynReceived;
    bool sends = state != kListen && state != kTimeWait && unacknowledged != 0;
    if (connects || sends) found.insert(inode);
  }
  return found;
}

bool tcp_is_in_motion(const std::vector<pid_t>& pids) {
  if (!there_is_tcp()) return false;
  std::set<uint64_t> sockets = tcp_sockets_in_motion(read_file("/proc/net/tcp"));
  if (sockets.empty()) return false;
  if (sockets.contains(0)) return true;
  for (pid_t pid : pids) {
    if (holds_one_of(pid, sockets)) return true;
  }
  return false;
}

}  // namespace conformance
