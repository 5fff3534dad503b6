#include "mp/manager/method.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "mp/errors.h"

namespace mp::managed {
namespace {

struct Known {
  Method method;
  bool is_ambiguous = false;
};

struct Registry {
  std::shared_mutex mutex;
  std::unordered_map<MethodId, Known> methods;
};

// Never destroyed: servers' threads may be there to the end.
Registry& registry() {
  static Registry& it = *new Registry;
  return it;
}

}  // namespace

// FNV-1a.
MethodId id_of(std::string_view key) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : key) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

bool add_method(Method method) {
  Registry& all = registry();
  std::unique_lock hold(all.mutex);
  const MethodId id = id_of(method.key);
  const auto run = method.run;
  const auto [at, is_new] = all.methods.try_emplace(id, Known{std::move(method)});
  if (!is_new && at->second.method.run != run) at->second.is_ambiguous = true;
  return true;
}

const Method* find_method(MethodId id) {
  Registry& all = registry();
  std::shared_lock hold(all.mutex);
  const auto found = all.methods.find(id);
  if (found == all.methods.end()) return nullptr;
  if (found->second.is_ambiguous) {
    throw RuntimeError("two types of this program have a method " + found->second.method.name +
                       ": give one of them another name, or a namespace of its own");
  }
  return &found->second.method;
}

// GCC: "... [with auto M = &shop::Till<int>::add; ...]"; Clang: "... [M = &shop::Till<int>::add]".
std::string last_name_in(std::string_view description) {
  const size_t begin = description.find("M = ") + 4;
  size_t last = begin, end = begin;
  for (int depth = 0; end < description.size(); ++end) {
    const char c = description[end];
    if (c == '<' || c == '(' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (depth == 0 && (c == ';' || c == ']')) break;
    if (depth == 0 && (c == ':' || c == '&' || c == ' ' || c == ')')) last = end + 1;
  }
  return std::string(description.substr(last, end - last));
}

}  // namespace mp::managed
