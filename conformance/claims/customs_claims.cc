// What programs bring along: classes derived from the library's, types that they register, streams, descriptors and
// file names. Each is a program of its own that the adapter runs.
#include <string>

#include "conformance/claims/areas.h"
#include "conformance/claims/process_support.h"
#include "conformance/claims/program_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

Claims classes_and_types() {
  return {
      {.id = "pool.derived_class_makes_every_worker",
       .level = Level::kShould,
       .says = "A class derived from Pool that makes its processes itself makes those that replace "
               "others, too.",
       .documented = {"POOL-29"},
       .needs = {"program.pool_of_a_derived_class"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "pool_of_a_derived_class", "own\nown\n");
           }},
      {.id = "pool.of_threads_tells_where_a_task_failed",
       .level = Level::kShould,
       .says = "The traceback of an error that a ThreadPool's task has raised goes on to the place "
               "where it was raised.",
       .documented = {"POOL-60"},
       .needs = {"program.traceback_of_a_thread_pool"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "traceback_of_a_thread_pool", "in fail_here\n");
           }},
      {.id = "value.structures_of_one_name",
       .level = Level::kShould,
       .says = "Two structures of the same name have their own fields as shared values.",
       .documented = {"SHV-12"},
       .needs = {"program.structures_of_one_name"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "structures_of_one_name", "1 2 4\n"); }},
      {.id = "shareable_list.derived_one_arrives_as_such",
       .level = Level::kShould,
       .says = "An object of a class derived from ShareableList is of that class when it was "
               "serialised and made again, and shares its items.",
       .documented = {"SHM-10", "SHM-02"},
       .needs = {"program.derived_shareable_list"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "derived_shareable_list", "Derived\n5\n");
           }},
      {.id = "manager.types_that_a_program_registers",
       .level = Level::kMust,
       .says =
           "A method named in method_to_typeid can be called though nothing says what is exposed; "
           "a type that a derived class registers anew is the new one there; an object that two "
           "types hand out has the methods of each.",
       .documented = {"MAN-41", "MAN-42", "MAN-43"},
       .needs = {"program.types_of_managers"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "types_of_managers", "[1, 2]\n[1, 2, 3]\n[1, 2, 4]\n");
           }},
      {.id = "process.exitcode.of_a_system_exit_of_ones_own",
       .level = Level::kMust,
       .says =
           "What a child ends with is the code of its SystemExit, and not its arguments: that of a "
           "derived class, and 1 for what is no number.",
       .documented = {"PROC-10"},
       .needs = {"program.exits_of_many_kinds"},
       .check =
           [](Stage& stage) {
             expect_program_prints(stage, "exits_of_many_kinds", "exit code 7\nexit code 1\n");
           }},
  };
}

Claims streams_and_names() {
  return {
      {.id = "pipe.end_at_descriptor_zero",
       .level = Level::kMust,
       .says =
           "An end of a pipe whose descriptor is 0, in a program without standard input, sends and "
           "can be closed as any other.",
       .documented = {"PIPE-03", "PIPE-08"},
       .needs = {"program.descriptor_zero"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "descriptor_zero", "sent\nclosed\nend\n");
           }},
      {.id = "pipe.close.that_failed_is_over",
       .level = Level::kShould,
       .says =
           "Once close() of an end has raised, the end has no descriptor: another close() leaves "
           "alone what has got its number.",
       .documented = {"PIPE-14"},
       .needs = {"program.connection_closed_behind_its_back"},
       .check =
           [](Stage& stage) {
             const Value printed =
                 stage.main().must(module::runs_program("connection_closed_behind_its_back"));
             // Whether the first close() raises is left open.
             EXPECT_THAT(
                 as_text(member_of(printed, "stdout")),
                 testing::AnyOf("refused\nthe file is open\n", "closed\nthe file is open\n"));
             EXPECT_EQ(as_text(member_of(printed, "stderr")), "");
           }},
      {.id = "pipe.poll.between_threads_wakes_up",
       .level = Level::kMust,
       .says =
           "poll() of a pipe of multiprocessing.dummy that waits says True when something comes.",
       .documented = {"PIPE-25"},
       .needs = {"program.poll_between_threads"},
       .check = [](Stage& stage) { expect_program_says(stage, "poll_between_threads", "True\n"); }},
      {.id = "lifecycle.logger_is_none_of_the_programs",
       .level = Level::kShould,
       .says =
           "What the library's logger is told goes to its own handlers, and not to those of the "
           "program's logging.",
       .documented = {"LIFE-21"},
       .needs = {"program.logging_of_the_program"},
       .check =
           [](Stage& stage) { expect_program_says(stage, "logging_of_the_program", "told\n"); }},
      {.id = "isolation.blocked_users_signal_stays_blocked",
       .level = Level::kShould,
       .says = "A signal that the library has no use for stays blocked when it has made a lock, a "
               "process, a pool and shared memory.",
       .documented = {"START-18"},
       .needs = {"program.mask_of_a_users_signal"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "mask_of_a_users_signal", "child\nexit code 0\nblocked\n");
           }},
      {.id = "start_method.error_stream_without_a_descriptor",
       .level = Level::kShould,
       .says =
           "A program whose standard error was replaced by what has no descriptor, or is closed, "
           "makes locks and shared memory and starts children as any other.",
       .documented = {"PROC-54", "SHM-01"},
       .needs = {"program.error_stream_without_a_descriptor"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "error_stream_without_a_descriptor",
                                 "child\nexit code 0\nchild\nexit code 0\n");
           }},
      {.id = "start_method.main_named_like_a_shell",
       .level = Level::kMust,
       .says =
           "A child finds the functions of a program whose name begins as an interactive shell's "
           "does.",
       .documented = {"START-11"},
       .needs = {"program.main_named_like_a_shell"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "main_named_like_a_shell", "child\nexit code 0\n");
           }},
  };
}

Claims main_modules() {
  return {
      {.id = "start_method.program_without_a_file",
       .level = Level::kMust,
       .says = "A program that has no file starts children as any other.",
       .documented = {"START-11"},
       .needs = {"program.program_without_a_file"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "program_without_a_file", "child\nexit code 0\n");
           }},
      {.id = "start_method.name_while_the_main_module_is_read",
       .level = Level::kShould,
       .says = "While a child reads the main module its process has the child's name, so that a "
               "program can tell by that who it is.",
       .documented = {"START-11", "PROC-03"},
       .needs = {"program.name_in_the_main_module"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "name_in_the_main_module", "child True\nexit code 0\n");
           }},
      {.id = "start_method.main_module_that_is_a_link",
       .level = Level::kShould,
       .says = "A program that was started by a symbolic link has the link's name in its children, "
               "too: it finds there what lies beside it.",
       .documented = {"START-11"},
       .needs = {"program.main_module_is_a_link"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "main_module_is_a_link", "child link.py\nexit code 0\n");
           }},
      {.id = "start_method.program_that_is_a_folder",
       .level = Level::kMust,
       .says = "A program that is a folder, or an archive, starts children whose target is in a "
               "module of it.",
       .documented = {"START-19", "START-11"},
       .needs = {"program.program_that_is_a_folder"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "program_that_is_a_folder",
                                 "child\nexit code 0\nchild\nexit code 0\n");
           }},
      {.id = "start_method.module_that_starts_a_child",
       .level = Level::kShould,
       .says = "A module starts and joins a child while it is imported, and the child's target "
               "imports that module.",
       .documented = {"PROC-03"},
       .needs = {"program.module_that_starts_a_child"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "module_that_starts_a_child", "child\nexit code 0\n");
           }},
      {.id = "start_method.program_called_main",
       .level = Level::kMust,
       .says = "Children of a program that was started by the path of its __main__.py find its "
               "functions.",
       .documented = {"START-11"},
       .needs = {"program.program_called_main"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "program_called_main", "child __main__.py\nexit code 0\n");
           }},
      {.id = "start_method.search_path_of_the_moment",
       .level = Level::kShould,
       .says = "A child finds the modules that its creator found where it began, though that has "
               "gone to another folder since, and whose path stays as it is.",
       .documented = {"START-19", "START-11"},
       .needs = {"program.search_path_of_the_moment"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "search_path_of_the_moment",
                                 "child\nexit code 0\nthe same path\n");
           }},
      {.id = "start_method.virtual_environment_is_the_childs",
       .level = Level::kMust,
       .says = "A child of a program in a virtual environment is in it, too.",
       .documented = {"START-08", "START-20"},
       .needs = {"program.virtual_environment"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "virtual_environment",
                                 "inside\nchild inside\nexit code 0\n");
           }},
      {.id = "start_method.main_module_is_read_in_the_folder_of_the_moment",
       .level = Level::kShould,
       .says = "A child reads the main module in the folder in which its creator is.",
       .documented = {"START-19"},
       .needs = {"program.main_module_in_the_folder_of_the_moment"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "main_module_in_the_folder_of_the_moment",
                                 "child False\nexit code 0\nchild True\nexit code 0\n");
           }},
      {.id = "start_method.last_list_is_preloaded",
       .level = Level::kShould,
       .says = "set_forkserver_preload() puts its list in the place of the one before.",
       .documented = {"START-17"},
       .needs = {"program.last_list_is_preloaded"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "last_list_is_preloaded", "second\nchild\nexit code 0\n");
           }},
      {.id = "start_method.preloaded_module_cleans_up",
       .level = Level::kShould,
       .says = "When the program has ended the exit handlers of what the fork server has preloaded "
               "run.",
       .documented = {"START-17"},
       .needs = {"program.preloaded_module_cleans_up"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "preloaded_module_cleans_up",
                                 "child\nexit code 0\ncleaned up\n");
           }},
      {.id = "start_method.environment_of_the_moment",
       .level = Level::kBeyond,
       .says = "A child has the environment that its creator has when it starts it.",
       .documented = {"START-19"},
       .needs = {"program.environment_of_the_moment"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "environment_of_the_moment",
                                 "child first\nexit code 0\nchild second\nexit code 0\n");
           }},
      {.id = "lock.for_one_child_after_the_other",
       .level = Level::kMust,
       .says = "A lock that was given to a child can be given to another one when the first has "
               "ended.",
       .documented = {"START-12"},
       .needs = {"program.lock_for_one_after_the_other"},
       .check =
           [](Stage& stage) {
             expect_program_says(stage, "lock_for_one_after_the_other",
                                 "child\nexit code 0\nchild\nexit code 0\n");
           }},
  };
}

}  // namespace

Claims customs_claims() {
  return all_of({classes_and_types(), streams_and_names(), main_modules()});
}

}  // namespace conformance
