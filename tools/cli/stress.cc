#include "tools/cli/stress.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/command_line.h"
#include "base/deadline.h"
#include "base/ending.h"
#include "base/subprocess.h"
#include "tools/cli/chosen.h"

namespace mpcheck {
namespace {

struct Flags {
  std::string stress;  // the stress program; empty: the one below bazel-bin
  bool all = false;    // also implementations that are not usual
  PassedOn passed_on;  // the stress program's own
};

int exit_code_of(const base::Ending& ending, const std::string& name) {
  const auto* exited = std::get_if<base::Exited>(&ending);
  if (exited != nullptr && (exited->code <= kCouldNotJudge || exited->code == base::kWrongUsage))
    return exited->code;
  std::cerr << "mpcheck: the stress program for " << name
            << " did not end as it should: " << base::describe(ending) << "\n";
  return kCouldNotJudge;
}

int stress_one(const std::string& program, const std::vector<std::string>& flags,
               const Implementation& one, bool own_adapter) {
  std::string again = absl::StrCat("tools/mpcheck stress ", one.name, " --program={program}");
  if (own_adapter) absl::StrAppend(&again, " -- ", absl::StrJoin(one.command, " "));
  std::vector<std::string> argv = {program, "--name=" + one.name, "--reproduce=" + again};
  argv.insert(argv.end(), flags.begin(), flags.end());
  argv.push_back("--");
  argv.insert(argv.end(), one.command.begin(), one.command.end());
  base::Subprocess stress = base::Subprocess::start({.argv = argv});
  return exit_code_of(stress.wait(base::Deadline::never()), one.name);
}

int stress(const Flags& flags, const Place& place, const base::Words& words,
           const std::vector<Implementation>& chosen) {
  const std::filesystem::path root = std::filesystem::absolute(place.root);
  const std::string program = !flags.stress.empty()
                                  ? flags.stress
                                  : (root / "bazel-bin/conformance/histories/stress").string();
  int worst = 0;
  for (const Implementation& each : chosen) {
    if (&each != &chosen.front()) std::cout << std::endl;
    const int code = stress_one(program, flags.passed_on, each, !words.after.empty());
    if (code == base::kWrongUsage) return code;
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace

Command stress_command() {
  auto flags = std::make_shared<Flags>();
  PassedOn* its = &flags->passed_on;
  return {
      .name = "stress",
      .words = "[NAME...] [-- ADAPTER [ARGUMENT...]]",
      .says =
          "random programs that race, their histories checked; a failure is made small and can be "
          "shown again",
      .more =
          "Names are those of mpcheck run. One implementation after the other: each is to have the "
          "CPUs for its races.",
      .options = {{"seconds", its, "N", "how long programs are made and run (20)"},
                  {"programs", its, "N", "stop after so many instead"},
                  {"seed", its, "S", "of the programs; a random one otherwise, which is told"},
                  {"objects", its, "KIND,...",
                   "which kinds of objects: queue, lock, pipe, ...; all otherwise"},
                  {"processes", its, "K", "of a program, at most (4)"},
                  {"operations", its, "M", "of a process, at most (8)"},
                  {"model",
                   its,
                   "MODEL",
                   "what a queue promises: relaxed as Python's documentation, or strict",
                   {"relaxed", "strict"}},
                  {"kills", its, "", "kill processes, whatever the features say"},
                  {"no-kills", its, "", "kill none"},
                  {"program", its, "P", "run only this one, until it fails"},
                  {"shrink-seconds", its, "N", "how long a failing program is made smaller (20)"},
                  {"time-scale", its, "X",
                   "multiplies every patience; more than 1 for a slow machine"},
                  {"all", &flags->all, "",
                   "also implementations that are judged only when they are named"},
                  {"stress", &flags->stress, "PROGRAM", ""}},
      .examples = {{"stress cpython-3.11.2-fork --seconds=60 --objects=queue,lock",
                    "two kinds, for a minute"},
                   {"stress mp-fork --program='queue: put 1; get'", "one program, until it fails"}},
      .completes = Completes::kImplementations,
      .run = [flags](const Place& place, const base::Words& words) {
        return with_chosen("stress", place, words, flags->all,
                           [&](const std::vector<Implementation>& chosen) {
                             return stress(*flags, place, words, chosen);
                           });
      }};
}

}  // namespace mpcheck
