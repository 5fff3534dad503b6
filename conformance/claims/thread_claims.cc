// The language's own threads: what they share, how they begin and end, and what they wait for.
#include <signal.h>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/ending.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/waits.h"
#include "conformance/stage/inspected.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using base::Ending;
using base::Exited;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Claims thread_lives() {
  return {
      {.id = "thread.shares_globals",
       .level = Level::kMust,
       .says = "What one thread writes into a global variable the others read, and it runs in the "
               "same process; a child process does not see it.",
       .notes = {"os.thread_unit_of_scheduling", "thr.talk_to_main"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("money", 100));
             Puppet& thread = started_thread(stage, main).puppet;
             EXPECT_THAT(thread.does(self::gets_global("money")), returns(100));
             thread.must(self::sets_global("money", 666));
             EXPECT_THAT(main.does(self::gets_global("money")), returns(666));
             EXPECT_EQ(id_of(thread, "pid"), main.pid());
             if (!stage.has_feature("isolated")) return;
             Puppet& child = stage.start_process(main);
             child.must(self::sets_global("money", 1));
             EXPECT_THAT(main.does(self::gets_global("money")), returns(666));
             EXPECT_THAT(thread.does(self::gets_global("money")), returns(666));
           }},
      {.id = "thread.is_one_of_the_kernels",
       .level = Level::kMust,
       .says = "Each thread is a thread of the operating system, with a number of its own that "
               "native_id tells; the main thread's is the process's.",
       .notes = {"os.thread_unit_of_scheduling", "thr.python_no_real_multithreading"},
       .needs = {"thread", "thread.native_id"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [one, one_runs] = started_thread(stage, main);
             auto [two, two_runs] = started_thread(stage, main);
             const int64_t first = id_of(one_runs, "tid"), second = id_of(two_runs, "tid");
             EXPECT_NE(first, second);
             EXPECT_NE(first, main.pid());
             EXPECT_THAT(main.does(one.native_id()), returns(first));
             EXPECT_THAT(main.does(two.native_id()), returns(second));
             RemoteThread itself = one_runs.makes(module::current_thread());
             EXPECT_THAT(one_runs.does(itself.native_id()), returns(first));
             RemoteThread first_of_all = one_runs.makes(module::main_thread());
             EXPECT_THAT(one_runs.does(first_of_all.native_id()), returns(int64_t{main.pid()}));
           }},
      {.id = "thread.native_id_is_the_childs_own",
       .level = Level::kShould,
       .says = "In a child process native_id of the main thread is the child's number, and not its "
               "creator's.",
       .notes = {"os.thread_unit_of_scheduling"},
       .needs = {"thread", "thread.native_id", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& child = stage.start_process(stage.main());
             RemoteThread itself = child.makes(module::main_thread());
             EXPECT_THAT(child.does(itself.native_id()), returns(int64_t{child.pid()}));
           }},
      {.id = "thread.begins_at_start",
       .level = Level::kMust,
       .says = "A Thread's target runs from start() on and not before; is_alive() is true from "
               "then until it has returned.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string name = stage.invite("thread");
             RemoteThread t = main.makes(module::thread({.puppet = name}));
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
             EXPECT_THAT(main.does(t.ident()), returns(nullptr));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_FALSE(stage.has_come(name));
             main.must(t.start());
             Puppet& thread = stage.arrival(name);
             EXPECT_THAT(main.does(t.is_alive()), returns(true));
             EXPECT_THAT(main.does(t.ident()), returns_what(is_a_positive_int()));
             thread.must(self::returns());
             main.must(t.join());
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
           }},
      {.id = "thread.subclass_overrides_run",
       .level = Level::kMust,
       .says = "A class derived from Thread that overrides run() runs that in a thread of its own, "
               "with the arguments it was given.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool subclass : {false, true}) {
               Puppet& thread = started_thread(stage, main,
                                               {.args = Value::list({1, "two"}),
                                                .kwargs = Value::Dict{{"k", 3}},
                                                .subclass = subclass})
                                    .puppet;
               EXPECT_NE(id_of(thread, "tid"), id_of(main, "tid"));
               EXPECT_THAT(thread.does(self::arguments()),
                           returns(Value::dict({{"args", Value::list({1, "two"})},
                                                {"kwargs", Value::dict({{"k", 3}})}})));
               thread.must(self::returns());
             }
           }},
      {.id = "thread.run_stays_in_the_caller",
       .level = Level::kMust,
       .says = "run() instead of start() calls the target in the thread that calls it, and makes "
               "none.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::string name = stage.invite("thread");
             RemoteThread t = main.makes(module::thread({.puppet = name}));
             Call run = main.begins(t.run());
             Puppet& target = stage.arrival(name);
             EXPECT_EQ(id_of(target, "tid"), main.pid());
             EXPECT_THAT(run, blocks());
             target.must(self::returns());
             EXPECT_THAT(run, returns(nullptr));
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
           }},
      {.id = "thread.starts_once",
       .level = Level::kMust,
       .says = "A second start() raises RuntimeError, while the thread runs and after its end.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main);
             EXPECT_THAT(main.does(t.start()), raises("RuntimeError"));
             thread.must(self::ids());
             thread.must(self::returns());
             main.must(t.join());
             EXPECT_THAT(main.does(t.start()), raises("RuntimeError"));
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
           }},
      {.id = "thread.join_needs_a_start",
       .level = Level::kMust,
       .says = "join() of a thread that was not started raises RuntimeError, and so does a "
               "thread's join() of itself.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteThread never = main.makes(module::thread({.func = "nothing"}));
             EXPECT_THAT(main.does(never.join()), raises("RuntimeError"));
             auto [t, thread] = started_thread(stage, main);
             EXPECT_THAT(thread.does(t.join()), raises("RuntimeError"));
           }},
      {.id = "thread.join_waits_for_the_end",
       .level = Level::kMust,
       .says = "join() waits until the thread has ended, for whoever calls it, and returns None; "
               "again at once after that.",
       .notes = {"thr.talk_to_main"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main);
             auto [other, waits_too] = started_thread(stage, main);
             Call join = main.begins(t.join());
             Call second = waits_too.begins(t.join());
             EXPECT_THAT(join, blocks());
             EXPECT_THAT(second, blocks());
             thread.must(self::returns(7));
             EXPECT_THAT(join, returns(nullptr));
             EXPECT_THAT(second, returns(nullptr));
             EXPECT_THAT(main.does(t.join()), returns(nullptr));
           }},
      {.id = "thread.join_with_a_timeout",
       .level = Level::kMust,
       .says = "join(timeout) returns None when the time is up as when the thread has ended: "
               "is_alive() tells which it was.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main);
             EXPECT_THAT(main.does(t.join(kShort)), AllOf(returns(nullptr), took_about(kShort)));
             EXPECT_THAT(main.does(t.is_alive()), returns(true));
             thread.must(self::returns());
             EXPECT_THAT(main.does(t.join(kLong)), returns(nullptr));
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
           }},
      {.id = "thread.has_a_name",
       .level = Level::kMust,
       .says = "A thread has the name that it was given, or one of its own, and keeps the one that "
               "it is given later; the main thread is MainThread.",
       .notes = {"proc.api_like_threading"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main, {.name = "joker"});
             EXPECT_THAT(main.does(t.get_name()), returns("joker"));
             RemoteThread itself = thread.makes(module::current_thread());
             EXPECT_THAT(thread.does(itself.get_name()), returns("joker"));
             main.must(t.set_name("jason"));
             EXPECT_THAT(thread.does(itself.get_name()), returns("jason"));
             RemoteThread one = main.makes(module::thread());
             RemoteThread two = main.makes(module::thread());
             const std::string name = as_text(main.must(one.get_name()));
             EXPECT_THAT(name, HasSubstr("Thread-"));
             EXPECT_NE(as_text(main.must(two.get_name())), name);
             RemoteThread first = main.makes(module::current_thread());
             EXPECT_THAT(main.does(first.get_name()), returns("MainThread"));
           }},
      {.id = "thread.all_are_listed",
       .level = Level::kMust,
       .says = "enumerate() and active_count() tell of all threads that are alive: started, and "
               "not at their end.",
       .notes = {"os.thread_unit_of_scheduling"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const int64_t before = as_int(main.must(module::thread_active_count()));
             auto [one, one_runs] = started_thread(stage, main, {.name = "one"});
             auto [two, two_runs] = started_thread(stage, main, {.name = "two", .daemon = true});
             main.makes(module::thread({.name = "never started"}));
             EXPECT_THAT(main.does(module::thread_active_count()), returns(before + 2));
             const auto listed = [&] {
               std::vector<std::string> names;
               const Value all = main.must(module::thread_enumerate());
               for (const Value& each : as_list(all)) names.push_back(as_text(each));
               return names;
             };
             EXPECT_THAT(listed(), testing::IsSupersetOf({"MainThread", "one", "two"}));
             EXPECT_THAT(listed(), Not(testing::Contains("never started")));
             one_runs.must(self::returns());
             main.must(one.join());
             EXPECT_THAT(listed(), Not(testing::Contains("one")));
             EXPECT_THAT(main.does(module::thread_active_count()), returns(before + 1));
           }},
      {.id = "thread.is_used_as_a_process_is",
       .level = Level::kMust,
       .says = "A Process in place of a Thread needs no other calls: both are made, named, "
               "started, asked and joined alike. But what the thread writes is there afterwards, "
               "and what the process writes is not.",
       .notes = {"proc.api_like_threading", "proc.importable_examples"},
       .needs = {"thread", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const std::string kind : {"thread", "process"}) {
               const auto op = [&](const char* what, Args args = {}) {
                 return Op{.name = kind + "." + what, .on = kind, .args = std::move(args)};
               };
               EXPECT_THAT(main.does({.name = kind + ".new",
                                      .as = {kind},
                                      .args = {{"func", "remember"},
                                               {"args", Value::list({kind})},
                                               {"name", "worker"},
                                               {"daemon", false}}}),
                           returns(nullptr));
               EXPECT_THAT(main.does(op("name")), returns("worker")) << kind;
               EXPECT_THAT(main.does(op("daemon")), returns(false)) << kind;
               EXPECT_THAT(main.does(op("ident")), returns(nullptr)) << kind;
               EXPECT_THAT(main.does(op("is_alive")), returns(false)) << kind;
               EXPECT_THAT(main.does(op("start")), returns(nullptr)) << kind;
               EXPECT_THAT(main.does(op("join")), returns(nullptr)) << kind;
               EXPECT_THAT(main.does(op("ident")), returns_what(is_a_positive_int())) << kind;
               EXPECT_THAT(main.does(op("is_alive")), returns(false)) << kind;
             }
             EXPECT_THAT(main.does(self::gets_global("remembered")),
                         returns(Value::list({Value::list({"thread"})})));
           }},
  };
}

Claims thread_ends() {
  return {
      {.id = "thread.error_ends_the_thread_only",
       .level = Level::kMust,
       .says = "An exception out of a thread's target is told on standard error and ends this "
               "thread; join() does not raise it, and the program goes on and ends with 0.",
       .notes = {"os.thread_cannot_exist_alone"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main, {.name = "unlucky"});
             auto [other, lives] = started_thread(stage, main);
             thread.must(self::raises("ValueError", "out of luck"));
             EXPECT_THAT(main.does(t.join()), returns(nullptr));
             EXPECT_THAT(main.does(t.is_alive()), returns(false));
             EXPECT_THAT(stage.printed("stderr"),
                         AllOf(HasSubstr("unlucky"), HasSubstr("ValueError: out of luck")));
             lives.must(self::returns());
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "thread.exit_ends_the_thread_only",
       .level = Level::kMust,
       .says = "sys.exit() in a thread ends this thread silently, whatever its code, and not the "
               "program.",
       .notes = {"os.thread_cannot_exist_alone"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main);
             thread.must(self::exits(5));
             main.must(t.join());
             EXPECT_EQ(stage.printed("stderr"), "");
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "thread.exit_at_once_ends_the_process",
       .level = Level::kMust,
       .says = "os._exit() in any thread ends the whole process, all its threads, with its code.",
       .notes = {"os.thread_comm_shared_memory_less_stable"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main);
             Call join = main.begins(t.join());
             EXPECT_THAT(join, blocks());
             thread.must(self::exits_at_once(5));
             EXPECT_EQ(stage.main_ends(), Ending(Exited{5}));
             EXPECT_TRUE(std::holds_alternative<Died>(join.outcome()));
           }},
      {.id = "thread.program_waits_for_it",
       .level = Level::kMust,
       .says = "A program whose main thread is through ends only when its other threads have "
               "ended, too.",
       .notes = {"os.thread_cannot_exist_alone"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = started_thread(stage, main).puppet;
             Puppet& two = started_thread(stage, main, {.daemon = false}).puppet;
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             one.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             two.must(self::ids());
             two.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "thread.daemon_holds_no_program",
       .level = Level::kMust,
       .says = "A program does not wait for daemon threads: they end with it, in the middle of "
               "what they do, and without their finally blocks.",
       .notes = {"os.thread_cannot_exist_alone"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [t, thread] = started_thread(stage, main, {.daemon = true});
             EXPECT_THAT(main.does(t.daemon()), returns(true));
             thread.must(self::marks_finally("finally"));
             Puppet& plain = started_thread(stage, main).puppet;
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             thread.must(self::ids());
             plain.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
             EXPECT_FALSE(stage.has_file("finally"));
           }},
      {.id = "thread.daemon_is_settled_before_start",
       .level = Level::kMust,
       .says = "daemon is False unless the creating thread is a daemon itself, can be set before "
               "start(), and raises RuntimeError afterwards.",
       .notes = {"thr.two_creation_ways"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteThread plain = main.makes(module::thread({.func = "nothing"}));
             EXPECT_THAT(main.does(plain.daemon()), returns(false));
             EXPECT_THAT(main.does(plain.set_daemon(true)), returns(nullptr));
             EXPECT_THAT(main.does(plain.daemon()), returns(true));
             auto [t, thread] = started_thread(stage, main, {.daemon = true});
             EXPECT_THAT(main.does(t.set_daemon(false)), raises("RuntimeError"));
             RemoteThread heir = thread.makes(module::thread({.func = "nothing"}));
             EXPECT_THAT(thread.does(heir.daemon()), returns(true));
             RemoteThread freed =
                 thread.makes(module::thread({.func = "nothing", .daemon = false}));
             EXPECT_THAT(thread.does(freed.daemon()), returns(false));
           }},
      {.id = "thread.goes_on_while_another_waits",
       .level = Level::kMust,
       .says = "While one thread waits for input, the others run: a global interpreter lock, where "
               "there is one, is not held by who waits.",
       .notes = {"gil.released_on_io", "gil.io_bound_definition", "thr.speeds_up_programs"},
       .needs = {"thread", "socket", "thread_queue"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSocket left, right;
             left.name = "left";
             right.name = "right";
             main.must(module::socketpair(left, right));
             RemoteJoinableQueue q = main.makes(module::thread_queue());
             Puppet& reader = started_thread(stage, main).puppet;
             Puppet& taker = started_thread(stage, main).puppet;
             Call recv = reader.begins(right.recv(10));
             Call get = taker.begins(q.get());
             EXPECT_THAT(recv, blocks());
             EXPECT_THAT(get, blocks());
             Puppet& third = started_thread(stage, main).puppet;
             EXPECT_THAT(third.does(batch({self::ids()}, 100)), returns());
             main.must(left.sendall("bytes"));
             EXPECT_THAT(recv, returns(Value::bytes("bytes")));
             EXPECT_THAT(get, blocks());
             main.must(q.put(1));
             EXPECT_THAT(get, returns(1));
           }},
      {.id = "thread.modules_are_these",
       .level = Level::kShould,
       .says = "Python 3's modules are called threading, _thread and queue; there is no module "
               "thread and none called Queue.",
       .notes = {"thr.modules", "qm.renamed"},
       .needs = {"module", "thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (const char* name : {"threading", "_thread", "queue"})
               EXPECT_THAT(main.does(module::finds_module(name)), returns(true)) << name;
             for (const char* name : {"thread", "Queue"})
               EXPECT_THAT(main.does(module::finds_module(name)), returns(false)) << name;
           }},
  };
}

// ---------------------------------------------------------------- what threads share

// Reads the global "n" in each of both, and only then lets each write what it read and one more.
void interleave_additions(Puppet& one, Puppet& two) {
  const int64_t seen_by_one = global_number(one, "n");
  const int64_t seen_by_two = global_number(two, "n");
  one.must(self::sets_global("n", seen_by_one + 1));
  two.must(self::sets_global("n", seen_by_two + 1));
}

Claims thread_races() {
  return {
      {.id = "thread.updates_can_be_lost",
       .level = Level::kMust,
       .says = "Two threads that each read a global, add 1 and write it back add 1 in all, if both "
               "read before one has written. Which order it comes to is not the program's choice.",
       .notes = {"thr.globals_corruption", "os.thread_comm_shared_memory_less_stable"},
       .needs = {"thread"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("n", 0));
             Puppet& one = started_thread(stage, main).puppet;
             Puppet& two = started_thread(stage, main).puppet;
             interleave_additions(one, two);
             EXPECT_EQ(global_number(main, "n"), 1);
             one.must(self::sets_global("n", global_number(one, "n") + 1));
             two.must(self::sets_global("n", global_number(two, "n") + 1));
             EXPECT_EQ(global_number(main, "n"), 3);
           }},
      {.id = "thread_lock.keeps_updates_apart",
       .level = Level::kMust,
       .says = "With a lock around reading and writing no update is lost: the second thread can't "
               "read before the first has written.",
       .notes = {"thr.globals_corruption", "sync.lock_costs_speed"},
       .needs = {"thread", "thread_lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("n", 0));
             RemoteLock l = main.makes(module::thread_lock());
             Puppet& one = started_thread(stage, main).puppet;
             Puppet& two = started_thread(stage, main).puppet;
             one.must(l.enter());
             const int64_t seen = global_number(one, "n");
             Call enter = two.begins(l.enter());
             EXPECT_THAT(enter, blocks());
             one.must(self::sets_global("n", seen + 1));
             one.must(l.exit());
             EXPECT_THAT(enter, returns());
             two.must(self::sets_global("n", global_number(two, "n") + 1));
             two.must(l.exit());
             EXPECT_EQ(global_number(main, "n"), 2);
           }},
      {.id = "thread_lock.is_no_owners",
       .level = Level::kMust,
       .says = "A Lock is free when it is made; who holds it and acquires it again waits; any "
               "thread may release it; a release() of a free one raises RuntimeError.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.makes(module::thread_lock());
             Puppet& thread = started_thread(stage, main).puppet;
             EXPECT_THAT(main.does(l.locked()), returns(false));
             EXPECT_THAT(main.does(l.release()), raises("RuntimeError"));
             EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(thread.does(l.locked()), returns(true));
             Call again = main.begins(l.acquire());
             EXPECT_THAT(again, blocks());
             EXPECT_THAT(thread.does(l.release()), returns(nullptr));
             EXPECT_THAT(again, returns(true));
             main.must(l.release());
             EXPECT_THAT(main.does(l.locked()), returns(false));
           }},
      {.id = "thread_lock.waits_as_long_as_told",
       .level = Level::kMust,
       .says = "acquire(False) and acquire(timeout=t) of a lock that is held return False, at once "
               "and after t; acquire(False, t) and a negative t other than -1 raise ValueError.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_lock", "thread_rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = started_thread(stage, main).puppet;
             for (const RemoteLock& l :
                  {main.makes(module::thread_lock()), main.makes(module::thread_rlock())}) {
               main.must(l.acquire());
               EXPECT_THAT(thread.does(l.acquire({.block = false})), returns(false));
               EXPECT_THAT(thread.does(l.acquire({.timeout = kShort})),
                           AllOf(returns(false), took_about(kShort)));
               EXPECT_THAT(thread.does(l.acquire({.block = false, .timeout = 1s})),
                           raises("ValueError"));
               EXPECT_THAT(thread.does(l.acquire({.timeout = -2s})), raises("ValueError"));
               Call endless = thread.begins(l.acquire({.timeout = -1s}));
               EXPECT_THAT(endless, blocks());
               main.must(l.release());
               EXPECT_THAT(endless, returns(true));
               thread.must(l.release());
             }
           }},
      {.id = "thread_rlock.has_an_owner",
       .level = Level::kMust,
       .says = "The thread that holds an RLock may acquire it again and frees it with as many "
               "releases; another thread waits that long, and its release() raises RuntimeError.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_rlock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.makes(module::thread_rlock());
             Puppet& thread = started_thread(stage, main).puppet;
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(l.acquire()), returns(true));
             EXPECT_THAT(thread.does(l.release()), raises("RuntimeError"));
             Call other = thread.begins(l.acquire());
             for (int i = 0; i < 3; ++i) {
               EXPECT_THAT(other, blocks());
               EXPECT_THAT(main.does(l.release()), returns(nullptr));
             }
             EXPECT_THAT(other, returns(true));
             EXPECT_THAT(main.does(l.release()), raises("RuntimeError"));
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(false));
             thread.must(l.release());
             EXPECT_THAT(main.does(l.acquire({.block = false})), returns(true));
             main.must(l.release());
           }},
      {.id = "thread_lock.opposite_orders_deadlock",
       .level = Level::kMust,
       .says = "Of two threads, one holds a and wants b and the other holds b and wants a: neither "
               "ever proceeds, the process stands still, and only its end from outside frees it.",
       .notes = {"sync.deadlock_sample", "sync.deadlock_four_conditions"},
       .needs = {"thread", "thread_lock", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteLock a = child.makes(module::thread_lock());
             RemoteLock b = child.makes(module::thread_lock());
             auto [first, first_runs] = started_thread(stage, child);
             auto [second, second_runs] = started_thread(stage, child);
             first_runs.must(a.acquire());
             second_runs.must(b.acquire());
             Call wants_b = first_runs.begins(b.acquire());
             Call wants_a = second_runs.begins(a.acquire());
             Call join = child.begins(first.join());
             EXPECT_THAT(wants_b, blocks());
             EXPECT_THAT(wants_a, blocks());
             EXPECT_THAT(join, blocks());
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGKILL));
           }},
      {.id = "thread_lock.one_order_does_not_deadlock",
       .level = Level::kMust,
       .says = "Two threads that take both locks in the same order never wait for each other; a "
               "timeout frees those who took them in opposite ones.",
       .notes = {"sync.deadlock_four_conditions"},
       .needs = {"thread", "thread_lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock a = main.makes(module::thread_lock());
             RemoteLock b = main.makes(module::thread_lock());
             Puppet& thread = started_thread(stage, main).puppet;
             main.must(a.acquire());
             Call wants_a = thread.begins(a.acquire());
             EXPECT_THAT(main.does(b.acquire()), returns(true));
             EXPECT_THAT(wants_a, blocks());
             main.must(b.release());
             main.must(a.release());
             EXPECT_THAT(wants_a, returns(true));
             EXPECT_THAT(thread.does(b.acquire()), returns(true));
             thread.must(a.release());
             Call wants_b = main.begins(b.acquire());
             EXPECT_THAT(wants_b, blocks());
             thread.must(b.release());
             EXPECT_THAT(wants_b, returns(true));
             thread.must(a.acquire());
             EXPECT_THAT(main.does(a.acquire({.timeout = kShort})),
                         AllOf(returns(false), took_about(kShort)));
             main.must(b.release());
             EXPECT_THAT(thread.does(b.acquire()), returns(true));
           }},
      {.id = "thread_semaphore.lets_so_many_in",
       .level = Level::kMust,
       .says = "A Semaphore(n) lets n acquire, the next one waits for a release(); without a "
               "number n is 1, and a negative one raises ValueError.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.makes(module::thread_semaphore(2));
             Puppet& thread = started_thread(stage, main).puppet;
             EXPECT_THAT(main.does(s.acquire()), returns(true));
             EXPECT_THAT(thread.does(s.acquire()), returns(true));
             EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(main.does(s.acquire({.timeout = kShort})),
                         AllOf(returns(false), took_about(kShort)));
             Call third = thread.begins(s.acquire());
             EXPECT_THAT(third, blocks());
             main.must(s.release());
             EXPECT_THAT(third, returns(true));
             for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(s.release()), returns(nullptr));
             for (int i = 0; i < 3; ++i)
               EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(false));
             RemoteLock one = main.makes(module::thread_semaphore());
             EXPECT_THAT(main.does(one.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(main.does(one.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(main.does(module::thread_semaphore(-1).op), raises("ValueError"));
           }},
      {.id = "thread_bounded_semaphore.is_not_released_too_often",
       .level = Level::kMust,
       .says = "A release() of a BoundedSemaphore beyond the number it began with raises "
               "ValueError, and does not count.",
       .notes = {"sync.lock_types"},
       .needs = {"thread_bounded_semaphore"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock s = main.makes(module::thread_bounded_semaphore(1));
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
             EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(true));
             EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(false));
             EXPECT_THAT(main.does(s.release()), returns(nullptr));
             EXPECT_THAT(main.does(s.release()), raises("ValueError"));
           }},
  };
}

struct Waiter {
  Puppet* puppet;
  Call wait;
};

// How many return from wait(). Each has the lock then and gives it to the next; they are taken out.
int those_who_return(const RemoteCondition& c, std::vector<Waiter>& waiters) {
  int count = 0;
  for (size_t i = 0; i < waiters.size();) {
    if (std::holds_alternative<Returned>(waiters[i].wait.outcome_if_blocked())) {
      EXPECT_THAT(waiters[i].wait, returns(true));
      waiters[i].puppet->must(c.release());
      waiters.erase(waiters.begin() + static_cast<std::ptrdiff_t>(i));
      ++count;
      i = 0;  // the next one may be any
    } else {
      ++i;
    }
  }
  return count;
}

Claims thread_signals() {
  return {
      {.id = "thread_condition.wakes_as_many_as_told",
       .level = Level::kMust,
       .says = "wait() gives the lock back and waits; notify(n) wakes n of those who wait, "
               "notify_all() all, and each goes on only when it has the lock again.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.makes(module::thread_condition());
             std::vector<Waiter> waiters;
             for (int i = 0; i < 4; ++i) {
               Puppet& thread = started_thread(stage, main).puppet;
               thread.must(c.acquire());
               waiters.push_back({&thread, thread.begins(c.wait())});
               EXPECT_THAT(waiters.back().wait, blocks());
             }
             main.must(c.acquire());
             main.must(c.notify());
             for (const Waiter& each : waiters) EXPECT_THAT(each.wait, blocks());
             main.must(c.release());
             EXPECT_EQ(those_who_return(c, waiters), 1);
             main.must(c.acquire());
             main.must(c.notify_all());
             main.must(c.release());
             EXPECT_EQ(those_who_return(c, waiters), 3);
           }},
      {.id = "thread_condition.needs_its_lock",
       .level = Level::kMust,
       .says = "wait() and notify() by who does not hold the lock raise RuntimeError; a "
               "notification that nobody waits for is lost.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_condition", "thread_lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock l = main.makes(module::thread_lock());
             RemoteCondition c = main.makes(module::thread_condition(l));
             for (const Op& op : {c.wait(), c.notify(), c.notify_all()})
               EXPECT_THAT(main.does(op), raises("RuntimeError"));
             main.must(l.acquire());
             EXPECT_THAT(main.does(c.notify()), returns(nullptr));
             EXPECT_THAT(main.does(c.wait(kShort)), AllOf(returns(false), took_about(kShort)));
             EXPECT_THAT(main.does(l.locked()), returns(true));
             Puppet& thread = started_thread(stage, main).puppet;
             Call wait = main.begins(c.wait());
             EXPECT_THAT(wait, blocks());
             EXPECT_THAT(thread.does(l.acquire()), returns(true));
             thread.must(c.notify());
             thread.must(l.release());
             EXPECT_THAT(wait, returns(true));
             main.must(l.release());
           }},
      {.id = "thread_condition.waits_for_a_predicate",
       .level = Level::kMust,
       .says = "wait_for() returns at once if the predicate holds, waits on through notifications "
               "after which it does not, and returns its last value when the time is up.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_condition", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.makes(module::thread_condition());
             RemoteValue v = main.value("i", 0);
             Puppet& thread = started_thread(stage, main).puppet;
             thread.must(c.acquire());
             EXPECT_THAT(thread.does(c.wait_for(v, 0)), returns(true));
             EXPECT_THAT(thread.does(c.wait_for(v, 2, kShort)),
                         AllOf(returns(false), took_about(kShort)));
             Call wait = thread.begins(c.wait_for(v, 2));
             EXPECT_THAT(wait, blocks());
             for (int i = 1; i <= 2; ++i) {
               main.must(c.acquire());
               main.must(v.set(i));
               main.must(c.notify());
               main.must(c.release());
               if (i == 1) {
                 EXPECT_THAT(wait, blocks());
               }
             }
             EXPECT_THAT(wait, returns(true));
             thread.must(c.release());
           }},
      {.id = "thread_event.lets_all_through",
       .level = Level::kMust,
       .says = "Who waits for an Event waits until it is set, all of them; then wait() returns at "
               "once, until it is cleared; wait(timeout) tells whether it was set.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.makes(module::thread_event());
             Puppet& one = started_thread(stage, main).puppet;
             Puppet& two = started_thread(stage, main).puppet;
             EXPECT_THAT(main.does(e.is_set()), returns(false));
             EXPECT_THAT(main.does(e.wait(kShort)), AllOf(returns(false), took_about(kShort)));
             Call first = one.begins(e.wait());
             Call second = two.begins(e.wait());
             EXPECT_THAT(first, blocks());
             EXPECT_THAT(second, blocks());
             main.must(e.set());
             EXPECT_THAT(first, returns(true));
             EXPECT_THAT(second, returns(true));
             EXPECT_THAT(main.does(e.is_set()), returns(true));
             EXPECT_THAT(one.does(e.wait()), returns(true));
             main.must(e.clear());
             Call third = one.begins(e.wait());
             EXPECT_THAT(third, blocks());
             main.must(e.set());
             EXPECT_THAT(third, returns(true));
           }},
      {.id = "thread_condition.waiters_that_timed_out_are_not_counted",
       .level = Level::kMust,
       .says = "Waiters that have given up take no notification away from those who still wait.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteCondition c = main.makes(module::thread_condition());
             main.must(c.acquire());
             for (const Timeout& timeout : {Timeout(kShort), Timeout(0s), Timeout(-1s)})
               EXPECT_THAT(main.does(c.wait(timeout)), returns(false));
             main.must(c.release());
             std::vector<Waiter> waiters;
             for (int i = 0; i < 2; ++i) {
               Puppet& thread = started_thread(stage, main).puppet;
               thread.must(c.acquire());
               waiters.push_back({&thread, thread.begins(c.wait())});
               EXPECT_THAT(waiters.back().wait, blocks());
             }
             for (int i = 0; i < 2; ++i) {
               main.must(c.acquire());
               main.must(c.notify());
               main.must(c.release());
               EXPECT_EQ(those_who_return(c, waiters), 1);
             }
           }},
      {.id = "thread_event.pulse_lets_through_who_waits",
       .level = Level::kShould,
       .says = "Who waits for an Event is let through, and told True, though it is cleared right "
               "after it was set.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_event"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteEvent e = main.makes(module::thread_event());
             Puppet& thread = started_thread(stage, main).puppet;
             for (int i = 0; i < 3; ++i) {
               Call wait = thread.begins(e.wait());
               EXPECT_THAT(wait, blocks());
               main.must(batch({e.set(), e.clear()}));
               EXPECT_THAT(wait, returns(true));
               EXPECT_THAT(main.does(e.is_set()), returns(false));
             }
           }},
      {.id = "thread_semaphore.release_of_several_lets_several_in",
       .level = Level::kMust,
       .says = "release(n) of a Semaphore or BoundedSemaphore lets n of those in who wait; fewer "
               "than one, or more than a bounded one has lent, raises ValueError and counts for "
               "nothing.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_semaphore", "thread_bounded_semaphore", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool bounded : {false, true}) {
               RemoteLock s = main.makes(bounded ? module::thread_bounded_semaphore(3)
                                                 : module::thread_semaphore(3));
               for (int i = 0; i < 3; ++i) main.must(s.acquire());
               std::vector<Call> calls;
               for (int i = 0; i < 3; ++i) {
                 calls.push_back(started_thread(stage, main).puppet.begins(s.acquire()));
                 EXPECT_THAT(calls.back(), blocks());
               }
               EXPECT_THAT(main.does(object::call(s, "release", {0})), raises("ValueError"));
               if (bounded) {
                 EXPECT_THAT(main.does(object::call(s, "release", {4})), raises("ValueError"));
               }
               EXPECT_THAT(calls, return_for_exactly(0));
               EXPECT_THAT(main.does(object::call(s, "release", {2})), returns(nullptr));
               EXPECT_THAT(calls, return_for_exactly(2));
               EXPECT_THAT(main.does(object::call(s, "release", {}, {{"n", 1}})), returns(nullptr));
               EXPECT_THAT(calls, return_for_exactly(3));
               EXPECT_THAT(main.does(s.acquire(kWithoutBlocking)), returns(false));
             }
           }},
      {.id = "thread_barrier.waits_for_all",
       .level = Level::kMust,
       .says = "Of n parties each wait() of a Barrier waits until the last has come, and each gets "
               "another number below n; abort() breaks it for who waits and who comes.",
       .notes = {"sync.lock_types"},
       .needs = {"thread", "thread_barrier"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteBarrier b = main.makes(module::thread_barrier(2));
             Puppet& thread = started_thread(stage, main).puppet;
             for (int round = 0; round < 2; ++round) {
               Call first = thread.begins(b.wait());
               EXPECT_THAT(first, blocks());
               EXPECT_THAT(main.does(b.n_waiting()), returns(1));
               Call second = main.does(b.wait());
               EXPECT_EQ(as_int(first.value()) + as_int(second.value()), 1);
             }
             Call broken = thread.begins(b.wait());
             EXPECT_THAT(broken, blocks());
             main.must(b.abort());
             EXPECT_THAT(broken, raises("BrokenBarrierError"));
             EXPECT_THAT(main.does(b.wait()), raises("BrokenBarrierError"));
             EXPECT_THAT(main.does(b.broken()), returns(true));
           }},
  };
}

}  // namespace

Claims thread_claims() {
  return all_of({thread_lives(), thread_ends(), thread_races(), thread_signals()});
}

}  // namespace conformance
