// What processes share and what they do not: memory, files, standard streams.
#include <unistd.h>

#include "conformance/claims/areas.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::HasSubstr;

// A mask of signals in /proc/PID/status, without the two that the C library keeps to itself (glibc's posix_spawn leaves
// them ignored in the new program).
uint64_t signals_of(pid_t pid, const std::string& mask) {
  constexpr uint64_t kOfTheLibrary = uint64_t{3} << (32 - 1);
  return std::stoull(status_line(pid, mask), nullptr, 16) & ~kOfTheLibrary;
}

}  // namespace

Claims isolation_claims() {
  return {
      {.id = "isolation.globals_are_not_shared",
       .level = Level::kMust,
       .says = "A global variable that one process changes stays as it was in all others: creator, "
               "sibling, child.",
       .notes = {"proc.api_like_threading", "proc.data_isolated_by_default",
                 "os.process_unit_of_resources", "thr.resource_sharing",
                 "os.threads_share_memory_faster"},
       .documented = {"LIFE-17"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::sets_global("money", 100));
             Puppet& one = stage.start_process(main);
             Puppet& two = stage.start_process(main);
             Value inherited = two.must(self::gets_global("money"));
             one.must(self::sets_global("money", 666));
             EXPECT_THAT(one.does(self::gets_global("money")), returns(666));
             EXPECT_THAT(main.does(self::gets_global("money")), returns(100));
             EXPECT_THAT(two.does(self::gets_global("money")), returns(inherited));
             main.must(self::sets_global("money", 50));
             EXPECT_THAT(one.does(self::gets_global("money")), returns(666));
             EXPECT_THAT(two.does(self::gets_global("money")), returns(inherited));
           }},
      {.id = "isolation.threads_share_globals",
       .level = Level::kMust,
       .says = "Threads of one process share its global variables, also in a child.",
       .notes = {"thr.globals_shared", "thr.resource_sharing", "os.thread_cannot_exist_alone"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& child = stage.start_process(stage.main());
             Puppet& thread = stage.start_thread(child);
             EXPECT_EQ(thread.pid(), child.pid());
             thread.must(self::sets_global("money", 7));
             EXPECT_THAT(child.does(self::gets_global("money")), returns(7));
           }},
      {.id = "isolation.args_are_copied_at_construction",
       .level = Level::kShould,
       .says = "What the creator does with the containers of args and kwargs after it has made the "
               "process does not reach the target.",
       .documented = {"PROC-52"},
       .needs = {"process"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             for (bool subclass : {false, true}) {
               Puppet& child = stage.start_process(main, {},
                                                   {.args = Value::List{1, "two"},
                                                    .kwargs = Value::Dict{{"k", 3}},
                                                    .style = subclass ? "subclass" : "",
                                                    .reuses_containers = true});
               EXPECT_THAT(child.does(self::arguments()),
                           returns(Value::dict({{"args", Value::list({1, "two"})},
                                                {"kwargs", Value::dict({{"k", 3}})}})));
             }
           }},
      {.id = "isolation.stdin_of_a_child_is_empty",
       .level = Level::kShould,
       .says =
           "A child does not read its creator's standard input, but finds it empty; the creator "
           "still reads all of it.",
       .documented = {"PROC-54"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             EXPECT_THAT(child.does(self::reads_stdin()), returns(""));
             EXPECT_THAT(grandchild.does(self::reads_stdin()), returns(""));
             EXPECT_THAT(main.does(self::reads_stdin()), returns("input of the main program\n"));
           }},
      {.id = "isolation.child_flushes_its_output",
       .level = Level::kShould,
       .says = "What a child has printed but not flushed is out when it has returned, on both "
               "streams, and only once.",
       .documented = {"PROC-55"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             child.must(self::prints("to stdout", "stdout", /*flush=*/false));
             child.must(self::prints("to stderr", "stderr", /*flush=*/false));
             ends_with(main, child, self::returns());
             EXPECT_EQ(stage.printed("stdout"), "to stdout");
             EXPECT_EQ(stage.printed("stderr"), "to stderr");
           }},
      {.id = "isolation.failing_child_flushes_its_output",
       .level = Level::kShould,
       .says = "A child flushes its output also when its target raises or exits.",
       .documented = {"PROC-55"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& exits = stage.start_process(main);
             exits.must(self::prints("one\n", "stdout", /*flush=*/false));
             EXPECT_EQ(ends_with(main, exits, self::exits(3)), Value(3));
             EXPECT_EQ(stage.printed("stdout"), "one\n");
             Puppet& fails = stage.start_process(main);
             fails.must(self::prints("two\n", "stdout", /*flush=*/false));
             EXPECT_EQ(ends_with(main, fails, self::raises("OSError")), Value(1));
             EXPECT_EQ(stage.printed("stdout"), "one\ntwo\n");
           }},
      {.id = "isolation.creator_flushes_before_it_starts_a_child",
       .level = Level::kShould,
       .says = "What the creator has printed but not flushed is out before a child runs, and comes "
               "out once, not once a process.",
       .documented = {"PROC-55"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             main.must(self::prints("to stdout", "stdout", /*flush=*/false));
             main.must(self::prints("to stderr", "stderr", /*flush=*/false));
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(stage.printed("stdout"), "to stdout");
             EXPECT_EQ(stage.printed("stderr"), "to stderr");
             ends_with(main, child, self::returns());
             EXPECT_EQ(stage.printed("stdout"), "to stdout");
             EXPECT_EQ(stage.printed("stderr"), "to stderr");
           }},
      {.id = "isolation.output_comes_once_though_a_child_dies",
       .level = Level::kShould,
       .says = "What one process prints and does not flush is not printed by another: neither by a "
               "child that exits at once nor by one that ends normally.",
       .documented = {"PROC-55", "PROC-11"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             main.must(self::prints("late", "stdout", /*flush=*/false));
             Puppet& thread = stage.start_thread(child);
             thread.must(self::prints("lost", "stdout", /*flush=*/false));
             EXPECT_EQ(ends_with(main, child, self::exits_at_once(0)), Value(0));
             EXPECT_EQ(stage.printed("stdout"), "");
             ends_with(main, stage.start_process(main), self::returns());
             EXPECT_EQ(stage.printed("stdout"), "late");
           }},
      {.id = "isolation.working_directory_is_the_creators",
       .level = Level::kShould,
       .says =
           "A child begins in the directory in which its creator is when it starts it, not where "
           "the program began, and moves without its creator.",
       .documented = {"START-19"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Value home = main.must(self::getcwd());
             Puppet& first = stage.start_process(main);
             EXPECT_THAT(first.does(self::getcwd()), returns(home));
             main.must(self::chdir(".."));
             Value above = main.must(self::getcwd());
             EXPECT_NE(above, home);
             Puppet& second = stage.start_process(main);
             EXPECT_THAT(second.does(self::getcwd()), returns(above));
             EXPECT_THAT(first.does(self::getcwd()), returns(home));
             second.must(self::chdir("/"));
             EXPECT_THAT(main.does(self::getcwd()), returns(above));
             Puppet& grandchild = stage.start_process(second);
             EXPECT_THAT(grandchild.does(self::getcwd()), returns("/"));
           }},
      {.id = "isolation.child_is_in_its_creators_process_group",
       .level = Level::kShould,
       .says = "A child belongs to its creator's process group and session, so that an interrupt "
               "from the keyboard reaches both.",
       .documented = {"PROC-02"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             EXPECT_EQ(::getpgid(child.pid()), ::getpgid(main.pid()));
             EXPECT_EQ(::getsid(child.pid()), ::getsid(main.pid()));
           }},
      {.id = "isolation.child_ignores_and_blocks_what_its_creator_does",
       .level = Level::kShould,
       .says = "A child ignores the signals that its creator ignores, blocks those that it blocks, "
               "and no others.",
       .documented = {"LIFE-18"},
       .needs = {"process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             Puppet& grandchild = stage.start_process(child);
             for (Puppet* each : {&child, &grandchild}) {
               for (const char* mask : {"SigIgn", "SigBlk", "SigCgt"}) {
                 EXPECT_EQ(signals_of(each->pid(), mask), signals_of(main.pid(), mask)) << mask;
               }
             }
           }},
  };
}

}  // namespace conformance
