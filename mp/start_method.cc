#include "mp/start_method.h"

#include <mutex>
#include <string>

#include "mp/errors.h"
#include "mp/self.h"

namespace mp {

std::string_view name_of(StartMethod method) {
  switch (method) {
    case StartMethod::kFork:
      return "fork";
    case StartMethod::kSpawn:
      return "spawn";
    case StartMethod::kForkserver:
      return "forkserver";
  }
  __builtin_unreachable();
}

StartMethod start_method_named(std::string_view name) {
  for (StartMethod each : get_all_start_methods()) {
    if (name_of(each) == name) return each;
  }
  throw ValueError("there is no start method '" + std::string(name) +
                   "', but fork, spawn and forkserver");
}

std::vector<StartMethod> get_all_start_methods() {
  return {StartMethod::kFork, StartMethod::kSpawn, StartMethod::kForkserver};
}

StartMethod get_start_method() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (!me.method) me.method = StartMethod::kFork;
  return *me.method;
}

std::optional<StartMethod> chosen_start_method() {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  return me.method;
}

void set_start_method(std::optional<StartMethod> method, bool force) {
  Self& me = self();
  std::scoped_lock hold(me.mutex);
  if (me.method && !force) {
    throw RuntimeError("the start method has been chosen already: " +
                       std::string(name_of(*me.method)));
  }
  me.method = method;
}

}  // namespace mp
