// Start methods: choosing one, and what a child sees of its creator under each.
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/pool_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;

const char* text_of_memory(Stage& stage) {
  return stage.has_feature("inherits_memory") ? "a copy" : "nothing";
}

// ---------------------------------------------------------------- choosing

Claims choosing() {
  return {
      {.id = "start_method.all_are_named",
       .level = Level::kMust,
       .says =
           "get_all_start_methods() names each supported method once, spawn and fork among them.",
       .documented = {"START-01"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value::List all = as_list(main.must(module::get_all_start_methods()));
             auto count = [&](const char* name) {
               return std::count(all.begin(), all.end(), Value(name));
             };
             EXPECT_EQ(count("fork"), 1);
             EXPECT_EQ(count("spawn"), 1);
             EXPECT_EQ(count("forkserver"), 1);
           }},
      {.id = "start_method.default_is_the_first",
       .level = Level::kMust,
       .says = "Unless one is chosen, get_start_method() is the first of all.",
       .documented = {"START-01", "START-02"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value::List all = as_list(main.must(module::get_all_start_methods()));
             ASSERT_FALSE(all.empty());
             EXPECT_THAT(main.does(module::get_start_method()), returns(all.at(0)));
           }},
      {.id = "start_method.default",
       .level = Level::kVariation,
       .says = "The default start method is one of the three.",
       .notes = {"proc.os_dependent_start", "proc.start_unix_like_copy"},
       .documented = {"START-02"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             stage.varies(as_text(stage.main().must(module::get_start_method())),
                          {"fork", "spawn", "forkserver"});
           }},
      {.id = "start_method.question_settles_the_default",
       .level = Level::kMust,
       .says =
           "get_start_method(allow_none=True) is None until a method is chosen and chooses none; "
           "get_start_method() settles the default, after which no other can be set.",
       .documented = {"START-03"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
             Value method = main.must(module::get_start_method());
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(method));
             EXPECT_THAT(main.does(module::set_start_method("spawn")), raises("RuntimeError"));
             EXPECT_THAT(main.does(module::get_start_method()), returns(method));
           }},
      {.id = "start_method.can_be_chosen_once",
       .level = Level::kMust,
       .says =
           "set_start_method() chooses the method; a second time it raises RuntimeError and the "
           "choice stays.",
       .documented = {"START-05"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::set_start_method("spawn")), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method()), returns("spawn"));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns("spawn"));
             EXPECT_THAT(main.does(module::set_start_method("fork")), raises("RuntimeError"));
             EXPECT_THAT(main.does(module::set_start_method("spawn")), raises("RuntimeError"));
             EXPECT_THAT(main.does(module::set_start_method("fork", false)),
                         raises("RuntimeError"));
             EXPECT_THAT(main.does(module::get_start_method()), returns("spawn"));
           }},
      {.id = "start_method.every_method_can_be_chosen",
       .level = Level::kMust,
       .says = "Each of get_all_start_methods() can be set and is then the start method.",
       .documented = {"START-01", "START-05"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value all = main.must(module::get_all_start_methods());
             for (const Value& method : as_list(all)) {
               EXPECT_THAT(main.does(module::set_start_method(method, true)), returns(nullptr));
               EXPECT_THAT(main.does(module::get_start_method()), returns(method));
             }
           }},
      {.id = "start_method.choice_can_be_forced",
       .level = Level::kShould,
       .says = "set_start_method(force=True) replaces the choice; None takes it back.",
       .documented = {"START-05"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(module::set_start_method("spawn"));
             EXPECT_THAT(main.does(module::set_start_method("fork", true)), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method()), returns("fork"));
             EXPECT_THAT(main.does(module::set_start_method(nullptr, true)), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
             EXPECT_THAT(main.does(module::set_start_method("spawn")), returns(nullptr));
             EXPECT_THAT(main.does(module::get_start_method()), returns("spawn"));
           }},
      {.id = "start_method.unknown_name_is_refused",
       .level = Level::kMust,
       .says =
           "An unknown method raises ValueError in set_start_method() and get_context(), forced "
           "or not, and chooses nothing.",
       .documented = {"START-06"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::get_context("teleport")), raises("ValueError"));
             EXPECT_THAT(main.does(module::get_context("")), raises("ValueError"));
             EXPECT_THAT(main.does(module::get_context("Spawn")), raises("ValueError"));
             EXPECT_THAT(main.does(module::set_start_method("teleport")), raises("ValueError"));
             EXPECT_THAT(main.does(module::set_start_method("teleport", true)),
                         raises("ValueError"));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
             main.must(module::set_start_method("spawn"));
             EXPECT_THAT(main.does(module::set_start_method("teleport", true)),
                         raises("ValueError"));
             EXPECT_THAT(main.does(module::get_start_method()), returns("spawn"));
           }},
      {.id = "start_method.context_has_its_method",
       .level = Level::kMust,
       .says = "get_context(method) gives a context of that method and chooses nothing for the "
               "program.",
       .documented = {"START-07"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value all = main.must(module::get_all_start_methods());
             for (const Value& method : as_list(all)) {
               EXPECT_THAT(main.does(module::get_context(method)), returns(method));
             }
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr));
           }},
      {.id = "start_method.default_context_settles_the_default",
       .level = Level::kShould,
       .says = "get_context() without a method gives the chosen or default method's context, and "
               "settles it.",
       .documented = {"START-04"},
       .needs = {"context"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value::List all = as_list(main.must(module::get_all_start_methods()));
             EXPECT_THAT(main.does(module::get_context(nullptr)), returns(all.at(0)));
             EXPECT_THAT(main.does(module::get_start_method(true)), returns(all.at(0)));
             EXPECT_THAT(main.does(module::set_start_method("spawn")), raises("RuntimeError"));
             main.must(module::set_start_method("spawn", true));
             EXPECT_THAT(main.does(module::get_context(nullptr)), returns("spawn"));
           }},
      {.id = "start_method.child_has_the_method_it_was_started_by",
       .level = Level::kShould,
       .says = "In a child the method by which it was started is chosen.",
       .documented = {"START-19"},
       .needs = {"context", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             const std::string& method = stage.about().start_method;
             EXPECT_THAT(child.does(module::get_start_method()), returns(method));
             EXPECT_THAT(child.does(module::set_start_method(method)), raises("RuntimeError"));
             Puppet& grandchild = stage.start_process(child);
             EXPECT_THAT(grandchild.does(module::get_start_method()), returns(method));
           }},
      {.id = "start_method.child_of_a_context_has_the_method_of_that",
       .level = Level::kShould,
       .says = "A child that a context has started has that context's method chosen, whatever its "
               "creator has chosen.",
       .documented = {"START-19"},
       .needs = {"context.own", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const Value method = stage.about().start_method;
             for (const char* chosen : {"fork", "spawn"}) {
               main.must(module::set_start_method(chosen, true));
               Puppet& child = stage.start_process(main);
               EXPECT_THAT(child.does(module::get_start_method()), returns(method));
             }
           }},
      {.id = "start_method.use_of_a_context_settles_nothing",
       .level = Level::kShould,
       .says = "Processes, pools, managers and shared objects of a context leave the program's "
               "own start method open: any can be set after them.",
       .documented = {"START-04", "START-07"},
       .needs = {"context.own", "pool", "manager.list", "queue", "value", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const auto expect_open = [&](const char* after) {
               EXPECT_THAT(main.does(module::get_start_method(true)), returns(nullptr)) << after;
             };
             RemoteQueue q = main.queue();
             stage.start_process(main, {q, main.value("i", 1)}).must(q.put(1));
             expect_open("a process with what is shared");
             RemotePool pool = main.pool(1);
             expect_open("a pool");
             EXPECT_THAT(main.does(pool.apply("square", {3})), returns(9));
             close_and_join(main, pool);
             expect_open("a task");
             RemoteManager manager = main.manager();
             main.makes(manager.list());
             main.must(manager.shutdown());
             expect_open("a manager");
             const Value::List all = as_list(main.must(module::get_all_start_methods()));
             for (const Value& each : all) {
               if (each == Value(stage.about().start_method)) continue;
               EXPECT_THAT(main.does(module::set_start_method(each)), returns(nullptr));
               break;
             }
           }},
  };
}

// ---------------------------------------------------------------- what a child sees

Claims children() {
  return {
      {.id = "start_method.memory_of_a_child",
       .level = Level::kVariation,
       .says = "A forked child begins with its creator's memory as it was at start(), not at "
               "construction; any other begins with nothing but what it was passed.",
       .notes = {"proc.start_unix_like_copy", "proc.start_windows_like_import"},
       .documented = {"START-08", "LIFE-17", "START-10"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("colour", "at construction"));
             RemoteProcess p = main.process();
             main.must(self::sets_global("colour", "at start"));
             main.must(p.start());
             main.must(self::sets_global("colour", "later"));
             Puppet& child = stage.arrival(p);
             Value seen = child.must(self::gets_global("colour"));
             std::string kind = seen.is_null()              ? "nothing"
                                : seen == Value("at start") ? "a copy"
                                                            : seen.text();
             stage.varies(kind, {text_of_memory(stage)});
           }},
      {.id = "start_method.signal_handlers_of_a_child",
       .level = Level::kVariation,
       .says = "A forked child has its creator's signal handlers; in any other the signal has its "
               "default effect.",
       .documented = {"LIFE-18"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::on_signal(SIGUSR1, "note"));
             Puppet& child = stage.start_process(main);
             stage.signal(child, SIGUSR1);
             bool handled = std::holds_alternative<Returned>(child.does(self::ids()).outcome());
             if (handled) {
               EXPECT_THAT(child.does(self::noted(SIGUSR1)), returns(1));
             } else {
               EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGUSR1));
             }
             EXPECT_THAT(main.does(self::noted(SIGUSR1)), returns(0));
             stage.varies(handled ? "a copy" : "nothing", {text_of_memory(stage)});
           }},
      {.id = "start_method.descriptors_of_a_child",
       .level = Level::kVariation,
       .says = "A forked child holds its creator's pipes open though it was not passed them; any "
               "other does not.",
       .documented = {"LIFE-16"},
       .needs = {"process", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [reader, writer] = main.pipe(false);
             Puppet& child = stage.start_process(main);
             main.must(writer.close());
             Call reading = main.begins(reader.recv());
             bool held = std::holds_alternative<Blocked>(reading.outcome());
             child.must(self::returns());
             EXPECT_THAT(reading, raises("EOFError"));
             stage.varies(held ? "a copy" : "nothing", {text_of_memory(stage)});
           }},
      {.id = "start_method.fork_needs_no_serialisation",
       .level = Level::kMust,
       .says = "Under fork, arguments that can't be serialised reach the target.",
       .documented = {"START-10"},
       .needs = {"process", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child =
                 stage.start_process(main, {}, {.args = Value::List{1, Value::unpicklable()}});
             EXPECT_EQ(member_of(child.must(self::arguments()), "args"),
                       Value::list({1, Value::unpicklable()}));
           }},
      {.id = "start_method.unserialisable_arguments_fail_at_start",
       .level = Level::kMust,
       .says =
           "Where arguments must be serialised, start() raises what the serialiser raises; no "
           "process is left, the process counts as not started, and others can still be started.",
       .documented = {"START-09"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             if (stage.has_feature("inherits_memory")) {
               throw Abandon{Abandon::Why::kUnsupported, "fork serialises nothing"};
             }
             Puppet& main = stage.main();
             Puppet& before = stage.start_process(main);  // and with it whatever helpers there are
             size_t processes = stage.processes().size();
             size_t descriptors = open_descriptors(main.pid());
             RemoteProcess p = main.process({}, {.args = Value::List{Value::unpicklable()}});
             EXPECT_THAT(main.does(p.start()), raises("TypeError"));
             EXPECT_EQ(stage.processes().size(), processes);
             EXPECT_EQ(open_descriptors(main.pid()), descriptors);
             EXPECT_THAT(main.does(p.pid()), returns(nullptr));
             EXPECT_THAT(main.does(p.exitcode()), returns(nullptr));
             EXPECT_THAT(main.does(p.is_alive()), returns(false));
             EXPECT_THAT(main.does(p.join()), raises());
             EXPECT_EQ(pids_of(main.must(module::active_children())),
                       std::set<int64_t>{before.pid()});
             EXPECT_EQ(ends_with(main, stage.start_process(main), self::returns()), Value(0));
           }},
      {.id = "start_method.child_has_what_it_was_passed_and_no_more",
       .level = Level::kMust,
       .says = "Of the objects of its creator a child has those that it was passed.",
       .documented = {"START-08", "START-12"},
       .needs = {"process", "isolated", "queue", "lock"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemoteLock l = main.lock();
             main.queue();
             Puppet& child = stage.start_process(main, {q, l});
             EXPECT_THAT(child.does(self::names()), returns(Value::list({l.name, q.name})));
           }},
      {.id = "start_method.queues_and_pipes_reach_grandchildren",
       .level = Level::kMust,
       .says = "Queues and pipe ends that are passed to a child, and by it to its own child, still "
               "are the same: what the grandchild puts the main program gets.",
       .documented = {"START-12"},
       .needs = {"process", "isolated", "queue", "simple_queue", "pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteQueue q = main.queue();
             RemoteSimpleQueue s = main.simple_queue();
             auto [left, right] = main.pipe();
             Puppet& child = stage.start_process(main, {right, s, q});
             Puppet& grandchild = stage.start_process(child, {q, right, s});
             grandchild.must(q.put("q"));
             grandchild.must(s.put("s"));
             grandchild.must(right.send("p"));
             EXPECT_THAT(main.does(left.recv()), returns("p"));
             EXPECT_THAT(main.does(s.get()), returns("s"));
             EXPECT_THAT(main.does(q.get()), returns("q"));
             main.must(left.send("back"));
             EXPECT_THAT(child.does(right.recv()), returns("back"));
           }},
      {.id = "start_method.locks_reach_grandchildren",
       .level = Level::kMust,
       .says = "Locks, semaphores, events and conditions that are passed on to a grandchild still "
               "are the same.",
       .documented = {"START-12"},
       .needs = {"process", "isolated", "lock", "rlock", "semaphore", "event", "condition"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = main.lock(), rlock = main.rlock(), semaphore = main.semaphore(1);
             RemoteEvent event = main.event();
             RemoteCondition condition = main.condition();
             std::vector<RemoteObject> all = {lock, rlock, semaphore, event, condition};
             Puppet& child = stage.start_process(main, all);
             Puppet& grandchild = stage.start_process(child, all);
             for (const RemoteLock& each : {lock, rlock, semaphore}) {
               EXPECT_THAT(grandchild.does(each.acquire()), returns(true));
               EXPECT_THAT(main.does(each.acquire({.block = false})), returns(false)) << each.name;
               grandchild.must(each.release());
               EXPECT_THAT(main.does(each.acquire({.block = false})), returns(true)) << each.name;
             }
             grandchild.must(event.set());
             EXPECT_THAT(main.does(event.is_set()), returns(true));
             main.must(condition.acquire());
             Call waiting = main.begins(condition.wait());
             EXPECT_THAT(waiting, blocks());
             grandchild.must(condition.acquire());
             grandchild.must(condition.notify());
             grandchild.must(condition.release());
             EXPECT_THAT(waiting, returns(true));
             main.must(condition.release());
           }},
      {.id = "start_method.shared_memory_reaches_grandchildren",
       .level = Level::kMust,
       .says = "Values and Arrays that are passed on to a grandchild still are the same memory.",
       .documented = {"START-12"},
       .needs = {"process", "isolated", "value", "array"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteValue value = main.value("i", 1);
             RemoteArray array = main.array("d", Value::list({1.5, 2.5}));
             Puppet& child = stage.start_process(main, {array, value});
             Puppet& grandchild = stage.start_process(child, {value, array});
             main.must(value.set(2));
             EXPECT_THAT(grandchild.does(value.get()), returns(2));
             grandchild.must(value.add(40));
             grandchild.must(array.set(1, 7.5));
             EXPECT_THAT(main.does(value.get()), returns(42));
             EXPECT_THAT(child.does(array.slice()), returns(Value::list({1.5, 7.5})));
           }},
      {.id = "start_method.sharing_is_by_inheritance_only",
       .level = Level::kMust,
       .says = "Locks, queues and shared values can't be sent through a pipe: that raises "
               "RuntimeError, also right after a start, successful or not, has passed them.",
       .documented = {"START-13"},
       .needs = {"process", "isolated", "pipe", "lock", "queue", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteLock lock = main.lock();
             RemoteQueue queue = main.queue();
             RemoteValue value = main.value("i", 0);
             auto [left, right] = main.pipe();
             auto expect_refusals = [&, &left = left] {
               for (const RemoteObject& each : std::vector<RemoteObject>{lock, queue, value}) {
                 EXPECT_THAT(main.does(left.send(each.value())), raises("RuntimeError"));
               }
             };
             expect_refusals();
             stage.start_process(main, {lock, queue, value});
             expect_refusals();
             if (!stage.has_feature("inherits_memory")) {
               main.does(main.process({lock}, {.args = Value::List{Value::unpicklable()}}).start());
               expect_refusals();
             }
             EXPECT_THAT(main.does(right.poll()), returns(false));
           }},
      {.id = "start_method.nobody_else_keeps_a_passed_pipe_open",
       .level = Level::kMust,
       .says = "When creator and child have closed a pipe's end that was passed to the child, the "
               "other end reads end of file: no helper keeps a copy.",
       .documented = {"START-12", "LIFE-16"},
       .needs = {"process", "isolated", "pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [reader, writer] = main.pipe(false);
             Puppet& child = stage.start_process(main, {writer});
             main.must(writer.close());
             child.must(writer.send("last words"));
             child.must(writer.close());
             EXPECT_THAT(main.does(reader.recv()), returns("last words"));
             EXPECT_THAT(main.does(reader.recv()), raises("EOFError"));
           }},
      {.id = "start_method.parent_id_is_the_creators",
       .level = Level::kMust,
       .says = "Under fork and spawn, the parent id of a child is the pid of its creator.",
       .notes = {"proc.getppid_is_creator", "proc.current_process_pid"},
       .documented = {"START-19"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             if (stage.about().start_method == "forkserver") only_under(stage, "fork and spawn");
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             EXPECT_EQ(child.ppid(), main.pid());
             EXPECT_EQ(grandchild.ppid(), child.pid());
           }},
  };
}

// ---------------------------------------------------------------- servers and trackers

Claims helpers_of_methods() {
  return {
      {.id = "start_method.fork_needs_no_helpers",
       .level = Level::kShould,
       .says = "Under fork there are no processes but those that were asked for.",
       .documented = {"START-18"},
       .needs = {"process", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {main.queue(), main.lock()});
             Puppet& grandchild = stage.start_process(child);
             EXPECT_EQ(helpers(stage, {&child, &grandchild}).size(), 0u);
           }},
      {.id = "start_method.spawn_shares_its_helper",
       .level = Level::kShould,
       .says = "Under spawn at most one helper process serves the whole program, grandchildren "
               "included.",
       .documented = {"START-18"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "spawn");
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.lock();
             Puppet& grandchild = stage.start_process(child);
             grandchild.lock();
             EXPECT_LE(helpers(stage, {&child, &grandchild}).size(), 1u);
           }},
      {.id = "start_method.fork_server_is_one",
       .level = Level::kShould,
       .says = "Under forkserver one server, which is not the creator, is the parent of all its "
               "children, and serves later starts too.",
       .notes = {"proc.getppid_is_creator"},
       .documented = {"START-15", "PROC-47"},
       .needs = {"process", "process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main);
             ends_with(main, one, self::returns());
             Puppet& two = stage.start_process(main);
             Puppet& three = stage.start_process(main);
             EXPECT_NE(one.ppid(), main.pid());
             EXPECT_EQ(two.ppid(), one.ppid());
             EXPECT_EQ(three.ppid(), one.ppid());
             RemoteProcess parent = process_named("parent");
             two.must(module::parent_process(parent));
             EXPECT_THAT(two.does(parent.pid()), returns(int64_t{main.pid()}));
           }},
      {.id = "start_method.fork_server_is_replaced",
       .level = Level::kShould,
       .says = "When the fork server has died, the next start gets a new one and works.",
       .documented = {"START-16"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             Puppet& before = stage.start_process(main);
             ends_with(main, before, self::returns());
             stage.signal(before.ppid(), SIGKILL);
             EXPECT_TRUE(stage.comes_to_rest());
             Puppet& after = stage.start_process(main);
             EXPECT_NE(after.ppid(), before.ppid());
             EXPECT_EQ(ends_with(main, after, self::exits(3)), Value(3));
           }},
      {.id = "start_method.lost_fork_server_loses_exit_codes",
       .level = Level::kVariation,
       .says = "What becomes of the exit code of a child whose fork server has died: it is 255, or "
               "still found out.",
       .documented = {"START-16"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             only_under(stage, "forkserver");
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             stage.signal(child.ppid(), SIGKILL);
             EXPECT_TRUE(stage.comes_to_rest());
             child.must(self::exits(3));
             EXPECT_TRUE(stage.process_ends(child));
             stage.varies(exit_code(main, child.handle()).text(), {"255", "3"});
           }},
      {.id = "start_method.ends_at_the_same_moment_are_all_noticed",
       .level = Level::kMust,
       .says = "Several children that end in one moment are all noticed, each with its exit code.",
       .documented = {"START-15", "PROC-12"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<Puppet*> children;
             for (int i = 0; i < 3; ++i) children.push_back(&stage.start_process(main));
             pid_t reaper = children[0]->ppid();  // sees none of the ends before all have come
             stage.signal(reaper, SIGSTOP);
             for (int i = 0; i < 3; ++i) children[i]->begins(self::exits_at_once(10 + i));
             for (Puppet* child : children) EXPECT_TRUE(stage.process_ends(*child));
             stage.signal(reaper, SIGCONT);
             for (int i = 0; i < 3; ++i) {
               EXPECT_EQ(exit_code(main, children[i]->handle()), Value(10 + i));
             }
           }},
      {.id = "start_method.helpers_survive_an_interrupt",
       .level = Level::kShould,
       .says = "An interrupt from the keyboard does not end helper processes: starting goes on to "
               "work, with the same helpers.",
       .documented = {"START-15", "START-18"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main);
             std::set<pid_t> before = helpers(stage, {&one});
             for (pid_t helper : before) stage.signal(helper, SIGINT);
             EXPECT_TRUE(stage.comes_to_rest());
             Puppet& two = stage.start_process(main);
             EXPECT_EQ(helpers(stage, {&one, &two}), before);
             EXPECT_EQ(ends_with(main, two, self::returns()), Value(0));
           }},
      {.id = "start_method.grandchild_holds_nothing_of_a_child_s_arguments",
       .level = Level::kMust,
       .says =
           "What a child was passed is none of its own child's that does not begin with a copy: "
           "it has no more files open than one of the main program's, and holds off no end of "
           "file.",
       .documented = {"LIFE-16", "START-12"},
       .needs = {"process", "isolated", "pipe", "queue", "lock", "value"},
       .check =
           [](Stage& stage) {
             if (stage.has_feature("inherits_memory"))
               throw Abandon{Abandon::Why::kUnsupported, "a forked child has all that is open"};
             Puppet& main = stage.main();
             auto [reader, writer] = main.pipe(false);
             Puppet& simple = stage.start_process(main);
             Puppet& child =
                 stage.start_process(main, {writer, main.queue(), main.lock(), main.value("i", 1)});
             Puppet& grandchild = stage.start_process(child);
             stage.comes_to_rest();
             EXPECT_LE(stage.open_files(grandchild), stage.open_files(simple));
             main.must(writer.close());
             child.must(writer.send("last words"));
             child.must(writer.close());
             EXPECT_THAT(main.does(reader.recv()), returns("last words"));
             EXPECT_THAT(main.does(reader.recv()), raises("EOFError"));
             grandchild.must(self::ids());  // it lives
           }},
      {.id = "start_method.killed_program_leaves_no_shared_memory",
       .level = Level::kMust,
       .says =
           "When every process of a program is killed, its semaphores and shared memory go with "
           "it, and so do its helpers.",
       .documented = {"START-18", "ROB-36"},
       .needs = {"process", "isolated", "lock", "queue", "value"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             RemoteLock lock = main.lock();
             Puppet& child = stage.start_process(main, {lock, main.queue(), main.value("i", 1)});
             child.lock();
             stage.signal(main, SIGKILL);
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.main_ends().killed_by(SIGKILL));
             EXPECT_TRUE(stage.process_ends(child));
           }},  // finish() looks what is left
      {.id = "start_method.many_ends_reach_a_child",
       .level = Level::kShould,
       .says = "A child can be given as many as a hundred ends of pipes; each is the one that it "
               "was.",
       .documented = {"START-12", "PIPE-32"},
       .needs = {"process", "isolated", "pipe"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<RemoteObject> given;
             std::vector<Op> sends, receives;
             std::vector<Value> expected;
             for (int i = 0; i < 100; ++i) {
               auto [ours, theirs] = main.pipe();
               given.push_back(theirs);
               sends.push_back(ours.send(i));
               receives.push_back(theirs.recv());
               expected.push_back(i);
             }
             Puppet& child = stage.start_process(main, given);
             results(main.does(batch(std::move(sends))));
             EXPECT_EQ(results(child.does(batch(std::move(receives)))), expected);
           }},
      {.id = "start_method.opens_no_door_to_other_threads",
       .level = Level::kShould,
       .says = "While one thread starts a process that takes much along, another one is refused as "
               "ever when it sends what only a child may be given.",
       .documented = {"START-13"},
       .needs = {"process", "isolated", "pipe", "lock", "value"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             RemoteLock lock = main.lock();
             auto [left, right] = main.pipe();
             std::vector<RemoteObject> much;  // takes a dozen milliseconds
             std::vector<Op> making;
             for (int i = 0; i < 1500; ++i) {
               much.push_back({absl::StrCat("much", i)});
               making.push_back({.name = "value.new",
                                 .as = {much.back().name},
                                 .args = {{"type", "i"}, {"value", i}}});
             }
             results(main.does(batch(std::move(making))));
             RemoteProcess child = main.process(much);
             const auto soon = std::chrono::steady_clock::now().time_since_epoch() + 20ms;
             const Op together{.name = "puppet.until",
                               .args = {{"at", int64_t{std::chrono::nanoseconds(soon).count()}}}};
             Call start = main.begins(batch({together, child.start()}));
             std::vector<Op> sends(1000, left.send(lock.value()));
             sends.insert(sends.begin(), together);
             Call refused = thread.does(batch(std::move(sends)));
             for (size_t i = 1; i < refused.batch().size(); ++i) {
               const Raised* raised = std::get_if<Raised>(&refused.batch()[i].result);
               ASSERT_TRUE(raised != nullptr && raised->type == "RuntimeError") << "send " << i;
             }
             results(start);
             stage.arrival(child);
             EXPECT_THAT(main.does(right.poll()), returns(false));
           }},
      {.id = "start_method.signal_of_a_child_is_its_own",
       .level = Level::kShould,
       .says =
           "A signal that a child handles is noticed by its handler and nowhere else: nothing is "
           "written to any file or stream.",
       .documented = {"LIFE-18", "START-15"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int i = 0; i < 2; ++i) {
               Puppet& child = stage.start_process(main);
               child.must(self::on_signal(SIGUSR2, "note"));
               stage.signal(child, SIGUSR2);
               EXPECT_TRUE(stage.comes_to_rest());
               EXPECT_THAT(child.does(self::noted(SIGUSR2)), returns(1));
               EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             }
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "start_method.later_child_holds_no_more",
       .level = Level::kMust,
       .says = "A child that does not begin with a copy of its creator has no more files open than "
               "one that was started before it and still runs.",
       .documented = {"LIFE-16"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             if (stage.has_feature("inherits_memory"))
               throw Abandon{Abandon::Why::kUnsupported, "a forked child has all that is open"};
             Puppet& main = stage.main();
             Puppet& eldest = stage.start_process(main);
             stage.start_process(main);
             Puppet& youngest = stage.start_process(main);
             stage.comes_to_rest();
             EXPECT_LE(stage.open_files(youngest), stage.open_files(eldest));
           }},
  };
}

}  // namespace

Claims start_method_claims() { return all_of({choosing(), children(), helpers_of_methods()}); }

}  // namespace conformance
