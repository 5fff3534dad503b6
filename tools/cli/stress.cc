#include "tools/cli/stress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/command_line.h"
#include "base/deadline.h"
#include "base/ending.h"
#include "base/subprocess.h"

namespace mpcheck {
namespace {

constexpr int kCouldNotJudge = 2;

int exit_code_of(const base::Ending& ending, const std::string& name) {
  const auto* exited = std::get_if<base::Exited>(&ending);
  if (exited != nullptr && (exited->code <= kCouldNotJudge || exited->code == base::kWrongUsage))
    return exited->code;
  std::cerr << "mpcheck: the stress program for " << name
            << " did not end as it should: " << base::describe(ending) << "\n";
  return kCouldNotJudge;
}

}  // namespace

int stress_all(const std::string& program, const std::vector<std::string>& flags,
               const std::vector<Implementation>& implementations, bool own_adapter) {
  int worst = 0;
  for (const Implementation& each : implementations) {
    std::string again = absl::StrCat("tools/mpcheck stress ", each.name, " --program={program}");
    if (own_adapter) absl::StrAppend(&again, " -- ", absl::StrJoin(each.command, " "));
    std::vector<std::string> argv = {program, "--name=" + each.name, "--reproduce=" + again};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.push_back("--");
    argv.insert(argv.end(), each.command.begin(), each.command.end());
    if (&each != &implementations.front()) std::cout << std::endl;
    base::Subprocess stress = base::Subprocess::start({.argv = argv});
    const int code = exit_code_of(stress.wait(base::Deadline::never()), each.name);
    if (code == base::kWrongUsage) return code;
    worst = std::max(worst, code);
  }
  return worst;
}

bool is_stress_command(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) return word == "stress";
    if (word == "--") return false;
  }
  return false;
}

std::vector<std::string> take_stress_flags(std::vector<std::string>* arguments) {
  const auto end = std::find(arguments->begin(), arguments->end(), "--");
  const auto mine = std::stable_partition(arguments->begin(), end, [](const std::string& word) {
    return !word.starts_with("--") || word.starts_with("--root") || word == "--all" ||
           word.starts_with("--all=");
  });
  std::vector<std::string> taken(mine, end);
  arguments->erase(mine, end);
  return taken;
}

}  // namespace mpcheck
