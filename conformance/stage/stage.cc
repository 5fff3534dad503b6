#include "conformance/stage/stage.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/os_error.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using base::monotonic_now;
using std::chrono::nanoseconds;

constexpr const char* kNursery = "nursery";

bool ends_its_puppet(const Op& op) {
  return op.name == "puppet.return" || op.name == "puppet.raise" || op.name == "puppet.exit" ||
         op.name == "puppet._exit";
}

// Operations that wait for nobody: if one does not answer, the adapter hangs, not the
// implementation.
bool cannot_wait(const Op& op) {
  return op.name.starts_with("puppet.") || op.name.starts_with("global.") ||
         op.name.ends_with(".new");
}

// What was blocked may have gone on since.
bool is_final(const Outcome& outcome) {
  return std::holds_alternative<Returned>(outcome) || std::holds_alternative<Raised>(outcome) ||
         std::holds_alternative<Died>(outcome);
}

std::string described(const std::vector<pid_t>& pids) {
  return absl::StrJoin(pids, ", ", [](std::string* out, pid_t pid) {
    absl::StrAppend(out, pid, " (", command_of(pid), ")");
  });
}

// Whether one of theirs is on a CPU, or waits for one or for a disk.
bool some_thread_runs(const std::vector<pid_t>& pids) {
  const std::vector<ThreadReading> threads = read_threads(pids);
  return std::any_of(threads.begin(), threads.end(), [](const ThreadReading& each) {
    return each.state == 'R' || each.state == 'D';
  });
}

}  // namespace

std::string text_of(const Outcome& outcome) {
  struct Teller {
    std::string operator()(const Returned& r) const {
      return absl::StrCat("returned ", r.value.text());
    }
    std::string operator()(const Raised& r) const { return absl::StrCat("raised ", r.text()); }
    std::string operator()(const Blocked& b) const {
      if (b.proved) return absl::StrCat("blocks (proved: ", b.why, ")");
      return absl::StrCat("has not returned (no proof that it never will: ", b.why, ")",
                          b.burned_cpu ? ", and the testee burns CPU meanwhile" : "");
    }
    std::string operator()(const Died& d) const { return absl::StrCat("never returned: ", d.how); }
    std::string operator()(const TimedOut&) const {
      return "has not returned in time, and there is no proof that it never will";
    }
  };
  return std::visit(Teller{}, outcome);
}

// ---------------------------------------------------------------- Call

const Outcome& Call::outcome() const {
  return stage_->settle(*record_, patience::must_happen(), /*expected_blocked=*/false);
}

const Outcome& Call::outcome_if_blocked() const {
  return stage_->settle(*record_, patience::quiet(), /*expected_blocked=*/true);
}

const Value& Call::value() const {
  const Outcome& o = outcome();
  if (const Returned* returned = std::get_if<Returned>(&o)) return returned->value;
  Abandon::Why why =
      std::holds_alternative<TimedOut>(o) ? Abandon::Why::kUnknown : Abandon::Why::kViolated;
  throw Abandon{why, absl::StrCat(text(), " ", text_of(o), "; the claim needs what it returns")};
}

const std::vector<Reply>& Call::batch() const {
  value();
  return record_->reply->batch;
}

nanoseconds Call::took() const { return ended() - began(); }
nanoseconds Call::began() const { return record_->reply ? record_->reply->t0 : nanoseconds(0); }
nanoseconds Call::ended() const { return record_->reply ? record_->reply->t1 : nanoseconds(0); }

void Call::note_accepted(std::string what) const {
  // A claim may look at the same call twice.
  std::vector<std::string>& known = record_->accepted;
  if (std::find(known.begin(), known.end(), what) == known.end()) known.push_back(std::move(what));
}

std::string Call::text() const { return absl::StrCat(record_->puppet, ": ", record_->op.text()); }

// ---------------------------------------------------------------- Puppet

Value barrier_adds_to(const RemoteObject& value) { return Value::dict({{"add_to", value.name}}); }
Value barrier_raises(std::string type) { return Value::dict({{"raise", std::move(type)}}); }
Value barrier_acquires(const RemoteObject& lock) { return Value::dict({{"acquire", lock.name}}); }

Call Puppet::begins(Op op) { return stage_->begin(*this, std::move(op)); }

Call Puppet::does(Op op) {
  Call call = begins(std::move(op));
  call.outcome();
  return call;
}

Value Puppet::must(Op op) {
  Call call = does(std::move(op));
  call.note_accepted("returns");
  return call.value();
}

template <typename Handle>
Handle Puppet::make(std::string area, Args args) {
  Handle handle;
  handle.name = stage_->fresh_name(area);
  must({.name = area + ".new", .as = {handle.name}, .args = std::move(args)});
  return handle;
}

RemoteQueue Puppet::queue(QueueOptions o) {
  return make<RemoteQueue>("queue", ArgList().with("maxsize", o.maxsize));
}
RemoteJoinableQueue Puppet::joinable_queue(QueueOptions o) {
  return make<RemoteJoinableQueue>("joinable_queue", ArgList().with("maxsize", o.maxsize));
}
RemoteSimpleQueue Puppet::simple_queue() { return make<RemoteSimpleQueue>("simple_queue", {}); }

std::pair<RemoteConnection, RemoteConnection> Puppet::pipe(std::optional<bool> duplex) {
  RemoteConnection first, second;
  first.name = stage_->fresh_name("end");
  second.name = stage_->fresh_name("end");
  must({.name = "pipe.new",
        .as = {first.name, second.name},
        .args = ArgList().with("duplex", duplex)});
  return {first, second};
}

RemoteLock Puppet::lock() {
  RemoteLock l = make<RemoteLock>("lock", {});
  l.kind = "lock";
  return l;
}
RemoteLock Puppet::rlock() {
  RemoteLock l = make<RemoteLock>("rlock", {});
  l.kind = "rlock";
  return l;
}
RemoteLock Puppet::semaphore(std::optional<int> value) {
  RemoteLock l = make<RemoteLock>("semaphore", ArgList().with("value", value));
  l.kind = "semaphore";
  return l;
}
RemoteLock Puppet::bounded_semaphore(std::optional<int> value) {
  RemoteLock l = make<RemoteLock>("bounded_semaphore", ArgList().with("value", value));
  l.kind = "bounded_semaphore";
  return l;
}
RemoteCondition Puppet::condition() { return make<RemoteCondition>("condition", {}); }
RemoteCondition Puppet::condition(const RemoteObject& lock) {
  return make<RemoteCondition>("condition", {{"lock", lock.name}});
}
RemoteEvent Puppet::event() { return make<RemoteEvent>("event", {}); }
RemoteBarrier Puppet::barrier(int parties, BarrierOptions o) {
  ArgList args = ArgList().with("parties", Value(parties));
  if (!o.action.is_null()) args = std::move(args).with("action", o.action);
  return make<RemoteBarrier>("barrier", std::move(args).with("timeout", o.timeout));
}
RemoteValue Puppet::value(std::string type, Value initial, SharedOptions o) {
  return make<RemoteValue>("value", ArgList()
                                        .with("type", Value(std::move(type)))
                                        .with("value", std::move(initial))
                                        .with("lock", o.lock));
}
RemoteValue Puppet::raw_value(std::string type, Value initial) {
  return make<RemoteValue>("raw_value", {{"type", std::move(type)}, {"value", std::move(initial)}});
}
RemoteArray Puppet::array(std::string type, Value init, SharedOptions o) {
  return make<RemoteArray>("array", ArgList()
                                        .with("type", Value(std::move(type)))
                                        .with("init", std::move(init))
                                        .with("lock", o.lock));
}
RemoteArray Puppet::raw_array(std::string type, Value init) {
  return make<RemoteArray>("raw_array", {{"type", std::move(type)}, {"init", std::move(init)}});
}
RemotePool Puppet::pool(int processes) {
  return make<RemotePool>("pool", {{"processes", processes}});
}

RemotePool Puppet::pool(PoolOptions o) {
  ArgList args = ArgList().with("processes", o.processes);
  if (!o.initializer.empty()) args = std::move(args).with("initializer", Value(o.initializer));
  if (o.initargs) args = std::move(args).with("initargs", Value::list(*o.initargs));
  return make<RemotePool>("pool", std::move(args).with("maxtasksperchild", o.maxtasksperchild));
}
RemoteSource Puppet::source(SourceOptions o) {
  ArgList args;
  if (o.items) args = std::move(args).with("items", Value::list(*o.items));
  args = std::move(args).with("allowed", o.allowed);
  if (!o.raises.empty()) args = std::move(args).with("raise", Value(o.raises));
  return make<RemoteSource>("source", std::move(args).with("length", o.length));
}

RemoteList Puppet::list(Value::List items) {
  return make<RemoteList>("list", {{"items", Value::list(std::move(items))}});
}

RemoteProcess Puppet::process(const std::vector<RemoteObject>& objects, ChildOptions o) {
  RemoteProcess p;
  p.name = stage_->fresh_name("p");
  ArgList args;
  if (!o.func.empty()) {
    args = std::move(args).with("func", Value(o.func));
  } else if (!o.no_target) {
    stage_->expect_puppet(p.name).process_ = p;
    args = std::move(args).with("puppet", Value(p.name));
  }
  if (!objects.empty()) {
    Value::List names;
    for (const RemoteObject& each : objects) names.emplace_back(each.name);
    args = std::move(args).with("objects", Value::list(std::move(names)));
  }
  if (o.args) args = std::move(args).with("args", Value::list(*o.args));
  if (o.kwargs) args = std::move(args).with("kwargs", Value::dict(*o.kwargs));
  args = std::move(args)
             .with("name", o.name)
             .with("daemon", o.daemon)
             .with("group", o.group)
             .with("given_args", o.given_args);
  if (!o.style.empty()) args = std::move(args).with("style", Value(o.style));
  if (o.reuses_containers) args = std::move(args).with("reuse", Value(true));
  must({.name = "process.new", .as = {p.name}, .args = std::move(args)});
  return p;
}

RemoteProcess Puppet::current_process() {
  RemoteProcess p;
  p.name = stage_->fresh_name("self");
  must(module::current_process(p));
  return p;
}

RemoteManager Puppet::manager() {
  RemoteManager m = makes(module::manager());
  stage_->server_of(*this, m);
  return m;
}

// ---------------------------------------------------------------- Stage: waiting

// Waits in steps: for something to happen, for a proof that nothing can, or for patience to end.
class Stage::Watch {
 public:
  enum class Step { kHappened, kStill, kLate };

  Watch(Stage& stage, nanoseconds patience)
      : stage_(stage), started_(monotonic_now()), deadline_(base::Deadline::after(patience)) {}

  Step step() {
    while (true) {
      if (stage_.pump(base::Deadline::after(interval_))) return Step::kHappened;
      Stillness stillness = prove_stillness(stage_.testee_.pid(), stage_.options_.guards);
      why_ = stillness.why;
      if (stillness.proved) {
        // A message can be on its way to us while its sender sleeps already, or waits for us to
        // read the rest of it.
        return stage_.hears_something() ? Step::kHappened : Step::kStill;
      }
      if (!at_first_) at_first_ = read_threads(descendants());
      if (deadline_.passed()) return Step::kLate;
      interval_ = std::min<nanoseconds>(interval_ * 2, kLongestInterval);
    }
  }

  const std::string& why() const { return why_; }

  // Whether the testee has kept a CPU busy for most of the time.
  bool burned_cpu() const {
    if (!at_first_) return false;
    return kept_cpu_busy(*at_first_, read_threads(descendants()), monotonic_now() - started_);
  }

 private:
  // A reply takes about 0.1 ms, a reading about 1 ms: look soon, then leave the CPU to the testee.
  static constexpr nanoseconds kFirstInterval = std::chrono::microseconds(800);
  static constexpr nanoseconds kLongestInterval = std::chrono::milliseconds(16);

  Stage& stage_;
  nanoseconds started_;
  base::Deadline deadline_;
  nanoseconds interval_ = kFirstInterval;
  std::optional<std::vector<ThreadReading>> at_first_;
  std::string why_;
};

bool Stage::pump(base::Deadline deadline) {
  bool main_runs = !main_ended_;
  std::vector<Switchboard::Event> events =
      switchboard_.pump(deadline, main_runs ? testee_.pidfd() : -1);
  for (Switchboard::Event& event : events) handle(event);
  if (main_runs && !testee_.poll_ending().still_running()) {
    main_ended_ = true;
    if (Puppet& ended = *puppets_.at("main"); ended.ended_.count() == 0)
      ended.ended_ = monotonic_now();
    if (!main_may_end_) {
      adapter_error(
          FaultKind::kEndedEarly, "main",
          absl::StrCat("it ended before it was told to: ", base::describe(testee_.poll_ending())));
    }
    return true;
  }
  return !events.empty();
}

void Stage::handle(Switchboard::Event& event) {
  if (auto* connected = std::get_if<Switchboard::Connected>(&event)) {
    const std::string& name = connected->hello.puppet;
    auto it = puppets_.find(name);
    if (it == puppets_.end()) {
      adapter_error(FaultKind::kUnknownPuppet, name, "nobody asked for a puppet of this name");
    }
    Puppet& puppet = *it->second;
    if (puppet.connection_ != 0) {
      adapter_error(FaultKind::kDuplicateHello, name, "a puppet of this name is connected already");
    }
    puppet.connection_ = connected->connection;
    puppet.hello_ = std::move(connected->hello);
    puppet.came_ = monotonic_now();
    by_connection_[puppet.connection_] = &puppet;
  } else if (auto* replied = std::get_if<Switchboard::Replied>(&event)) {
    Puppet& puppet = *by_connection_.at(replied->connection);
    puppet.pending_->answered = monotonic_now();
    puppet.pending_->reply = std::move(replied->reply);
    puppet.pending_ = nullptr;
  } else if (auto* ended = std::get_if<Switchboard::ProcessEnded>(&event)) {
    auto it = by_connection_.find(ended->connection);
    if (it != by_connection_.end()) note_end(*it->second);
  } else if (auto* closed = std::get_if<Switchboard::Closed>(&event)) {
    auto it = by_connection_.find(closed->connection);
    if (it != by_connection_.end()) it->second->connection_closed_ = true;
  } else if (std::holds_alternative<Switchboard::Arriving>(event)) {
    // Its sender may have waited for us to read: whoever thinks of a proof looks again.
  } else {
    auto& broken = std::get<Switchboard::Broken>(event);
    adapter_error(broken.fault.kind, broken.puppet.empty() ? "a puppet" : broken.puppet,
                  broken.fault.detail);
  }
}

const Outcome& Stage::settle(Call::Record& record, nanoseconds patience, bool expected_blocked) {
  if (record.outcome && is_final(*record.outcome)) return *record.outcome;
  Puppet& puppet = *puppets_.at(record.puppet);
  const base::Deadline last = base::Deadline::after(patience::must_happen());
  std::optional<Watch> watch(std::in_place, *this, patience);
  while (true) {
    if (record.reply) {
      take_reply(record);
      return *record.outcome;
    }
    if (puppet.process_ended_) {
      record.outcome = Died{how_it_ended(puppet)};
      puppet.pending_ = nullptr;
      return *record.outcome;
    }
    Watch::Step step = watch->step();
    if (step == Watch::Step::kHappened) continue;
    if (puppet.connection_closed_) {
      adapter_error(FaultKind::kConnectionLost, puppet.name_,
                    absl::StrCat("its connection ended during ", record.op.text(),
                                 ", but its process lives"));
    }
    if (step == Watch::Step::kStill || !expected_blocked) refuse_half_lines();
    if (cannot_wait(record.op)) {
      adapter_error(FaultKind::kHung, puppet.name_,
                    absl::StrCat(record.op.text(), " has no answer; ", watch->why()));
    }
    if (step == Watch::Step::kStill) {
      record.outcome = Blocked{.proved = true, .why = watch->why()};
    } else if (expected_blocked) {
      // Who computes may be a helper that is still starting, on a crowded machine: it has as long as whatever must
      // happen to come to rest.
      const bool burned_cpu = watch->burned_cpu();
      if (burned_cpu && !last.passed()) {
        watch.emplace(*this, patience);
        continue;
      }
      record.outcome = Blocked{.burned_cpu = burned_cpu, .why = watch->why()};
    } else {
      record.outcome = TimedOut{};
    }
    if (const Blocked* blocked = std::get_if<Blocked>(&*record.outcome))
      record.blocked.push_back({monotonic_now(), blocked->proved, blocked->why});
    return *record.outcome;
  }
}

// For when nothing more will come: a line that has no end yet never gets one.
void Stage::refuse_half_lines() {
  if (std::optional<Switchboard::Event> half = switchboard_.half_line()) handle(*half);
}

void Stage::take_reply(Call::Record& record) {
  auto refuse = [&](const Result& result) {
    if (const Unsupported* unsupported = std::get_if<Unsupported>(&result)) {
      throw Abandon{Abandon::Why::kUnsupported,
                    absl::StrCat(record.op.text(), ": ", unsupported->why)};
    }
  };
  refuse(record.reply->result);
  for (const Reply& each : record.reply->batch) refuse(each.result);
  const bool is_batch =
      record.op.name == "batch" && std::holds_alternative<Returned>(record.reply->result);
  const size_t commands = record.op.batch.size() * static_cast<size_t>(record.op.times);
  if (const size_t replies = record.reply->batch.size(); is_batch && replies != commands) {
    throw Abandon{
        Abandon::Why::kAdapter,
        absl::StrCat("a batch of ", commands, " commands was answered by ", replies, " replies")};
  }
  if (const Raised* raised = std::get_if<Raised>(&record.reply->result)) {
    record.outcome = *raised;
  } else {
    record.outcome = std::get<Returned>(record.reply->result);
  }
}

// The exit status is there to be read until the parent has reaped the process.
void Stage::note_end(Puppet& puppet) {
  puppet.process_ended_ = true;
  puppet.ended_ = monotonic_now();
  if (puppet.pid() == testee_.pid()) return;  // chronicle() knows more
  if (std::optional<base::Ending> ending = ending_of_zombie(puppet.pid()))
    puppet.ending_ = base::describe(*ending);
}

std::string Stage::how_it_ended(Puppet& puppet) {
  if (puppet.name_ == "main" || puppet.pid() == testee_.pid()) {
    return absl::StrCat("main's process has ended: ", base::describe(testee_.poll_ending()));
  }
  return absl::StrCat("its process ", puppet.pid(), " has ended");
}

void Stage::adapter_error(FaultKind kind, const std::string& who, const std::string& detail) {
  broken_ = true;
  throw Abandon{Abandon::Why::kAdapter, absl::StrCat(name_of(kind), ": ", who, ": ", detail)};
}

// ---------------------------------------------------------------- Stage: puppets

Stage::Stage(const TesteeSpec& spec, Options options)
    : options_(options),
      host_(options.warm != nullptr ? options.warm->take(spec) : std::make_unique<Host>(spec)),
      testee_(host_->testee),
      switchboard_(host_->switchboard) {}

Stage::~Stage() {
  if (options_.warm == nullptr || broken_) return;
  try {
    options_.warm->give_back(std::move(host_));
  } catch (const base::OsError&) {
    // The next stage starts a new one.
  }
}

std::string Stage::fresh_name(const std::string& prefix) {
  return absl::StrCat(prefix, ++name_counts_[prefix]);
}

Puppet& Stage::expect_puppet(const std::string& name) {
  auto& slot = puppets_[name];
  slot.reset(new Puppet(this, name));
  return *slot;
}

Puppet& Stage::main() {
  auto it = puppets_.find("main");
  if (it != puppets_.end()) return *it->second;
  Puppet& main = expect_puppet("main");
  Puppet& nursery = expect_puppet(kNursery);
  if (host_->nursery == 0) {
    std::vector<std::string> environment = {
        "MPCHECK_ADDRESS=unix:" + testee_.scratch().file("puppets.sock"),
        "MPCHECK_TOKEN=" + host_->token};
    if (options_.warm != nullptr) environment.push_back("MPCHECK_NURSERY=1");
    testee_.start(environment);
    await_hello(main, &nursery);
  } else {
    nursery.connection_ = host_->nursery;
    by_connection_[nursery.connection_] = &nursery;
  }
  if (nursery.connection_ != 0) fork_main(nursery, main);
  return main;
}

void Stage::fork_main(Puppet& nursery, Puppet& main) {
  nursery.pending_ = std::make_shared<Call::Record>();  // not the claim's: stays out of its trace
  switchboard_.send(nursery.connection_, {.name = "nursery.fork"});
  await_hello(main);
  Watch watch(*this, patience::must_happen());
  while (nursery.pending_) {
    if (watch.step() != Watch::Step::kHappened)
      adapter_error(FaultKind::kHung, kNursery, "nursery.fork has no answer");
  }
  host_->nursery = nursery.connection_;
  testee_.adopt_main(main.pid());
}

void Stage::await_hello(Puppet& puppet, const Puppet* instead) {
  Watch watch(*this, patience::must_happen());
  while (puppet.connection_ == 0 && (instead == nullptr || instead->connection_ == 0)) {
    Watch::Step step = watch.step();
    if (step == Watch::Step::kHappened) continue;
    refuse_half_lines();
    std::string detail = absl::StrCat(
        step == Watch::Step::kStill ? "it never will: " : "it has not in time: ", watch.why());
    if (puppet.name_ == "main") adapter_error(FaultKind::kNeverConnected, "main", detail);
    // What should have brought it may be unsupported, and nobody has looked at that call yet.
    for (const auto& record : calls_) {
      if (record->reply && std::holds_alternative<Unsupported>(record->reply->result))
        take_reply(*record);
    }
    throw Abandon{
        step == Watch::Step::kStill ? Abandon::Why::kViolated : Abandon::Why::kUnknown,
        absl::StrCat(puppet.name_, " was started, but what it should run has not begun; ", detail)};
  }
}

bool Stage::has_feature(std::string_view feature) {
  const std::vector<std::string>& all = main().hello_.features;
  return std::find(all.begin(), all.end(), feature) != all.end();
}

Call Stage::begin(Puppet& puppet, Op op) {
  if (puppet.connection_ == 0 || puppet.told_to_end_) {
    throw std::logic_error(
        absl::StrCat("the claim gives ", puppet.name_, " ", op.text(), ", but that puppet ",
                     puppet.told_to_end_ ? "was told to end" : "was not awaited"));
  }
  if (puppet.pending_ && !puppet.process_ended_) {
    pump(base::Deadline::after(nanoseconds(0)));  // its reply may be there, unread
    if (puppet.pending_) {
      throw Abandon{Abandon::Why::kViolated,
                    absl::StrCat(puppet.name_, " can't go on to ", op.text(), ": its ",
                                 puppet.pending_->op.text(), " has not returned")};
    }
  }
  auto record = std::make_shared<Call::Record>();
  record->puppet = puppet.name_;
  record->op = std::move(op);
  record->sent = monotonic_now();
  calls_.push_back(record);
  if (puppet.process_ended_) {
    record->outcome = Died{how_it_ended(puppet)};
    return Call(this, record);
  }
  if (ends_its_puppet(record->op)) {
    puppet.told_to_end_ = true;
    if (puppet.pid() == testee_.pid()) {
      main_may_end_ = true;
      main_may_fail_ = record->op.name != "puppet.return";
    }
  }
  puppet.pending_ = record;
  switchboard_.send(puppet.connection_, record->op);
  return Call(this, record);
}

Puppet& Stage::start_process(Puppet& creator, const std::vector<RemoteObject>& objects,
                             ChildOptions options) {
  RemoteProcess process = creator.process(objects, std::move(options));
  creator.must(process.start());
  return arrival(process);
}

Puppet& Stage::arrival(const RemoteProcess& process) { return arrival(process.name); }

Puppet& Stage::arrival(const std::string& puppet_name) {
  Puppet& puppet = *puppets_.at(puppet_name);
  await_hello(puppet);
  return puppet;
}

Puppet& Stage::start_thread(Puppet& puppet, bool daemon) {
  std::string name = fresh_name("t");
  expect_puppet(name);
  puppet.must({.name = "puppet.thread", .args = {{"puppet", name}, {"daemon", daemon}}});
  return arrival(name);
}

std::string Stage::expects(const std::string& prefix) {
  std::string name = fresh_name(prefix);
  expect_puppet(name);
  return name;
}

bool Stage::has_come(const std::string& puppet_name) {
  pump(base::Deadline::after(nanoseconds(0)));
  return puppets_.at(puppet_name)->connection_ != 0;
}

Stage::Task Stage::apply_async_puppet(Puppet& caller, const RemotePool& pool, bool callbacks) {
  std::string name = fresh_name("task");
  RemoteAsyncResult result;
  result.name = fresh_name("result");
  expect_puppet(name);
  Args args = {{"func", "puppet"}, {"puppet", name}};
  if (callbacks) {
    expect_puppet(name + "_done");
    expect_puppet(name + "_failed");
    args.emplace_back("callback", name + "_done");
    args.emplace_back("error_callback", name + "_failed");
  }
  caller.must(
      {.name = "pool.apply_async", .on = pool.name, .as = {result.name}, .args = std::move(args)});
  return {result, arrival(name)};
}

// ---------------------------------------------------------------- Stage: the outside

void Stage::signal(Puppet& puppet, int number) {
  if (puppet.pid() == testee_.pid()) main_may_end_ = main_may_fail_ = true;
  signal(puppet.pid(), number);
}

void Stage::signal(pid_t pid, int number) {
  const char* name = ::sigabbrev_np(number);
  note_interference(pid,
                    name != nullptr ? absl::StrCat("SIG", name) : absl::StrCat("signal ", number));
  ::kill(pid, number);
}

void Stage::note_interference(pid_t pid, std::string what) {
  interferences_.push_back({.at = monotonic_now(), .pid = pid, .what = std::move(what)});
}

LoweredLimit Stage::lowers(const Puppet& puppet, __rlimit_resource resource, rlim_t soft) {
  note_interference(puppet.pid(), absl::StrCat(name_of_limit(resource), " lowered to ", soft));
  return LoweredLimit(puppet.pid(), resource, soft);
}

void Stage::pins_to_one_cpu(const Puppet& puppet) {
  note_interference(puppet.pid(), "pinned to one CPU");
  pin_to_one_cpu(puppet.pid());
}

void Stage::stop(Puppet& puppet) {
  signal(puppet, SIGSTOP);
  base::Deadline deadline = base::Deadline::after(patience::must_happen());
  while (state_of(puppet.pid()) != 'T') {  // nothing announces it
    if (deadline.passed())
      throw Abandon{Abandon::Why::kUnknown, absl::StrCat(puppet.name_, " does not stop")};
    pump(base::Deadline::after(std::chrono::microseconds(200)));
  }
}

void Stage::resume(Puppet& puppet) { signal(puppet, SIGCONT); }

bool Stage::process_ends(Puppet& puppet) {
  Watch watch(*this, patience::must_happen());
  while (!puppet.process_ended_) {
    if (watch.step() != Watch::Step::kHappened) return false;
  }
  return true;
}

bool Stage::process_ends(pid_t pid) {
  // Nothing announces it: looks again whenever something has happened, and at each proof.
  auto is_gone = [&] { return is_over(state_of(pid)); };
  base::Deadline deadline = base::Deadline::after(patience::must_happen());
  while (!is_gone() && !deadline.passed()) {
    if (prove_stillness(testee_.pid(), options_.guards).proved && !hears_something())
      return is_gone();
    pump(base::Deadline::after(std::chrono::microseconds(500)));
  }
  return is_gone();
}

pid_t Stage::server_of(Puppet& starter, const RemoteManager& m) {
  Value answer = starter.must(m.pid());
  const int64_t* pid = answer.get_if<int64_t>();
  if (pid == nullptr)
    throw Abandon{Abandon::Why::kViolated, absl::StrCat(m.name, " has no server process")};
  if (has_feature("manager.heartbeat")) options_.guards.heartbeats.insert(static_cast<pid_t>(*pid));
  return static_cast<pid_t>(*pid);
}

void Stage::serves(const Puppet& puppet) {
  if (has_feature("manager.heartbeat"))
    options_.guards.heartbeats.insert(static_cast<pid_t>(puppet.hello_.tid));
}

RawSocket Stage::connect_raw(const Value& address) const {
  try {
    return RawSocket::connect(address, testee_.scratch().file("cwd"));
  } catch (const base::OsError& error) {
    throw Abandon{Abandon::Why::kViolated,
                  absl::StrCat("nobody is reached at ", address.text(), ": ", error.what())};
  }
}

RawListener Stage::listen_raw(const std::string& name) const {
  return RawListener(testee_.scratch().in_cwd(name));
}

std::string Stage::invite(const std::string& prefix) {
  std::string name = fresh_name(prefix);
  expect_puppet(name);
  return name;
}

base::Ending Stage::main_ends() {
  Watch watch(*this, patience::must_happen());
  while (!main_ended_ && watch.step() == Watch::Step::kHappened) {
  }
  rest_reason_ = watch.why();
  return testee_.poll_ending();
}

std::optional<int> Stage::open_files(const Puppet& puppet) {
  std::error_code error;
  std::filesystem::directory_iterator files(absl::StrCat("/proc/", puppet.pid(), "/fd"), error);
  if (error) return std::nullopt;
  return static_cast<int>(
      std::distance(std::filesystem::begin(files), std::filesystem::end(files)));
}

std::optional<bool> Stage::is_readable(const Puppet& puppet, int fd) {
  const base::UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, puppet.pid(), 0)));
  if (process.get() < 0) return std::nullopt;
  const base::UniqueFd copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
  if (copy.get() < 0) return std::nullopt;
  pollfd asked = {.fd = copy.get(), .events = POLLIN, .revents = 0};
  base::check(::poll(&asked, 1, /*timeout=*/0), "look at the testee's descriptor");
  return asked.revents != 0;
}

std::vector<pid_t> Stage::processes() {
  std::vector<pid_t> live = descendants();
  std::erase_if(live,
                [&](pid_t pid) { return is_over(state_of(pid)) || pid == testee_.nursery(); });
  return live;
}

bool Stage::hears_something() { return pump(base::Deadline::after(nanoseconds(0))); }

bool Stage::comes_to_rest() {
  Watch watch(*this, patience::must_happen());
  while (true) {
    Watch::Step step = watch.step();
    if (step != Watch::Step::kHappened) return step == Watch::Step::kStill;
  }
}

void Stage::varies(const std::string& seen, const std::vector<std::string>& accepted) {
  if (std::find(accepted.begin(), accepted.end(), seen) == accepted.end()) {
    throw Abandon{Abandon::Why::kViolated,
                  absl::StrCat("seen: ", seen, "; accepted: ", absl::StrJoin(accepted, ", or "))};
  }
  variation_ = seen;
}

std::string Stage::printed(const std::string& stream) const {
  return read_file(testee_.scratch().file(stream));
}

bool Stage::has_file(const std::string& name) const {
  return ::access(testee_.scratch().in_cwd(name).c_str(), F_OK) == 0;
}

std::string Stage::file_text(const std::string& name) const {
  return read_file(testee_.scratch().in_cwd(name));
}
std::string Stage::folder() const { return testee_.scratch().file("cwd"); }
base::UniqueFd Stage::fill_shared_memory() {
  std::optional<base::UniqueFd> filler = testee_.fill_shared_memory();
  if (!filler)
    throw Abandon{Abandon::Why::kUnsupported, "the machine's /dev/shm is not ours to fill"};
  note_interference(/*pid=*/0, "/dev/shm filled up");
  return std::move(*filler);
}

std::optional<std::vector<std::string>> Stage::shared_memory() const {
  return testee_.shared_memory();
}

// ---------------------------------------------------------------- Stage: the end

bool Stage::presumed() const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [](const auto& record) { return record->presumed; });
}

Chronicle Stage::chronicle() {
  Chronicle out{.interferences = interferences_};
  for (auto& [name, puppet] : puppets_) {
    if (puppet->came_.count() == 0 || name == kNursery) continue;
    std::string ending = puppet->ending_;
    if (puppet->pid() == testee_.pid()) {
      const base::Ending ours = ending_before_kill_ ? *ending_before_kill_ : testee_.poll_ending();
      if (!ours.still_running()) ending = base::describe(ours);
    }
    out.lives.push_back({.puppet = name,
                         .pid = puppet->pid(),
                         .ppid = puppet->ppid(),
                         .tid = static_cast<pid_t>(puppet->hello_.tid),
                         .came = puppet->came_,
                         .ended = puppet->ended_,
                         .ending = std::move(ending)});
  }
  return out;
}

// Tells every idle puppet to return, main last. Returns who is not idle; empty if all obey.
std::string Stage::dismiss_puppets() {
  auto dismiss = [&](Puppet& puppet) -> std::string {
    if (puppet.connection_ == 0 || puppet.told_to_end_ || puppet.process_ended_) return "";
    pump(base::Deadline::after(nanoseconds(0)));
    if (puppet.process_ended_) return "";
    // A task may end before it is told to, by a signal that its worker survives.
    if (puppet.connection_closed_ && puppet.pending_ == nullptr && &puppet != &main()) return "";
    // A check need not look at all that it has begun: what can end by itself may do so first.
    if (std::shared_ptr<Call::Record> call = puppet.pending_;
        call && !is_final(settle(*call, patience::quiet(), /*expected_blocked=*/true)))
      return absl::StrCat(puppet.name_, " is still in ", call->op.text());
    if (puppet.process_ended_) return "";
    bool brief = &puppet == &main() && host_->nursery != 0;
    begin(puppet, brief ? self::returns_briefly() : self::returns()).outcome();
    return "";
  };
  std::string busy;
  for (auto& [name, puppet] : puppets_) {
    if (name != "main" && name != kNursery && busy.empty()) busy = dismiss(*puppet);
  }
  return busy.empty() ? dismiss(main()) : busy;
}

void Stage::await_empty_tree(Hygiene* hygiene) {
  // Nothing announces the end of an orphan, so this looks again and again. Who computes, or waits for
  // a CPU to do so, may be on the way to its end (a helper that is still starting finds out then that
  // nobody needs it): it has as long as whatever must happen.
  const base::Deadline last = base::Deadline::after(patience::must_happen());
  base::Deadline deadline = base::Deadline::after(patience::quiet());
  while (true) {
    reap_zombies(testee_.pid(), testee_.nursery());
    std::vector<pid_t> left = processes();
    if (left.empty()) return;
    if (some_thread_runs(left)) deadline = earlier(last, base::Deadline::after(patience::quiet()));
    Stillness stillness = prove_stillness(testee_.pid(), options_.guards);
    if (stillness.proved || deadline.passed()) {
      left = processes();  // the proof is of what lives now, not of what lived before it
      if (left.empty()) continue;
      hygiene->leftovers.push_back(
          absl::StrCat("processes live on after the program's end: ", described(left)));
      return;
    }
    pump(base::Deadline::after(std::chrono::milliseconds(1)));
  }
}

Hygiene Stage::finish() {
  Hygiene hygiene;
  if (puppets_.empty()) return {.why_not = "the testee was never started"};
  hygiene.why_not = dismiss_puppets();
  if (hygiene.why_not.empty()) {
    hygiene.judged = true;
    base::Ending ending = main_ends();
    if (ending.still_running()) {
      hygiene.leftovers.push_back(absl::StrCat(
          "the program does not end after its main function has returned: ", rest_reason_));
    } else if (!ending.succeeded() && !main_may_fail_) {
      hygiene.leftovers.push_back(
          absl::StrCat("the program, told to end normally, did not: ", base::describe(ending)));
    }
    if (!ending.still_running()) await_empty_tree(&hygiene);
  }
  ending_before_kill_ = testee_.poll_ending();
  if (!hygiene.judged || !hygiene.leftovers.empty()) {
    for (pid_t pid : processes()) note_interference(pid, "SIGKILL");
  }
  std::vector<pid_t> unkillable = testee_.kill_everything();
  if (!unkillable.empty())
    hygiene.leftovers.push_back(
        absl::StrCat("processes that can't be killed: ", described(unkillable)));
  if (!hygiene.judged) return hygiene;
  std::optional<std::vector<std::string>> shm = testee_.shared_memory();
  hygiene.shared_memory_judged = shm.has_value();
  if (shm && !shm->empty())
    hygiene.leftovers.push_back(absl::StrCat("left in /dev/shm: ", absl::StrJoin(*shm, ", ")));
  std::vector<std::string> files = testee_.scratch().temporary_files();
  if (!files.empty() && !tolerates_temporary_files_)
    hygiene.leftovers.push_back(absl::StrCat("left in TMPDIR: ", absl::StrJoin(files, ", ")));
  return hygiene;
}

// What was wrong may have been the beginning of the end: waits for it while main can move.
base::Ending Stage::how_main_fares() {
  base::Deadline deadline = base::Deadline::after(patience::quiet());
  while (testee_.poll_ending().still_running() && !deadline.passed() &&
         !prove_stillness(testee_.pid(), options_.guards).proved) {
    pollfd end{.fd = testee_.pidfd(), .events = POLLIN};
    ::poll(&end, 1, 1);
  }
  return testee_.poll_ending();
}

std::string Stage::last_words() {
  constexpr size_t kMost = 2000;
  std::string text;
  if (testee_.started()) {
    base::Ending ending = ending_before_kill_ ? *ending_before_kill_ : how_main_fares();
    absl::StrAppend(&text, "main's process: ", base::describe(ending), "\n");
  }
  std::string last =
      calls_.empty() ? "none" : absl::StrCat(calls_.back()->puppet, ": ", calls_.back()->op.text());
  absl::StrAppend(&text, "last command: ", last, "\n");
  for (const char* stream : {"stdout", "stderr"}) {
    std::string tail = tail_of_file(testee_.scratch().file(stream), kMost);
    if (!tail.empty()) absl::StrAppend(&text, "last output on ", stream, ":\n", tail, "\n");
  }
  return text;
}

}  // namespace conformance
