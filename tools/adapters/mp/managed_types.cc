#include "tools/adapters/mp/managed_types.h"

#include <unistd.h>

#include <filesystem>

#include "tools/adapters/mp/puppet.h"

namespace adapter {

int64_t Counter::pid() const { return ::getpid(); }

Value Counter::global_value(const std::string& name) const {
  std::scoped_lock hold(here().mutex);
  return here().globals[name];
}

void Counter::fail(const std::string& type, const std::string& message) const {
  throw PythonError(type, message);
}

Witness::Witness(const std::string& marker) : marker_(std::filesystem::absolute(marker)) {}
Witness::~Witness() { create_file(marker_); }

std::shared_ptr<Counter> the_counter() {
  static const auto it = std::make_shared<Counter>(0);
  return it;
}

}  // namespace adapter
