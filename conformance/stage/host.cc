#include "conformance/stage/host.h"

#include <chrono>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/deadline.h"

namespace conformance {
namespace {

std::string fresh_token() {
  std::random_device entropy;
  return absl::StrCat(absl::Hex(entropy(), absl::kZeroPad8), absl::Hex(entropy(), absl::kZeroPad8));
}

}  // namespace

Host::Host(const TesteeSpec& spec)
    : testee(spec),
      token(fresh_token()),
      switchboard(testee.scratch().file("puppets.sock"), token) {}

bool Host::refresh() {
  if (nursery == 0 || !testee.kill_everything().empty() || !testee.nursery_lives()) return false;
  // The dead have sent their last; what of it is still on its way must not reach the next claim.
  base::Deadline at_once = base::Deadline::after(std::chrono::nanoseconds(0));
  while (!switchboard.pump(at_once).empty()) {
  }
  switchboard.keep_only(nursery);
  return switchboard.is_open(nursery) && testee.wipe();
}

std::unique_ptr<Host> WarmTestee::take(const TesteeSpec& spec) {
  std::unique_ptr<Host> host = std::move(host_);
  if (host && host->testee.spec() == spec) return host;
  host.reset();  // kills what is left of it, before anything new is started
  return std::make_unique<Host>(spec);
}

void WarmTestee::give_back(std::unique_ptr<Host> host) {
  if (host->refresh()) host_ = std::move(host);
}

}  // namespace conformance
