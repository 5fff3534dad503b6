#include "tools/cli/smoke.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/deadline.h"
#include "base/ending.h"
#include "base/os_error.h"
#include "conformance/protocol/checker.h"
#include "conformance/protocol/json.h"
#include "conformance/stage/adapter_command.h"
#include "conformance/stage/host.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/raw_socket.h"
#include "conformance/stage/stage.h"
#include "conformance/stage/wire_tap.h"
#include "tools/cli/smoke_recipes.h"

namespace mpcheck {
namespace {

using conformance::Abandon;
using conformance::Args;
using conformance::Call;
using conformance::Checker;
using conformance::Op;
using conformance::Puppet;
using conformance::Raised;
using conformance::Returned;
using conformance::Stage;
using conformance::TesteeSpec;
using conformance::Value;
using conformance::WireEvent;
using Standing = SmokeCheck::Standing;

// How a check ends early: with what was seen.
struct Ends {
  Standing standing;
  std::string detail;
};
[[noreturn]] void fail(std::string detail) { throw Ends{Standing::kFailed, std::move(detail)}; }
[[noreturn]] void note(std::string detail) { throw Ends{Standing::kNoted, std::move(detail)}; }
[[noreturn]] void skip(std::string detail) { throw Ends{Standing::kNotTried, std::move(detail)}; }

struct Advice {
  int section;
  const char* text;
};

// What to do about each way of breaking the protocol, by the diagnosis that begins what the stage says.
const std::map<std::string, Advice, std::less<>>& advice() {
  static const std::map<std::string, Advice, std::less<>> kAll = {
      {"never_connected",
       {2,
        "connect to the address in MPCHECK_ADDRESS and send a hello as `main`, one line of JSON"}},
      {"ended_early",
       {7,
        "the main program lives and obeys until it is told puppet.return, .raise, .exit or "
        "._exit"}},
      {"bad_hello", {3, "the first line on each connection is the hello"}},
      {"wrong_token", {2, "repeat what MPCHECK_TOKEN holds"}},
      {"duplicate_hello", {3, "one hello a connection, and one connection a puppet"}},
      {"unknown_puppet",
       {7, "a puppet has the name that the runner gave: `main`, or the argument `puppet`"}},
      {"bad_json", {2, "what is no message goes to standard error instead"}},
      {"bad_reply", {5, "a reply has the command's id and exactly one of ok, raise, unsupported"}},
      {"line_too_long",
       {2, "a line has at most 1048576 bytes; answer `unsupported` where it would be more"}},
      {"half_line", {2, "end each message with a newline, and flush"}},
      {"reply_to_nothing", {5, "answer with the id of the command"}},
      {"reply_twice", {5, "answer each command once"}},
      {"connection_lost",
       {2, "a puppet keeps its connection for its life; a child makes one of its own"}},
      {"hung", {12, "this command cannot wait: answer it at once"}},
  };
  return kAll;
}

bool takes_messages(const std::string& line) {
  const conformance::Json j = conformance::Json::parse(line, nullptr, /*allow_exceptions=*/false);
  return j.is_object() && (j.contains("mpcheck") || j.contains("id"));
}

// A double that came back as the integer that it equals.
bool is_one_number(const Value& sent, const Value& back) {
  const double* number = sent.get_if<double>();
  const int64_t* whole = back.get_if<int64_t>();
  return number != nullptr && whole != nullptr && *number == static_cast<double>(*whole);
}

class Smoke {
 public:
  explicit Smoke(const TesteeSpec& adapter) : adapter_(adapter) {}

  std::vector<SmokeCheck> run() {
    conformance::tap_wire([this](const WireEvent& event) { checker_.see(event); });
    play();
    conformance::tap_wire(nullptr);
    return std::move(checks_);
  }

 private:
  using Check = std::function<std::string()>;  // returns what was seen, or throws Ends or Abandon

  void play() {
    Stage stage(adapter_);
    stage_ = &stage;
    attempt("starts and says hello", 2, [&] { return says_hello(); });
    if (is_broken_) return;
    attempt("tells who it is", 3, [&] { return tells_who_it_is(); });
    attempt("answers `unsupported` to what it does not know", 5,
            [&] { return knows_its_limits(); });
    attempt("keeps values as they are", 6, [&] { return keeps_values(); });
    attempt("does a batch", 8, [&] { return does_a_batch(); });
    try_recipes();
    attempt("has threads that obey", 7, [&] { return has_threads(); });
    attempt("has children that obey", 7, [&] { return has_children(); });
    attempt("waits, and may be killed meanwhile", 7, [&] { return waits_and_is_killed(); });
    attempt("ends when it is told to, and leaves nothing", 7, [&] { return ends_when_told(); });
    stage_ = nullptr;
    const bool was_broken = std::exchange(is_broken_, false);  // what follows starts it anew
    attempt("ends when the runner is gone", 11, [&] { return ends_without_runner(); });
    attempt("ends at a line that is no command", 11, [&] { return ends_at("no command\n"); });
    attempt("ends at a line that has no end", 11,
            [&] { return ends_at(std::string((1 << 20) + 1, ' ')); });
    is_broken_ |= was_broken;  // it would break there again
    attempt("starts as fresh from a nursery", 2, [&] { return serves_as_nursery(); });
    is_broken_ = false;
    attempt("keeps to the protocol in every message", 0, [&] { return keeps_to_the_protocol(); });
  }

  void attempt(const std::string& title, int section, const Check& check) {
    SmokeCheck done{.standing = Standing::kGood, .title = title, .section = section};
    if (is_broken_) {
      done.standing = Standing::kNotTried;
      done.detail = "after what failed above";
    } else {
      judge(check, &done);
    }
    checks_.push_back(std::move(done));
  }

  void judge(const Check& check, SmokeCheck* done) {
    try {
      done->detail = check();
    } catch (const Ends& ends) {
      done->standing = ends.standing;
      done->detail = ends.detail;
    } catch (const Abandon& abandon) {
      done->standing = Standing::kFailed;
      done->detail = abandon.text;
      if (abandon.why == Abandon::Why::kAdapter) explain(abandon.text, done);
      is_broken_ = abandon.why != Abandon::Why::kUnsupported;
    } catch (const std::exception& error) {  // the machine's fault, or ours: honest about it
      done->standing = Standing::kFailed;
      done->detail = absl::StrCat("could not be tried: ", error.what());
      is_broken_ = true;
    }
  }

  // A broken protocol: what to do, what to read, and what the program said last.
  void explain(const std::string& diagnosis, SmokeCheck* done) {
    const auto found = advice().find(diagnosis.substr(0, diagnosis.find(':')));
    if (found == advice().end()) return;
    done->section = found->second.section;
    absl::StrAppend(&done->detail, "\n", found->second.text);
    if (stage_ == nullptr) return;
    const std::string out = stage_->printed("stdout"), err = stage_->printed("stderr");
    const std::vector<std::string> lines = absl::StrSplit(out, '\n');
    if (std::any_of(lines.begin(), lines.end(), takes_messages))
      absl::StrAppend(&done->detail,
                      "\nits standard output holds messages; they belong on the connection");
    if (!err.empty())
      absl::StrAppend(&done->detail, "\nits standard error ends:\n",
                      err.substr(err.size() - std::min<size_t>(err.size(), 1000)));
  }

  Puppet& main() { return stage_->main(); }

  // What an operation that cannot wait returned. Fails if it raised; Abandon if it is unsupported.
  Value result_of(Puppet& puppet, Op op) {
    const Call call = puppet.does(std::move(op));
    if (const auto* returned = std::get_if<Returned>(&call.outcome())) return returned->value;
    fail(absl::StrCat(call.text(), " ", conformance::text_of(call.outcome())));
  }

  // The same; absent where it is unsupported.
  std::optional<Value> result_if_supported(Puppet& puppet, Op op) {
    try {
      return result_of(puppet, std::move(op));
    } catch (const Abandon& abandon) {
      if (abandon.why != Abandon::Why::kUnsupported) throw;
      return std::nullopt;
    }
  }

  bool offers(std::string_view feature) { return stage_->has_feature(feature); }

  // ---- The checks ----

  std::string says_hello() {
    (void)main();
    const conformance::About& about = stage_->about();
    return absl::StrCat(about.name, " ", about.version, ", ", about.language, ", start method ",
                        about.start_method);
  }

  // What the hello tells that the runner can verify.
  std::string tells_who_it_is() {
    for (const conformance::Breach& each : checker_.breaches()) {
      const bool of_hello = each.section == 3;
      if (of_hello) fail(absl::StrCat(each.says, "\n", each.line));
    }
    if (main().ppid() != ::getpid())
      fail(absl::StrCat("it says that its parent is ", main().ppid(), ", but ", ::getpid(),
                        " has started it"));
    const conformance::About& about = stage_->about();
    for (const auto& [name, text] : {std::pair("name", about.name),
                                     {"version", about.version},
                                     {"language", about.language},
                                     {"start_method", about.start_method}}) {
      if (text.empty()) fail(absl::StrCat("\"", name, "\" in \"about\" is empty"));
    }
    const std::optional<Value> ids = result_if_supported(main(), {.name = "puppet.ids"});
    if (!ids) note("puppet.ids is unsupported; the hello's pid is right");
    const Value* pid = ids->find("pid");
    if (pid == nullptr || !(*pid == Value(int64_t{main().pid()})))
      fail(absl::StrCat("puppet.ids tells ", ids->text(), ", but the hello's pid is ",
                        main().pid()));
    return "";
  }

  std::string knows_its_limits() {
    try {
      const Call call = main().does({.name = "smoke.no_such_operation"});
      fail(absl::StrCat("smoke.no_such_operation, which nobody has, ",
                        conformance::text_of(call.outcome())));
    } catch (const Abandon& abandon) {
      if (abandon.why != Abandon::Why::kUnsupported) throw;
      return "";
    }
  }

  std::string keeps_values() {
    const std::vector<Value> all = {nullptr,
                                    true,
                                    false,
                                    0,
                                    -1,
                                    int64_t{9223372036854775807},
                                    int64_t{-9223372036854775807} - 1,
                                    0.0,
                                    1.0,
                                    -2.5e300,
                                    "",
                                    "text, \"quoted\", \xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\n\t\\",
                                    Value::bytes(""),
                                    Value::bytes(std::string("\0\xff\n", 3)),
                                    Value::bytes(std::string(4096, 'x')),
                                    Value::blob(5000, 7),
                                    Value::list({}),
                                    Value::list({1, "two", Value::list({nullptr})}),
                                    Value::tuple({}),
                                    Value::tuple({1, Value::tuple({2.0})}),
                                    Value::dict({}),
                                    Value::dict({{"k", Value::list({1})}, {2, nullptr}})};
    std::string lost;
    for (const Value& value : all) {
      const Op set = {.name = "global.set", .args = {{"name", "smoke"}, {"value", value}}};
      if (!result_if_supported(main(), set))
        note("global.set is unsupported: nothing to try values with");
      const Value back = result_of(main(), {.name = "global.get", .args = {{"name", "smoke"}}});
      if (is_one_number(value, back)) {
        lost = absl::StrCat(value.text(), " came back as ", back.text(),
                            ": a language with one kind of number?");
      } else if (!(back == value.as_received())) {
        fail(absl::StrCat(value.text(), " came back as ", back.text()));
      }
    }
    if (!lost.empty()) note(lost);
    return absl::StrCat(all.size(), " values of all kinds");
  }

  std::string does_a_batch() {
    Op batch{
        .name = "batch", .batch = {{.name = "puppet.ids"}, {.name = "puppet.ids"}}, .times = 3};
    try {
      const Call call = main().does(batch);
      if (call.batch().size() != 6)
        fail(absl::StrCat("twice puppet.ids, 3 times over, has ", call.batch().size(), " replies"));
    } catch (const Abandon& abandon) {
      if (abandon.why != Abandon::Why::kUnsupported) throw;
      note("unsupported, and so are all claims of races");
    }
    return offers("batch.if") ? does_only_what_is_due() : "";
  }

  std::string does_only_what_is_due() {
    Op batch{
        .name = "batch",
        .batch = {{.name = "smoke.no_such_operation"}, {.name = "puppet.ids", .if_before = 1}}};
    try {
      (void)main().does(batch);
    } catch (
        const Abandon& abandon) {  // the first is unsupported: that is what the second depends on
      if (abandon.why != Abandon::Why::kUnsupported) throw;
    }
    const Call::Record& last = *stage_->calls().back();
    if (!last.reply || last.reply->batch.size() != 2) fail("a batch of two has not two replies");
    const auto* second = std::get_if<Returned>(&last.reply->batch[1].result);
    if (second == nullptr || !(second->value == Value(false)))
      fail("`\"if\":1` after a command that did not succeed: the reply is not {\"ok\":false}");
    return "`if` as well";
  }

  void try_recipes() {
    std::set<std::string> tried;
    for (const Recipe& recipe : smoke_recipes()) {
      if (is_broken_ || !offers(recipe.feature)) continue;
      attempt("offers " + recipe.feature, recipe.feature.rfind("manager", 0) == 0 ? 13 : 10,
              [&] { return follows(recipe); });
    }
  }

  std::string follows(const Recipe& recipe) {
    std::vector<std::string> lacking;
    for (const Step& step : recipe.steps) {
      if (!does_step(step)) lacking.push_back(step.op.name);
    }
    if (lacking.size() == recipe.steps.size() ||
        (!lacking.empty() && lacking[0] == recipe.steps[0].op.name))
      fail(absl::StrCat(lacking[0], " is unsupported, though the hello lists ", recipe.feature));
    if (!lacking.empty())
      note("without " + absl::StrJoin(std::set<std::string>(lacking.begin(), lacking.end()), ", "));
    return absl::StrCat(recipe.steps.size(), " operations");
  }

  // False where it is unsupported.
  bool does_step(const Step& step) {
    try {
      const Call call = main().does(step.op);
      const conformance::Outcome& outcome = call.outcome();
      const auto* returned = std::get_if<Returned>(&outcome);
      const auto* raised = std::get_if<Raised>(&outcome);
      const bool as_expected =
          step.raises.empty()
              ? returned != nullptr && (!step.returns || *step.returns == returned->value)
              : raised != nullptr && raised->is_a(step.raises);
      if (as_expected) return true;
      if (returned == nullptr && raised == nullptr) is_broken_ = true;  // main is stuck in it
      fail(absl::StrCat(step.op.text(), " ", conformance::text_of(outcome), "; expected: ",
                        !step.raises.empty() ? "raises " + step.raises
                        : step.returns       ? "returns " + step.returns->text()
                                             : "returns"));
    } catch (const Abandon& abandon) {
      if (abandon.why != Abandon::Why::kUnsupported) throw;
      return false;
    }
  }

  std::string has_threads() {
    try {
      Puppet& thread = stage_->start_thread(main());
      if (thread.pid() != main().pid()) fail("a puppet.thread is a process of its own");
      (void)result_if_supported(thread, {.name = "puppet.ids"});
      (void)result_of(thread, {.name = "puppet.return"});
      return "";
    } catch (const Abandon& abandon) {
      if (abandon.why != Abandon::Why::kUnsupported) throw;
      note("puppet.thread is unsupported, and so are the claims with threads");
    }
  }

  void make(std::string_view area, std::string name) {
    Op op{.name = absl::StrCat(area, ".new"), .as = {std::move(name)}};
    if (area == "queue") op.args = {{"maxsize", 1}};  // some have a bound always
    (void)result_of(main(), std::move(op));
  }

  // An object that can be shared, of what is offered.
  std::optional<conformance::RemoteObject> shareable() {
    for (const char* area : {"queue", "lock", "event", "simple_queue"}) {
      if (!offers(area)) continue;
      conformance::RemoteObject object;
      object.name = "shared";
      make(area, object.name);
      return object;
    }
    return std::nullopt;
  }

  std::string has_children() {
    if (!offers("process")) skip("it offers no process");
    std::vector<conformance::RemoteObject> objects;
    if (auto one = shareable()) objects.push_back(*one);
    Puppet& child = stage_->start_process(main(), objects);
    if (offers("isolated") && child.pid() == main().pid())
      fail("it lists `isolated`, but its child is in the process of main");
    const std::optional<Value> names = result_if_supported(child, {.name = "puppet.names"});
    if (names && offers("isolated") &&
        !(*names == Value::list(objects.empty() ? Value::List{} : Value::List{objects[0].name})))
      fail(absl::StrCat("the child's table holds ", names->text(),
                        ", not just what was passed to it"));
    (void)result_of(child, {.name = "puppet.return"});
    (void)result_of(main(), child.handle().join());
    const std::optional<Value> code = result_if_supported(main(), child.handle().exitcode());
    if (code && offers("isolated") && !(*code == Value(0)))
      fail(absl::StrCat("its child returned, but the exit code is ", code->text()));
    return objects.empty() ? "" : "and take an object with them";
  }

  // A call that cannot return by itself, on an object named `what`.
  std::optional<Op> endless_wait() {
    for (const auto& [area, wait] : {std::pair("queue", "queue.get"),
                                     {"event", "event.wait"},
                                     {"simple_queue", "simple_queue.get"}}) {
      if (!offers(area)) continue;
      make(area, "awaited");
      return Op{.name = wait, .on = "awaited"};
    }
    return std::nullopt;
  }

  std::string waits_and_is_killed() {
    if (!offers("process") || !offers("isolated")) skip("it offers no process that can be killed");
    const std::optional<Op> wait = endless_wait();
    if (!wait) skip("it offers nothing to wait for");
    conformance::RemoteObject awaited;
    awaited.name = "awaited";
    Puppet& child = stage_->start_process(main(), {awaited});
    const Call call = child.begins(*wait);
    const conformance::Outcome& outcome = call.outcome_if_blocked();
    const auto* blocked = std::get_if<conformance::Blocked>(&outcome);
    if (blocked == nullptr)
      fail(
          absl::StrCat(call.text(), " has nothing to return, but ", conformance::text_of(outcome)));
    stage_->signal(child, SIGKILL);
    if (!stage_->process_ends(child)) fail("a child that was killed does not end");
    (void)result_of(main(), child.handle().join());
    if (!blocked->proved)
      note(absl::StrCat("that it waits is presumed, not proved: ", blocked->why,
                        "\nclaims take longer so; does the adapter, or the implementation, poll?"));
    return "that it waits is proved";
  }

  std::string ends_when_told() {
    const conformance::Hygiene hygiene = stage_->finish();
    if (!hygiene.judged) fail(hygiene.why_not);
    if (!hygiene.leftovers.empty()) fail(absl::StrJoin(hygiene.leftovers, "\n"));
    return "";
  }

  // ---- Those that start it anew ----

  static std::vector<std::string> environment(const std::string& path, const std::string& token) {
    return {"MPCHECK_ADDRESS=unix:" + path, "MPCHECK_TOKEN=" + token};
  }

  static std::string awaited_end(conformance::Testee& testee) {
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

  std::string ends_without_runner() {
    conformance::Host host(adapter_);
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

  std::string ends_at(const std::string& line) {
    conformance::Testee testee(adapter_);
    conformance::RawListener listener(testee.scratch().file("puppets.sock"));
    testee.start(environment(listener.path(), "smoke"));
    conformance::RawSocket socket = listener.accept();
    (void)socket.receive(1);  // the hello's first byte: it is there
    socket.send(line);
    return awaited_end(testee);
  }

  std::string serves_as_nursery() {
    conformance::WarmTestee warm;
    pid_t first = 0;
    for (int round = 0; round < 2; ++round) {
      Stage stage(adapter_, {.warm = &warm});
      Puppet& main = stage.main();
      const std::optional<Value> ids = result_if_supported(main, {.name = "puppet.ids"});
      const Value* ppid = ids ? ids->find("ppid") : nullptr;
      if (ppid != nullptr && !(*ppid == Value(int64_t{::getpid()})))
        fail(absl::StrCat("main number ", round + 1, " has parent ", ppid->text(),
                          ", not the runner, which is ", ::getpid()));
      if (main.pid() == first) fail("both mains are one process");
      first = main.pid();
      const conformance::Hygiene hygiene = stage.finish();
      if (!hygiene.leftovers.empty()) fail(absl::StrJoin(hygiene.leftovers, "\n"));
    }
    return "twice";
  }

  std::string keeps_to_the_protocol() {
    std::string all;
    for (const conformance::Breach& each : checker_.breaches())
      absl::StrAppend(&all, all.empty() ? "" : "\n", each.text());
    if (!all.empty()) fail(all);
    const Checker::Counts& seen = checker_.counts();
    return absl::StrCat(seen.commands, " commands, ", seen.replies, " replies, ", seen.connections,
                        " connections");
  }

  const TesteeSpec& adapter_;
  std::vector<SmokeCheck> checks_;
  Checker checker_;
  Stage* stage_ = nullptr;
  bool is_broken_ = false;  // nothing more can be tried with this testee
};

std::string_view mark_of(Standing standing) {
  switch (standing) {
    case Standing::kGood:
      return "ok  ";
    case Standing::kFailed:
      return "FAIL";
    case Standing::kNoted:
      return "note";
    case Standing::kNotTried:
      return " -  ";
  }
  return "?";
}

}  // namespace

std::vector<SmokeCheck> smoke(const TesteeSpec& adapter) { return Smoke(adapter).run(); }

std::string smoke_text(const std::vector<SmokeCheck>& checks) {
  constexpr const char* kIndent = "\n              ";
  std::string out;
  for (const SmokeCheck& each : checks) {
    absl::StrAppend(&out, "  ", mark_of(each.standing), "  ", each.title);
    const std::string detail(absl::StripTrailingAsciiWhitespace(each.detail));
    if (each.standing == Standing::kFailed) {
      absl::StrAppend(&out, kIndent, absl::StrJoin(absl::StrSplit(detail, '\n'), kIndent));
      if (each.section > 0)
        absl::StrAppend(&out, kIndent, "read: conformance/PROTOCOL.md, section ", each.section);
    } else if (!detail.empty()) {
      absl::StrAppend(&out, ": ", absl::StrJoin(absl::StrSplit(detail, '\n'), kIndent));
    }
    absl::StrAppend(&out, "\n");
  }
  return out;
}

int smoke_exit_code(const std::vector<SmokeCheck>& checks) {
  const auto failed = [](const SmokeCheck& each) { return each.standing == Standing::kFailed; };
  return std::any_of(checks.begin(), checks.end(), failed) ? 1 : 0;
}

namespace {

int try_adapter(double time_scale, const base::Words& words) {
  if (!words.before.empty())
    return wrong_usage("smoke",
                       absl::StrCat("'", words.before[0], "': the adapter goes behind --"));
  if (words.after.empty()) return wrong_usage("smoke", "no adapter to try");
  if (time_scale <= 0) return wrong_usage("smoke", "--time-scale must be more than 0");
  conformance::patience::set_scale(time_scale);
  const std::vector<SmokeCheck> checks =
      smoke({.name = "adapter", .command = conformance::with_absolute_paths(words.after)});
  std::cout << "smoke: " << absl::StrJoin(words.after, " ") << "\n\n" << smoke_text(checks);
  const int code = smoke_exit_code(checks);
  std::cout << (code == 0
                    ? "\nAll is well: mpcheck run -- and the same words judge the implementation.\n"
                    : "\nMend what failed first: until then the verdicts of mpcheck run say little.\n");
  return code;
}

}  // namespace

Command smoke_command() {
  auto time_scale = std::make_shared<double>(1);
  return {.name = "smoke",
          .words = "-- ADAPTER [ARGUMENT...]",
          .says =
              "tests an adapter by itself, before any claim does, and says what to read of what is "
              "wrong",
          .more =
              "A list of checks, from \"starts\" to \"leaves nothing behind\". Where one fails, "
              "those that rest on it "
              "are not tried.",
          .options = {{"time-scale", time_scale.get(), "X", "multiplies every patience"}},
          .examples = {{"smoke -- ./my_adapter", "an adapter of your own"}},
          .completes = Completes::kFiles,
          .run = [time_scale](const Place&, const base::Words& words) {
            return try_adapter(*time_scale, words);
          }};
}

}  // namespace mpcheck
