#include "mp/type_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace mp {

std::string readable_name(const std::type_info& type) {
  int status;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

std::string class_name(const std::type_info& type) {
  const std::string name = readable_name(type);
  const size_t last = name.substr(0, name.find('<')).rfind("::");
  return last == std::string::npos ? name : name.substr(last + 2);
}

}  // namespace mp
