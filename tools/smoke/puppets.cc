#include "tools/smoke/puppets.h"

#include <signal.h>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/smoke/calls.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {
namespace {

using conformance::Blocked;
using conformance::Call;
using conformance::Op;
using conformance::Puppet;
using conformance::RemoteObject;
using conformance::Stage;
using conformance::Value;

RemoteObject object_named(const char* name) {
  RemoteObject object;
  object.name = name;
  return object;
}

// What a child can be given, of what is offered: one object, or nothing.
std::vector<RemoteObject> something_to_share(Stage& stage) {
  for (const char* area : {"queue", "lock", "event", "simple_queue"}) {
    if (!stage.has_feature(area)) continue;
    const RemoteObject shared = object_named("shared");
    make(stage, area, shared.name);
    return {shared};
  }
  return {};
}

// A child of an isolated implementation holds what was passed to it, and nothing else.
void holds_only(const std::vector<RemoteObject>& objects, Puppet& child) {
  const std::optional<Value> names = result_if_supported(child, {.name = "puppet.names"});
  Value::List passed;
  for (const RemoteObject& each : objects) passed.emplace_back(each.name);
  if (names && !(*names == Value::list(passed)))
    fail(absl::StrCat("the child's table holds ", names->text(),
                      ", not just what was passed to it"));
}

// A call that cannot return by itself, on an object named `name`.
std::optional<Op> endless_wait(Stage& stage, const std::string& name) {
  for (const auto& [area, wait] : {std::pair("queue", "queue.get"),
                                   {"event", "event.wait"},
                                   {"simple_queue", "simple_queue.get"}}) {
    if (!stage.has_feature(area)) continue;
    make(stage, area, name);
    return Op{.name = wait, .on = name};
  }
  return std::nullopt;
}

}  // namespace

std::string has_threads(Stage& stage) {
  const bool supported = is_supported([&] {
    Puppet& thread = stage.start_thread(stage.main());
    if (thread.pid() != stage.main().pid()) fail("a puppet.thread is a process of its own");
    (void)result_if_supported(thread, {.name = "puppet.ids"});
    (void)result_of(thread, {.name = "puppet.return"});
  });
  if (!supported) note("puppet.thread is unsupported, and so are the claims with threads");
  return "";
}

std::string has_children(Stage& stage) {
  if (!stage.has_feature("process")) skip("it offers no process");
  const bool isolated = stage.has_feature("isolated");
  const std::vector<RemoteObject> objects = something_to_share(stage);
  Puppet& child = stage.start_process(stage.main(), objects);
  if (isolated && child.pid() == stage.main().pid())
    fail("it lists `isolated`, but its child is in the process of main");
  if (isolated) holds_only(objects, child);
  (void)result_of(child, {.name = "puppet.return"});
  (void)result_of(stage.main(), child.handle().join());
  const std::optional<Value> code = result_if_supported(stage.main(), child.handle().exitcode());
  if (code && isolated && !(*code == Value(0)))
    fail(absl::StrCat("its child returned, but the exit code is ", code->text()));
  return objects.empty() ? "" : "and take an object with them";
}

std::string waits_and_is_killed(Stage& stage) {
  if (!stage.has_feature("process") || !stage.has_feature("isolated"))
    skip("it offers no process that can be killed");
  const RemoteObject awaited = object_named("awaited");
  const std::optional<Op> wait = endless_wait(stage, awaited.name);
  if (!wait) skip("it offers nothing to wait for");
  Puppet& child = stage.start_process(stage.main(), {awaited});
  const Call call = child.begins(*wait);
  const conformance::Outcome& outcome = call.outcome_if_blocked();
  const auto* blocked = std::get_if<Blocked>(&outcome);
  if (blocked == nullptr)
    fail(absl::StrCat(call.text(), " has nothing to return, but ", conformance::text_of(outcome)));
  stage.signal(child, SIGKILL);
  if (!stage.process_ends(child)) fail("a child that was killed does not end");
  (void)result_of(stage.main(), child.handle().join());
  if (!blocked->proved)
    note(absl::StrCat("that it waits is presumed, not proved: ", blocked->why,
                      "\nclaims take longer so; does the adapter, or the implementation, poll?"));
  return "that it waits is proved";
}

std::string ends_when_told(Stage& stage) {
  const conformance::Hygiene hygiene = stage.finish();
  if (!hygiene.judged) fail(hygiene.why_not);
  if (!hygiene.leftovers.empty()) fail(absl::StrJoin(hygiene.leftovers, "\n"));
  return "";
}

}  // namespace mpcheck::smoke
