#include "tools/smoke/restarts.h"

#include <poll.h>
#include <unistd.h>

#include <optional>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/deadline.h"
#include "base/ending.h"
#include "conformance/stage/host.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/raw_socket.h"
#include "conformance/stage/stage.h"
#include "tools/smoke/calls.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {
namespace {

using conformance::Stage;
using conformance::Testee;
using conformance::TesteeSpec;
using conformance::Value;

std::vector<std::string> environment(const std::string& path, const std::string& token) {
  return {"MPCHECK_ADDRESS=unix:" + path, "MPCHECK_TOKEN=" + token};
}

std::string awaited_end(Testee& testee) {
  const base::Deadline deadline = base::Deadline::after(conformance::patience::must_happen());
  while (testee.poll_ending().still_running() && !deadline.passed()) {
    pollfd end{.fd = testee.pidfd(), .events = POLLIN, .revents = 0};
    ::poll(&end, 1, deadline.poll_timeout());
  }
  const base::Ending ending = testee.poll_ending();
  if (ending.still_running())
    fail("it lives on: a puppet that is cut off ends its process at once");
  return base::describe(ending);
}

// Main number `round` of a nursery; its pid.
pid_t plays_once(const TesteeSpec& adapter, conformance::WarmTestee& warm, int round) {
  Stage stage(adapter, {.warm = &warm});
  conformance::Puppet& main = stage.main();
  const std::optional<Value> ids = result_if_supported(main, {.name = "puppet.ids"});
  const Value* ppid = ids ? ids->find("ppid") : nullptr;
  if (ppid != nullptr && !(*ppid == Value(int64_t{::getpid()})))
    fail(absl::StrCat("main number ", round, " has parent ", ppid->text(),
                      ", not the runner, which is ", ::getpid()));
  const pid_t pid = main.pid();
  const conformance::Hygiene hygiene = stage.finish();
  if (!hygiene.leftovers.empty()) fail(absl::StrJoin(hygiene.leftovers, "\n"));
  return pid;
}

}  // namespace

std::string ends_without_runner(const TesteeSpec& adapter) {
  conformance::Host host(adapter);
  host.testee.start(environment(host.testee.scratch().file("puppets.sock"), host.token));
  const base::Deadline deadline = base::Deadline::after(conformance::patience::must_happen());
  bool connected = false;
  while (!connected && !deadline.passed()) {
    for (const auto& event : host.switchboard.pump(deadline))
      connected |= std::holds_alternative<conformance::Switchboard::Connected>(event);
  }
  if (!connected) fail("it said no hello when it was started once more");
  constexpr int kNone = 0;
  host.switchboard.keep_only(kNone);
  return awaited_end(host.testee);
}

std::string ends_at(const std::string& line, const TesteeSpec& adapter) {
  Testee testee(adapter);
  conformance::RawListener listener(testee.scratch().file("puppets.sock"));
  testee.start(environment(listener.path(), "smoke"));
  conformance::RawSocket socket = listener.accept();
  (void)socket.receive(1);  // the hello's first byte: it is there
  socket.send(line);
  return awaited_end(testee);
}

std::string serves_as_nursery(const TesteeSpec& adapter) {
  conformance::WarmTestee warm;
  const pid_t first = plays_once(adapter, warm, 1), second = plays_once(adapter, warm, 2);
  if (first == second) fail("both mains are one process");
  return "twice";
}

}  // namespace mpcheck::smoke
