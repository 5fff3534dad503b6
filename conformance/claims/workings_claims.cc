// What no other list asks: how programs and processes begin and end, what objects lack, calls as Python's users write
// them, start methods mixed, and robustness that cuts across the areas.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/neighbours.h"
#include "conformance/stage/patience.h"
#include "conformance/stage/shared_memory.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

void only_when_children_begin_afresh(Stage& stage) {
  if (stage.has_feature("inherits_memory"))
    throw Abandon{Abandon::Why::kUnsupported, "a forked child goes on where its creator is"};
}

Op makes(const std::string& op, const RemoteObject& as, Args args = {}) {
  return {.name = op, .as = {as.name}, .args = std::move(args)};
}

// ---------------------------------------------------------------- what objects lack, and how they are called

Claims calls() {
  return {
      {.id = "queue.has_no_tasks",
       .level = Level::kMust,
       .says = "A Queue has no task_done() and no join(): those are a JoinableQueue's.",
       .documented = {"QUE-40"},
       .needs = {"queue", "joinable_queue", "object"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::vector<std::string> names = {"put", "task_done", "join"};
             EXPECT_THAT(main.does(object::attributes(main.queue(), names)),
                         returns(Value::list({"put"})));
             EXPECT_THAT(main.does(object::attributes(main.joinable_queue(), names)),
                         returns(Value::list({"put", "task_done", "join"})));
           }},
      {.id = "simple_queue.has_put_and_get_only",
       .level = Level::kMust,
       .says = "A SimpleQueue has neither a size nor tasks nor a thread to join.",
       .documented = {"SQ-06"},
       .needs = {"simple_queue", "object"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(object::attributes(
                             main.simple_queue(), {"put", "maxsize", "qsize", "full", "task_done",
                                                   "join", "join_thread"})),
                         returns(Value::list({"put"})));
           }},
      {.id = "pool.has_no_methods_of_results",
       .level = Level::kMust,
       .says = "get(), wait(), ready() and successful() are methods of a result; a pool has none "
               "of them.",
       .notes = {"ar.methods_on_pool"},
       .documented = {"ARES-11"},
       .needs = {"async_result", "object"},
       .check =
           [](Stage& stage) {
             const std::vector<std::string> methods = {"get", "ready", "successful", "wait"};
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult result = handle_named<RemoteAsyncResult>("result");
             main.must(pool.apply_async(result, "square", {3}));
             EXPECT_THAT(main.does(object::attributes(pool, methods)), returns(Value::list({})));
             EXPECT_THAT(main.does(object::attributes(result, methods)),
                         returns(Value::list({"get", "ready", "successful", "wait"})));
             close_and_join(main, pool);
           }},
      {.id = "async_result.cannot_be_cancelled",
       .level = Level::kMust,
       .says = "A result has no cancel().",
       .documented = {"ARES-11"},
       .needs = {"async_result", "object"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult result = handle_named<RemoteAsyncResult>("result");
             main.must(pool.apply_async(result, "square", {3}));
             EXPECT_THAT(main.does(object::attributes(result, {"cancel"})),
                         returns(Value::list({})));
             EXPECT_THAT(main.does(result.get()), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "async_result.kinds",
       .level = Level::kVariation,
       .says = "The result of a map is of a class derived from that of a single task's, or of the "
               "same.",
       .documented = {"ARES-14"},
       .needs = {"async_result", "pool.map_async", "object.bases"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             RemoteAsyncResult one = handle_named<RemoteAsyncResult>("one"),
                               many = handle_named<RemoteAsyncResult>("many");
             main.must(pool.apply_async(one, "square", {3}));
             main.must(pool.map_async(many, "square", {3}));
             const Value ones = main.must(object::bases(one)),
                         manys = main.must(object::bases(many));
             EXPECT_THAT(main.does(one.get()), returns(9));
             EXPECT_THAT(main.does(many.get()), returns(Value::list({9})));
             close_and_join(main, pool);
             const Value::List& all = as_list(manys);
             stage.varies(ones == manys ? "the same"
                          : std::find(all.begin(), all.end(), as_list(ones).at(0)) != all.end()
                              ? "derived"
                              : "unrelated",
                          {"the same", "derived"});
           }},
      {.id = "lock.acquire_says_block",
       .level = Level::kMust,
       .says =
           "acquire() of every lock calls its parameter block; blocking, threading's word, is a "
           "TypeError, and nothing is acquired.",
       .documented = {"LOCK-03"},
       .needs = {"lock", "rlock", "semaphore", "bounded_semaphore", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteLock& lock :
                  {main.lock(), main.rlock(), main.semaphore(1), main.bounded_semaphore(1)}) {
               EXPECT_THAT(main.does(object::call(lock, "acquire", {}, {{"blocking", true}})),
                           raises("TypeError"));
               EXPECT_THAT(main.does(object::call(lock, "acquire", {}, {{"block", false}})),
                           returns(true));
               EXPECT_THAT(main.does(lock.release()), returns(nullptr));
             }
           }},
      {.id = "semaphore.release_takes_no_count",
       .level = Level::kShould,
       .says = "release() of a semaphore gives back one; a count is a TypeError and gives back "
               "nothing.",
       .documented = {"SEMA-04"},
       .needs = {"semaphore", "bounded_semaphore", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteLock& s : {main.semaphore(2), main.bounded_semaphore(2)}) {
               main.must(s.acquire());
               main.must(s.acquire());
               EXPECT_THAT(main.does(object::call(s, "release", {2})), raises("TypeError"));
               EXPECT_THAT(main.does(object::call(s, "release", {}, {{"n", 2}})),
                           raises("TypeError"));
               EXPECT_THAT(main.does(s.acquire({.block = false})), returns(false));
               main.must(s.release());
               EXPECT_THAT(main.does(s.acquire({.block = false})), returns(true));
             }
           }},
      {.id = "array.takes_its_lock_by_keyword",
       .level = Level::kMust,
       .says = "A third argument by position is a TypeError of Array: lock is a keyword.",
       .documented = {"SHV-05"},
       .needs = {"array", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Value& lock : {Value(true), Value(false), main.lock().value()}) {
               EXPECT_THAT(
                   main.does(makes("array.new_by_position", handle_named<RemoteArray>("refused"),
                                   {{"type", "i"}, {"init", 3}, {"lock", lock}})),
                   raises("TypeError"));
             }
           }},
      {.id = "value.can_be_a_structure",
       .level = Level::kShould,
       .says =
           "The fields of a shared structure can be read and assigned, in every process; a copy "
           "has the same content and changes by itself.",
       .documented = {"SHV-12"},
       .needs = {"structure", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const Value& lock : {Value(true), Value(false)}) {
               RemoteObject point{"point"}, copy{"copy"};
               const auto get = [](const RemoteObject& on, const char* field) {
                 return Op{.name = "structure.get", .on = on.name, .args = {{"field", field}}};
               };
               const auto set = [](const RemoteObject& on, const char* field, Value value) {
                 return Op{.name = "structure.set",
                           .on = on.name,
                           .args = {{"field", field}, {"value", std::move(value)}}};
               };
               main.must(makes("structure.new", point, {{"x", 3}, {"y", 0.5}, {"lock", lock}}));
               Puppet& child = stage.start_process(main, {point});
               EXPECT_THAT(child.does(get(point, "x")), returns(3));
               child.must(set(point, "x", -4));
               EXPECT_THAT(main.does(get(point, "x")), returns(-4));
               EXPECT_THAT(main.does(get(point, "y")), returns(0.5));
               EXPECT_THAT(main.does(set(point, "x", "text")), raises("TypeError"));
               EXPECT_THAT(main.does(get(point, "few")), returns(0));
               EXPECT_THAT(main.does(get(point, "name")), returns(Value::bytes("")));
               child.must(set(point, "few", 5));
               child.must(set(point, "name", Value::bytes("a point")));
               EXPECT_THAT(main.does(get(point, "few")), returns(5));
               EXPECT_THAT(main.does(get(point, "name")), returns(Value::bytes("a point")));
               EXPECT_THAT(main.does(get(point, "x")), returns(-4));
               EXPECT_THAT(main.does(get(point, "y")), returns(0.5));
               main.must({.name = "structure.copy", .on = point.name, .as = {copy.name}});
               EXPECT_THAT(main.does(get(copy, "x")), returns(-4));
               EXPECT_THAT(main.does(get(copy, "y")), returns(0.5));
               main.must(set(copy, "y", 9.0));
               EXPECT_THAT(child.does(get(point, "y")), returns(0.5));
               child.must(set(point, "y", 7.0));
               EXPECT_THAT(main.does(get(copy, "y")), returns(9.0));
               EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             }
           }},
      {.id = "queue.feeder",
       .level = Level::kVariation,
       .says = "A process has a thread more from its first put() on, or needs none.",
       .documented = {"QUE-33"},
       .needs = {"queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             const auto threads = [&] {
               std::filesystem::directory_iterator all(absl::StrCat("/proc/", main.pid(), "/task"));
               return std::distance(begin(all), end(all));
             };
             const auto before = threads();
             EXPECT_THAT(main.does(q.qsize()), returns(0));
             EXPECT_EQ(threads(), before);
             main.must(q.put(1));
             const auto first = threads() - before;
             main.must(q.put(2));
             EXPECT_EQ(threads() - before, first);
             EXPECT_THAT(main.does(q.get()), returns(1));
             EXPECT_THAT(main.does(q.get()), returns(2));
             stage.varies(first == 1   ? "a thread"
                          : first == 0 ? "none"
                                       : "more",
                          {"a thread", "none"});
           }},
      {.id = "simple_queue.end_of_its_writers",
       .level = Level::kVariation,
       .says = "get() waits on when every other holder of the queue has ended, or raises EOFError.",
       .documented = {"SQ-08"},
       .needs = {"simple_queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& writer = stage.start_process(main, {q});
             writer.must(q.put(1));
             EXPECT_EQ(ends_with(main, writer, self::returns()), Value(0));
             Puppet& thread = stage.start_thread(main);
             EXPECT_THAT(main.does(q.get()), returns(1));
             Call get = main.begins(q.get());
             const bool waits = std::holds_alternative<Blocked>(get.outcome_if_blocked());
             if (waits) {
               thread.must(q.put(2));
               EXPECT_THAT(get, returns(2));
             } else {
               EXPECT_THAT(get, raises("EOFError"));
             }
             stage.varies(waits ? "waits" : "EOFError", {"waits", "EOFError"});
           }},
      {.id = "pipe.send_may_meet_the_close",
       .level = Level::kMust,
       .says = "Of sends while the other end is closed the first ones return and all others raise "
               "OSError; none after the close returns.",
       .documented = {"PIPE-13"},
       .needs = {"pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             auto [near, far] = main.pipe();
             Call sends = thread.begins(batch({near.send(1)}, 300));
             main.must(far.close());
             bool broken = false;
             for (const Reply& each : sends.batch()) {
               const Raised* raised = std::get_if<Raised>(&each.result);
               EXPECT_TRUE(raised != nullptr || !broken) << "a send after one that failed returned";
               broken |= raised != nullptr;
               EXPECT_TRUE(raised == nullptr || raised->is_a("OSError"));
             }
             EXPECT_THAT(thread.does(near.send(2)), raises("OSError"));
           }},
  };
}

// ---------------------------------------------------------------- what objects say of themselves

// What repr() of the object is.
std::string shown(Puppet& puppet, const RemoteObject& object) {
  return as_text(puppet.must(object::call(object, "__repr__")));
}

// What a with statement does when an exception leaves its block; true keeps it from getting out.
testing::Matcher<const Call&> lets_it_out() {
  return testing::AnyOf(returns(nullptr), returns(false));
}
Op leaves_by_an_error(const RemoteObject& object) {
  return object::call(object, "__exit__", {"an error's type", "the error", nullptr});
}
// Of a lock of any kind, or a condition.
template <typename Lock>
void expect_an_error_releases(Puppet& main, Puppet& child, const Lock& lock) {
  main.must(lock.enter());
  EXPECT_THAT(child.does(lock.acquire(kWithoutBlocking)), returns(false));
  EXPECT_THAT(main.does(leaves_by_an_error(lock)), lets_it_out());
  EXPECT_THAT(child.does(lock.acquire(kWithoutBlocking)), returns(true));
}

Claims descriptions() {
  return {
      {.id = "process.repr_follows_its_state",
       .level = Level::kShould,
       .says = "repr() tells a process's name, whether it is a daemon, and how far it has come: "
               "initial, started, stopped and by which signal, closed.",
       .documented = {"PROC-32"},
       .needs = {"process.close", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.name = "miner", .daemon = true});
             EXPECT_THAT(shown(main, p),
                         AllOf(HasSubstr("miner"), HasSubstr("initial"), HasSubstr("daemon")));
             main.must(p.start());
             Puppet& child = stage.arrival(p);
             EXPECT_THAT(shown(main, p), HasSubstr("started"));
             stage.signal(child, SIGKILL);
             main.must(p.join());
             EXPECT_THAT(shown(main, p),
                         AllOf(HasSubstr("stopped"), HasSubstr("SIGKILL"), HasSubstr("daemon")));
             main.must(p.close());
             EXPECT_THAT(shown(main, p), AllOf(HasSubstr("miner"), HasSubstr("closed")));
             EXPECT_THAT(shown(main, main.process()), Not(HasSubstr("daemon")));
           }},
      {.id = "lock.repr_names_its_owner",
       .level = Level::kShould,
       .says = "repr() of a Lock or an RLock tells by name if this process holds it, and else "
               "whether nobody does or somebody else; that of an RLock how often it was taken.",
       .documented = {"LOCK-15"},
       .needs = {"lock", "rlock", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const RemoteLock& lock : {main.lock(), main.rlock()}) {
               Puppet& child = stage.start_process(main, {lock}, {.name = "holder"});
               EXPECT_THAT(shown(main, lock), HasSubstr("None"));
               child.must(lock.acquire());
               EXPECT_THAT(shown(child, lock), HasSubstr("holder"));
               EXPECT_THAT(shown(main, lock), HasSubstr("SomeOtherProcess"));
               if (lock.kind == "rlock") {
                 child.must(lock.acquire());
                 EXPECT_THAT(shown(child, lock), HasSubstr("2"));
                 child.must(lock.release());
                 EXPECT_THAT(shown(child, lock), HasSubstr("1"));
               }
               child.must(lock.release());
               EXPECT_THAT(shown(child, lock), HasSubstr("None"));
               EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             }
           }},
      {.id = "semaphore.repr_tells_its_value",
       .level = Level::kShould,
       .says = "repr() of a semaphore tells its value, and of a bounded one its bound.",
       .documented = {"LOCK-15"},
       .needs = {"semaphore", "bounded_semaphore", "semaphore.get_value", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock free = main.semaphore(7), bounded = main.bounded_semaphore(7);
             for (const RemoteLock& s : {free, bounded}) {
               main.must(s.acquire());
               EXPECT_THAT(shown(main, s), HasSubstr("value=6"));
             }
             EXPECT_THAT(shown(main, bounded), HasSubstr("maxvalue=7"));
           }},
      {.id = "condition.repr_counts_waiters",
       .level = Level::kShould,
       .says = "repr() of a Condition tells how many wait, and does not count who has given up.",
       .documented = {"LOCK-15"},
       .needs = {"condition", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.condition();
             Puppet& child = stage.start_process(main, {c});
             EXPECT_THAT(shown(main, c), EndsWith(", 0)>"));
             child.must(c.acquire());
             Call waits = child.begins(c.wait());
             EXPECT_THAT(waits, blocks());
             EXPECT_THAT(shown(main, c), EndsWith(", 1)>"));
             main.must(c.acquire());
             EXPECT_THAT(main.does(c.wait(0s)), returns(false));
             EXPECT_THAT(shown(main, c), EndsWith(", 1)>"));
             main.must(c.notify());
             main.must(c.release());
             EXPECT_THAT(waits, returns(true));
             EXPECT_THAT(shown(main, c), EndsWith(", 0)>"));
           }},
      {.id = "event.repr_tells_whether_it_is_set",
       .level = Level::kShould,
       .says = "repr() of an Event says set or unset.",
       .documented = {"LOCK-15"},
       .needs = {"event", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.event();
             if (shown(main, e).find(" object at ") != std::string::npos)
               throw Abandon{Abandon::Why::kUnsupported, "events have the general repr()"};
             EXPECT_THAT(shown(main, e), HasSubstr(" unset"));
             main.must(e.set());
             EXPECT_THAT(shown(main, e), HasSubstr(" set"));
           }},
      {.id = "shared_memory.repr_tells_its_name",
       .level = Level::kShould,
       .says = "repr() of a block tells its name and size, that of a ShareableList its items and "
               "the name of its memory.",
       .documented = {"SHM-13"},
       .needs = {"shared_memory", "shareable_list", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteSharedMemory block =
                 main.makes(module::shared_memory({.create = true, .size = 4242}));
             EXPECT_THAT(shown(main, block),
                         AllOf(HasSubstr(as_text(main.must(block.get_name()))), HasSubstr("4242")));
             const RemoteShareableList l = main.makes(module::shareable_list({4711, "word"}));
             const RemoteSharedMemory memory = main.makes(l.shm());
             EXPECT_THAT(shown(main, l), AllOf(HasSubstr("4711, 'word'"),
                                               HasSubstr(as_text(main.must(memory.get_name())))));
             for (const RemoteSharedMemory& each : {block, memory}) {
               main.must(each.close());
               main.must(each.unlink());
             }
           }},
      {.id = "manager.with_block_lets_errors_out",
       .level = Level::kMust,
       .says = "An exception leaves the with block of a manager, a pool, an end of a pipe or a "
               "shared value: none of them keeps it.",
       .documented = {"MAN-06"},
       .needs = {"manager", "pool.with", "pipe", "value", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             main.must(m.enter());
             EXPECT_THAT(main.does(leaves_by_an_error(m)), lets_it_out());
             RemotePool pool = main.pool(1);
             main.must(pool.enter());
             EXPECT_THAT(main.does(leaves_by_an_error(pool)), lets_it_out());
             main.must(pool.join());
             auto [left, right] = main.pipe();
             main.must(left.enter());
             EXPECT_THAT(main.does(leaves_by_an_error(left)), lets_it_out());
             RemoteValue value = main.value("i", 0);
             main.must(value.enter());
             EXPECT_THAT(main.does(leaves_by_an_error(value)), lets_it_out());
           }},
      {.id = "lock.with_block_left_by_an_error_releases",
       .level = Level::kMust,
       .says = "An exception that leaves the with block of a lock, a semaphore or a condition goes "
               "on, and another process can have the lock.",
       .documented = {"LOCK-07"},
       .needs = {"lock", "rlock", "semaphore", "bounded_semaphore", "condition", "object.call",
                 "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock locks[] = {main.lock(), main.rlock(), main.semaphore(1),
                                   main.bounded_semaphore(1)};
             RemoteCondition c = main.condition();
             Puppet& child = stage.start_process(main, {locks[0], locks[1], locks[2], locks[3], c});
             for (const RemoteLock& lock : locks) expect_an_error_releases(main, child, lock);
             expect_an_error_releases(main, child, c);
           }},
      {.id = "value.with_block_left_by_an_error_releases",
       .level = Level::kMust,
       .says = "An exception that leaves the with block of a shared value or array goes on, and "
               "another process can have its lock.",
       .documented = {"SHV-16"},
       .needs = {"value", "array", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue v = main.value("i", 1);
             RemoteArray a = main.array("i", 2);
             Puppet& child = stage.start_process(main, {v, a});
             main.must(v.enter());
             Call reads = child.begins(v.get());
             EXPECT_THAT(reads, blocks());
             EXPECT_THAT(main.does(leaves_by_an_error(v)), lets_it_out());
             EXPECT_THAT(reads, returns(1));
             main.must(a.enter());
             reads = child.begins(a.get(1));
             EXPECT_THAT(reads, blocks());
             EXPECT_THAT(main.does(leaves_by_an_error(a)), lets_it_out());
             EXPECT_THAT(reads, returns(0));
           }},
      {.id = "pipe.with_block_left_by_an_error_closes",
       .level = Level::kMust,
       .says =
           "An exception that leaves the with block of an end of a pipe goes on, and the end is "
           "closed.",
       .documented = {"PIPE-15"},
       .needs = {"pipe", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [left, right] = main.pipe();
             main.must(left.enter());
             EXPECT_THAT(main.does(leaves_by_an_error(left)), lets_it_out());
             EXPECT_THAT(main.does(left.closed()), returns(true));
             EXPECT_THAT(main.does(left.send(1)), raises("OSError"));
             EXPECT_THAT(main.does(right.recv()), raises("EOFError"));
           }},
      {.id = "manager.lock_with_block_left_by_an_error_releases",
       .level = Level::kMust,
       .says =
           "An exception that leaves the with block of a manager's lock, semaphore or condition "
           "goes on, and another process can have the lock.",
       .documented = {"LOCK-07"},
       .needs = {"manager", "manager.lock", "manager.rlock", "manager.semaphore",
                 "manager.condition", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock locks[] = {main.makes(m.lock()), main.makes(m.rlock()),
                                   main.makes(m.semaphore(1))};
             RemoteCondition c = main.makes(m.condition());
             Puppet& child = stage.start_process(main, {locks[0], locks[1], locks[2], c});
             for (const RemoteLock& lock : locks) expect_an_error_releases(main, child, lock);
             expect_an_error_releases(main, child, c);
           }},
      {.id = "lock.that_nobody_uses_leaves_no_name",
       .level = Level::kShould,
       .says = "Locks, semaphores and conditions that a program has forgotten leave nothing in "
               "shared memory while it goes on.",
       .documented = {"START-18"},
       .needs = {"lock", "semaphore", "condition", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             size_t before = 0;
             for (int round = 0; round < 3; ++round) {  // the first may make what stays for good
               RemoteLock lock = main.lock(), semaphore = main.semaphore(2);
               RemoteCondition c = main.condition();
               results(main.does(batch({lock.acquire(), lock.release(), semaphore.acquire()})));
               results(main.does(batch({lock.drop(), semaphore.drop(), c.drop()})));
               if (round == 0) before = names_in_shared_memory(stage);
             }
             EXPECT_EQ(names_in_shared_memory(stage), before);
           }},
      {.id = "manager.server_comes_about_as_its_context_says",
       .level = Level::kMust,
       .says = "The server of a context's Manager() is started by that context's method, whatever "
               "the program has chosen: one that is not forked holds none of its pipes open.",
       .documented = {"START-07", "START-08", "LIFE-16"},
       .needs = {"manager", "pipe", "context.own", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const char* chosen : {"fork", "spawn"}) {
               main.must(module::set_start_method(chosen, true));
               auto [reader, writer] = main.pipe(false);
               RemoteManager m = main.manager();
               Puppet& thread = stage.start_thread(main);
               main.must(writer.close());
               Call end = main.begins(reader.recv());
               if (stage.has_feature("inherits_memory")) {
                 EXPECT_THAT(end, blocks());
               } else {
                 EXPECT_THAT(end, raises("EOFError"));
               }
               EXPECT_THAT(thread.does(m.shutdown()), returns(nullptr));
               EXPECT_THAT(end, raises("EOFError"));
             }
           }},
      {.id = "manager.list.multiplies_from_the_left",
       .level = Level::kMust,
       .says = "2 * l is a list of all items twice, as l * 2 is, and l stays as it was.",
       .documented = {"MAN-23"},
       .needs = {"manager", "manager.list", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteListProxy l = main.makes(m.list({1, 2}));
             EXPECT_THAT(main.does(object::call(l, "__rmul__", {2})),
                         returns(Value::list({1, 2, 1, 2})));
             EXPECT_THAT(main.does(l.get()), returns(Value::list({1, 2})));
           }},
  };
}

// ---------------------------------------------------------------- processes

// How often it says so, when nothing moves any more.
int printed(Stage& stage, const std::string& text) {
  EXPECT_TRUE(stage.comes_to_rest());
  return occurrences(stage.printed("stdout"), text);
}

// A message to the implementation's logger.
Op logs(int level, const std::string& text) {
  return {.name = "util.log", .args = {{"level", level}, {"text", text}}};
}

Op finalize(const std::string& puppet, int priority) {
  return {.name = "util.finalize", .args = {{"puppet", puppet}, {"priority", priority}}};
}

// SIGUSR1 has `main` set it.
RemoteEvent event_that_a_handler_sets(Puppet& main) {
  RemoteEvent event = main.event();
  main.must({.name = "puppet.on_signal_do",
             .args = {{"signal", SIGUSR1}, {"operation", "event.set"}, {"object", event.name}}});
  return event;
}

Claims processes() {
  return {
      {.id = "process.interrupt_can_be_handled",
       .level = Level::kMust,
       .says =
           "interrupt() raises KeyboardInterrupt in what the target does; it can go on and clean "
           "up.",
       .documented = {"PROC-29"},
       .needs = {"process.interrupt", "queue", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             child.must(self::on_signal(SIGINT, "interrupt"));
             child.must(self::marks_finally("cleaned"));
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             const Op interrupt{.name = "process.interrupt", .on = child.handle().name};
             EXPECT_THAT(main.does(interrupt), returns(nullptr));
             EXPECT_THAT(get, raises("KeyboardInterrupt"));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_EQ(ends_with(main, child, self::raises("KeyboardInterrupt")), Value(1));
             EXPECT_TRUE(stage.has_file("cleaned"));
           }},
      {.id = "lifecycle.finalizers_run_in_order",
       .level = Level::kShould,
       .says = "At the end of a process finalizers run by falling priority, the newest first among "
               "equals; those below 0 when daemons are terminated and the other children joined.",
       .documented = {"LIFE-11", "LIFE-14"},
       .needs = {"util", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& parent = stage.start_process(main);
             Puppet& child = stage.start_process(parent);
             Puppet& daemon = stage.start_process(parent, {}, {.daemon = true});
             std::vector<std::string> order;
             for (auto [name, priority] : {std::pair("third", 0),
                                           {"first", 10},
                                           {"fifth", -5},
                                           {"second", 0},
                                           {"fourth", -1}}) {
               order.push_back(stage.expects(name));
               parent.must(finalize(order.back(), priority));
             }
             // By the order of their priorities; equal ones, the newest first.
             order = {order[1], order[3], order[0], order[4], order[2]};
             parent.must(self::returns());
             for (size_t i = 0; i < order.size(); ++i) {
               if (i == 3) {  // what comes now waits for the child
                 EXPECT_TRUE(stage.process_ends(daemon));
                 EXPECT_TRUE(stage.comes_to_rest());
                 EXPECT_FALSE(stage.has_come(order[i]));
                 child.must(self::returns());
               }
               Puppet& finalizer = stage.arrival(order[i]);
               EXPECT_EQ(finalizer.pid(), parent.pid());
               EXPECT_TRUE(stage.comes_to_rest());
               for (size_t later = i + 1; later < order.size(); ++later)
                 EXPECT_FALSE(stage.has_come(order[later]))
                     << order[later] << " beside " << order[i];
               const std::vector<pid_t> live = stage.processes();
               const auto lives = [&](Puppet& who) {
                 return std::find(live.begin(), live.end(), who.pid()) != live.end();
               };
               EXPECT_EQ(lives(child), i < 3);
               EXPECT_EQ(lives(daemon), i < 3);
               finalizer.must(self::returns());
             }
             EXPECT_EQ(exit_code(main, parent.handle()), Value(0));
           }},
      {.id = "lifecycle.log_reaches_stderr_once",
       .level = Level::kShould,
       .says = "log_to_stderr(level) shows what any process logs at that level or above, once, and "
               "nothing below; a child has its creator's level.",
       .documented = {"LIFE-21"},
       .needs = {"util", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(logs(20, "before"));
             main.must({.name = "util.log_to_stderr", .args = {{"level", 20}}});
             Puppet& child = stage.start_process(main, {}, {.name = "child-of-main"});
             Puppet& grandchild = stage.start_process(child);
             for (auto [puppet, shown, hidden] :
                  {std::tuple(&main, "one of main", "two of main"),
                   {&child, "one of child", "two of child"},
                   {&grandchild, "one of grandchild", "two of grandchild"}}) {
               puppet->must(logs(20, shown));
               puppet->must(logs(10, hidden));
               EXPECT_EQ(occurrences(stage.printed("stderr"), shown), 1) << shown;
               EXPECT_EQ(occurrences(stage.printed("stderr"), hidden), 0) << hidden;
             }
             EXPECT_THAT(stage.printed("stderr"), Not(HasSubstr("before")));
             EXPECT_THAT(stage.printed("stderr"), HasSubstr("/MainProcess] one of main\n"));
             EXPECT_THAT(stage.printed("stderr"), HasSubstr("/child-of-main] one of child\n"));
           }},
      {.id = "lock.terminated_holder",
       .level = Level::kVariation,
       .says =
           "The lock of a process that terminate() ended inside its with statement stays locked, "
           "or is free.",
       .documented = {"LIFE-19"},
       .needs = {"lock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = main.lock();
             Puppet& child = stage.start_process(main, {lock});
             child.must(lock.enter());
             main.must(child.handle().terminate());
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGTERM));
             const Value got = main.must(lock.acquire({.block = false}));
             stage.varies(got == Value(true) ? "is free" : "stays locked",
                          {"is free", "stays locked"});
           }},
      {.id = "process.exitcode_is_known_at_the_sentinel",
       .level = Level::kBeyond,
       .says =
           "As soon as the sentinel is ready exitcode is known, and join(timeout=0) knows it too: "
           "three hundred times.",
       .documented = {"ROB-33"},
       .needs = {"process.sentinel", "inherits_memory"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int round = 0; round < 15; ++round) {
               std::vector<Op> ops;
               for (int i = 0; i < 20; ++i) {
                 RemoteProcess p = process_named("p");
                 ops.push_back(makes("process.new", p, {{"func", "nothing"}}));
                 for (Op op : {p.start(), module::wait({p}), p.exitcode(), p.join(0ms),
                               p.is_alive(), p.join()}) {
                   ops.push_back(std::move(op));
                 }
               }
               const std::vector<Value> all = results(main.does(batch(std::move(ops))));
               for (size_t i = 0; i < all.size(); i += 7) {
                 ASSERT_EQ(all[i + 3], Value(0)) << "after " << round << " rounds";
                 ASSERT_EQ(all[i + 5], Value(false)) << "after " << round << " rounds";
               }
             }
           }},
      {.id = "start_method.warning_about_threads",
       .level = Level::kVariation,
       .says = "A fork beside other threads is warned about, or not; one without them never is.",
       .documented = {"START-22"},
       .needs = {"inherits_memory", "warnings"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Op warnings{.name = "puppet.warnings"};
             main.must(warnings);
             stage.start_process(main);
             EXPECT_THAT(main.does(warnings), returns(Value::list({})));
             stage.start_thread(main);
             stage.start_process(main);
             const Value seen = main.must(warnings);
             stage.varies(seen == Value::list({})                       ? "nothing"
                          : seen == Value::list({"DeprecationWarning"}) ? "a warning"
                                                                        : seen.text(),
                          {"nothing", "a warning"});
           }},
      {.id = "event.set_in_a_handler_ends_the_wait_beneath",
       .level = Level::kBeyond,
       .says = "set() in a signal handler lets go the wait() that the signal has interrupted.",
       .documented = {"ROB-46"},
       .needs = {"event", "puppet.on_signal_do", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent event = event_that_a_handler_sets(main);
             Call wait = main.begins(event.wait());
             EXPECT_THAT(wait, blocks());
             stage.signal(main, SIGUSR1);
             EXPECT_THAT(wait, returns(true));
           }},
      {.id = "event.is_safe_in_a_signal_handler",
       .level = Level::kBeyond,
       .says = "set() in a signal handler does not deadlock with the is_set() that the signal has "
               "interrupted.",
       .documented = {"ROB-46"},
       .needs = {"event", "puppet.on_signal_do", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent event = event_that_a_handler_sets(main);
             Puppet& child = stage.start_process(main, {event});
             for (int i = 0; i < 300; ++i) {
               Call questions = main.begins(batch({event.is_set()}, 1000));
               for (int j = 0; j < 20 && !questions.record().reply; ++j) {
                 stage.signal(main, SIGUSR1);
                 child.must(self::noted(SIGUSR1));  // and what came of it is looked at
               }
               if (!std::holds_alternative<Returned>(questions.outcome())) {
                 EXPECT_THAT(questions, returns());
                 return;
               }
             }
           }},
  };
}

// ---------------------------------------------------------------- start methods

// What becomes of a lock of the context of `method` that is passed to a child.
std::string fate_of_a_lock(Stage& stage, const std::string& method) {
  Puppet& main = stage.main();
  RemoteLock lock = handle_named<RemoteLock>("lock_of_" + method);
  lock.kind = "lock";
  main.must(makes("lock.new_in_context", lock, {{"method", method}}));
  RemoteProcess p = main.process({lock});
  Call start = main.does(p.start());
  if (std::holds_alternative<Raised>(start.outcome())) {
    EXPECT_THAT(start, raises("RuntimeError"));
    return "is refused";
  }
  Puppet& child = stage.arrival(p);
  main.must(lock.acquire());
  if (!testing::Matches(returns(false))(child.does(lock.acquire({.block = false}))))
    return "misbehaves";
  main.must(lock.release());
  return testing::Matches(returns(true))(child.does(lock.acquire({.block = false}))) ? "works"
                                                                                     : "misbehaves";
}

Claims start_methods() {
  return {
      {.id = "start_method.unguarded_main_is_noticed",
       .level = Level::kMust,
       .says =
           "A child that begins with the main module has it under another name; if that starts a "
           "process again, unguarded, the child raises RuntimeError and says so, and nothing "
           "runs on for ever.",
       .documented = {"START-11"},
       .needs = {"program.unguarded"},
       .check =
           [](Stage& stage) {
             only_when_children_begin_afresh(stage);
             const Value printed = stage.main().must(module::runs_program("unguarded"));
             EXPECT_EQ(as_text(member_of(printed, "stdout")),
                       "module __main__\nmodule __mp_main__\nexit code 1\n");
             const std::string errors = as_text(member_of(printed, "stderr"));
             EXPECT_THAT(errors, HasSubstr("RuntimeError"));
             EXPECT_THAT(errors, HasSubstr("bootstrapping"));
           }},
      {.id = "start_method.main_module_of_a_package",
       .level = Level::kMust,
       .says = "A child finds the main module of a program that was started by its name in a "
               "package, and can import what lies beside it.",
       .documented = {"START-11"},
       .needs = {"program.package"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "package", "child neighbour\nexit code 0\n");
           }},
      {.id = "start_method.objects_of_the_main_module",
       .level = Level::kShould,
       .says = "A spawned child that makes a semaphore as it imports the main module leaves "
               "nothing behind, and nobody warns of anything.",
       .documented = {"ROB-36", "START-18"},
       .needs = {"program.semaphore_of_the_main_module"},
       .check =
           [](Stage& stage) {
             only_under(stage,
                        "spawn");  // in a child of the fork server it stays registered
             expect_program_says(stage, "semaphore_of_the_main_module", "exit code 0\n");
           }},
      {.id = "start_method.without_standard_output",
       .level = Level::kShould,
       .says = "A program that has closed its standard output, or has none, starts children as "
               "any other, and they end as they should, with all that they wrote to standard error "
               "written.",
       .documented = {"PROC-02", "PROC-06"},
       .needs = {"program.without_standard_output"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "without_standard_output", "exit code 0\nexit code 0\n",
                                 "unfinished unfinished ");
           }},
      {.id = "pipe.default_timeout_of_sockets_means_nothing",
       .level = Level::kShould,
       .says = "recv() of a two-way pipe, and of a connection that was accepted, waits for a "
               "message, whatever timeout the program has set for its sockets by default.",
       .documented = {"PIPE-08"},
       .needs = {"program.default_timeout_of_sockets"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "default_timeout_of_sockets",
                                 "got a message\nexit code 0\nclient answered\n");
           }},
      {.id = "lifecycle.fork_beside_the_library_ends_alone",
       .level = Level::kShould,
       .says =
           "A child that a program has forked by itself, and that ends as any program does, "
           "takes nothing along: manager, listener and their files are there for who made them.",
       .documented = {"LIFE-12"},
       .needs = {"program.raw_fork"},
       .check =
           [](Stage& stage) {
             // What the child complains of as it ends is its own affair.
             const Value printed = stage.main().must(module::runs_program("raw_fork"));
             EXPECT_EQ(as_text(member_of(printed, "stdout")),
                       "exit code 0\nexit code 0\nkept [1, 2]\nanother [3]\nclient answered\n");
           }},
      {.id = "value.found_by_the_collector_hinders_nobody",
       .level = Level::kMust,
       .says = "Values and Arrays that nothing holds but a circle of references are given back by "
               "the garbage collector, also if that runs while another one is made.",
       .documented = {"FAULT-09"},
       .needs = {"program.values_in_circles"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "values_in_circles", "made 2000\nexit code 0\n");
           }},
      {.id = "start_method.lock_of_spawn_under_fork",
       .level = Level::kMust,
       .says = "A forked process can use a lock of a spawn context.",
       .documented = {"START-14"},
       .needs = {"context.lock", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = handle_named<RemoteLock>("lock");
             lock.kind = "lock";
             main.must(makes("lock.new_in_context", lock, {{"method", "spawn"}}));
             Puppet& child = stage.start_process(main, {lock});
             main.must(lock.acquire());
             EXPECT_THAT(child.does(lock.acquire({.block = false})), returns(false));
             main.must(lock.release());
             EXPECT_THAT(child.does(lock.acquire({.block = false})), returns(true));
           }},
      {.id = "start_method.lock_of_fork_elsewhere",
       .level = Level::kVariation,
       .says =
           "A lock of a fork context that is given to a process of another method is refused by "
           "start() with RuntimeError; or it works there; or the child misbehaves.",
       .documented = {"START-14"},
       .needs = {"context.lock", "isolated"},
       .check =
           [](Stage& stage) {
             only_when_children_begin_afresh(stage);
             stage.varies(fate_of_a_lock(stage, "fork"), {"is refused", "works", "misbehaves"});
           }},
      {.id = "start_method.lock_of_another_context_works_or_is_refused",
       .level = Level::kBeyond,
       .says = "A lock of any context works in a process of any other, or start() refuses it.",
       .documented = {"ROB-47"},
       .needs = {"context.lock", "isolated"},
       .check =
           [](Stage& stage) {
             for (const char* method : {"fork", "spawn", "forkserver"})
               EXPECT_NE(fate_of_a_lock(stage, method), "misbehaves") << "a lock of " << method;
           }},
      {.id = "start_method.preloaded_module_is_loaded_once",
       .level = Level::kShould,
       .says = "What set_forkserver_preload() names is loaded once, by the server; what can't be "
               "loaded does no harm.",
       .documented = {"START-17"},
       .needs = {"context.set_forkserver_preload", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             main.must({.name = "module.new", .args = {{"name", "noticed"}}});
             main.must({.name = "context.set_forkserver_preload",
                        .args = {{"modules", Value::list({"no_such_module", "noticed"})}}});
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             EXPECT_EQ(one.ppid(), two.ppid());
             EXPECT_EQ(printed(stage, "noticed loaded by "), 1);
             EXPECT_EQ(printed(stage, absl::StrCat("noticed loaded by ", one.ppid(), "\n")), 1);
           }},
      {.id = "start_method.executable_can_be_chosen",
       .level = Level::kShould,
       .says =
           "set_executable() chooses the program by which children are run that begin with one, by "
           "text, bytes, or an object that is a path; forked ones need none.",
       .documented = {"START-20"},
       .needs = {"context.set_executable", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.lock();  // and with it whatever helpers there are
             for (const char* kind : {"text", "bytes", "path"}) {
               EXPECT_THAT(main.does({.name = "context.set_executable",
                                      .args = {{"fails", false}, {"kind", kind}}}),
                           returns(nullptr));
             }
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(printed(stage, "started\n"), stage.has_feature("inherits_memory") ? 0 : 1);
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
           }},
      {.id = "start_method.executable_is_for_helpers_too",
       .level = Level::kShould,
       .says = "What set_executable() chose runs the helpers that begin with a program, too: where "
               "Python is embedded there is no other interpreter.",
       .documented = {"START-20"},
       .needs = {"context.set_executable", "shared_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must({.name = "context.set_executable", .args = {{"fails", false}}});
             const size_t before = stage.processes().size();
             main.must(main.makes(module::shared_memory({.create = true, .size = 8})).unlink());
             EXPECT_TRUE(stage.comes_to_rest());
             const auto helpers = static_cast<int>(stage.processes().size() - before);
             EXPECT_EQ(printed(stage, "started\n"), helpers);
           }},
      {.id = "start_method.child_that_fails_before_it_reads",
       .level = Level::kBeyond,
       .says = "start() returns or raises when the child's program fails before it has read what "
               "it was given, however much that is; nobody waits for it.",
       .documented = {"START-20"},
       .needs = {"context.set_executable", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "spawn");
             Puppet& main = stage.main();
             main.lock();  // and with it whatever helpers there are
             main.must({.name = "context.set_executable", .args = {{"fails", true}}});
             for (const int size : {10, 300'000}) {
               const RemoteProcess p = process_named("p");
               main.must(named(
                   {.name = "process.new",
                    .args = {{"func", "identity"}, {"args", Value::list({Value::blob(size, 3)})}}},
                   p));
               EXPECT_THAT(main.does(p.start()), testing::AnyOf(returns(), raises()))
                   << size << " bytes";
             }
           }},
      {.id = "start_method.freeze_support_does_nothing",
       .level = Level::kMust,
       .says = "freeze_support() in a program that is not frozen returns None, as often as it is "
               "called, in a child too.",
       .documented = {"START-21"},
       .needs = {"context.freeze_support", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Op freeze{.name = "context.freeze_support"};
             EXPECT_THAT(main.does(freeze), returns(nullptr));
             EXPECT_THAT(main.does(freeze), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(freeze), returns(nullptr));
           }},
      {.id = "pool.workers_that_cannot_begin",
       .level = Level::kBeyond,
       .says = "When no worker can begin, because its program fails, Pool() or the tasks raise an "
               "error; the pool of one does not start eight workers in vain.",
       .documented = {"ROB-49"},
       .needs = {"context.set_executable", "pool", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "spawn");
             Puppet& main = stage.main();
             main.lock();  // and with it whatever helpers there are
             main.must({.name = "context.set_executable", .args = {{"fails", true}}});
             RemotePool pool = handle_named<RemotePool>("pool");
             Call made = main.does(makes("pool.new", pool, {{"processes", 1}}));
             if (std::holds_alternative<Raised>(made.outcome())) return;
             Call apply = main.begins(pool.apply("square", {3}));
             const base::Deadline deadline = base::Deadline::after(patience::must_happen());
             while (!apply.record().reply && !deadline.passed()) {
               stage.hears_something();
               if (occurrences(stage.printed("stdout"), "started\n") >= 8) {
                 throw Abandon{Abandon::Why::kViolated,
                               "eight workers were started, one after the other, and nobody has "
                               "been told that they cannot begin"};
               }
             }
             EXPECT_THAT(apply, raises());
           }},
  };
}

// ---------------------------------------------------------------- pools, managers, listeners

Claims pools_and_servers() {
  return {
      {.id = "pool.new.ends_the_workers_it_has_if_it_fails",
       .level = Level::kShould,
       .says = "If not all workers can be started Pool() raises, and those that were are gone; a "
               "smaller pool works.",
       .documented = {"POOL-05"},
       .needs = {"pool", "puppet.limit_files", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             close_and_join(main, main.pool(1));  // and with it whatever helpers there are
             EXPECT_TRUE(stage.comes_to_rest());
             const size_t before = stage.processes().size();
             const auto limit = [](Value free) {
               return Op{.name = "puppet.limit_files", .args = {{"free", std::move(free)}}};
             };
             main.must(limit(24));
             EXPECT_THAT(main.does(makes("pool.new", handle_named<RemotePool>("refused"),
                                         {{"processes", 40}})),
                         raises("OSError"));
             main.must(limit(nullptr));
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_LE(stage.processes().size(), before);
             RemotePool pool = main.pool(2);
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             close_and_join(main, pool);
           }},
      {.id = "pool.of_threads",
       .level = Level::kMust,
       .says =
           "A ThreadPool has a Pool's interface: its tasks run in this process, get and give the "
           "very objects, and what they raise has no cause.",
       .documented = {"POOL-60"},
       .needs = {"thread_pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = handle_named<RemotePool>("pool");
             main.must(makes("thread_pool.new", pool, {{"processes", 2}}));
             EXPECT_THAT(main.does(pool.apply("pid", {})), returns(static_cast<int>(main.pid())));
             EXPECT_THAT(main.does(pool.map("square", {1, 2, 3})), returns(Value::list({1, 4, 9})));
             EXPECT_THAT(main.does(pool.starmap("arguments", {Value::tuple({1, 2})})),
                         returns(Value::list({Value::list({1, 2})})));
             RemoteList list = main.list({1});
             EXPECT_THAT(main.does(pool.apply("appended", {list.value()})),
                         returns(Value::list({1, 0})));
             EXPECT_THAT(main.does(list.get()), returns(Value::list({1, 0})));
             EXPECT_THAT(main.does(pool.apply("identity", {Value::unpicklable()})),
                         returns(Value::unpicklable()));
             Call failed = main.does(pool.apply("fail", {"no"}));
             EXPECT_THAT(failed, raises("ValueError"));
             EXPECT_EQ(raised_by(failed).cause_type, "");
             RemoteAsyncResult result = handle_named<RemoteAsyncResult>("result");
             main.must(pool.apply_async(result, "square", {5}));
             EXPECT_THAT(main.does(result.get()), returns(25));
             EXPECT_THAT(main.does(result.successful()), returns(true));
             RemoteResultIterator squares = handle_named<RemoteResultIterator>("squares");
             main.must(pool.imap(squares, "square", {2, 3}));
             EXPECT_THAT(main.does(squares.next()), returns(4));
             EXPECT_THAT(main.does(squares.next()), returns(9));
             EXPECT_THAT(main.does(squares.next()), raises("StopIteration"));
             close_and_join(main, pool);
             EXPECT_THAT(main.does(pool.apply("square", {1})), raises("ValueError"));
           }},
      {.id = "pool.of_threads_has_company",
       .level = Level::kShould,
       .says = "A ThreadPool comes from a module in which threads stand behind all names of the "
               "library: pools, processes, pipes, managers and queues behave as the names say.",
       .documented = {"POOL-60"},
       .needs = {"program.threads_in_place_of_processes"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "threads_in_place_of_processes",
                                 "called with [1, 'two'] []\n"
                                 "map [1, 2]\n"
                                 "worker False None\n"
                                 "None of 1\n"
                                 "called with [3] [('four', 5)]\n"
                                 "0 of 0\n"
                                 "True {'a': 1} False b\n"
                                 "Namespace(x=1) [1] {'a': 1}\n"
                                 "1.5 [1, 2]\n"
                                 "True 7\n");
           }},
      {.id = "pool.of_threads_is_made_in_any_thread",
       .level = Level::kMust,
       .says = "A ThreadPool can be made, used and ended in any thread, not only in the first that "
               "does.",
       .documented = {"POOL-60"},
       .needs = {"thread_pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (Puppet* maker : {&main, &stage.start_thread(main)}) {
               RemotePool pool = handle_named<RemotePool>("pool_of_" + maker->name());
               maker->must(makes("thread_pool.new", pool, {{"processes", 2}}));
               EXPECT_THAT(maker->does(pool.map("square", {1, 2, 3})),
                           returns(Value::list({1, 4, 9})));
               close_and_join(*maker, pool);
             }
           }},
      {.id = "pool.can_be_large",
       .level = Level::kBeyond,
       .says = "A pool of 200 workers does its tasks and ends.",
       .documented = {"ROB-48"},
       .needs = {"pool", "inherits_memory"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(200);
             EXPECT_EQ(as_list(main.must(module::active_children())).size(), 200u);
             Value::List numbers, squares;
             for (int i = 0; i < 400; ++i) {
               numbers.push_back(i);
               squares.push_back(i * i);
             }
             EXPECT_THAT(main.does(pool.map("square", numbers, 1)), returns(Value::list(squares)));
             close_and_join(main, pool);
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "pool.maxtasksperchild.is_noticed_by_nobody",
       .level = Level::kBeyond,
       .says = "With a worker a task no task is lost, and everything ends.",
       .documented = {"ROB-45"},
       .needs = {"pool.maxtasksperchild", "pool.map_async", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool({.processes = 3, .maxtasksperchild = 1});
             Value::List numbers, squares;
             for (int i = 0; i < 24; ++i) {
               numbers.push_back(i);
               squares.push_back(i * i);
             }
             RemoteAsyncResult first = handle_named<RemoteAsyncResult>("first");
             main.must(pool.map_async(first, "square", numbers, 1));
             EXPECT_THAT(main.does(pool.map("square", numbers, 1)), returns(Value::list(squares)));
             EXPECT_THAT(main.does(first.get()), returns(Value::list(squares)));
             close_and_join(main, pool);
           }},
      {.id = "manager.shutdown_ends_a_server_that_does_not",
       .level = Level::kShould,
       .says = "shutdown() terminates a server that does not end when asked, and kills it if that "
               "does not help, each time after shutdown_timeout.",
       .documented = {"MAN-09"},
       .needs = {"manager.shutdown_timeout"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = handle_named<RemoteManager>("m");
             stage.tolerate_temporary_files();  // a server that is killed clears nothing away
             main.must(makes("custom_manager.new", m, {{"shutdown_timeout", 0.05}}));
             const std::string name = stage.expects("server");
             Call start = main.begins(m.start(Value::function("puppet"), {name}));
             Puppet& server = stage.arrival(name);
             server.must(self::on_signal(SIGTERM, "ignore"));
             stage.start_thread(server, /*daemon=*/false);
             server.must(self::returns());
             EXPECT_THAT(start, returns());
             const pid_t pid = stage.server_of(main, m);
             Call shutdown = main.does(m.shutdown());
             EXPECT_THAT(shutdown, returns(nullptr));
             EXPECT_THAT(shutdown, took_at_least(100ms));
             EXPECT_TRUE(stage.process_ends(pid));
           }},
      {.id = "manager.sets_have_proxies",
       .level = Level::kShould,
       .says = "A manager makes sets: each proxy of one has its methods, in every process.",
       .documented = {"MAN-26"},
       .needs = {"manager.set"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteProxy set = handle_named<RemoteProxy>("set");
             main.must({.name = "manager.set",
                        .on = m.name,
                        .as = {set.name},
                        .args = {{"items", Value::list({1, 2, 2})}}});
             Puppet& child = stage.start_process(main, {set});
             EXPECT_THAT(child.does(set.call("__len__")), returns(2));
             child.must(set.call("add", {3}));
             EXPECT_THAT(main.does(set.call("__contains__", {3})), returns(true));
             main.must(set.call("remove", {1}));
             EXPECT_THAT(child.does(set.call("__contains__", {1})), returns(false));
             EXPECT_THAT(main.does(set.call("remove", {1})), raises("KeyError"));
           }},
      {.id = "manager.error_tells_where_it_was_raised",
       .level = Level::kBeyond,
       .says = "What a method of a managed object raises has as its cause the server's traceback, "
               "which names the method.",
       .documented = {"ROB-29"},
       .needs = {"manager.register", "exception.cause"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy counter = main.makes(m.create("Counter"));
             Call failed = main.does(counter.call("fail", {"ValueError", "no luck"}));
             EXPECT_THAT(failed, raises("ValueError"));
             EXPECT_THAT(raised_by(failed).cause_message, HasSubstr("fail"));
           }},
      {.id = "remote.messages_have_the_known_form",
       .level = Level::kShould,
       .says =
           "A message is its length, a signed 32-bit number with the most significant byte first, "
           "and its bytes; after the length -1 comes a length of 64 bits.",
       .documented = {"PIPE-34"},
       .needs = {"remote", "remote.wire"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteListener listener = main.makes(module::listener({.address = "l.sock"}));
             RawSocket peer = stage.connect_raw(main.must(listener.address()));
             RemoteConnection ours = main.makes(listener.accept());
             main.must(ours.send_bytes(bytes("four")));
             EXPECT_EQ(peer.receive(8), std::string("\0\0\0\4four", 8));
             main.must(ours.send_bytes(bytes("")));
             EXPECT_EQ(peer.receive(4), std::string(4, '\0'));
             peer.send(std::string("\0\0\0\3one", 7) + std::string("\0\0\0\3two", 7));
             EXPECT_THAT(main.does(ours.recv_bytes()), returns(bytes("one")));
             EXPECT_THAT(main.does(ours.recv_bytes()), returns(bytes("two")));
             peer.send(std::string("\xff\xff\xff\xff\0\0\0\0\0\0\0\5eight", 17));
             EXPECT_THAT(main.does(ours.recv_bytes()), returns(bytes("eight")));
           }},
      {.id = "lifecycle.log_level_in_effect_is_the_childs",
       .level = Level::kShould,
       .says = "A child logs at the level that is in effect in its creator when it is started, "
               "however that came about, and to standard error if the creator does.",
       .documented = {"LIFE-21", "START-19"},
       .needs = {"util", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const auto set_level = [&](int level, bool root) {
               main.must(
                   {.name = "util.set_log_level", .args = {{"level", level}, {"root", root}}});
             };
             const auto expect_in_effect = [&](int level) {
               Puppet& child = stage.start_process(main);
               const std::string at = absl::StrCat("at ", level, " of ", child.name(), "."),
                                 below = absl::StrCat("below ", level, " of ", child.name(), ".");
               child.must(logs(level, at));
               child.must(logs(level - 1, below));
               EXPECT_EQ(occurrences(stage.printed("stderr"), at), 1) << at;
               EXPECT_EQ(occurrences(stage.printed("stderr"), below), 0) << below;
             };
             main.must({.name = "util.log_to_stderr"});
             set_level(25, /*root=*/true);
             expect_in_effect(25);
             set_level(15, /*root=*/true);
             expect_in_effect(15);
             set_level(35, /*root=*/false);
             expect_in_effect(35);
           }},
      {.id = "start_method.child_knows_its_program",
       .level = Level::kShould,
       .says = "A child, and its child, has the program's arguments as its creator has them, and "
               "looks for modules in the same folders in the same order.",
       .documented = {"START-19"},
       .needs = {"puppet.program", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must({.name = "module.new", .args = {{"name", "elsewhere"}}});  // a folder more
             // A folder that a child has twice is searched once.
             const auto folders = [](const Value& program) {
               const Value path = member_of(program, "path");
               std::vector<Value> once;
               for (const Value& folder : as_list(path)) {
                 if (std::find(once.begin(), once.end(), folder) == once.end())
                   once.push_back(folder);
               }
               return once;
             };
             const Op asks{.name = "puppet.program"};
             const Value own = main.must(asks);
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             for (Puppet* each : {&child, &grandchild}) {
               const Value program = each->must(asks);
               EXPECT_EQ(member_of(program, "arguments"), member_of(own, "arguments"));
               EXPECT_EQ(folders(program), folders(own));
             }
           }},
      {.id = "start_method.class_of_the_main_module",
       .level = Level::kMust,
       .says = "What a child sends of a class of the main module is of that class where it "
               "arrives.",
       .documented = {"START-11"},
       .needs = {"program.class_of_the_main_module"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "class_of_the_main_module",
                                 "got a parcel True\nexit code 0\n");
           }},
      {.id = "start_method.main_without_suffix",
       .level = Level::kMust,
       .says = "A child finds the main module of a program whatever its file is called.",
       .documented = {"START-11"},
       .needs = {"program.main_without_suffix"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "main_without_suffix", "got a parcel True\nexit code 0\n");
           }},
      {.id = "start_method.class_of_a_packages_main_module",
       .level = Level::kMust,
       .says =
           "What a child sends of a class of the main module is of that class where it arrives, "
           "also if that module is one of a package.",
       .documented = {"START-11"},
       .needs = {"program.class_of_a_packages_main_module"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "class_of_a_packages_main_module",
                                 "got a parcel True\nexit code 0\n");
           }},
      {.id = "start_method.interpreters_flags_are_the_childs",
       .level = Level::kShould,
       .says = "A child's interpreter has the flags that its creator's was started with.",
       .documented = {"START-19"},
       .needs = {"program.interpreter_flags"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "interpreter_flags",
                                 "main 1 1 ['error::UserWarning']\n"
                                 "child 1 1 ['error::UserWarning']\n"
                                 "exit code 0\n");
           }},
      {.id = "start_method.set_for_a_program_is_its_childrens",
       .level = Level::kMust,
       .says = "The start method that a program sets is that of its children and of theirs, also "
               "when it starts them without a context.",
       .documented = {"START-19"},
       .needs = {"program.method_that_was_set"},
       .check =
           [](Stage& stage) {
             expect_program_says(
                 stage, "method_that_was_set",
                 "main True\nchild True\ngrandchild True\nexit code 0\nexit code 0\n");
           }},
      {.id = "value.structure_begins_with_zero_in_used_memory",
       .level = Level::kMust,
       .says =
           "The fields of a new shared structure for which it was given no value are zero, even "
           "if its memory was another's before.",
       .documented = {"SHV-01", "SHV-12"},
       .needs = {"structure"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteObject point{"point"};
             const auto get = [&](const char* field) {
               return Op{.name = "structure.get", .on = point.name, .args = {{"field", field}}};
             };
             const auto set = [&](const char* field, Value value) {
               return Op{.name = "structure.set",
                         .on = point.name,
                         .args = {{"field", field}, {"value", std::move(value)}}};
             };
             for (const Value& lock : {Value(true), Value(false)}) {
               for (int i = 0; i < 3; ++i) {
                 main.must(makes("structure.new", point, {{"x", 3}, {"lock", lock}}));
                 EXPECT_THAT(main.does(get("x")), returns(3));
                 EXPECT_THAT(main.does(get("y")), returns(0.0));
                 EXPECT_THAT(main.does(get("few")), returns(0));
                 EXPECT_THAT(main.does(get("name")), returns(Value::bytes("")));
                 main.must(set("y", 0.5));
                 main.must(set("few", 7));
                 main.must(set("name", Value::bytes("full")));
                 main.must(point.drop());
               }
             }
           }},
      {.id = "lock.program_that_used_them_ends_quietly",
       .level = Level::kShould,
       .says = "A program that has made locks, semaphores, conditions and events, used them in a "
               "child, forgotten some and kept some prints nothing at its end.",
       .documented = {"START-18", "ROB-36"},
       .needs = {"lock", "semaphore", "condition", "event", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = main.lock(), semaphore = main.semaphore(2);
             RemoteCondition c = main.condition();
             RemoteEvent e = main.event();
             Puppet& child = stage.start_process(main, {lock, semaphore, c, e});
             results(child.does(batch({lock.acquire(), lock.release(), semaphore.acquire(),
                                       c.acquire(), c.release(), e.set()})));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             results(main.does(batch({lock.drop(), c.drop()})));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
             for (pid_t each : stage.processes()) EXPECT_TRUE(stage.process_ends(each));
             EXPECT_EQ(stage.printed("stderr"), "");
             EXPECT_EQ(stage.printed("stdout"), "");
           }},
      {.id = "remote.accept_has_a_timeout",
       .level = Level::kBeyond,
       .says =
           "accept() takes a timeout, raises TimeoutError when nobody came, and accepts the next.",
       .documented = {"ROB-38"},
       .needs = {"remote", "listener.timeout"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteListener listener = main.makes(module::listener({.address = "l.sock"}));
             Op accept = named(listener.accept().op, handle_named<RemoteConnection>("accepted"));
             accept.args = {{"timeout", 0.05}};
             Call nobody = main.does(accept);
             EXPECT_THAT(nobody, raises("TimeoutError"));
             EXPECT_THAT(nobody, took_about(50ms));
             RemoteConnection client = main.makes(module::client("l.sock"));
             EXPECT_THAT(main.does(accept), returns());
             main.must(client.send(1));
             EXPECT_THAT(main.does(handle_named<RemoteConnection>("accepted").recv()), returns(1));
           }},
  };
}

// ---------------------------------------------------------------- items with a will of their own

struct StrangeItem : RemoteObject {
  Op make(const std::string& kind) const { return makes("item.new", *this, {{"kind", kind}}); }
};
StrangeItem item_named(std::string name) { return handle_named<StrangeItem>(std::move(name)); }

// The item can't be serialised: somebody hears of it, and all is as before.
void is_told_of(Stage& stage, const std::string& kind) {
  Puppet& main = stage.main();
  const RemoteQueue q = main.queue({.maxsize = 1});
  const StrangeItem item = item_named("failing");
  main.must(item.make(kind));
  Call put = main.does(q.put(item.value()));
  EXPECT_TRUE(stage.comes_to_rest());
  EXPECT_TRUE(std::holds_alternative<Raised>(put.outcome()) || stage.printed("stderr") != "")
      << "nobody was told";
  EXPECT_THAT(main.does(q.full()), returns(false));
  EXPECT_THAT(main.does(q.put("next", {.timeout = 0s})), returns(nullptr));
  EXPECT_THAT(main.does(q.get()), returns("next"));
}

Claims strange_items() {
  return {
      {.id = "queue.put.item_that_equals_everything",
       .level = Level::kMust,
       .says = "An item that says it equals whatever it is compared with arrives as any other, and "
               "so do those behind it.",
       .documented = {"QUE-01", "QUE-02"},
       .needs = {"queue", "item"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const StrangeItem item = item_named("equal");
             main.must(item.make("equal"));
             RemoteQueue q = main.queue();
             Puppet& child = stage.start_process(main, {q});
             for (int i = 0; i < 2; ++i) {
               main.must(q.put(item.value()));
               main.must(q.put(i));
               EXPECT_THAT(child.does(q.get()), returns());
               EXPECT_THAT(child.does(q.get()), returns(i));
             }
           }},
      {.id = "pool.apply.item_that_equals_everything",
       .level = Level::kMust,
       .says = "A task may take and return what says that it equals whatever it is compared with, "
               "and the pool goes on.",
       .documented = {"POOL-08"},
       .needs = {"pool", "item"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const StrangeItem item = item_named("equal");
             main.must(item.make("equal"));
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("identity", {item.value()})), returns());
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             EXPECT_THAT(main.does(pool.map("nothing", Value::List{item.value(), 1})),
                         returns(Value::list({nullptr, nullptr})));
             close_and_join(main, pool);
           }},
      {.id = "queue.unpicklable.gives_its_slot_back_whatever_the_error",
       .level = Level::kShould,
       .says = "An item whose serialisation fails with an error of its own takes up no room in a "
               "bounded queue, either.",
       .documented = {"QUE-19"},
       .needs = {"queue", "item", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 1});
             for (const char* kind :
                  {"fails_with_ValueError", "fails_with_OSError", "fails_with_RuntimeError"}) {
               const StrangeItem item = item_named(kind);
               main.must(item.make(kind));
               main.does(q.put(item.value()));
               stage.comes_to_rest();
               EXPECT_THAT(main.does(q.full()), returns(false)) << kind;
               EXPECT_THAT(main.does(q.put(kind, {.timeout = 0s})), returns(nullptr));
               EXPECT_THAT(main.does(q.get()), returns(kind));
             }
           }},
      {.id = "queue.unpicklable.whatever_it_raises",
       .level = Level::kShould,
       .says =
           "An item whose serialisation raises IndexError is told of as any other that can't be "
           "serialised, takes up no room, and the next one comes.",
       .documented = {"QUE-19"},
       .needs = {"queue", "item", "isolated"},
       .check = [](Stage& stage) { is_told_of(stage, "fails_with_IndexError"); }},
      {.id = "queue.unpicklable.that_cannot_be_shown",
       .level = Level::kShould,
       .says =
           "An item that can neither be serialised nor shown is told of as any other that can't "
           "be serialised, takes up no room, and the next one comes.",
       .documented = {"QUE-19"},
       .needs = {"queue", "item", "isolated"},
       .check = [](Stage& stage) { is_told_of(stage, "fails_unshown_with_TypeError"); }},
      {.id = "queue.get.builds_its_item_without_a_lock",
       .level = Level::kShould,
       .says = "While one process builds an item again, which may take its time, another one gets "
               "the next, from a Queue and from a SimpleQueue.",
       .documented = {"QUE-38", "SQ-01"},
       .needs = {"queue", "simple_queue", "item", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             const RemoteSimpleQueue s = main.simple_queue();
             for (const auto& [put, get] : {std::pair<std::function<Op(Value)>, Op>{
                                                [&](Value v) { return q.put(v); }, q.get()},
                                            {[&](Value v) { return s.put(v); }, s.get()}}) {
               Puppet& slow = stage.start_process(main, {q, s});
               Puppet& quick = stage.start_process(main, {q, s});
               const std::string gate = stage.folder() + "/gate";
               ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
               const StrangeItem item = item_named("slow");
               main.must(item.make("arrives_slowly"));
               main.must(put(item.value()));
               Call building = slow.begins(get);
               EXPECT_THAT(building, blocks());
               main.must(put("next"));
               EXPECT_THAT(quick.does(get), returns("next"));
               const base::UniqueFd opened(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
               ASSERT_EQ(::write(opened.get(), "x", 1), 1);
               EXPECT_THAT(building, returns("the item"));
               std::filesystem::remove(gate);
             }
           }},
      {.id = "pool.unbuildable_argument.fails_its_task_only",
       .level = Level::kBeyond,
       .says = "An argument that raises as it is built again in the worker, whatever error, makes "
               "get() raise, and the pool goes on.",
       .documented = {"ROB-08"},
       .needs = {"pool", "item", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemotePool pool = main.pool(1);
             for (const char* error : {"ValueError", "OSError", "EOFError"}) {
               const StrangeItem item = item_named(error);
               main.must(item.make(absl::StrCat("arrives_with_", error)));
               EXPECT_THAT(main.does(pool.apply("identity", {item.value()})), raises());
               EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             }
             close_and_join(main, pool);
           }},
      {.id = "manager.list.keeps_an_exception",
       .level = Level::kMust,
       .says =
           "An exception that stands in a manager's list, dictionary or queue is given back, and "
           "not raised, by who reads it there.",
       .documented = {"MAN-17", "MAN-23"},
       .needs = {"manager", "manager.list", "manager.dict", "manager.queue", "item"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const StrangeItem item = item_named("exception");
             main.must(item.make("exception"));
             const auto is_the_error = returns(exception_object("ValueError"));
             const RemoteManager m = main.manager();
             const RemoteListProxy l = main.makes(m.list());
             main.must(l.append(item.value()));
             EXPECT_THAT(main.does(l.at(0)), is_the_error);
             const RemoteDictProxy d = main.makes(m.dict());
             main.must(d.set("k", item.value()));
             EXPECT_THAT(main.does(d.at("k")), is_the_error);
             const RemoteQueue q = main.makes(m.queue());
             main.must(q.put(item.value()));
             EXPECT_THAT(main.does(q.get()), is_the_error);
           }},
      {.id = "queue.get.block_is_any_true_value",
       .level = Level::kMust,
       .says = "get(1) waits for an item, and get(0) does not: block is what counts as true.",
       .documented = {"QUE-14"},
       .needs = {"queue", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteQueue q = main.queue();
             Puppet& other = stage.start_process(main, {q});
             EXPECT_THAT(main.does(object::call(q, "get", {0})), raises("Empty"));
             Call get = main.begins(object::call(q, "get", {1}));
             EXPECT_THAT(get, blocks());
             other.must(q.put("x"));
             EXPECT_THAT(get, returns("x"));
             main.must(object::call(q, "put", {"y", 1}));
             EXPECT_THAT(other.does(q.get()), returns("y"));
           }},
      {.id = "manager.lock.acquire_says_blocking",
       .level = Level::kMust,
       .says = "A manager's locks are those of threads: acquire() calls its first parameter "
               "blocking.",
       .documented = {"MAN-36"},
       .needs = {"manager", "manager.lock", "manager.rlock", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteManager m = main.manager();
             for (const RemoteLock& lock : {main.makes(m.lock()), main.makes(m.rlock())}) {
               EXPECT_THAT(main.does(object::call(lock, "acquire", {}, {{"blocking", false}})),
                           returns(true));
               EXPECT_THAT(main.does(object::call(lock, "release")), returns(nullptr));
             }
           }},
      {.id = "simple_queue.put.fails_with_the_error_of_the_serialisation",
       .level = Level::kMust,
       .says = "put() of an item whose serialisation fails raises that error, whichever it is, and "
               "the queue works on.",
       .documented = {"SQ-01"},
       .needs = {"simple_queue", "item"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             for (const char* error : {"ValueError", "OSError", "RuntimeError"}) {
               const StrangeItem item = item_named("failing");
               main.must(item.make(absl::StrCat("fails_with_", error)));
               EXPECT_THAT(main.does(q.put(item.value())), raises(error));
               main.must(q.put(error));
               EXPECT_THAT(child.does(q.get()), returns(error));
             }
           }},
      {.id = "simple_queue.put.item_that_puts_while_it_is_serialised",
       .level = Level::kShould,
       .says = "put() holds no lock while it serialises: an item may itself put something on that "
               "queue then, which comes first.",
       .documented = {"SQ-01"},
       .needs = {"simple_queue", "item"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             const StrangeItem item = item_named("putting");
             Op make = item.make("puts");
             make.args.emplace_back("queue", Value(q.name));
             main.must(make);
             EXPECT_THAT(main.does(q.put(item.value())), returns(nullptr));
             EXPECT_THAT(main.does(q.get()), returns("put by an item"));
             EXPECT_THAT(main.does(q.get()), returns("the item"));
             EXPECT_THAT(main.does(q.empty()), returns(true));
           }},
  };
}

// ---------------------------------------------------------------- what programs seldom do

Claims seldom_used() {
  return {
      {.id = "simple_queue.empty.does_not_wait_for_a_reader",
       .level = Level::kMust,
       .says = "empty() answers while another process waits in get().",
       .documented = {"SQ-05"},
       .needs = {"simple_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSimpleQueue q = main.simple_queue();
             Puppet& child = stage.start_process(main, {q});
             Call get = child.begins(q.get());
             EXPECT_THAT(get, blocks());
             EXPECT_THAT(main.does(q.empty()), returns(true));
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "queue.capacity.can_be_tens_of_thousands",
       .level = Level::kMust,
       .says = "A queue with a limit of 40000 has room for 33000 items, and is not full then.",
       .documented = {"QUE-08", "QUE-09"},
       .needs = {"queue", "isolated"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue({.maxsize = 40000});
             for (int i = 0; i < 3; ++i) results(main.does(batch({q.put_nowait(nullptr)}, 11000)));
             EXPECT_THAT(main.does(q.full()), returns(false));
             main.must(q.cancel_join_thread());
           }},
      {.id = "pipe.wait_takes_what_can_be_iterated_once",
       .level = Level::kMust,
       .says =
           "wait() tells which are ready of connections that it gets from an iterator, which can "
           "be gone through only once.",
       .documented = {"WAIT-01"},
       .needs = {"pipe", "connection.wait_for_iterator"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [r1, w1] = main.pipe(false);
             auto [r2, w2] = main.pipe(false);
             main.must(w2.send(1));
             for (const std::optional<Timeout>& timeout :
                  {std::optional<Timeout>(), {0s}, {nullptr}}) {
               Op wait = module::wait({r1, r2}, timeout);
               wait.args.emplace_back("iterator", Value(true));
               EXPECT_THAT(main.does(wait), returns(Value::list({r2.name})));
             }
           }},
      {.id = "pool.map.goes_over_the_keys_of_a_dictionary",
       .level = Level::kMust,
       .says = "What map() gets may be a container that can't be sliced: of a dictionary it takes "
               "the keys, in their order, whatever the size of a chunk.",
       .documented = {"POOL-12", "POOL-14"},
       .needs = {"pool", "pool.map_of_dictionary"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(2);
             Value::Dict items;
             for (int i = 0; i < 20; ++i) items.emplace_back(i, "a value");
             for (std::optional<int> chunksize : {std::optional<int>(), {1}, {3}, {50}}) {
               Op map = pool.map("square", Value::List{}, chunksize);
               for (auto& [name, value] : map.args) {
                 if (name == "iterable") value = Value::dict(items);
               }
               EXPECT_THAT(main.does(map), returns(Value::list(squares(20))));
             }
             close_and_join(main, pool);
           }},
      {.id = "async_result.get.gives_an_error_that_was_returned",
       .level = Level::kMust,
       .says = "A task that returns an exception has succeeded: get(), apply() and map() give it "
               "back and raise nothing.",
       .documented = {"ARES-02", "ARES-03"},
       .needs = {"pool"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             const auto is_the_error = returns(exception_object("ValueError"));
             EXPECT_THAT(main.does(pool.apply("error", {"returned"})), is_the_error);
             RemoteAsyncResult result = result_named("result");
             main.must(pool.apply_async(result, "error", {"returned"}));
             EXPECT_THAT(main.does(result.get()), is_the_error);
             EXPECT_THAT(main.does(result.successful()), returns(true));
             EXPECT_THAT(main.does(pool.map("error", Value::List{1, 2})),
                         returns(Value::list(Value::List(2, exception_object("ValueError")))));
             close_and_join(main, pool);
           }},
      {.id = "manager.server_that_cannot_begin_fails_start",
       .level = Level::kShould,
       .says = "start() raises when the server ends before it serves, because its initializer "
               "fails.",
       .documented = {"MAN-04"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             EXPECT_THAT(main.does(m.start(Value::function("fail"), {"on purpose"})), raises());
             EXPECT_THAT(main.does(m.list({1}).op), raises());
           }},
      {.id = "manager.initializer_may_make_the_server_heed_sigint",
       .level = Level::kShould,
       .says = "The initializer has the last word on what SIGINT does to the server.",
       .documented = {"MAN-04", "MAN-10"},
       .needs = {"manager", "manager.list", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             RemoteManager m = main.makes(module::custom_manager());
             const std::string name = stage.invite("initializer");
             Call start = main.begins(m.start(Value::function("puppet"), {name}));
             Puppet& initializer = stage.arrival(name);
             initializer.must(self::on_signal(SIGINT, "default"));
             initializer.must(self::returns());
             EXPECT_THAT(start, returns());
             const pid_t server = stage.server_of(main, m);
             stage.signal(server, SIGINT);
             EXPECT_TRUE(stage.process_ends(server));
           }},
      {.id = "manager.failed_connect_leaves_it_as_it_was",
       .level = Level::kShould,
       .says = "A manager that could not connect to anybody can still be started.",
       .documented = {"MAN-44", "MAN-03"},
       .needs = {"manager", "manager.connect", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.makes(
                 module::custom_manager({.address = "m.sock", .authkey = bytes("the key")}));
             EXPECT_THAT(main.does(m.connect()), raises("OSError"));
             EXPECT_THAT(main.does(m.start()), returns(nullptr));
             stage.server_of(main, m);
             EXPECT_THAT(main.does(main.makes(m.list({7})).get()), returns(Value::list({7})));
           }},
      {.id = "manager.types_of_the_language_can_be_registered",
       .level = Level::kMust,
       .says = "A type whose methods the program has not written itself, such as a deque of the "
               "language's library, has them all as a registered one.",
       .documented = {"MAN-42", "MAN-41"},
       .needs = {"manager", "manager.deque"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = started_manager(stage, main);
             RemoteProxy deque = main.makes(m.create("deque"));
             EXPECT_THAT(main.does(deque.call("append", {1})), returns(nullptr));
             EXPECT_THAT(main.does(deque.call("appendleft", {2})), returns(nullptr));
             EXPECT_THAT(main.does(deque.call("count", {1})), returns(1));
             EXPECT_THAT(main.does(deque.call("popleft")), returns(2));
             EXPECT_THAT(main.does(deque.call("pop")), returns(1));
             EXPECT_THAT(main.does(deque.call("pop")), raises("IndexError"));
           }},
      {.id = "manager.messages_may_be_xml",
       .level = Level::kShould,
       .says = "A manager whose serializer is xmlrpclib works as others do: numbers and texts in "
               "any script arrive as they were, and errors come back.",
       .documented = {"MAN-56"},
       .needs = {"manager", "manager.register", "manager.serializer"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Making<RemoteManager> making = module::custom_manager();
             making.op.args.emplace_back("serializer", Value("xmlrpclib"));
             RemoteManager m = main.makes(making);
             main.must(m.start());
             stage.server_of(main, m);
             RemoteProxy box = main.makes(m.create("Box"));
             const Value::List items = {"plain", "<a & b>", "\u00e4\u00f6\u20ac\u4e2d",
                                        -7,      0.5,       true};
             for (const Value& item : items)
               EXPECT_THAT(main.does(box.call("append", {item})), returns());
             EXPECT_THAT(main.does(box.call("items")), returns(Value::list(items)));
             EXPECT_THAT(main.does(box.call("no_such_method")), raises("AttributeError"));
             EXPECT_THAT(main.does(box.call("items")), returns(Value::list(items)));
           }},
      {.id = "manager.rlock.is_kept_though_another_proxy_goes",
       .level = Level::kMust,
       .says =
           "Who holds a manager's RLock or condition holds it on when another proxy of the same "
           "manager is dropped.",
       .documented = {"MAN-34", "MAN-17"},
       .needs = {"manager", "manager.rlock", "manager.condition", "manager.list"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             RemoteLock l = main.makes(m.rlock());
             RemoteCondition c = main.makes(m.condition());
             main.must(l.acquire());
             main.must(c.acquire());
             RemoteListProxy other = main.makes(m.list({1}));
             EXPECT_THAT(main.does(other.get()), returns(Value::list({1})));
             main.must(other.drop());
             stage.comes_to_rest();
             // Served from now on: by who takes the place of main's thread in the server, if that went.
             Puppet& child = stage.start_process(main, {l, c});
             EXPECT_THAT(child.does(l.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(child.does(c.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(main.does(c.notify()), returns());
             EXPECT_THAT(main.does(c.release()), returns(nullptr));
             EXPECT_THAT(main.does(l.release()), returns(nullptr));
             EXPECT_THAT(child.does(l.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(child.does(l.release()), returns(nullptr));
           }},
      {.id = "manager.takes_keywords_of_any_name",
       .level = Level::kMust,
       .says = "What a manager makes takes keyword arguments by any name: those of a dict and of a "
               "Namespace are the user's.",
       .documented = {"MAN-24", "MAN-27"},
       .needs = {"manager", "manager.dict", "manager.namespace", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager m = main.manager();
             const Value::Dict members = {{"a", 1},    {"c", 2},       {"typeid", 3}, {"kwds", 4},
                                          {"args", 5}, {"exposed", 6}, {"ident", 7}};
             const auto made = [&](const char* method, const RemoteObject& as) {
               return Op{.name = "object.call",
                         .on = m.name,
                         .as = {as.name},
                         .args = {{"method", method}, {"kwargs", Value::dict(members)}}};
             };
             const auto d = handle_named<RemoteDictProxy>("d");
             main.must(made("dict", d));
             const auto space = handle_named<RemoteNamespace>("space");
             main.must(made("Namespace", space));
             for (const auto& [name, value] : members) {
               EXPECT_THAT(main.does(d.at(name)), returns(value));
               EXPECT_THAT(main.does(space.get(as_text(name))), returns(value));
             }
           }},
      {.id = "condition.held_by_its_creator_is_not_the_childs",
       .level = Level::kMust,
       .says = "A child that is started while its creator holds a condition, whatever its lock, "
               "does not hold it: wait() and notify() refuse, until it has acquired it itself.",
       .documented = {"COND-02"},
       .needs = {"condition", "lock", "rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const RemoteLock lock = main.lock(), rlock = main.rlock();
             for (const RemoteCondition& c :
                  {main.condition(), main.condition(lock), main.condition(rlock)}) {
               main.must(c.acquire());
               Puppet& child = stage.start_process(main, {c});
               EXPECT_THAT(child.does(c.wait(0s)), raises());
               EXPECT_THAT(child.does(c.notify()), raises());
               EXPECT_THAT(child.does(c.acquire(kWithoutBlocking)), returns(false));
               main.must(c.release());
               EXPECT_THAT(child.does(c.acquire()), returns(true));
               Call waiting = child.begins(c.wait());
               EXPECT_THAT(waiting, blocks());
               EXPECT_THAT(main.does(c.acquire()), returns(true));
               main.must(c.notify());
               main.must(c.release());
               EXPECT_THAT(waiting, returns(true));
               EXPECT_THAT(child.does(c.release()), returns(nullptr));
             }
           }},
      {.id = "barrier.of_many_parties",
       .level = Level::kMust,
       .says = "A barrier of 140 parties lets all of them through together, each with a number of "
               "its own.",
       .documented = {"BARR-01", "BARR-02"},
       .needs = {"barrier"},
       .slow = true,
       .check =
           [](Stage& stage) {
             constexpr int kParties = 140;
             Puppet& main = stage.main();
             RemoteBarrier b = main.barrier(kParties);
             Crew threads;
             for (int i = 1; i < kParties; ++i) threads.push_back(&stage.start_thread(main));
             std::vector<Call> waits = each_begins(threads, b.wait());
             stage.comes_to_rest();
             EXPECT_THAT(main.does(b.n_waiting()), returns(kParties - 1));
             waits.push_back(main.does(b.wait()));
             std::set<int64_t> numbers;
             for (const Call& each : waits) numbers.insert(as_int(each.value()));
             EXPECT_EQ(numbers.size(), size_t{kParties});
             EXPECT_THAT(numbers, testing::Contains(0));
             EXPECT_THAT(numbers, testing::Contains(kParties - 1));
             EXPECT_THAT(main.does(b.n_waiting()), returns(0));
           }},
      {.id = "array.of_characters_shares_the_lock_it_is_given",
       .level = Level::kMust,
       .says = "An array or Value of characters that was made with a lock waits for who holds that "
               "lock, in every process.",
       .documented = {"SHV-04"},
       .needs = {"value", "array", "rlock", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.rlock();
             RemoteArray text = main.array("c", bytes("text"), {.lock = l.name});
             RemoteValue letter = main.value("c", bytes("x"), {.lock = l.name});
             Puppet& child = stage.start_process(main, {text, letter});
             for (const Op& access : {text.get(0), text.set(1, bytes("a")), letter.get()}) {
               main.must(l.acquire());
               Call call = child.begins(access);
               EXPECT_THAT(call, blocks());
               main.must(l.release());
               EXPECT_THAT(call, returns());
             }
             EXPECT_THAT(main.does(text.slice()), returns(bytes("taxt")));
           }},
      {.id = "pool.apply.method_of_an_object_that_is_false",
       .level = Level::kMust,
       .says = "A method can be a task's function also if its object counts as false.",
       .documented = {"POOL-08"},
       .needs = {"pool", "pool.method_of_nothing"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemotePool pool = main.pool(1);
             EXPECT_THAT(main.does(pool.apply("method_of_nothing", {3})), returns(3));
             EXPECT_THAT(main.does(pool.map("method_of_nothing", Value::List{1, 2})),
                         returns(Value::list({1, 2})));
             close_and_join(main, pool);
           }},
      {.id = "isolation.output_of_threads_that_outlive_the_target_comes",
       .level = Level::kMust,
       .says = "What a thread of a child prints after the child's target has returned is not lost.",
       .documented = {"PROC-55"},
       .needs = {"process", "thread", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             const std::string name = stage.invite("thread");
             RemoteThread t = child.makes(module::thread({.puppet = name, .daemon = false}));
             child.must(t.start());
             Puppet& thread = stage.arrival(name);
             child.does(self::returns());
             stage.comes_to_rest();  // the target has returned
             thread.must(self::prints("from the thread", "stdout", /*flush=*/false));
             thread.must(self::returns());
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_EQ(occurrences(stage.printed("stdout"), "from the thread"), 1);
           }},
      {.id = "socket.sent_one_is_closed_by_who_received_it",
       .level = Level::kMust,
       .says = "A socket can be sent through a pipe; when its sender and its receiver have closed "
               "it, the peer sees the end.",
       .documented = {"PIPE-32"},
       .needs = {"socket", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSocket left, right, received;
             left.name = "left";
             right.name = "right";
             received.name = "received";
             auto [a, b] = main.pipe();
             Puppet& child = stage.start_process(main, {b});  // before there is a socket to inherit
             main.must(module::socketpair(left, right));
             main.must(a.send(right.value()));
             child.must(b.recv_object(received));
             main.must(right.close());
             main.must(right.drop());
             child.must(received.sendall("up"));
             EXPECT_THAT(main.does(left.recv(10)), returns(bytes("up")));
             child.must(received.close());
             EXPECT_THAT(main.does(left.recv(10)), returns(bytes("")));
           }},
      {.id = "array.copy_is_whole_and_its_own",
       .level = Level::kMust,
       .says =
           "A copy of a shared array has all of its items, also those behind a NUL, and its own "
           "memory.",
       .documented = {"SHV-12"},
       .needs = {"array", "array.copy"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const auto copy_of = [&](const RemoteArray& array) {
               RemoteArray copy = handle_named<RemoteArray>("copy");
               main.must({.name = "array.copy", .on = array.name, .as = {copy.name}});
               return copy;
             };
             const Value text = bytes(std::string("a\0b\0c", 5));
             RemoteArray characters = main.array("c", text);
             const RemoteArray copy = copy_of(characters);
             EXPECT_THAT(main.does(copy.slice()), returns(text));
             main.must(characters.set(0, bytes("x")));
             EXPECT_THAT(main.does(copy.get(0)), returns(bytes("a")));
             RemoteArray numbers = main.array("i", Value::list({1, 0, 3}));
             EXPECT_THAT(main.does(copy_of(numbers).slice()), returns(Value::list({1, 0, 3})));
           }},
      {.id = "array.begins_with_zero_in_used_memory",
       .level = Level::kMust,
       .says = "The items of an array that was given a length are zero, all of them, even if its "
               "memory was another's before.",
       .documented = {"SHV-12", "SHV-01"},
       .needs = {"array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int length : {7, 1000, 1500, 3000, 10000}) {
               for (int i = 0; i < 2; ++i) {
                 RemoteArray array = main.array("i", length);
                 for (int index : {0, length / 3, length / 2, length - 1})
                   EXPECT_THAT(main.does(array.get(index)), returns(0))
                       << index << " of " << length;
                 EXPECT_THAT(main.does(array.slice(length - 7, length)),
                             returns(Value::list(Value::List(7, Value(0)))));
                 main.must(array.set_slice(0, length, Value::list(Value::List(length, Value(-1)))));
                 main.must(array.drop());
               }
             }
           }},
  };
}

}  // namespace

Claims workings_claims() {
  return all_of({calls(), descriptions(), processes(), start_methods(), pools_and_servers(),
                 strange_items(), seldom_used()});
}

}  // namespace conformance
