// What claims about ends of pipes ask for, in whichever list they stand.
#ifndef CONFORMANCE_CLAIMS_PIPE_SUPPORT_H_
#define CONFORMANCE_CLAIMS_PIPE_SUPPORT_H_

#include <cstdint>
#include <optional>

#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"

namespace conformance {

// Whether the puppet's descriptor is readable now. The claim is given up where the kernel does not let us ask.
inline bool readable(Stage& stage, Puppet& puppet, int64_t fd) {
  const std::optional<bool> is = stage.is_readable(puppet, static_cast<int>(fd));
  if (!is) throw Abandon{Abandon::Why::kUnknown, "we may not look at the testee's descriptors"};
  return *is;
}

// Expects that `end` is the last one at which something could be sent to `receiver`: end of file comes when `holder`
// closes it, and not before.
inline void expect_last_of_its_kind(Puppet& main, const RemoteConnection& receiver, Puppet& holder,
                                    const RemoteConnection& end) {
  Call call = main.begins(receiver.recv());
  EXPECT_THAT(call, blocks());
  holder.must(end.close());
  EXPECT_THAT(call, raises("EOFError"));
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_PIPE_SUPPORT_H_
