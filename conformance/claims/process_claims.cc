// Process: what it is made of, starting, joining, stopping, names, and what a process knows of
// itself and others.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <regex>

#include "conformance/claims/areas.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Not;

constexpr auto kLongTime = 1h;  // of a wait that is ended by its cause, never by the clock

void expect_pattern(const std::string& text, const std::string& pattern) {
  EXPECT_TRUE(std::regex_match(text, std::regex(pattern))) << text << " is not like " << pattern;
}

// "worker-3" -> "worker"
std::string prefix_of(const std::string& name) { return name.substr(0, name.rfind('-')); }

// Every way to use a process that needs it to be open.
std::vector<Op> uses_of(const RemoteProcess& p) {
  return {p.start(), p.join(), p.is_alive(), p.terminate(), p.exitcode(), p.pid(), p.ident()};
}

// ---------------------------------------------------------------- making and starting

Claims starting() {
  return {
      {.id = "process.is_not_alive_before_start",
       .level = Level::kMust,
       .says = "A new Process object is not alive, has no exit code, and no process exists for it.",
       .notes = {"proc.instance_not_started", "proc.start_usage", "proc.is_alive"},
       .documented = {"PROC-01"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             size_t before = stage.processes().size();
             RemoteProcess p = main.process();
             EXPECT_THAT(main.does(p.is_alive()), returns(false));
             EXPECT_THAT(main.does(p.exitcode()), returns(nullptr));
             EXPECT_EQ(stage.processes().size(), before);
           }},
      {.id = "process.has_no_pid_before_start",
       .level = Level::kMust,
       .says = "pid and ident of a process that was not started are None.",
       .notes = {"proc.name_and_pid"},
       .documented = {"PROC-01"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process();
             EXPECT_THAT(main.does(p.pid()), returns(nullptr));
             EXPECT_THAT(main.does(p.ident()), returns(nullptr));
           }},
      {.id = "process.start_runs_the_target_beside_its_creator",
       .level = Level::kMust,
       .says = "start() returns while the target runs: the process is alive, has no exit code yet, "
               "and its creator goes on.",
       .notes = {"proc.start_runs_run", "proc.start_usage", "proc.run_calls_target",
                 "proc.target_callable", "proc.fn_style_sample", "ipc.package_components"},
       .documented = {"PROC-02", "PROC-14"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process();
             EXPECT_THAT(main.does(p.start()), returns(nullptr));
             EXPECT_THAT(main.does(p.is_alive()), returns(true));
             stage.arrival(p);
             EXPECT_THAT(main.does(p.is_alive()), returns(true));
             EXPECT_THAT(main.does(p.exitcode()), returns(nullptr));
           }},
      {.id = "process.pid_is_the_childs",
       .level = Level::kMust,
       .says = "Once started, pid and ident are the number of a process of its own, and the child "
               "reads the same number from within.",
       .notes = {"proc.name_and_pid", "proc.current_process_pid", "proc.getpid",
                 "proc.object_is_independent_process"},
       .documented = {"PROC-02", "PROC-03"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process();
             main.must(p.start());
             Value pid = main.must(p.pid());  // known as soon as start() has returned
             Puppet& child = stage.arrival(p);
             EXPECT_EQ(pid, Value(int64_t{child.pid()}));
             EXPECT_NE(child.pid(), main.pid());
             EXPECT_THAT(main.does(p.ident()), returns(int64_t{child.pid()}));
             EXPECT_EQ(member_of(child.must(self::ids()), "pid"), Value(int64_t{child.pid()}));
           }},
      {.id = "process.pid_outlives_the_process",
       .level = Level::kMust,
       .says = "pid keeps its value after the process has ended and was joined.",
       .documented = {"PROC-02"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             ends_with(main, child, self::returns());
             EXPECT_THAT(main.does(child.handle().pid()), returns(int64_t{child.pid()}));
             EXPECT_THAT(main.does(child.handle().ident()), returns(int64_t{child.pid()}));
           }},
      {.id = "process.args_and_kwargs_reach_the_target",
       .level = Level::kMust,
       .says = "The target is called with the given args, in their order, and the given kwargs.",
       .notes = {"pool.process_takes_multiple_args", "proc.args_tuple", "proc.kwargs_dict",
                 "proc.ctor_signature"},
       .documented = {"PROC-03"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value::List args = {1,
                                 "two",
                                 nullptr,
                                 Value::list({3, Value::tuple({4})}),
                                 2.5,
                                 true,
                                 Value::bytes(std::string("\0\xff", 2)),
                                 Value::function("square")};
             Value::Dict kwargs = {{"b", 1}, {"a", Value::dict({{1, "one"}})}};
             Puppet& child = stage.start_process(main, {}, {.args = args, .kwargs = kwargs});
             EXPECT_THAT(child.does(self::arguments()),
                         returns(Value::dict(
                             {{"args", Value::list(args)}, {"kwargs", Value::dict(kwargs)}})));
           }},
      {.id = "process.args_and_kwargs_default_to_none",
       .level = Level::kMust,
       .says = "A target for which neither args nor kwargs were given is called without any, also "
               "after another process was given some.",
       .notes = {"proc.ctor_signature"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             stage.start_process(main, {},
                                 {.args = Value::List{1}, .kwargs = Value::Dict{{"k", 2}}});
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(
                 child.does(self::arguments()),
                 returns(Value::dict({{"args", Value::list({})}, {"kwargs", Value::dict({})}})));
           }},
      {.id = "process.subclass_runs_its_run_method",
       .level = Level::kMust,
       .says =
           "A subclass that overrides run() behaves as a process with a target does: it runs in "
           "the child, with its arguments, and its ending is reported.",
       .notes = {"proc.subclass_style", "proc.two_styles", "proc.subclass_init",
                 "proc.subclass_super_comment", "proc.subclass_main_order"},
       .documented = {"PROC-56"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {},
                                                 {.name = "worker",
                                                  .args = Value::List{1, 2},
                                                  .kwargs = Value::Dict{{"k", 3}},
                                                  .style = "subclass"});
             EXPECT_THAT(child.does(self::arguments()),
                         returns(Value::dict({{"args", Value::list({1, 2})},
                                              {"kwargs", Value::dict({{"k", 3}})}})));
             EXPECT_THAT(child.does(child.current_process().get_name()), returns("worker"));
             EXPECT_THAT(main.does(child.handle().get_name()), returns("worker"));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_EQ(ends_with(main, child, self::returns(9)), Value(0));
           }},
      {.id = "process.subclass_has_an_exit_code",
       .level = Level::kMust,
       .says = "What leaves an overridden run() decides the exit code: an error 1, an orderly exit "
               "its code.",
       .documented = {"PROC-56"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& exits = stage.start_process(main, {}, {.style = "subclass"});
             EXPECT_EQ(ends_with(main, exits, self::exits(7)), Value(7));
             Puppet& fails = stage.start_process(main, {}, {.style = "subclass"});
             EXPECT_EQ(ends_with(main, fails, self::raises("KeyError", "k")), Value(1));
           }},
      {.id = "process.without_target_does_nothing",
       .level = Level::kMust,
       .says = "A process without a target runs, does nothing, and ends with exit code 0.",
       .notes = {"proc.target_callable", "proc.subclass_must_implement_run"},
       .documented = {"PROC-06"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             EXPECT_THAT(main.does(p.run()), returns(nullptr));
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(0));
           }},
      {.id = "process.subclass_without_run_runs_its_target",
       .level = Level::kMust,
       .says = "A subclass of Process need not have a run() of its own: the inherited one calls "
               "the target.",
       .notes = {"proc.subclass_must_implement_run", "proc.subclass_style"},
       .documented = {"PROC-56"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(
                 main, {}, {.args = Value::List{1, 2}, .style = "plain_subclass"});
             EXPECT_THAT(child.does(self::arguments()),
                         returns(Value::dict(
                             {{"args", Value::list({1, 2})}, {"kwargs", Value::dict({})}})));
             EXPECT_EQ(ends_with(main, child, self::returns(9)), Value(0));
             RemoteProcess idle = main.process({}, {.style = "plain_subclass", .no_target = true});
             main.must(idle.start());
             EXPECT_EQ(exit_code(main, idle), Value(0));
           }},
      {.id = "process.arguments_may_be_given_by_position",
       .level = Level::kMust,
       .says = "group, target, name, args and kwargs may be given by position, in this order; "
               "daemon may not.",
       .notes = {"proc.keyword_args_mandatory"},
       .documented = {"PROC-37"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {},
                                                 {.name = "worker",
                                                  .args = Value::List{1, 2},
                                                  .kwargs = Value::Dict{{"k", 3}},
                                                  .style = "positional"});
             EXPECT_THAT(child.does(self::arguments()),
                         returns(Value::dict({{"args", Value::list({1, 2})},
                                              {"kwargs", Value::dict({{"k", 3}})}})));
             EXPECT_THAT(main.does(child.handle().get_name()), returns("worker"));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_THAT(
                 main.does(
                     {.name = "process.new",
                      .as = {"sixth"},
                      .args = {{"func", "nothing"}, {"daemon", true}, {"style", "positional"}}}),
                 raises("TypeError"));
           }},
      {.id = "process.args_may_be_any_sequence",
       .level = Level::kMust,
       .says = "args need not be a tuple: the items of any sequence become the arguments, those of "
               "a string one by "
               "one; what has no items is refused.",
       .notes = {"proc.args_needs_comma"},
       .documented = {"PROC-52"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             const std::pair<Value, int> cases[] = {{Value::list({7, 8}), 2},
                                                    {Value::tuple({"abc"}), 1},
                                                    {Value("abc"), 3},
                                                    {Value::tuple({}), 0}};
             for (const auto& [given, count] : cases) {
               RemoteProcess p = main.process({}, {.func = "exit_with_count", .given_args = given});
               main.must(p.start());
               EXPECT_EQ(exit_code(main, p), Value(count)) << given.text();
             }
             EXPECT_THAT(main.does({.name = "process.new",
                                    .as = {"refused"},
                                    .args = {{"func", "exit_with_count"}, {"given_args", 5}}}),
                         raises("TypeError"));
           }},
      {.id = "process.target_with_too_many_arguments_fails",
       .level = Level::kMust,
       .says = "A target that cannot be called with the arguments it is given fails in the child: "
               "exit code 1, and the "
               "error on its standard error.",
       .notes = {"pipe.sample.eof_loop_as_written"},
       .documented = {"PROC-07"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.args = Value::List{1, 2}, .func = "square"});
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(1));
             EXPECT_THAT(stage.printed("stderr"), testing::HasSubstr("TypeError"));
           }},
      {.id = "process.target_needs_no_name_where_memory_is_inherited",
       .level = Level::kShould,
       .says = "Where a child begins with a copy of its creator's memory, its target may be a "
               "function without a name.",
       .notes = {"pool.lambda_not_allowed"},
       .documented = {"START-10"},
       .needs = {"process", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.args = Value::List{1}, .func = "nameless"});
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(0));
           }},
      {.id = "process.run_stays_in_the_caller",
       .level = Level::kShould,
       .says =
           "run() called directly runs the target in the calling process, and returns None when "
           "the target has returned.",
       .notes = {"proc.run_without_start_is_serial", "proc.run_calls_target"},
       .documented = {"PROC-05"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.args = Value::List{5}});
             Call running = main.begins(p.run());
             Puppet& target = stage.arrival(p);
             EXPECT_EQ(target.pid(), main.pid());
             EXPECT_EQ(member_of(target.must(self::arguments()), "args"), Value::list({5}));
             EXPECT_THAT(running, blocks());
             target.must(self::returns(42));
             EXPECT_THAT(running, returns(nullptr));
           }},
      {.id = "process.run_raises_in_the_caller",
       .level = Level::kShould,
       .says = "What the target raises comes out of run() when that is called directly.",
       .notes = {"proc.run_without_start_is_serial"},
       .documented = {"PROC-05"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.args = Value::List{"boom"}, .func = "fail"});
             EXPECT_THAT(main.does(p.run()), raises("ValueError"));
           }},
      {.id = "process.run_does_not_count_as_start",
       .level = Level::kShould,
       .says =
           "After run() the process is still not started: it can't be joined, and start() works "
           "as ever, with the same arguments.",
       .notes = {"proc.join_only_started", "proc.run_without_start_is_serial"},
       .documented = {"PROC-05"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.args = Value::List{"boom"}, .func = "fail"});
             EXPECT_THAT(main.does(p.run()), raises("ValueError"));
             EXPECT_THAT(main.does(p.run()), raises("ValueError"));
             EXPECT_THAT(main.does(p.join()), raises());
             EXPECT_THAT(main.does(p.pid()), returns(nullptr));
             EXPECT_THAT(main.does(p.is_alive()), returns(false));
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(1));
           }},
      {.id = "process.starts_only_once",
       .level = Level::kMust,
       .says =
           "start() of a process that runs is an error; no second process appears and the first "
           "is left alone.",
       .notes = {"proc.start_runs_run"},
       .documented = {"PROC-04"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             size_t before = stage.processes().size();
             EXPECT_THAT(main.does(child.handle().start()), raises());
             EXPECT_EQ(stage.processes().size(), before);
             child.must(self::ids());
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
           }},
      {.id = "process.does_not_start_again_after_its_end",
       .level = Level::kMust,
       .says = "start() of a process that has ended is an error, and its exit code stays.",
       .documented = {"PROC-04"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             main.must(p.start());
             main.must(p.join());
             EXPECT_THAT(main.does(p.start()), raises());
             EXPECT_THAT(main.does(p.exitcode()), returns(0));
             EXPECT_THAT(main.does(p.join()), returns(nullptr));
           }},
      {.id = "process.is_started_by_its_maker_only",
       .level = Level::kMust,
       .says = "A process can't be started by another process than the one that made it; the maker "
               "still can.",
       .documented = {"PROC-21", "LIFE-20"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process();
             Puppet& other = stage.start_process(main, {p});
             EXPECT_THAT(other.does(p.start()), raises());
             main.must(p.start());
             EXPECT_EQ(ends_with(main, stage.arrival(p), self::returns()), Value(0));
           }},
      {.id = "process.can_not_start_itself",
       .level = Level::kMust,
       .says = "start() of the current process is an error, in a child and in the main program.",
       .documented = {"PROC-04", "PROC-21"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(child.current_process().start()), raises());
             EXPECT_THAT(main.does(main.current_process().start()), raises());
           }},
      {.id = "process.group_must_be_none",
       .level = Level::kMust,
       .says = "group is unused: None is accepted, anything else refused.",
       .notes = {"proc.group_unused_none", "proc.ctor_signature"},
       .documented = {"PROC-37"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto made_with = [](Value group) {
               return Op{.name = "process.new", .as = {"grouped"}, .args = {{"group", group}}};
             };
             EXPECT_THAT(main.does(made_with(nullptr)), returns());
             EXPECT_THAT(main.does(made_with("workers")), raises());
             EXPECT_THAT(main.does(made_with(1)), raises());
           }},
      {.id = "process.misuse_error",
       .level = Level::kVariation,
       .says = "A process that is started twice, joined before its start, or joined by itself "
               "raises the error that the implementation uses for misuse.",
       .documented = {"PROC-04", "PROC-18", "PROC-20"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             std::set<std::string> errors = {
                 error_of(main.does(child.handle().start())),
                 error_of(main.does(main.process({}, {.no_target = true}).join())),
                 error_of(child.does(child.current_process().join()))};
             stage.varies(testing::PrintToString(errors),
                          {"{ \"AssertionError\" }", "{ \"RuntimeError\" }"});
           }},
      {.id = "process.starts_from_any_thread",
       .level = Level::kMust,
       .says = "A process may be made by one thread, started by another, and joined by a third.",
       .documented = {"LIFE-20"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& starter = stage.start_thread(main);
             Puppet& joiner = stage.start_thread(main);
             RemoteProcess p = main.process();
             starter.must(p.start());
             Puppet& child = stage.arrival(p);
             EXPECT_NE(child.pid(), main.pid());
             Call joining = joiner.begins(p.join());
             EXPECT_THAT(joining, blocks());
             child.must(self::exits(4));
             EXPECT_THAT(joining, returns(nullptr));
             EXPECT_THAT(main.does(p.exitcode()), returns(4));
           }},
      {.id = "process.nests_to_any_depth",
       .level = Level::kMust,
       .says = "A child may start and join processes of its own, and so may they.",
       .documented = {"LIFE-05"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             Puppet& great = stage.start_process(grandchild);
             EXPECT_EQ(ends_with(grandchild, great, self::returns()), Value(0));
             EXPECT_EQ(ends_with(child, grandchild, self::returns()), Value(0));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
           }},
      {.id = "process.lets_go_of_its_arguments_when_started",
       .level = Level::kShould,
       .says = "A started Process object keeps no reference to its arguments: once creator and "
               "child have let go of a pipe's end, the other end sees that.",
       .documented = {"PROC-53"},
       .needs = {"process", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [reader, writer] = main.pipe(false);
             Puppet& child = stage.start_process(main, {writer});
             main.must(writer.drop());
             Call reading = main.begins(reader.recv());
             EXPECT_THAT(reading, blocks());
             child.must(writer.close());
             EXPECT_THAT(reading, raises("EOFError"));
           }},
  };
}

// ---------------------------------------------------------------- names

Claims names() {
  return {
      {.id = "process.default_names_count",
       .level = Level::kMust,
       .says = "A process without a given name is called after its class and its number among its "
               "creator's children, also counting those that have a name.",
       .notes = {"proc.name_param", "proc.name_and_pid"},
       .documented = {"PROC-34"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto name_of_new = [&](ChildOptions options) {
               options.no_target = true;
               return as_text(main.must(main.process({}, options).get_name()));
             };
             std::string first = name_of_new({});
             expect_pattern(first, "[A-Za-z_]+-1");
             EXPECT_EQ(name_of_new({.name = "named"}), "named");
             EXPECT_EQ(name_of_new({}), prefix_of(first) + "-3");
             EXPECT_EQ(name_of_new({.name = nullptr}), prefix_of(first) + "-4");
             EXPECT_EQ(name_of_new({.name = ""}), prefix_of(first) + "-5");
           }},
      {.id = "process.default_names_tell_descent",
       .level = Level::kMust,
       .says =
           "The default name of a child's child has the numbers of both, as in Process-2:1, and "
           "each process counts its own children from 1.",
       .documented = {"PROC-34"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& first = stage.start_process(main, {}, {.name = "named"});
             Puppet& second = stage.start_process(main);
             std::string prefix = prefix_of(as_text(main.must(second.handle().get_name())));
             EXPECT_EQ(main.must(second.handle().get_name()), Value(prefix + "-2"));
             auto child_of = [&](Puppet& p) { return p.must(p.process({}, {}).get_name()); };
             EXPECT_EQ(child_of(first), Value(prefix + "-1:1"));
             EXPECT_EQ(child_of(first), Value(prefix + "-1:2"));
             EXPECT_EQ(child_of(second), Value(prefix + "-2:1"));
             Puppet& grandchild = stage.start_process(second);
             EXPECT_EQ(child_of(grandchild), Value(prefix + "-2:2:1"));
             EXPECT_EQ(child_of(main), Value(prefix + "-3"));
           }},
      {.id = "process.default_name_follows_the_class",
       .level = Level::kMust,
       .says = "The default name of a subclass's object begins with the subclass's name.",
       .documented = {"PROC-34", "PROC-56"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto prefix = [&](bool subclass) {
               RemoteProcess p =
                   main.process({}, {.style = subclass ? "subclass" : "", .no_target = true});
               return prefix_of(as_text(main.must(p.get_name())));
             };
             EXPECT_NE(prefix(true), prefix(false));
           }},
      {.id = "process.name_is_the_same_inside",
       .level = Level::kMust,
       .says = "The child knows itself by the name that its creator gave or saw.",
       .notes = {"proc.name_param"},
       .documented = {"PROC-45"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& named = stage.start_process(main, {}, {.name = "worker"});
             EXPECT_THAT(named.does(named.current_process().get_name()), returns("worker"));
             EXPECT_THAT(main.does(named.handle().get_name()), returns("worker"));
             Puppet& unnamed = stage.start_process(main);
             EXPECT_THAT(unnamed.does(unnamed.current_process().get_name()),
                         returns(main.must(unnamed.handle().get_name())));
           }},
      {.id = "process.names_need_not_be_unique",
       .level = Level::kMust,
       .says = "Two processes may bear the same name at the same time.",
       .documented = {"PROC-35"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main, {}, {.name = "twin"});
             Puppet& two = stage.start_process(main, {}, {.name = "twin"});
             EXPECT_THAT(main.does(one.handle().get_name()), returns("twin"));
             EXPECT_THAT(main.does(two.handle().get_name()), returns("twin"));
             EXPECT_THAT(two.does(two.current_process().get_name()), returns("twin"));
           }},
      {.id = "process.name_must_be_text",
       .level = Level::kShould,
       .says = "A name that is not a string is refused, and the process keeps the one it has.",
       .notes = {"proc.name_param", "proc.subclass_name_after_super"},
       .documented = {"PROC-35"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.name = "worker", .no_target = true});
             EXPECT_THAT(main.does(p.set_name(5)), raises());
             EXPECT_THAT(main.does(p.set_name(nullptr)), raises());
             EXPECT_THAT(main.does(p.set_name(Value::bytes("worker"))), raises());
             EXPECT_THAT(main.does(p.get_name()), returns("worker"));
           }},
      {.id = "process.can_be_renamed_before_start",
       .level = Level::kMust,
       .says = "A name that is set before start() is the child's name.",
       .notes = {"proc.subclass_name_after_super"},
       .documented = {"PROC-36"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.name = "first"});
             EXPECT_THAT(main.does(p.set_name("second")), returns(nullptr));
             EXPECT_THAT(main.does(p.get_name()), returns("second"));
             main.must(p.start());
             Puppet& child = stage.arrival(p);
             EXPECT_THAT(child.does(child.current_process().get_name()), returns("second"));
           }},
      {.id = "process.renaming_later_stays_on_one_side",
       .level = Level::kShould,
       .says =
           "Once started, creator and child have a name each: to change one does not change the "
           "other.",
       .documented = {"PROC-36"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "both"});
             RemoteProcess inside = child.current_process();
             main.must(child.handle().set_name("outside"));
             EXPECT_THAT(child.does(inside.get_name()), returns("both"));
             child.must(inside.set_name("inside"));
             EXPECT_THAT(main.does(child.handle().get_name()), returns("outside"));
             EXPECT_THAT(child.does(child.current_process().get_name()), returns("inside"));
           }},
  };
}

// ---------------------------------------------------------------- the daemon flag

Claims daemons() {
  return {
      {.id = "process.is_no_daemon_by_default",
       .level = Level::kMust,
       .says = "The main program is no daemon, and neither are its children unless told so.",
       .notes = {"daemon.inherited", "proc.ctor_signature"},
       .documented = {"PROC-38"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(main.current_process().daemon()), returns(false));
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().daemon()), returns(false));
             EXPECT_THAT(child.does(child.current_process().daemon()), returns(false));
             RemoteProcess p = child.process({}, {.no_target = true});
             EXPECT_THAT(child.does(p.daemon()), returns(false));
           }},
      {.id = "process.daemon_can_be_chosen_before_start",
       .level = Level::kMust,
       .says = "The daemon flag can be given to the constructor or set later, until start(); the "
               "child sees it. Other processes are not affected.",
       .notes = {"daemon.set_before_start", "proc.ctor_signature"},
       .documented = {"PROC-38"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& given = stage.start_process(main, {}, {.daemon = true});
             EXPECT_THAT(main.does(given.handle().daemon()), returns(true));
             EXPECT_THAT(given.does(given.current_process().daemon()), returns(true));

             RemoteProcess p = main.process();
             EXPECT_THAT(main.does(p.daemon()), returns(false));
             EXPECT_THAT(main.does(p.set_daemon(true)), returns(nullptr));
             main.must(p.start());
             Puppet& set = stage.arrival(p);
             EXPECT_THAT(set.does(set.current_process().daemon()), returns(true));

             RemoteProcess q = main.process({}, {.daemon = true, .no_target = true});
             main.must(q.set_daemon(false));
             EXPECT_THAT(main.does(q.daemon()), returns(false));
             EXPECT_THAT(main.does(main.current_process().daemon()), returns(false));
             EXPECT_THAT(main.does(main.process({}, {.no_target = true}).daemon()), returns(false));
           }},
      {.id = "process.daemon_of_none_means_the_creators",
       .level = Level::kMust,
       .says = "daemon=None is the same as no daemon argument.",
       .documented = {"PROC-38"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.daemon = nullptr, .no_target = true});
             EXPECT_THAT(main.does(p.daemon()), returns(false));
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             RemoteProcess q = daemon.process({}, {.daemon = nullptr, .no_target = true});
             EXPECT_THAT(daemon.does(q.daemon()), returns(true));
           }},
      {.id = "process.daemon_is_fixed_by_start",
       .level = Level::kMust,
       .says = "The daemon flag can't be set once the process is started, not even after its end.",
       .notes = {"daemon.set_before_start"},
       .documented = {"PROC-38"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().set_daemon(true)), raises());
             EXPECT_THAT(main.does(child.handle().daemon()), returns(false));
             ends_with(main, child, self::returns());
             EXPECT_THAT(main.does(child.handle().set_daemon(true)), raises());
           }},
      {.id = "process.daemon_is_inherited",
       .level = Level::kMust,
       .says =
           "What a daemonic process makes is daemonic, unless the constructor is told otherwise.",
       .notes = {"daemon.inherited"},
       .documented = {"PROC-38"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& daemon = stage.start_process(stage.main(), {}, {.daemon = true});
             RemoteProcess p = daemon.process({}, {.no_target = true});
             EXPECT_THAT(daemon.does(p.daemon()), returns(true));
             RemoteProcess q = daemon.process({}, {.daemon = false, .no_target = true});
             EXPECT_THAT(daemon.does(q.daemon()), returns(false));
           }},
      {.id = "process.daemon_has_no_children",
       .level = Level::kMust,
       .says =
           "A daemonic process can't start processes, whatever their own flag; nothing appears.",
       .notes = {"daemon.children_forbidden"},
       .documented = {"PROC-39"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& daemon = stage.start_process(stage.main(), {}, {.daemon = true});
             size_t before = stage.processes().size();
             for (bool flag : {true, false}) {
               RemoteProcess p = daemon.process({}, {.daemon = flag, .no_target = true});
               EXPECT_THAT(daemon.does(p.start()), raises());
               EXPECT_THAT(daemon.does(p.pid()), returns(nullptr));
             }
             EXPECT_EQ(stage.processes().size(), before);
           }},
      {.id = "process.plain_child_of_a_plain_child_may_have_daemons",
       .level = Level::kMust,
       .says = "A child that is no daemon may start daemons, and its daemons have its daemon flag "
               "set, not its own.",
       .documented = {"PROC-38", "PROC-39"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& child = stage.start_process(stage.main());
             Puppet& daemon = stage.start_process(child, {}, {.daemon = true});
             EXPECT_THAT(daemon.does(daemon.current_process().daemon()), returns(true));
             EXPECT_THAT(child.does(child.current_process().daemon()), returns(false));
           }},
  };
}

// ---------------------------------------------------------------- join(), is_alive(), exitcode

Claims joining() {
  return {
      {.id = "process.join_waits_for_the_end",
       .level = Level::kMust,
       .says = "join() waits until the process has ended, and returns None.",
       .notes = {"os.async_no_order", "proc.join_waits", "proc.join_parent_waits_not_child"},
       .documented = {"PROC-15"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Call joining = main.begins(child.handle().join());
             EXPECT_THAT(joining, blocks());
             child.must(self::ids());  // the child is not held up meanwhile
             EXPECT_THAT(joining, blocks());
             child.must(self::returns(5));
             EXPECT_THAT(joining, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
           }},
      {.id = "process.join_with_none_waits_for_the_end",
       .level = Level::kMust,
       .says = "join(None) waits as join() does.",
       .notes = {"proc.join_timeout"},
       .documented = {"PROC-15"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Call joining = main.begins(child.handle().join(nullptr));
             EXPECT_THAT(joining, blocks());
             child.must(self::returns());
             EXPECT_THAT(joining, returns(nullptr));
           }},
      {.id = "process.join_gives_up_after_its_timeout",
       .level = Level::kMust,
       .says = "join(timeout) returns None when the time is over, and not before; the process runs "
               "on and can be joined later.",
       .notes = {"proc.join_timeout"},
       .documented = {"PROC-16", "PROC-14"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             for (int round = 0; round < 2; ++round) {
               EXPECT_THAT(main.does(child.handle().join(50ms)),
                           AllOf(returns(nullptr), took_about(50ms)));
               EXPECT_THAT(main.does(child.handle().exitcode()), returns(nullptr));
               EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             }
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
           }},
      {.id = "process.join_ends_with_the_process_not_with_the_timeout",
       .level = Level::kMust,
       .says =
           "join(timeout) returns None as soon as the process has ended, and then its exit code "
           "is known.",
       .notes = {"proc.join_timeout"},
       .documented = {"PROC-16"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Call joining = main.begins(child.handle().join(kLongTime));
             child.must(self::returns());
             EXPECT_THAT(joining, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(0));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "process.join_with_no_time_left_does_not_wait",
       .level = Level::kMust,
       .says = "join(0) and join of a negative time return at once, and the process runs on.",
       .documented = {"PROC-16"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().join(0ms)), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().join(Timeout::raw(0))), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().join(-1s)), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(nullptr));
           }},
      {.id = "process.join_again_returns_at_once",
       .level = Level::kMust,
       .says = "join() may be called again after the end, with any timeout; exit code and liveness "
               "never change any more.",
       .documented = {"PROC-17", "PROC-14"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteProcess p = child.handle();
             EXPECT_EQ(ends_with(main, child, self::exits(3)), Value(3));
             for (std::optional<Timeout> timeout :
                  {std::optional<Timeout>(), std::optional<Timeout>(nullptr),
                   std::optional<Timeout>(0ms), std::optional<Timeout>(50ms),
                   std::optional<Timeout>(-1s)}) {
               EXPECT_THAT(main.does(p.join(timeout)), returns(nullptr));
               EXPECT_THAT(main.does(p.exitcode()), returns(3));
               EXPECT_THAT(main.does(p.is_alive()), returns(false));
             }
           }},
      {.id = "process.join_needs_a_start",
       .level = Level::kMust,
       .says = "join() of a process that was never started is an error, with and without timeout.",
       .notes = {"proc.join_only_started"},
       .documented = {"PROC-18"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             EXPECT_THAT(main.does(p.join()), raises());
             EXPECT_THAT(main.does(p.join(50ms)), raises());
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(0));
           }},
      {.id = "process.can_not_join_itself",
       .level = Level::kMust,
       .says = "A process that joins itself gets an error instead of waiting for ever.",
       .documented = {"PROC-20"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(child.current_process().join()), raises());
             EXPECT_THAT(main.does(main.current_process().join()), raises());
           }},
      {.id = "process.only_its_creator_joins_it",
       .level = Level::kMust,
       .says =
           "join() and is_alive() are errors in a process that did not start it; the creator is "
           "not disturbed.",
       .documented = {"PROC-19", "LIFE-20"},
       .needs = {"process", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& sibling = stage.start_process(main, {child.handle()});
             EXPECT_THAT(sibling.does(child.handle().join()), raises());
             EXPECT_THAT(sibling.does(child.handle().join(0ms)), raises());
             EXPECT_THAT(sibling.does(child.handle().is_alive()), raises());
             EXPECT_EQ(ends_with(main, child, self::exits(6)), Value(6));
             EXPECT_THAT(sibling.does(child.handle().join()), raises());
           }},
      {.id = "process.an_unstarted_one_is_its_makers_too",
       .level = Level::kMust,
       .says = "join() and is_alive() of a process that was not started are errors in another "
               "process than its maker.",
       .documented = {"PROC-19", "LIFE-20"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             Puppet& other = stage.start_process(main, {p});
             EXPECT_THAT(other.does(p.is_alive()), raises());
             EXPECT_THAT(other.does(p.join()), raises());
           }},
      {.id = "process.end_is_seen_without_join",
       .level = Level::kMust,
       .says = "Once the process has ended, is_alive() is False and exitcode is set though nobody "
               "has joined it.",
       .notes = {"proc.is_alive"},
       .documented = {"PROC-14"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             one.must(self::exits(1));
             two.must(self::exits(2));
             await_end(stage, one);
             await_end(stage, two);
             EXPECT_THAT(main.does(one.handle().is_alive()), returns(false));
             EXPECT_THAT(main.does(one.handle().exitcode()), returns(1));
             EXPECT_THAT(main.does(two.handle().exitcode()), returns(2));
             EXPECT_THAT(main.does(two.handle().is_alive()), returns(false));
           }},
      {.id = "process.join_with_no_time_sees_an_end",
       .level = Level::kMust,
       .says = "join(0) of a process that has ended joins it.",
       .documented = {"PROC-16"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::exits(8));
             await_end(stage, child);
             EXPECT_THAT(main.does(child.handle().join(0ms)), returns(nullptr));
             EXPECT_EQ(state_of(child.pid()), '?') << "it is still a zombie";
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(8));
           }},
      {.id = "process.exit_codes_are_not_mixed_up",
       .level = Level::kMust,
       .says = "Processes that end in another order than they were started and joined in have each "
               "its own exit code.",
       .notes = {"proc.no_join_order_random", "proc.join_makes_serial", "os.process_heavy_stable"},
       .documented = {"PROC-14", "PROC-15"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<Puppet*> children;
             for (int i = 0; i < 4; ++i) children.push_back(&stage.start_process(main));
             for (int i : {2, 0, 3, 1}) children[i]->must(self::exits(10 + i));
             for (int i : {3, 1, 2, 0}) {
               EXPECT_EQ(exit_code(main, children[i]->handle()), Value(10 + i));
             }
           }},
      {.id = "process.several_threads_may_join_it",
       .level = Level::kShould,
       .says = "Several threads of the creator may wait for the same process; all of them go on at "
               "its end.",
       .documented = {"PROC-15", "PROC-17"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             Puppet& child = stage.start_process(main);
             Call one = main.begins(child.handle().join());
             Call two = thread.begins(child.handle().join());
             EXPECT_THAT(one, blocks());
             EXPECT_THAT(two, blocks());
             child.must(self::exits(3));
             EXPECT_THAT(one, returns(nullptr));
             EXPECT_THAT(two, returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "process.is_dead_though_reaped_elsewhere",
       .level = Level::kBeyond,
       .says = "A process that was reaped behind the library's back (SIGCHLD ignored) is reported "
               "as dead.",
       .documented = {"ROB-30"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::on_signal(SIGCHLD, "ignore"));
             Puppet& child = stage.start_process(main);
             child.must(self::returns());
             await_end(stage, child);
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
  };
}

// ---------------------------------------------------------------- terminate(), kill(), close()

Claims stopping() {
  return {
      {.id = "process.terminate_ends_it_by_signal",
       .level = Level::kMust,
       .says = "terminate() ends a process with SIGTERM: exit code -15.",
       .notes = {"proc.terminate_forced", "proc.is_alive_after_terminate"},
       .documented = {"PROC-23", "PROC-12", "PROC-24"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().terminate()), returns(nullptr));
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGTERM));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "process.kill_ends_it_by_signal",
       .level = Level::kMust,
       .says = "kill() ends a process with SIGKILL: exit code -9.",
       .documented = {"PROC-12", "PROC-25"},
       .needs = {"process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().kill()), returns(nullptr));
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGKILL));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(false));
           }},
      {.id = "process.terminate_does_not_wait",
       .level = Level::kMust,
       .says = "terminate() sends one SIGTERM and returns, though the process handles the signal "
               "and lives on; kill() still ends it.",
       .notes = {"proc.is_alive_after_terminate"},
       .documented = {"PROC-24", "PROC-25"},
       .needs = {"process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::on_signal(SIGTERM, "note"));
             EXPECT_THAT(main.does(child.handle().terminate()), returns(nullptr));
             EXPECT_THAT(child.does(self::noted(SIGTERM)), returns(1));
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_THAT(main.does(child.handle().exitcode()), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().join(50ms)),
                         AllOf(returns(nullptr), took_at_least(50ms)));
             EXPECT_THAT(main.does(child.handle().terminate()), returns(nullptr));
             EXPECT_THAT(child.does(self::noted(SIGTERM)), returns(2));
             EXPECT_THAT(main.does(child.handle().kill()), returns(nullptr));
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGKILL));
           }},
      {.id = "process.any_thread_of_its_creator_handles_it",
       .level = Level::kMust,
       .says = "Another thread of the creator than its main one may start a process, ask it, wait "
               "for it with and without a timeout, and end it.",
       .documented = {"PROC-12", "PROC-24"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main);
             RemoteProcess p = main.process();
             EXPECT_THAT(thread.does(p.start()), returns(nullptr));
             stage.arrival(p);
             EXPECT_THAT(thread.does(p.is_alive()), returns(true));
             EXPECT_THAT(thread.does(p.join(50ms)), AllOf(returns(nullptr), took_about(50ms)));
             EXPECT_THAT(thread.does(p.terminate()), returns(nullptr));
             EXPECT_EQ(exit_code(thread, p), Value(-SIGTERM));
             EXPECT_THAT(main.does(p.is_alive()), returns(false));
           }},
      {.id = "process.survivor_of_terminate_ends_as_it_likes",
       .level = Level::kMust,
       .says =
           "A process that ignores SIGTERM survives terminate() and has the exit code of its own "
           "ending.",
       .documented = {"PROC-25"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::on_signal(SIGTERM, "ignore"));
             main.must(child.handle().terminate());
             child.must(self::ids());
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_EQ(ends_with(main, child, self::exits(2)), Value(2));
           }},
      {.id = "process.terminate_spares_descendants",
       .level = Level::kMust,
       .says = "What a terminated or killed process had started lives on as an orphan.",
       .notes = {"proc.terminate_child_becomes_zombie", "life.orphan_definition"},
       .documented = {"PROC-26"},
       .needs = {"process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& first = stage.start_process(main);
             Puppet& second = stage.start_process(main);
             Puppet& orphan1 = stage.start_process(first);
             Puppet& orphan2 = stage.start_process(second, {}, {.daemon = true});
             main.must(first.handle().terminate());
             main.must(second.handle().kill());
             EXPECT_EQ(exit_code(main, first.handle()), Value(-SIGTERM));
             EXPECT_EQ(exit_code(main, second.handle()), Value(-SIGKILL));
             EXPECT_THAT(orphan1.does(self::ids()), returns());
             EXPECT_THAT(orphan2.does(self::ids()), returns());
           }},
      {.id = "process.stopping_the_dead_does_nothing",
       .level = Level::kShould,
       .says = "terminate() and kill() of a process that has ended return None and change nothing, "
               "joined or not.",
       .documented = {"PROC-27"},
       .needs = {"process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& unjoined = stage.start_process(main);
             unjoined.must(self::exits(5));
             await_end(stage, unjoined);
             EXPECT_THAT(main.does(unjoined.handle().terminate()), returns(nullptr));
             EXPECT_THAT(main.does(unjoined.handle().kill()), returns(nullptr));
             EXPECT_EQ(exit_code(main, unjoined.handle()), Value(5));
             EXPECT_THAT(main.does(unjoined.handle().terminate()), returns(nullptr));
             EXPECT_THAT(main.does(unjoined.handle().kill()), returns(nullptr));
             EXPECT_THAT(main.does(unjoined.handle().exitcode()), returns(5));
           }},
      {.id = "process.stopping_the_unstarted_is_an_error",
       .level = Level::kVariation,
       .says = "terminate() and kill() before start() raise an error, and start() still works.",
       .documented = {"PROC-28"},
       .needs = {"process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             std::set<std::string> errors = {error_of(main.does(p.terminate())),
                                             error_of(main.does(p.kill()))};
             main.must(p.start());
             EXPECT_EQ(exit_code(main, p), Value(0));
             stage.varies(testing::PrintToString(errors),
                          {"{ \"AttributeError\" }", "{ \"AssertionError\" }", "{ \"ValueError\" }",
                           "{ \"RuntimeError\" }"});
           }},
      {.id = "process.close_refuses_a_running_process",
       .level = Level::kMust,
       .says = "close() of a process that runs raises ValueError and leaves it usable.",
       .documented = {"PROC-30"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(main.does(child.handle().close()), raises("ValueError"));
             child.must(self::ids());
             EXPECT_THAT(main.does(child.handle().is_alive()), returns(true));
             EXPECT_THAT(main.does(child.handle().pid()), returns(int64_t{child.pid()}));
             EXPECT_EQ(ends_with(main, child, self::exits(3)), Value(3));
             EXPECT_THAT(main.does(child.handle().close()), returns(nullptr));
           }},
      {.id = "process.close_forgets_a_finished_process",
       .level = Level::kMust,
       .says = "After close() everything but name and daemon raises ValueError.",
       .documented = {"PROC-31", "PROC-32"},
       .needs = {"process.close", "process.kill", "process.sentinel", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "worker", .daemon = true});
             RemoteProcess p = child.handle();
             ends_with(main, child, self::returns());
             EXPECT_THAT(main.does(p.close()), returns(nullptr));
             for (const Op& use : uses_of(p)) EXPECT_THAT(main.does(use), raises("ValueError"));
             EXPECT_THAT(main.does(p.join(0ms)), raises("ValueError"));
             EXPECT_THAT(main.does(p.kill()), raises("ValueError"));
             EXPECT_THAT(main.does(p.sentinel()), raises("ValueError"));
             EXPECT_THAT(main.does(p.get_name()), returns("worker"));
             EXPECT_THAT(main.does(p.daemon()), returns(true));
           }},
      {.id = "process.close_may_be_repeated",
       .level = Level::kMust,
       .says = "close() of a closed process does nothing.",
       .documented = {"PROC-31"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             ends_with(main, child, self::returns());
             main.must(child.handle().close());
             EXPECT_THAT(main.does(child.handle().close()), returns(nullptr));
             EXPECT_THAT(main.does(child.handle().is_alive()), raises("ValueError"));
           }},
      {.id = "process.close_works_before_start",
       .level = Level::kMust,
       .says = "A process that was never started can be closed, and then can't be started.",
       .documented = {"PROC-31", "PROC-32"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             size_t before = stage.processes().size();
             EXPECT_THAT(main.does(p.close()), returns(nullptr));
             for (const Op& use : uses_of(p)) EXPECT_THAT(main.does(use), raises("ValueError"));
             EXPECT_EQ(stage.processes().size(), before);
           }},
      {.id = "process.close_needs_no_join",
       .level = Level::kMust,
       .says = "close() works on a process that has ended though it was not joined; it is gone "
               "from active_children() and reaped.",
       .documented = {"PROC-31"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::returns());
             await_end(stage, child);
             EXPECT_THAT(main.does(child.handle().close()), returns(nullptr));
             EXPECT_EQ(state_of(child.pid()), '?');
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
           }},
      {.id = "process.close_gives_descriptors_back",
       .level = Level::kMust,
       .says = "close() of a finished process releases every descriptor that its start took.",
       .documented = {"PROC-31"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto start_and_close = [&] {
               Puppet& child = stage.start_process(main);
               ends_with(main, child, self::returns());
               main.must(child.handle().close());
             };
             start_and_close();  // the first start may open what all of them share
             size_t before = open_descriptors(main.pid());
             start_and_close();
             EXPECT_EQ(open_descriptors(main.pid()), before);
           }},
      {.id = "process.unclosed_process_keeps_descriptors",
       .level = Level::kVariation,
       .says = "A process that is finished but neither closed nor forgotten keeps no more "
               "descriptors than two.",
       .documented = {"PROC-33"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto start_and_join = [&] {
               ends_with(main, stage.start_process(main), self::returns());
             };
             start_and_join();
             size_t before = open_descriptors(main.pid());
             start_and_join();
             start_and_join();
             size_t kept = open_descriptors(main.pid()) - before;
             stage.varies(std::to_string(kept) + " for two processes",
                          {"0 for two processes", "2 for two processes", "4 for two processes"});
           }},
  };
}

// ---------------------------------------------------------------- the sentinel

Claims sentinels() {
  return {
      {.id = "process.sentinel_needs_a_start",
       .level = Level::kMust,
       .says = "sentinel raises ValueError until the process is started.",
       .documented = {"PROC-42"},
       .needs = {"process.sentinel", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess p = main.process({}, {.no_target = true});
             EXPECT_THAT(main.does(p.sentinel()), raises("ValueError"));
             main.must(p.start());
             EXPECT_THAT(main.does(p.sentinel()), returns_what(is_a_positive_int()));
             main.must(p.join());
           }},
      {.id = "process.sentinel_becomes_ready_at_the_end",
       .level = Level::kMust,
       .says =
           "wait() on a sentinel waits while the process runs, and returns it at its end, joined "
           "or not, again and again.",
       .documented = {"PROC-42", "WAIT-05", "WAIT-09"},
       .needs = {"process.sentinel", "connection", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteProcess p = child.handle();
             EXPECT_THAT(main.does(module::wait({p}, 0ms)), returns(Value::list({})));
             Call waiting = main.begins(module::wait({p}));
             EXPECT_THAT(waiting, blocks());
             child.must(self::returns());
             EXPECT_THAT(waiting, returns(Value::list({p.name})));
             EXPECT_THAT(main.does(module::wait({p}, 0ms)), returns(Value::list({p.name})));
             EXPECT_EQ(exit_code(main, p), Value(0));
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(main.does(module::wait({p}, 0ms)), returns(Value::list({p.name})));
           }},
      {.id = "process.sentinel_tells_whose_end_it_is",
       .level = Level::kMust,
       .says = "Of several sentinels exactly those of ended processes are ready; a process killed "
               "from outside counts.",
       .documented = {"PROC-42", "WAIT-01", "PROC-43"},
       .needs = {"process.sentinel", "connection", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             Call waiting = main.begins(module::wait({one.handle(), two.handle()}));
             stage.signal(two, SIGKILL);
             EXPECT_THAT(waiting, returns(Value::list({two.handle().name})));
             EXPECT_EQ(exit_code(main, two.handle()), Value(-SIGKILL));
             EXPECT_THAT(main.does(one.handle().is_alive()), returns(true));
           }},
      {.id = "process.sentinel_is_ready_though_descendants_live",
       .level = Level::kBeyond,
       .says =
           "The sentinel of a killed process becomes ready though a child of that process lives.",
       .documented = {"ROB-32"},
       .needs = {"process.sentinel", "connection", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             Call waiting = main.begins(module::wait({child.handle()}));
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_THAT(waiting, returns(Value::list({child.handle().name})));
             grandchild.must(self::returns());
             EXPECT_THAT(waiting, returns());
           }},
  };
}

// ---------------------------------------------------------------- itself and its relatives

Claims relatives() {
  return {
      {.id = "process.main_program_is_a_process",
       .level = Level::kMust,
       .says = "In the main program current_process() is a live process called MainProcess.",
       .documented = {"PROC-44", "PROC-22"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess me = main.current_process();
             EXPECT_THAT(main.does(me.get_name()), returns("MainProcess"));
             EXPECT_THAT(main.does(me.is_alive()), returns(true));
           }},
      {.id = "process.main_program_has_its_pid",
       .level = Level::kMust,
       .says =
           "In the main program current_process() has the pid of the program, no exit code, and "
           "is the same in every thread.",
       .notes = {"proc.current_process_pid"},
       .documented = {"PROC-44"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess me = main.current_process();
             EXPECT_THAT(main.does(me.pid()), returns(int64_t{main.pid()}));
             EXPECT_THAT(main.does(me.ident()), returns(int64_t{main.pid()}));
             EXPECT_THAT(main.does(me.exitcode()), returns(nullptr));
             Puppet& thread = stage.start_thread(main);
             RemoteProcess same = thread.current_process();
             EXPECT_THAT(thread.does(same.get_name()), returns("MainProcess"));
             EXPECT_THAT(thread.does(same.pid()), returns(int64_t{main.pid()}));
           }},
      {.id = "process.main_program_can_not_be_closed",
       .level = Level::kShould,
       .says = "close() of the main program's own process does nothing.",
       .documented = {"PROC-44"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess me = main.current_process();
             EXPECT_THAT(main.does(me.close()), returns(nullptr));
             EXPECT_THAT(main.does(me.is_alive()), returns(true));
             EXPECT_THAT(main.does(me.pid()), returns(int64_t{main.pid()}));
           }},
      {.id = "process.child_knows_itself",
       .level = Level::kMust,
       .says = "In a child current_process() is the process that was started: alive, with the "
               "child's pid, in every thread of it.",
       .notes = {"proc.current_process_pid"},
       .documented = {"PROC-45", "PROC-22"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "worker"});
             Puppet& thread = stage.start_thread(child);
             for (Puppet* p : {&child, &thread}) {
               RemoteProcess me = p->current_process();
               EXPECT_THAT(p->does(me.get_name()), returns("worker"));
               EXPECT_THAT(p->does(me.pid()), returns(int64_t{child.pid()}));
               EXPECT_THAT(p->does(me.ident()), returns(int64_t{child.pid()}));
               EXPECT_THAT(p->does(me.is_alive()), returns(true));
               EXPECT_THAT(p->does(me.exitcode()), returns(nullptr));
             }
             EXPECT_THAT(main.does(main.current_process().get_name()), returns("MainProcess"));
           }},
      {.id = "process.parent_is_none_in_the_main_program",
       .level = Level::kMust,
       .says = "parent_process() is None in the main program, also when it has children.",
       .documented = {"PROC-44", "PROC-46"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::parent_process(RemoteProcess{{"parent"}})),
                         returns(false));
             stage.start_process(main);
             EXPECT_THAT(main.does(module::parent_process(RemoteProcess{{"parent"}})),
                         returns(false));
           }},
      {.id = "process.child_knows_its_parent",
       .level = Level::kMust,
       .says = "In a child parent_process() has its creator's name and pid, and is alive; in a "
               "grandchild it is the child, not the main program.",
       .notes = {"proc.getppid_is_creator"},
       .documented = {"PROC-46", "PROC-47"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "middle"});
             Puppet& grandchild = stage.start_process(child, {}, {.name = "leaf"});
             auto expect_parent = [&](Puppet& of, const char* name, pid_t pid) {
               RemoteProcess parent = process_named("parent");
               EXPECT_THAT(of.does(module::parent_process(parent)), returns(true));
               EXPECT_THAT(of.does(parent.get_name()), returns(name));
               EXPECT_THAT(of.does(parent.pid()), returns(int64_t{pid}));
               EXPECT_THAT(of.does(parent.ident()), returns(int64_t{pid}));
               EXPECT_THAT(of.does(parent.is_alive()), returns(true));
             };
             expect_parent(child, "MainProcess", main.pid());
             expect_parent(grandchild, "middle", child.pid());
             expect_parent(child, "MainProcess", main.pid());
           }},
      {.id = "process.parent_can_be_waited_for",
       .level = Level::kMust,
       .says = "parent_process().join() waits until the creator has died, however it does; then "
               "is_alive() is False.",
       .documented = {"PROC-46", "LIFE-07"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             RemoteProcess parent = process_named("parent");
             grandchild.must(module::parent_process(parent));
             EXPECT_THAT(grandchild.does(parent.join(50ms)),
                         AllOf(returns(nullptr), took_about(50ms)));
             EXPECT_THAT(grandchild.does(parent.join(0ms)), returns(nullptr));
             EXPECT_THAT(grandchild.does(parent.is_alive()), returns(true));
             Call joining = grandchild.begins(parent.join());
             EXPECT_THAT(joining, blocks());
             stage.signal(child, SIGKILL);
             EXPECT_THAT(joining, returns(nullptr));
             EXPECT_THAT(grandchild.does(parent.is_alive()), returns(false));
             EXPECT_THAT(grandchild.does(parent.pid()), returns(int64_t{child.pid()}));
             EXPECT_THAT(grandchild.does(parent.join()), returns(nullptr));
           }},
      {.id = "process.parent_that_waits_at_its_end_is_alive",
       .level = Level::kMust,
       .says = "A program that has come to its end, and waits for a child, is alive to that child.",
       .documented = {"PROC-46", "LIFE-01", "LIFE-07"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteProcess parent = process_named("parent");
             child.must(module::parent_process(parent));
             main.does(self::returns());
             EXPECT_TRUE(stage.comes_to_rest());
             EXPECT_THAT(child.does(parent.join(0ms)), returns(nullptr));
             EXPECT_THAT(child.does(parent.is_alive()), returns(true));
             Call joining = child.begins(parent.join(50ms));
             EXPECT_THAT(joining, AllOf(returns(nullptr), took_about(50ms)));
             child.does(self::returns());
             EXPECT_EQ(stage.main_ends(), base::Ending(base::Exited{0}));
           }},
      {.id = "process.parent_is_not_for_control",
       .level = Level::kShould,
       .says = "A child can neither start, terminate nor kill its parent through parent_process().",
       .documented = {"PROC-46"},
       .needs = {"process.parent", "process.kill", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteProcess parent = process_named("parent");
             child.must(module::parent_process(parent));
             EXPECT_THAT(child.does(parent.start()), raises());
             EXPECT_THAT(child.does(parent.terminate()), raises());
             EXPECT_THAT(child.does(parent.kill()), raises());
             main.must(self::ids());
           }},
      {.id = "process.parents_death_is_seen_though_siblings_live",
       .level = Level::kBeyond,
       .says = "A child sees that its creator has died though a later child of the creator lives.",
       .documented = {"ROB-32", "LIFE-07"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& creator = stage.start_process(main);
             Puppet& elder = stage.start_process(creator);
             Puppet& younger = stage.start_process(creator);
             RemoteProcess parent = process_named("parent");
             elder.must(module::parent_process(parent));
             Call joining = elder.begins(parent.join());
             stage.signal(creator, SIGKILL);
             EXPECT_TRUE(stage.process_ends(creator));
             EXPECT_THAT(joining, returns(nullptr));
             younger.must(self::returns());
             EXPECT_THAT(joining, returns(nullptr));
           }},
      {.id = "process.active_children_are_those_that_run",
       .level = Level::kMust,
       .says = "active_children() lists the children that run, by name and pid: no child that was "
               "not started, none that has ended, and no grandchild.",
       .documented = {"PROC-48"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             Puppet& one = stage.start_process(main, {}, {.name = "one"});
             Puppet& two = stage.start_process(main, {}, {.name = "two", .daemon = true});
             Puppet& three = stage.start_process(main, {}, {.name = "three"});
             stage.start_process(three);
             main.process({}, {.name = "unstarted", .no_target = true});
             Value children = main.must(module::active_children());
             EXPECT_EQ(names_of(children), (std::set<std::string>{"one", "two", "three"}));
             EXPECT_EQ(pids_of(children), (std::set<int64_t>{one.pid(), two.pid(), three.pid()}));
             ends_with(main, one, self::returns());
             EXPECT_EQ(names_of(main.must(module::active_children())),
                       (std::set<std::string>{"two", "three"}));
             two.must(self::returns());
             await_end(stage, two);  // not joined
             EXPECT_EQ(names_of(main.must(module::active_children())),
                       (std::set<std::string>{"three"}));
           }},
      {.id = "process.active_children_are_forgotten_however_one_looks",
       .level = Level::kMust,
       .says =
           "A child whose end was seen by join(), is_alive() or exitcode, or which was closed, is "
           "not among the active children.",
       .documented = {"PROC-48"},
       .needs = {"process.close", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<Puppet*> children;
             for (int i = 0; i < 3; ++i) children.push_back(&stage.start_process(main));
             for (Puppet* child : children) child->must(self::returns());
             for (Puppet* child : children) await_end(stage, *child);
             EXPECT_THAT(main.does(children[0]->handle().is_alive()), returns(false));
             EXPECT_THAT(main.does(children[1]->handle().exitcode()), returns(0));
             main.must(children[2]->handle().join());
             main.must(children[2]->handle().close());
             EXPECT_THAT(main.does(module::active_children()), returns(Value::list({})));
             EXPECT_THAT(main.does(children[0]->handle().exitcode()), returns(0));
           }},
      {.id = "process.new_child_has_no_children",
       .level = Level::kShould,
       .says = "active_children() of a child begins empty, whatever its creator has started, and "
               "lists only its own.",
       .documented = {"PROC-49"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             stage.start_process(main);
             Puppet& child = stage.start_process(main);
             EXPECT_THAT(child.does(module::active_children()), returns(Value::list({})));
             Puppet& grandchild = stage.start_process(child);
             EXPECT_EQ(pids_of(child.must(module::active_children())),
                       std::set<int64_t>{grandchild.pid()});
             EXPECT_EQ(pids_of(main.must(module::active_children())).size(), 2u);
           }},
      {.id = "process.cpu_count_counts_the_machine",
       .level = Level::kMust,
       .says =
           "cpu_count() is the number of processors of the machine, also for a program that may "
           "use only one of them.",
       .notes = {"scale.cpu_count"},
       .documented = {"PROC-51"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             int64_t online = ::sysconf(_SC_NPROCESSORS_ONLN);
             EXPECT_THAT(main.does(module::cpu_count()), returns(online));
             cpu_set_t one;
             CPU_ZERO(&one);
             CPU_SET(::sched_getcpu(), &one);
             ASSERT_EQ(::sched_setaffinity(main.pid(), sizeof one, &one), 0);
             EXPECT_THAT(main.does(module::cpu_count()), returns(online));
           }},
  };
}

// ---------------------------------------------------------------- the authentication key

Claims authkeys() {
  return {
      {.id = "process.authkey_is_32_random_bytes",
       .level = Level::kShould,
       .says = "The main program's authkey is 32 bytes that look random.",
       .documented = {"PROC-41"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value key = main.must(main.current_process().authkey());
             const Value::Bytes* bytes = key.get_if<Value::Bytes>();
             ASSERT_NE(bytes, nullptr) << key;
             EXPECT_EQ(bytes->data.size(), 32u);
             EXPECT_GT(std::set<char>(bytes->data.begin(), bytes->data.end()).size(), 8u);
           }},
      {.id = "process.authkey_is_inherited",
       .level = Level::kMust,
       .says = "A process has the authkey that its creator had when it was made, down to the "
               "grandchildren.",
       .documented = {"PROC-40", "START-19"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value key = main.must(main.current_process().authkey());
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             EXPECT_THAT(main.does(child.handle().authkey()), returns(key));
             EXPECT_THAT(child.does(child.current_process().authkey()), returns(key));
             EXPECT_THAT(grandchild.does(grandchild.current_process().authkey()), returns(key));
           }},
      {.id = "process.authkey_is_taken_at_construction",
       .level = Level::kMust,
       .says = "A new authkey of the creator is for processes that are made later; those made "
               "before keep the old one.",
       .documented = {"PROC-40"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess me = main.current_process();
             Value old_key = main.must(me.authkey());
             Value new_key = Value::bytes("a new key");
             RemoteProcess before = main.process();
             EXPECT_THAT(main.does(me.set_authkey(new_key)), returns(nullptr));
             RemoteProcess after = main.process();
             EXPECT_THAT(main.does(me.authkey()), returns(new_key));
             EXPECT_THAT(main.does(before.authkey()), returns(old_key));
             EXPECT_THAT(main.does(after.authkey()), returns(new_key));
             main.must(before.start());
             main.must(after.start());
             Puppet& elder = stage.arrival(before);
             Puppet& younger = stage.arrival(after);
             EXPECT_THAT(elder.does(elder.current_process().authkey()), returns(old_key));
             EXPECT_THAT(younger.does(younger.current_process().authkey()), returns(new_key));
           }},
      {.id = "process.authkey_is_bytes",
       .level = Level::kMust,
       .says = "To set an authkey that is no bytes raises TypeError, and the old one stays.",
       .documented = {"PROC-41"},
       .needs = {"process", "object.call"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteProcess me = main.current_process();
             const Value key = main.must(me.authkey());
             for (const Value& wrong : {Value("text"), Value(1.5), Value(nullptr)})
               EXPECT_THAT(main.does(me.set_authkey(wrong)), raises("TypeError"));
             EXPECT_THAT(main.does(me.authkey()), returns(key));
           }},
      {.id = "process.authkey_cannot_be_sent",
       .level = Level::kShould,
       .says =
           "An authkey goes to a process that inherits it and nowhere else: to send it raises "
           "TypeError, be it the one that a program begins with, one that was set, or a child's.",
       .documented = {"PROC-41"},
       .needs = {"process", "pipe", "object.call", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto [left, right] = main.pipe();
             auto expect_refused = [&left = left, &right = right, &main](Puppet& sender) {
               const RemoteObject key{"key"};
               Op keep = sender.current_process().authkey();
               keep.as = {key.name};
               sender.must(keep);
               EXPECT_THAT(sender.does(left.send(key.value())), raises("TypeError"));
               EXPECT_THAT(main.does(right.poll()), returns(false));
             };
             expect_refused(main);
             main.must(main.current_process().set_authkey(Value::bytes("a key of mine")));
             expect_refused(main);
             expect_refused(stage.start_process(main, {left}));
           }},
      {.id = "process.child_knows_its_parents_new_name",
       .level = Level::kShould,
       .says = "A child that was made after its creator got another name knows it by that, be the "
               "creator the main program or a child itself.",
       .documented = {"PROC-46"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(main.current_process().set_name("boss"));
             Puppet& child = stage.start_process(main);
             child.must(child.current_process().set_name("foreman"));
             Puppet& grandchild = stage.start_process(child);
             for (auto [puppet, name] : {std::pair(&child, "boss"), {&grandchild, "foreman"}}) {
               RemoteProcess parent = process_named("parent");
               puppet->must(module::parent_process(parent));
               EXPECT_THAT(puppet->does(parent.get_name()), returns(name));
             }
           }},
      {.id = "process.authkey_of_one_process_only",
       .level = Level::kMust,
       .says = "An authkey that is set on a process before its start is that child's and its "
               "children's, not its creator's or siblings'.",
       .documented = {"PROC-40"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value key = main.must(main.current_process().authkey());
             Value own = Value::bytes("its own");
             RemoteProcess p = main.process();
             RemoteProcess sibling = main.process({}, {.no_target = true});
             main.must(p.set_authkey(own));
             main.must(p.start());
             Puppet& child = stage.arrival(p);
             EXPECT_THAT(child.does(child.current_process().authkey()), returns(own));
             EXPECT_THAT(child.does(child.process({}, {.no_target = true}).authkey()),
                         returns(own));
             EXPECT_THAT(main.does(sibling.authkey()), returns(key));
             EXPECT_THAT(main.does(main.current_process().authkey()), returns(key));
             main.must(p.set_authkey(Value::bytes("too late")));
             EXPECT_THAT(child.does(child.current_process().authkey()), returns(own));
           }},
  };
}

}  // namespace

Claims process_claims() {
  return all_of({starting(), names(), daemons(), joining(), stopping(), sentinels(), relatives(),
                 authkeys()});
}

}  // namespace conformance
