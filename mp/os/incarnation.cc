#include "mp/os/incarnation.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <sstream>
#include <string>

#include "base/os_error.h"
#include "base/unique_fd.h"

namespace mp::os {
namespace {

struct Seen {
  char state;
  uint64_t start;
};

// What /proc/PID/stat tells; its second field is a name with anything in it, in parentheses.
std::optional<Seen> look_at(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t size = file ? ::read(file.get(), text, sizeof(text)) : -1;
  if (size == -1) return std::nullopt;
  const std::string line(text, static_cast<size_t>(size));
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  Seen seen{};
  fields >> seen.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> seen.start;
  return fields ? std::optional(seen) : std::nullopt;
}

uint64_t my_space() {
  struct stat space;
  base::check(::stat("/proc/self/ns/pid", &space), "ask for the space of process numbers");
  return space.st_ino;
}

}  // namespace

Incarnation my_incarnation() {
  const pid_t me = ::getpid();
  const std::optional<Seen> seen = look_at(me);
  if (!seen) throw base::OsError(errno, "look at this process in /proc");
  return {.space = my_space(), .pid = me, .start = seen->start};
}

bool has_ended(const Incarnation& who) {
  if (who.space != my_space()) return false;
  // /proc may hide the processes of others; signals tell that they are there.
  if (::kill(who.pid, 0) == -1 && errno == ESRCH) return true;
  const std::optional<Seen> seen = look_at(who.pid);
  return seen && (seen->start != who.start || seen->state == 'Z' || seen->state == 'X');
}

}  // namespace mp::os
