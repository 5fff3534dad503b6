#ifndef BASE_UNIQUE_FD_H_
#define BASE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace base {

// The one owner of a file descriptor: closes it when it goes.
//
// Threads: one at a time, as with any value.
//
//   UniqueFd file(check(::open(path, O_RDONLY | O_CLOEXEC), "open the file"));
//   ::read(file.get(), ...);
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  // -1 if it owns nothing.
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ != -1; }

  // Hands the descriptor to the caller, who closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  // Closes what it owns, and owns `fd` from now on.
  void reset(int fd = -1) {
    if (const int old = std::exchange(fd_, fd); old != -1 && old != fd) ::close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace base

#endif  // BASE_UNIQUE_FD_H_
