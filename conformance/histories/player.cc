#include "conformance/histories/player.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/deadline.h"
#include "conformance/histories/checks.h"

namespace conformance::histories {
namespace {

using base::monotonic_now;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

struct Needs {
  Kind kind;
  std::vector<const char*> features;
};

const std::vector<Needs>& needs() {
  static const auto& it = *new std::vector<Needs>{
      {Kind::kQueue, {"queue"}},
      {Kind::kJoinableQueue, {"joinable_queue"}},
      {Kind::kSimpleQueue, {"simple_queue"}},
      {Kind::kPipe, {"connection"}},
      {Kind::kLock, {"lock"}},
      {Kind::kRLock, {"rlock"}},
      {Kind::kSemaphore, {"semaphore"}},
      {Kind::kBoundedSemaphore, {"bounded_semaphore"}},
      {Kind::kCondition, {"condition", "value"}},
      {Kind::kEvent, {"event"}},
      {Kind::kBarrier, {"barrier"}},
      {Kind::kValue, {"value"}},
      {Kind::kManagedQueue, {"manager", "manager.queue"}},
      {Kind::kManagedDict, {"manager", "manager.dict"}},
      {Kind::kManagedList, {"manager", "manager.list"}},
  };
  return it;
}

bool is_managed(Kind kind) {
  return kind == Kind::kManagedQueue || kind == Kind::kManagedDict || kind == Kind::kManagedList;
}

// The first part of an operation's name, and the method where Python's has another name.
std::string area_of(Kind kind, const std::string& verb) {
  switch (kind) {
    case Kind::kJoinableQueue:
      return verb == "task_done" || verb == "join" ? "joinable_queue" : "queue";
    case Kind::kPipe:
      return "connection";
    case Kind::kManagedQueue:
      return "queue";
    case Kind::kManagedDict:
      return "dict";
    case Kind::kManagedList:
      return "list";
    default:
      return std::string(name_of(kind));
  }
}

std::string method_of(const std::string& verb) {
  if (verb == "acquire_nowait") return "acquire";
  if (verb == "give") return "release";
  if (verb == "wait_for_all") return "wait_for";
  if (verb == "pop_first") return "pop";
  return verb;
}

int sum_of_adds(const Program& program) {
  int sum = 0;
  for (const auto& steps : program.processes) {
    for (const Step& step : steps) sum += step.verb == "add" ? step.numbers[0] : 0;
  }
  return sum;
}

Args args_of(const Program& program, const Step& step, const std::string& number_name) {
  const std::string& verb = step.verb;
  const auto number = [&](size_t i) { return Value(step.numbers[i]); };
  ArgList args;
  if (program.kind == Kind::kManagedDict && !step.numbers.empty()) {
    args = std::move(args).with("key", number(0));
    if (verb == "set") args = std::move(args).with("value", number(1));
    if (verb == "setdefault") args = std::move(args).with("default", number(1));
    if (verb == "pop") args = std::move(args).with("default", Value());
  } else if (verb == "insert" || verb == "pop_first") {
    args = std::move(args).with("index", Value(0));
  }
  if (is_put(step) || verb == "send" || verb == "append" || verb == "insert")
    args = std::move(args).with("item", number(0));
  if (verb == "add") args = std::move(args).with("amount", number(0));
  if (verb == "notify") args = std::move(args).with("n", number(0));
  if (verb == "set" && program.kind == Kind::kValue)
    args = std::move(args).with("value", number(0));
  if (verb == "acquire_nowait") args = std::move(args).with("block", Value(false));
  if (verb == "wait_for_all") {
    args = std::move(args)
               .with("value", Value(number_name))
               .with("equals", Value(sum_of_adds(program)));
  }
  if (step.wait_ms) args = std::move(args).with("timeout", Value(*step.wait_ms / 1000.0));
  return args;
}

// A step of the main program at the end, and of a pipe the end that it uses.
struct LastStep {
  Step step;
  size_t end = 0;
};

int left_over(const History& history, size_t from_end, bool with_open) {
  int count = 0;
  for (const Call* call : history.in_order()) {
    const bool puts = is_put(call->step) || call->step.verb == "send";
    const bool gets = is_get(call->step) || call->step.verb == "recv";
    if (puts && call->end == from_end && (call->returned() || (with_open && call->open))) ++count;
    if (gets && (call->end != from_end || call->step.verb != "recv") && call->returned()) --count;
  }
  return std::max(count, 0);
}

std::vector<LastStep> last_steps(const Program& program, const History& history,
                                 const Abilities& abilities) {
  std::vector<LastStep> steps;
  const auto add = [&](std::string verb, int times = 1, size_t end = 0, int number = -1) {
    Step step{.verb = std::move(verb)};
    if (number >= 0) step.numbers = {number};
    for (; times > 0; --times) steps.push_back({step, end});
  };
  switch (program.kind) {
    case Kind::kQueue:
    case Kind::kJoinableQueue:
    case Kind::kManagedQueue:
      if (!program.kill) add("get", left_over(history, 0, false));
      add("get_nowait", program.kill ? left_over(history, 0, true) + 1 : 1);
      break;
    case Kind::kSimpleQueue:
      add("get", left_over(history, 0, false));
      add("empty");
      break;
    case Kind::kPipe:
      for (size_t end : {size_t{0}, size_t{1}}) {
        add("recv", left_over(history, 1 - end, false), end);
        add("poll", 1, end);
      }
      break;
    case Kind::kLock:
    case Kind::kRLock:
    case Kind::kCondition:
      add("acquire");
      add("release");
      break;
    case Kind::kSemaphore:
    case Kind::kBoundedSemaphore:
      if (abilities.counts) add("get_value");
      break;
    case Kind::kEvent:
      add("is_set");
      break;
    case Kind::kBarrier:
      break;
    case Kind::kValue:
      add("get");
      break;
    case Kind::kManagedDict:
      for (int key = 0; key < 3; ++key) add("get", 1, 0, key);
      break;
    case Kind::kManagedList:
      add("get");
      break;
  }
  return steps;
}

}  // namespace

Abilities abilities_of(Stage& stage) {
  Abilities abilities;
  for (const Needs& each : needs()) {
    if (std::all_of(each.features.begin(), each.features.end(),
                    [&](const char* feature) { return stage.has_feature(feature); }))
      abilities.kinds.push_back(each.kind);
  }
  abilities.counts = stage.has_feature("queue.qsize") && stage.has_feature("semaphore.get_value");
  abilities.leaves_out = stage.has_feature("batch.if");
  abilities.journals = stage.has_feature("batch.journal");
  abilities.crash_safe = stage.has_feature("crash_safe");
  if (stage.has_feature("queue.immediate")) abilities.promise = Promise::kStrict;
  return abilities;
}

Judgement judge(const Run& run, Promise promise) {
  if (run.stuck.empty()) return judge(run.program, run.history, promise);
  for (const Check& check : all_checks()) {
    if (check.of_whole) continue;
    if (Finding says = check.find(run.program, run.history))
      return {Judgement::Verdict::kFailed, std::string(check.name),
              absl::StrCat(*says, "; and ", run.stuck)};
  }
  return {Judgement::Verdict::kFailed, "stuck", run.stuck};
}

// What one process does of a program.
struct Player::Part {
  Puppet* puppet = nullptr;
  size_t process = 0;
  std::vector<LastStep> steps = {};
  std::vector<std::optional<size_t>> partner = {};
  std::string journal = {};
  nanoseconds sent{0};
  bool is_victim = false;
  std::optional<conformance::Call> call = {};
};

Player::Player(Stage& stage, const Abilities& abilities, std::vector<Program> programs)
    : stage_(stage), abilities_(abilities), programs_(std::move(programs)) {
  std::vector<RemoteObject> shared;
  size_t most = 0;
  for (const Program& program : programs_) {
    const Object& object = objects_.emplace_back(make(program));
    for (const std::string& name : {object.name, object.beside}) {
      if (!name.empty()) shared.push_back({.name = name});
    }
    most = std::max(most, program.processes.size());
  }
  for (size_t p = 0; p < most; ++p)
    puppets_.push_back(&stage_.start_process(stage_.main(), shared));
}

Player::Object Player::make(const Program& program) {
  Puppet& main = stage_.main();
  if (is_managed(program.kind) && !manager_) manager_ = main.manager();
  const std::optional<int> maxsize =
      program.size > 0 ? std::optional<int>(program.size) : std::nullopt;
  switch (program.kind) {
    case Kind::kQueue:
      return {main.queue({.maxsize = maxsize}).name, ""};
    case Kind::kJoinableQueue:
      return {main.joinable_queue({.maxsize = maxsize}).name, ""};
    case Kind::kSimpleQueue:
      return {main.simple_queue().name, ""};
    case Kind::kPipe: {
      auto [left, right] = main.pipe();
      return {left.name, right.name};
    }
    case Kind::kLock:
      return {main.lock().name, ""};
    case Kind::kRLock:
      return {main.rlock().name, ""};
    case Kind::kSemaphore:
      return {main.semaphore(program.size).name, ""};
    case Kind::kBoundedSemaphore:
      return {main.bounded_semaphore(program.size).name, ""};
    case Kind::kCondition:
      return {main.condition().name, main.value("i", 0).name};
    case Kind::kEvent:
      return {main.event().name, ""};
    case Kind::kBarrier:
      return {main.barrier(static_cast<int>(program.processes.size())).name, ""};
    case Kind::kValue:
      return {main.value("i", program.size).name, ""};
    case Kind::kManagedQueue:
      return {main.makes(manager_->queue(maxsize)).name, ""};
    case Kind::kManagedDict:
      return {main.makes(manager_->dict()).name, ""};
    case Kind::kManagedList:
      return {main.makes(manager_->list()).name, ""};
  }
  return {};
}

Op Player::op_of(const Program& program, const Object& object, const Step& step, size_t end) const {
  const bool second = (program.kind == Kind::kCondition && step.verb == "add") || end == 1;
  const std::string area =
      second && program.kind == Kind::kCondition ? "value" : area_of(program.kind, step.verb);
  return {.name = absl::StrCat(area, ".", method_of(step.verb)),
          .on = second ? object.beside : object.name,
          .args = args_of(program, step, object.beside)};
}

Op Player::batch_of(const Program& program, const Object& object, const Part& part,
                    nanoseconds at) const {
  std::vector<Op> ops = {{.name = "puppet.until", .args = {{"at", int64_t{at.count()}}}}};
  for (size_t i = 0; i < part.steps.size(); ++i) {
    Op op = op_of(program, object, part.steps[i].step, part.steps[i].end);
    if (part.partner[i] && abilities_.leaves_out)
      op.if_before = static_cast<int>(i - *part.partner[i]);
    ops.push_back(std::move(op));
  }
  Op batch = conformance::batch(std::move(ops));
  if (abilities_.journals) batch.args = {{"journal", part.journal}};
  return batch;
}

Run Player::play(size_t which) {
  const Program& program = programs_[which];
  const Object& object = objects_[which];
  Run run{.program = program};
  run.history.processes.resize(program.processes.size() + 1);
  // All have to read their batch before it begins; who is late begins at once.
  const nanoseconds at =
      monotonic_now() + microseconds(300) + program.processes.size() * microseconds(150);
  std::vector<Part> parts;
  for (size_t p = 0; p < program.processes.size(); ++p) {
    Part part{.puppet = puppets_[p],
              .process = p,
              .partner = *partners(program.kind, program.processes[p]),
              .journal = absl::StrCat("calls", ++journals_),
              .sent = monotonic_now(),
              .is_victim = program.kill && program.kill->process == p};
    const size_t end = program.kind == Kind::kPipe ? p : 0;
    for (const Step& step : program.processes[p]) part.steps.push_back({step, end});
    part.call = puppets_[p]->begins(batch_of(program, object, part, at));
    parts.push_back(std::move(part));
  }
  if (program.kill) {
    const nanoseconds when = at + microseconds(program.kill->after_us);
    while (monotonic_now() < when) stage_.hears_something();
    run.history.killed = program.kill->process;
    run.history.killed_at = monotonic_now();
    stage_.signal(*puppets_[program.kill->process], SIGKILL);
    over_ = true;
  }
  std::vector<std::string> stuck;
  for (Part& part : parts) {
    std::string why = collect(program, &part, &run.history);
    if (!why.empty()) stuck.push_back(std::move(why));
  }
  run.stuck =
      stuck.empty() ? look_what_is_left(program, object, &run.history) : absl::StrJoin(stuck, "; ");
  over_ |= !run.stuck.empty();
  return run;
}

std::vector<Reply> Player::journal_of(const Part& part) const {
  std::vector<Reply> replies;
  const std::string text = stage_.file_text(part.journal);
  std::vector<std::string_view> lines = absl::StrSplit(text, '\n');
  lines.pop_back();  // what no newline ends was not written to its end
  for (std::string_view line : lines) {
    Message message = parse_message(line, [](int64_t) { return false; });
    if (const Reply* reply = std::get_if<Reply>(&message)) {
      replies.push_back(*reply);
    } else {
      throw Abandon{Abandon::Why::kAdapter,
                    absl::StrCat("the journal of a batch holds a line that is no reply: ", line)};
    }
  }
  return replies;
}

// Waits for a part to end and writes down what it did. Returns why it never will; empty if it has.
std::string Player::collect(const Program& program, Part* part, History* history) {
  const Outcome& outcome = part->call->outcome();
  const bool returned = std::holds_alternative<Returned>(outcome);
  const bool died = std::holds_alternative<Died>(outcome) && part->is_victim;
  std::vector<Reply> replies = returned ? part->call->batch() : journal_of(*part);
  if (!replies.empty()) replies.erase(replies.begin());  // until()
  std::vector<bool> in_vain(part->steps.size(), false);
  std::vector<Call>& calls = history->processes[part->process];
  std::string waits_in;
  for (size_t i = 0; i < part->steps.size(); ++i) {
    const LastStep& last = part->steps[i];
    if (part->partner[i] && in_vain[*part->partner[i]]) continue;
    Call call{.process = part->process, .step = last.step, .end = last.end};
    if (i >= replies.size()) {
      waits_in = last.step.text();
      if (!died) break;
      call.open = true;
      call.t0 = calls.empty() ? part->sent : calls.back().t1;
      call.t1 = kNever;
      calls.push_back(std::move(call));
      break;
    }
    if (const auto* none = std::get_if<Unsupported>(&replies[i].result))
      throw Abandon{
          Abandon::Why::kUnsupported,
          absl::StrCat(last.step.text(), " of a ", name_of(program.kind), ": ", none->why)};
    call.t0 = replies[i].t0;
    call.t1 = replies[i].t1;
    if (const auto* raised = std::get_if<Raised>(&replies[i].result)) {
      call.raised = raised->type;
    } else {
      call.value = std::get<Returned>(replies[i].result).value;
    }
    in_vain[i] = !call.succeeded();
    calls.push_back(std::move(call));
  }
  if (returned || died) return "";
  const bool is_main = part->process == program.processes.size();
  return absl::StrCat(is_main ? "main" : absl::StrCat("p", part->process), "'s ",
                      abilities_.journals ? waits_in : "batch", " must return, and ",
                      text_of(outcome));
}

std::string Player::look_what_is_left(const Program& program, const Object& object,
                                      History* history) {
  Part part{.puppet = &stage_.main(),
            .process = program.processes.size(),
            .steps = last_steps(program, *history, abilities_),
            .journal = absl::StrCat("calls", ++journals_)};
  if (part.steps.empty()) return "";
  part.partner.resize(part.steps.size());
  part.call = part.puppet->begins(batch_of(program, object, part, nanoseconds(0)));
  std::string stuck = collect(program, &part, history);
  if (stuck.empty()) return "";
  if (Finding missing = lost(program, *history)) absl::StrAppend(&stuck, "; ", *missing);
  return stuck;
}

}  // namespace conformance::histories
