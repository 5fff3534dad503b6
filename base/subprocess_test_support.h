#ifndef BASE_SUBPROCESS_TEST_SUPPORT_H_
#define BASE_SUBPROCESS_TEST_SUPPORT_H_

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "base/deadline.h"
#include "base/os_error.h"
#include "base/subprocess.h"
#include "base/unique_fd.h"

// What the tests of subprocess.h share.
namespace base {

// Only a test that hangs reaches it.
inline Deadline hang_guard() { return Deadline::after(std::chrono::seconds(50)); }

inline SubprocessOptions shell(std::string script) {
  return {.argv = {"/bin/sh", "-c", std::move(script)}};
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends;
    check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }

  UniqueFd read_end;
  UniqueFd write_end;
};

// What comes through the pipe until nobody holds its write end any more, we included.
inline std::string read_to_end(Pipe& pipe) {
  pipe.write_end.reset();
  std::string text;
  char byte;
  while (check(::read(pipe.read_end.get(), &byte, 1), "read from the pipe") == 1) text += byte;
  return text;
}

// True while the process lives or is a zombie.
inline bool process_exists(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

// Programs that read `gate` run until it is opened or goes.
class Gate {
 public:
  int fd() const { return pipe_.read_end.get(); }
  void open() { pipe_.write_end.reset(); }

 private:
  Pipe pipe_;
};

// A program that runs until the gate opens, and then exits with code 0.
inline SubprocessOptions until_open(const Gate& gate) {
  SubprocessOptions options = shell("read line; exit 0");
  options.stdin_fd = gate.fd();
  return options;
}

}  // namespace base

#endif  // BASE_SUBPROCESS_TEST_SUPPORT_H_
