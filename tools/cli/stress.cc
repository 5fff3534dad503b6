#include "tools/cli/stress.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
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
#include "tools/cli/discovery.h"
#include "tools/cli/selection.h"

namespace mpcheck {
namespace {

constexpr int kCouldNotJudge = 2;

struct Flags {
  std::string root = ".";  // the checkout
  std::string stress;      // the stress program; empty: the one below bazel-bin
  bool all = false;        // also implementations that are not usual
};

bool is_mine(std::string_view word) {
  return !word.starts_with("--") || word == "--all" || word.starts_with("--all=") ||
         word.starts_with("--root=") || word.starts_with("--stress=");
}

// The stress program's flags, taken out of `arguments`.
std::vector<std::string> take_its_flags(std::vector<std::string>* arguments) {
  const auto end = std::find(arguments->begin(), arguments->end(), "--");
  const auto its = std::stable_partition(arguments->begin(), end, is_mine);
  std::vector<std::string> taken(its, end);
  arguments->erase(its, end);
  return taken;
}

int wrong_usage(const std::string& what) {
  std::cerr << "mpcheck: " << what
            << "\nusage: mpcheck stress [NAME...] [--seconds=N | --programs=N] [--seed=S]\n"
               "                      [--objects=KIND,...] [--processes=K] [--operations=M]\n"
               "                      [--model=relaxed|strict] [--kills | --no-kills]\n"
               "                      [--program=P] [--all] [-- ADAPTER [ARGUMENT...]]\n";
  return base::kWrongUsage;
}

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

}  // namespace

bool is_stress_command(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) return word == "stress";
    if (word == "--") return false;
  }
  return false;
}

int stress_command(int argc, char** argv) {
  Flags flags;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::vector<std::string> its_flags = take_its_flags(&arguments);
  std::vector<char*> mine = {argv[0]};
  for (std::string& each : arguments) mine.push_back(each.data());
  auto parsed = base::parse_command_line(
      static_cast<int>(mine.size()), mine.data(),
      {{"root", &flags.root}, {"stress", &flags.stress}, {"all", &flags.all}});
  if (const auto* error = std::get_if<base::UsageError>(&parsed)) return wrong_usage(error->what);
  base::Words words = std::get<base::Words>(parsed);
  words.before.erase(words.before.begin());  // stress
  auto selected = select(flags.root, words, flags.all);
  if (const auto* error = std::get_if<base::UsageError>(&selected)) return wrong_usage(error->what);
  const auto& chosen = std::get<std::vector<Implementation>>(selected);
  if (chosen.empty()) {
    std::cerr << "mpcheck: no implementation found on this machine\n";
    return kCouldNotJudge;
  }
  const std::filesystem::path root = std::filesystem::absolute(flags.root);
  if (flags.stress.empty())
    flags.stress = (root / "bazel-bin/conformance/histories/stress").string();
  int worst = 0;
  for (const Implementation& each : chosen) {
    if (&each != &chosen.front()) std::cout << std::endl;
    const int code = stress_one(flags.stress, its_flags, each, !words.after.empty());
    if (code == base::kWrongUsage) return code;
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace mpcheck
