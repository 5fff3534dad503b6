// What claims about managers and about remote connections have in common.
#ifndef CONFORMANCE_CLAIMS_MANAGED_SUPPORT_H_
#define CONFORMANCE_CLAIMS_MANAGED_SUPPORT_H_

#include <string>

#include "conformance/claims/raised.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"

namespace conformance {

// A manager with the registered types, started by `puppet`.
inline RemoteManager started_manager(Stage& stage, Puppet& puppet,
                                     module::ManagerOptions options = {}) {
  RemoteManager m = puppet.makes(module::custom_manager(std::move(options)));
  puppet.must(m.start());
  stage.server_of(puppet, m);
  return m;
}

// The error of who talks to somebody that is gone, whichever moment it was noticed at.
inline testing::Matcher<const Call&> raises_that_the_peer_is_gone() {
  return testing::AnyOf(raises("OSError"), raises("EOFError"));
}

// Bytes that, to who would deserialise them as Python's pickles, mean: create this file.
inline std::string pickle_that_creates(const std::string& file) {
  return "cbuiltins\nopen\n(S'" + file + "'\nS'w'\ntR.";
}

template <typename Handle>
Handle handle_named(std::string name) {
  Handle handle;
  handle.name = std::move(name);
  return handle;
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_MANAGED_SUPPORT_H_
