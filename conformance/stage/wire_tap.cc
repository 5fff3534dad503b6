#include "conformance/stage/wire_tap.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

#include "base/deadline.h"
#include "base/os_error.h"
#include "base/unique_fd.h"

namespace conformance {
namespace {

struct Listener {
  WireTap tap;
  std::map<int, int>
      connections;  // by descriptor, which another connection gets after this one's end
  int last = 0;
};

Listener& listener() {
  static Listener* one = new Listener;
  return *one;
}

}  // namespace

void tap_wire(WireTap tap) { listener().tap = std::move(tap); }

WireTap wire_log(const std::string& path) {
  auto file = std::make_shared<base::UniqueFd>(base::check(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), "open the wire's log"));
  return [file](const WireEvent& event) {
    const std::string line = to_json_line(event);
    for (size_t written = 0; written < line.size();)
      written += static_cast<size_t>(
          base::check(::write(file->get(), line.data() + written, line.size() - written),
                      "write the wire's log"));
  };
}

void tell_wire_tap(WireEvent::Kind kind, int socket, pid_t pid, std::string_view line) {
  Listener& one = listener();
  if (!one.tap) return;
  if (kind == WireEvent::Kind::kOpened) one.connections[socket] = ++one.last;
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  one.tap({.kind = kind,
           .connection = one.connections[socket],
           .pid = pid,
           .at = base::monotonic_now(),
           .line = std::string(line)});
}

}  // namespace conformance
