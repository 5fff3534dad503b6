// What the claims about threads, coroutines, files, sockets and walks share.
#ifndef CONFORMANCE_CLAIMS_NEIGHBOURS_SUPPORT_H_
#define CONFORMANCE_CLAIMS_NEIGHBOURS_SUPPORT_H_

#include <chrono>
#include <string>
#include <utility>

#include "conformance/stage/matchers.h"
#include "conformance/stage/neighbours.h"
#include "conformance/stage/stage.h"

namespace conformance {

// A timeout that has to be waited out: a lower bound is hard, however short it is.
inline constexpr std::chrono::milliseconds kShort{10};

// A Thread object of the language, and the puppet that is its target.
struct StartedThread {
  RemoteThread handle;
  Puppet& puppet;
};

// Makes a thread in the puppet's process, starts it, and waits until its target runs.
inline StartedThread started_thread(Stage& stage, Puppet& puppet, ThreadOptions options = {}) {
  options.puppet = stage.invite("thread");
  const std::string name = options.puppet;
  RemoteThread handle = puppet.makes(module::thread(std::move(options)));
  puppet.must(handle.start());
  return {handle, stage.arrival(name)};
}

// What puppet.ids tells under this name.
inline int64_t id_of(Puppet& puppet, const std::string& which) {
  const Value ids = puppet.must(self::ids());
  const Value* id = ids.find(which);
  if (id == nullptr) throw Abandon{Abandon::Why::kAdapter, "puppet.ids without " + which};
  return as_int(*id);
}

// A global variable of the puppet's process as a whole number.
inline int64_t global_number(Puppet& puppet, const std::string& name) {
  return as_int(puppet.must(self::gets_global(name)));
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_NEIGHBOURS_SUPPORT_H_
