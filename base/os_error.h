#ifndef BASE_OS_ERROR_H_
#define BASE_OS_ERROR_H_

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>

namespace base {

// A system call that failed: what we were trying to do, and the kernel's reason.
//
// This file is the one door from errno: above it, nobody reads errno to report an error.
//
//   try {
//     check(::ftruncate(fd, size), "size the shared segment");
//   } catch (const OsError& error) {
//     error.code();  // ENOSPC
//     error.what();  // "size the shared segment: No space left on device (ENOSPC)"
//   }
class OsError : public std::runtime_error {
 public:
  // `step` completes "trying to ...".
  OsError(int code, std::string_view step);

  int code() const { return code_; }
  std::string_view step() const { return {what(), step_size_}; }

 private:
  int code_;
  std::size_t step_size_;
};

// Returns the `result` of a system call. Raises: OsError if it is -1 (which is MAP_FAILED, too);
// EINTR is an error like any other.
template <class T>
T check(T result, std::string_view step) {
  if (result == T(-1)) throw OsError(errno, step);
  return result;
}

// Calls `f` until it returns something else than -1 with EINTR.
//
//   check(retry_eintr([&] { return ::read(fd, data, size); }), "read the reply");
template <class F>
auto retry_eintr(F f) {
  auto result = f();
  while (result == -1 && errno == EINTR) result = f();
  return result;
}

// "ENOENT"; "errno 9999" for a number that means nothing.
std::string errno_name(int code);

// "No such file or directory (ENOENT)"
std::string describe_errno(int code);

}  // namespace base

#endif  // BASE_OS_ERROR_H_
