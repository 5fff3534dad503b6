#include "tools/adapters/mp/managed_types.h"

#include <unistd.h>

#include <filesystem>

#include "tools/adapters/mp/puppet.h"

namespace adapter {
namespace {

template <class T>
T only(const std::vector<Item>& args) {
  const T* it = args.size() == 1 ? args[0].value.get_if<T>() : nullptr;
  if (it == nullptr) throw PythonError("TypeError", "the type takes one argument of another kind");
  return *it;
}

}  // namespace

Counter::Counter(const std::vector<Item>& args) : value_(args.empty() ? 0 : only<int64_t>(args)) {}

int64_t Counter::pid() const { return ::getpid(); }

Value Counter::global_value(const std::string& name) const {
  std::scoped_lock hold(here().mutex);
  return here().globals[name];
}

void Counter::fail(const std::string& type, const std::string& message) const {
  throw PythonError(type, message);
}

Witness::Witness(const std::vector<Item>& args)
    : marker_(std::filesystem::absolute(only<std::string>(args))) {}
Witness::~Witness() { create_file(marker_); }

std::shared_ptr<Counter> the_counter() {
  static const auto it = std::make_shared<Counter>();
  return it;
}

}  // namespace adapter
