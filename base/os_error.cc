#include "base/os_error.h"

#include <cstring>

namespace base {

OsError::OsError(int code, std::string_view step)
    : std::runtime_error(std::string(step) + ": " + describe_errno(code)),
      code_(code),
      step_size_(step.size()) {}

std::string errno_name(int code) {
  const char* name = ::strerrorname_np(code);
  return name != nullptr ? name : "errno " + std::to_string(code);
}

std::string describe_errno(int code) {
  const char* meaning = ::strerrordesc_np(code);
  return std::string(meaning != nullptr ? meaning : "Unknown error") + " (" + errno_name(code) +
         ")";
}

}  // namespace base
