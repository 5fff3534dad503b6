// How processes end and what that does to others: exit codes, daemons, zombies, orphans, exit
// handlers.
#include <signal.h>
#include <unistd.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/crew.h"
#include "conformance/claims/member_of.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/process_tree.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using base::Ending;
using base::Exited;
using testing::HasSubstr;
using testing::Not;

void expect_exit_code(Stage& stage, Op ending, int code) {
  Puppet& main = stage.main();
  std::string text = ending.text();
  Puppet& child = stage.start_process(main);
  EXPECT_EQ(ends_with(main, child, std::move(ending)), Value(code)) << text;
}

bool is_gone(pid_t pid) { return state_of(pid) == '?'; }

// ---------------------------------------------------------------- exit codes

Claims exit_codes() {
  return {
      {.id = "lifecycle.return_value_is_dropped",
       .level = Level::kMust,
       .says = "A target that returns ends its process with exit code 0, whatever it returns.",
       .notes = {"proc.exceptions_and_exit_code"},
       .documented = {"PROC-06"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             for (const Value& value : {Value(), Value(7), Value("seven"), Value(false)})
               expect_exit_code(stage, self::returns(value), 0);
           }},
      {.id = "lifecycle.error_gives_one",
       .level = Level::kMust,
       .says = "An exception that leaves the target ends the process with exit code 1; its creator "
               "goes on.",
       .notes = {"proc.exceptions_and_exit_code", "os.process_heavy_stable"},
       .documented = {"PROC-07"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::raises("ValueError", "boom"), 1);
             expect_exit_code(stage, self::raises("MemoryError"), 1);
           }},
      {.id = "lifecycle.error_is_told_on_stderr",
       .level = Level::kShould,
       .says =
           "An exception that leaves the target is printed on standard error, once, below a line "
           "with the process's name; in Python with its traceback.",
       .notes = {"proc.exceptions_and_exit_code"},
       .documented = {"PROC-07"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "worker-of-mine"});
             ends_with(main, child, self::raises("ValueError", "boom of mine"));
             std::string told = stage.printed("stderr");
             EXPECT_THAT(told, HasSubstr("Process worker-of-mine:\n"));
             EXPECT_EQ(occurrences(told, "ValueError: boom of mine"), 1) << told;
             EXPECT_LT(told.find("worker-of-mine"), told.find("boom of mine"));
             if (stage.about().language == "Python") {
               EXPECT_THAT(told, HasSubstr("Traceback (most recent call last)"));
             }
           }},
      {.id = "lifecycle.interrupt_gives_one",
       .level = Level::kShould,
       .says = "KeyboardInterrupt and other exceptions that are no ordinary errors count like any: "
               "exit code 1.",
       .documented = {"PROC-13"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::raises("KeyboardInterrupt"), 1);
             expect_exit_code(stage, self::raises("GeneratorExit"), 1);
             EXPECT_THAT(stage.printed("stderr"), HasSubstr("KeyboardInterrupt"));
           }},
      {.id = "lifecycle.exit_code_is_that_of_exit",
       .level = Level::kMust,
       .says = "sys.exit(n) ends the process with exit code n modulo 256.",
       .notes = {"proc.exceptions_and_exit_code"},
       .documented = {"PROC-08"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             for (auto [code, seen] : {std::pair(0, 0),
                                       {3, 3},
                                       {127, 127},
                                       {255, 255},
                                       {256, 0},
                                       {-1, 255},
                                       {-15, 241}})
               expect_exit_code(stage, self::exits(code), seen);
           }},
      {.id = "lifecycle.exit_is_not_told_on_stderr",
       .level = Level::kShould,
       .says = "sys.exit with a number prints nothing.",
       .documented = {"PROC-08"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::exits(3), 3);
             expect_exit_code(stage, self::exits(), 0);
             EXPECT_EQ(stage.printed("stderr"), "");
             EXPECT_EQ(stage.printed("stdout"), "");
           }},
      {.id = "lifecycle.exit_without_code_is_success",
       .level = Level::kShould,
       .says = "sys.exit() and sys.exit(None) end the process with exit code 0.",
       .documented = {"PROC-09"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::exits(), 0);
             expect_exit_code(stage, self::exits(nullptr), 0);
           }},
      {.id = "lifecycle.exit_with_text_fails_and_tells",
       .level = Level::kShould,
       .says = "sys.exit with something that is no integer prints it as a line on standard error, "
               "without a traceback, and gives exit code 1.",
       .documented = {"PROC-10"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::exits("out of paper"), 1);
             expect_exit_code(stage, self::exits(2.5), 1);
             expect_exit_code(stage, self::exits(""), 1);
             EXPECT_EQ(stage.printed("stderr"), "out of paper\n2.5\n\n");
           }},
      {.id = "lifecycle.exit_takes_booleans_as_integers",
       .level = Level::kShould,
       .says = "sys.exit(True) gives exit code 1 and sys.exit(False) 0, and nothing is printed.",
       .documented = {"PROC-10"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             expect_exit_code(stage, self::exits(true), 1);
             expect_exit_code(stage, self::exits(false), 0);
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "lifecycle.exit_at_once_has_its_code",
       .level = Level::kMust,
       .says = "os._exit(n) ends the process with exit code n, without finally blocks, exit "
               "handlers, and what was printed but not flushed.",
       .documented = {"PROC-11"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::marks_finally("finally"));
             child.must(self::at_exit("at_exit"));
             child.must(self::prints("unflushed", "stdout", false));
             EXPECT_EQ(ends_with(main, child, self::exits_at_once(9)), Value(9));
             EXPECT_FALSE(stage.has_file("finally"));
             EXPECT_FALSE(stage.has_file("at_exit"));
             EXPECT_EQ(stage.printed("stdout"), "");
             expect_exit_code(stage, self::exits_at_once(0), 0);
           }},
      {.id = "lifecycle.death_by_signal_is_negative",
       .level = Level::kMust,
       .says = "A process that signal n ends has exit code -n.",
       .notes = {"proc.exceptions_and_exit_code"},
       .documented = {"PROC-12"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int number : {SIGKILL, SIGTERM, SIGSEGV, SIGHUP, SIGUSR1}) {
               Puppet& child = stage.start_process(main);
               stage.signal(child, number);
               EXPECT_EQ(exit_code(main, child.handle()), Value(-number));
             }
           }},
      {.id = "lifecycle.death_by_chosen_default_action",
       .level = Level::kMust,
       .says = "A child for which an interrupt or a broken pipe is deadly dies by it: exit codes "
               "-2 and -13.",
       .documented = {"PROC-12"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (int number : {SIGINT, SIGPIPE}) {
               Puppet& child = stage.start_process(main);
               child.must(self::on_signal(number, "default"));
               stage.signal(child, number);
               EXPECT_EQ(exit_code(main, child.handle()), Value(-number));
             }
           }},
      {.id = "lifecycle.ending_runs_finally_blocks",
       .level = Level::kMust,
       .says = "finally blocks run when the target returns, raises or exits, and have run when "
               "join() returns.",
       .documented = {"PROC-11", "PROC-23"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             int n = 0;
             for (const Op& ending : {self::returns(), self::raises("OSError"), self::exits(0)}) {
               Puppet& child = stage.start_process(main);
               std::string marker = "finally" + std::to_string(++n);
               child.must(self::marks_finally(marker));
               ends_with(main, child, ending);
               EXPECT_TRUE(stage.has_file(marker)) << marker;
             }
           }},
      {.id = "lifecycle.terminate_runs_nothing",
       .level = Level::kMust,
       .says =
           "terminate() runs neither finally blocks nor exit handlers, nor is anything printed.",
       .notes = {"proc.terminate_no_cleanup"},
       .documented = {"PROC-23"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::marks_finally("finally"));
             child.must(self::at_exit("at_exit"));
             main.must(child.handle().terminate());
             EXPECT_EQ(exit_code(main, child.handle()), Value(-SIGTERM));
             EXPECT_FALSE(stage.has_file("finally"));
             EXPECT_FALSE(stage.has_file("at_exit"));
             EXPECT_EQ(stage.printed("stderr"), "");
           }},
      {.id = "lifecycle.exit_handlers_of_a_child",
       .level = Level::kVariation,
       .says = "Exit handlers that a child registers run at its normal end, or are skipped; in "
               "either case the child ends with exit code 0.",
       .documented = {"LIFE-09"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::at_exit("at_exit"));
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             stage.varies(stage.has_file("at_exit") ? "run" : "skipped", {"run", "skipped"});
           }},
      {.id = "lifecycle.exit_handlers_stay_with_their_process",
       .level = Level::kMust,
       .says = "Exit handlers that a program registers before it starts a child do not run at the "
               "child's end, but at its own.",
       .documented = {"LIFE-10"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::at_exit("at_exit"));
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_FALSE(stage.has_file("at_exit"));
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
             EXPECT_TRUE(stage.has_file("at_exit"));
           }},
  };
}

// ---------------------------------------------------------------- the end of a creator

Claims ends_of_creators() {
  return {
      {.id = "lifecycle.main_waits_for_its_children",
       .level = Level::kMust,
       .says = "A main program that is through waits for its non-daemonic children, all of them, "
               "and ends with exit code 0.",
       .notes = {"proc.without_join_no_waiting", "life.shell_main"},
       .documented = {"LIFE-01"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             two.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             one.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "lifecycle.all_of_many_children_are_waited_for",
       .level = Level::kMust,
       .says =
           "A process that is through, be it the main program or a child, waits for the last of "
           "its children, in whatever order they end.",
       .documented = {"LIFE-01"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr int kChildren = 5;
             Puppet& main = stage.main();
             Puppet& elder = stage.start_process(main);
             Crew nephews = start_crew(stage, elder, kChildren, {});
             Call joining = main.begins(elder.handle().join());
             elder.must(self::returns());
             for (Puppet* each : nephews) {
               EXPECT_THAT(joining, blocks());
               each->must(self::returns());
             }
             EXPECT_THAT(joining, returns(nullptr));
             Crew children = start_crew(stage, main, kChildren, {});
             main.must(self::returns());
             for (auto each = children.rbegin(); each != children.rend(); ++each) {
               EXPECT_TRUE(stage.main_ends().still_running());
               (*each)->must(self::returns());
             }
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "lifecycle.main_waits_for_a_failing_child",
       .level = Level::kMust,
       .says = "That a child fails does not change the exit code of a main program that waits for "
               "it at its end.",
       .documented = {"LIFE-01"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             child.must(self::raises("ValueError"));
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "lifecycle.main_terminates_its_daemons",
       .level = Level::kMust,
       .says = "A main program that is through terminates its daemonic children, all of them, and "
               "does not wait for their work.",
       .notes = {"daemon.definition", "daemon.ends_with_main_code", "daemon.sample_guards"},
       .documented = {"LIFE-02"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& one = stage.start_process(main, {}, {.daemon = true});
             Puppet& two = stage.start_process(main, {}, {.daemon = true});
             one.must(self::marks_finally("finally"));
             main.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
             EXPECT_TRUE(stage.process_ends(one));
             EXPECT_TRUE(stage.process_ends(two));
             EXPECT_FALSE(stage.has_file("finally"));
           }},
      {.id = "lifecycle.daemons_get_a_signal_at_the_end",
       .level = Level::kShould,
       .says = "What a daemon gets at its creator's end is one SIGTERM; while it handles that, the "
               "creator waits for it.",
       .notes = {"daemon.ends_with_main_code"},
       .documented = {"LIFE-02"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             daemon.must(self::on_signal(SIGTERM, "note"));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().still_running());
             EXPECT_THAT(daemon.does(self::noted(SIGTERM)), returns(1));
             daemon.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "lifecycle.daemons_go_before_others_are_awaited",
       .level = Level::kShould,
       .says = "At a main program's end daemons are terminated first; then the others are waited "
               "for, undisturbed.",
       .notes = {"daemon.ends_with_main_code"},
       .documented = {"LIFE-03"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& plain = stage.start_process(main);
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             plain.must(self::on_signal(SIGTERM, "note"));
             main.must(self::returns());
             EXPECT_TRUE(stage.process_ends(daemon));
             EXPECT_TRUE(stage.main_ends().still_running());
             EXPECT_THAT(plain.does(self::noted(SIGTERM)), returns(0));
             plain.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{0}));
           }},
      {.id = "lifecycle.failing_main_waits_too",
       .level = Level::kMust,
       .says =
           "A main program that ends by an exception or by sys.exit also terminates its daemons "
           "and waits for its other children, and keeps its exit code.",
       .documented = {"LIFE-04"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& plain = stage.start_process(main);
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             main.must(self::raises("ValueError", "boom"));
             EXPECT_TRUE(stage.process_ends(daemon));
             EXPECT_TRUE(stage.main_ends().still_running());
             plain.must(self::returns());
             EXPECT_EQ(stage.main_ends(), Ending(Exited{1}));
           }},
      {.id = "lifecycle.exiting_main_waits_too",
       .level = Level::kMust,
       .says = "A main program that calls sys.exit(n) waits for its children and ends with n.",
       .documented = {"LIFE-04"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             main.must(self::exits(5));
             EXPECT_TRUE(stage.main_ends().still_running());
             child.must(self::exits(6));
             EXPECT_EQ(stage.main_ends(), Ending(Exited{5}));
           }},
      {.id = "lifecycle.children_wait_for_their_children",
       .level = Level::kMust,
       .says = "A child that is through waits for its own non-daemonic children, however it ended, "
               "and then has the exit code of its own ending.",
       .documented = {"LIFE-05"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (auto [ending, code] : {std::pair(self::returns(), 0),
                                         {self::raises("OSError"), 1},
                                         {self::exits(4), 4}}) {
               Puppet& child = stage.start_process(main);
               Puppet& grandchild = stage.start_process(child);
               child.must(ending);
               Call joining = main.begins(child.handle().join());
               EXPECT_THAT(joining, blocks());
               grandchild.must(self::exits(7));
               EXPECT_THAT(joining, returns(nullptr));
               EXPECT_THAT(main.does(child.handle().exitcode()), returns(code));
             }
           }},
      {.id = "lifecycle.children_terminate_their_daemons",
       .level = Level::kMust,
       .says = "A child that is through terminates its own daemons, and nobody else's.",
       .documented = {"LIFE-05"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& uncle = stage.start_process(main, {}, {.daemon = true});
             Puppet& child = stage.start_process(main);
             Puppet& daemon = stage.start_process(child, {}, {.daemon = true});
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_TRUE(stage.process_ends(daemon));
             uncle.must(self::ids());
             EXPECT_THAT(main.does(uncle.handle().is_alive()), returns(true));
           }},
      {.id = "lifecycle.child_leaves_its_siblings_alone",
       .level = Level::kMust,
       .says = "A child that ends neither waits for its elder siblings nor disturbs them.",
       .documented = {"LIFE-05", "PROC-49", "LIFE-12"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& elder = stage.start_process(main);
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             EXPECT_EQ(stage.printed("stderr"), "");
             elder.must(self::ids());
             daemon.must(self::ids());
             EXPECT_EQ(ends_with(main, elder, self::returns()), Value(0));
           }},
      {.id = "lifecycle.children_survive_a_creator_that_exits_at_once",
       .level = Level::kMust,
       .says = "A main program that calls os._exit ends at once with that code; its children, "
               "daemonic or not, live on and see that it is gone.",
       .notes = {"daemon.ends_with_main_code", "life.orphan_definition"},
       .documented = {"LIFE-06", "LIFE-07"},
       .needs = {"process.parent", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             RemoteProcess parent = process_named("parent");
             Puppet& plain = stage.start_process(main, {}, {.daemon = false});
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             daemon.must(module::parent_process(parent));
             Call joining = daemon.begins(parent.join());
             EXPECT_THAT(joining, blocks());
             main.must(self::exits_at_once(3));
             EXPECT_EQ(stage.main_ends(), Ending(Exited{3}));
             EXPECT_THAT(joining, returns(nullptr));
             EXPECT_THAT(daemon.does(parent.is_alive()), returns(false));
             EXPECT_THAT(plain.does(self::ids()), returns());
           }},
      {.id = "lifecycle.children_survive_a_killed_creator",
       .level = Level::kMust,
       .says = "Children of a killed program live on, daemonic or not.",
       .notes = {"daemon.ends_with_main_code", "life.orphan_definition"},
       .documented = {"LIFE-06"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& plain = stage.start_process(main);
             Puppet& daemon = stage.start_process(main, {}, {.daemon = true});
             stage.signal(main, SIGKILL);
             EXPECT_TRUE(stage.main_ends().killed_by(SIGKILL));
             EXPECT_TRUE(stage.comes_to_rest());
             plain.must(self::ids());
             daemon.must(self::ids());
           }},
      {.id = "lifecycle.orphans_are_adopted",
       .level = Level::kShould,
       .says = "An orphan's parent id is no longer its dead creator's: the system has adopted it.",
       .notes = {"life.orphan_adopted", "proc.getppid_after_parent_exit_unix"},
       .documented = {"LIFE-06"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             stage.tolerate_temporary_files();
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             bool from_its_creator = child.ppid() == main.pid();
             stage.signal(main, SIGKILL);
             EXPECT_TRUE(stage.main_ends().killed_by(SIGKILL));
             int64_t ppid = as_int(member_of(child.must(self::ids()), "ppid"));
             EXPECT_NE(ppid, main.pid());
             EXPECT_TRUE(!from_its_creator || ppid == ::getpid())
                 << "we adopt orphans, not " << ppid;
           }},
  };
}

// ---------------------------------------------------------------- zombies and threads

Claims remains() {
  return {
      {.id = "lifecycle.zombies_are_reaped_by_any_question",
       .level = Level::kShould,
       .says = "A child that has ended unjoined is gone for good, not even a zombie, after "
               "is_alive(), exitcode or active_children().",
       .notes = {"life.zombie_definition", "life.zombie_parent_reaps"},
       .documented = {"LIFE-08", "PROC-48"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             using Question = Op (*)(Puppet&);
             for (Question question : std::initializer_list<Question>{
                      [](Puppet& child) { return child.handle().is_alive(); },
                      [](Puppet& child) { return child.handle().exitcode(); },
                      [](Puppet& child) { return child.handle().join(); },
                      [](Puppet&) { return module::active_children(); }}) {
               Puppet& child = stage.start_process(main);
               child.must(self::returns());
               await_end(stage, child);
               Op asked = question(child);
               main.must(asked);
               EXPECT_TRUE(is_gone(child.pid())) << asked.text();
             }
           }},
      {.id = "lifecycle.zombies_are_reaped_by_the_next_start",
       .level = Level::kShould,
       .says = "start() of a process reaps children that have ended before.",
       .notes = {"life.zombie_definition", "life.zombie_parent_reaps"},
       .documented = {"LIFE-08", "PROC-50"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::vector<Puppet*> ended;
             for (int code : {11, 12}) {
               ended.push_back(&stage.start_process(main));
               if (code == 12) {
                 for (Puppet* child : ended) child->must(self::exits(11));
               }
             }
             for (Puppet* child : ended) await_end(stage, *child);
             stage.start_process(main);
             for (Puppet* child : ended) {
               EXPECT_TRUE(is_gone(child->pid()));
               EXPECT_EQ(exit_code(main, child->handle()), Value(11));
             }
           }},
      {.id = "lifecycle.unjoined_child_until_asked",
       .level = Level::kVariation,
       .says =
           "A child that has ended stays a zombie until its creator asks about it, or is reaped "
           "at once by a helper.",
       .notes = {"life.zombie_definition"},
       .documented = {"LIFE-08"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::returns());
             await_end(stage, child);
             stage.varies(state_of(child.pid()) == 'Z' ? "zombie" : "reaped at once",
                          {"zombie", "reaped at once"});
           }},
      {.id = "lifecycle.child_waits_for_its_threads",
       .level = Level::kShould,
       .says =
           "A child ends only when its non-daemon threads have ended, however its target ended, "
           "and then has the exit code of its target.",
       .documented = {"LIFE-13"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (auto [ending, code] : {std::pair(self::returns(), 0),
                                         {self::raises("OSError"), 1},
                                         {self::exits(4), 4}}) {
               Puppet& child = stage.start_process(main);
               Puppet& thread = stage.start_thread(child, /*daemon=*/false);
               child.must(ending);
               Call joining = main.begins(child.handle().join());
               EXPECT_THAT(joining, blocks());
               thread.must(self::returns());
               EXPECT_THAT(joining, returns(nullptr));
               EXPECT_THAT(main.does(child.handle().exitcode()), returns(code));
             }
           }},
      {.id = "lifecycle.child_does_not_wait_for_daemon_threads",
       .level = Level::kShould,
       .says = "A child does not wait for its daemon threads.",
       .documented = {"LIFE-13"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             stage.start_thread(child, /*daemon=*/true);
             EXPECT_EQ(ends_with(main, child, self::exits(2)), Value(2));
           }},
      {.id = "lifecycle.threads_of_the_creator_stay_there",
       .level = Level::kMust,
       .says = "A child does not wait for threads of its creator.",
       .documented = {"LIFE-13"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& thread = stage.start_thread(main, /*daemon=*/false);
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(ends_with(main, child, self::returns()), Value(0));
             thread.must(self::ids());
           }},
      {.id = "lifecycle.zombies_are_reaped_however_many",
       .level = Level::kShould,
       .says = "Of many children that have ended unjoined none is listed, nor left as a zombie, "
               "after one active_children(), nor after the next start(), though others live.",
       .documented = {"LIFE-08", "PROC-48", "PROC-50"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             std::set<int64_t> living = {stage.start_process(main).pid()};
             for (bool asks : {true, false}) {
               std::vector<Puppet*> children;
               for (int i = 0; i < 7; ++i) children.push_back(&stage.start_process(main));
               living.insert(stage.start_process(main).pid());
               for (Puppet* child : children) child->must(self::returns());
               for (Puppet* child : children) await_end(stage, *child);
               if (asks) {
                 EXPECT_EQ(pids_of(main.must(module::active_children())), living);
               } else {
                 stage.start_process(main);
               }
               for (Puppet* child : children) EXPECT_TRUE(is_gone(child->pid()));
               for (Puppet* child : children) EXPECT_EQ(exit_code(main, child->handle()), Value(0));
             }
           }},
      {.id = "lifecycle.error_is_told_with_its_cause",
       .level = Level::kShould,
       .says = "Above an exception that leaves the target, standard error tells of the one that "
               "caused it.",
       .documented = {"PROC-07"},
       .needs = {"process", "exception.cause", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             ends_with(
                 main, child,
                 {.name = "puppet.raise",
                  .args = {{"type", "ValueError"}, {"message", "boom"}, {"cause", "OSError"}}});
             const std::string told = stage.printed("stderr");
             EXPECT_EQ(occurrences(told, "OSError: the cause\n"), 1) << told;
             EXPECT_LT(told.find("OSError: the cause\n"), told.find("ValueError: boom\n")) << told;
           }},
      {.id = "lifecycle.threads_may_use_the_library_after_the_target",
       .level = Level::kShould,
       .says = "A thread that outlives the target of its process can still be asked what process "
               "it is in.",
       .documented = {"LIFE-13", "PROC-45"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main, {}, {.name = "worker"});
             Puppet& thread = stage.start_thread(child, /*daemon=*/false);
             child.must(self::returns());
             EXPECT_TRUE(stage.comes_to_rest());
             RemoteProcess me = thread.current_process();
             EXPECT_THAT(thread.does(me.get_name()), returns("worker"));
             EXPECT_THAT(thread.does(me.pid()), returns(int64_t{child.pid()}));
             thread.must(self::returns());
             EXPECT_EQ(exit_code(main, child.handle()), Value(0));
           }},
  };
}

}  // namespace

Claims lifecycle_claims() { return all_of({exit_codes(), ends_of_creators(), remains()}); }

}  // namespace conformance
