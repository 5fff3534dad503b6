#include "tools/cli/help_commands.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"
#include "conformance/claims/claim.h"
#include "tools/cli/completion.h"
#include "tools/cli/help.h"
#include "tools/cli/remembered_names.h"
#include "tools/cli/selection.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

using Commands = std::shared_ptr<std::vector<Command>>;

int tell_of(const std::vector<Command>& commands, const base::Words& words) {
  const size_t width = terminal_width(STDOUT_FILENO);
  if (words.before.empty()) std::cout << overview(commands, width);
  for (const std::string& word : words.before) {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& each) { return each.name == word; });
    if (found == commands.end()) {
      std::vector<std::string> names;
      for (const Command& each : commands) names.emplace_back(each.name);
      return wrong_usage("help", absl::StrCat("no command is called '", word, "'",
                                              base::did_you_mean(word, names)));
    }
    std::cout << (word == words.before.front() ? "" : "\n") << help(*found, width);
  }
  return kAsExpected;
}

// The place where the build puts it, if it is there: what it stands for may move.
std::string this_program(const Place& place) {
  const fs::path built =
      fs::absolute(place.root).lexically_normal() / "bazel-bin/tools/cli/mpcheck";
  return fs::exists(built) ? built : fs::read_symlink("/proc/self/exe");
}

int tell_script(const Place& place, const base::Words& words) {
  if (words.before.size() != 1 ||
      std::find(std::begin(kShells), std::end(kShells), words.before[0]) == std::end(kShells)) {
    return wrong_usage("completion",
                       absl::StrCat("for which shell? one of ", absl::StrJoin(kShells, ", ")));
  }
  std::cout << completion_script(words.before[0], this_program(place),
                                 fs::absolute(place.root).lexically_normal());
  return kAsExpected;
}

std::vector<std::string> candidates(const Place& place, Completes kind) {
  std::set<std::string> out;
  if (kind == Completes::kImplementations) {
    return remembered_names(fs::path(place.root) / "results/known/implementations", [&] {
      for (const Implementation& each : implementations_here(place.root, /*all=*/true))
        out.insert(each.name);
      return std::vector<std::string>(out.begin(), out.end());
    });
  }
  if (kind == Completes::kClaims) {
    for (const conformance::Claim& each : conformance::all_claims()) {
      out.insert(std::string(each.id));
      out.insert(each.area());
    }
  }
  return {out.begin(), out.end()};
}

int complete(const std::vector<Command>& commands, const Place& place, const base::Words& words) {
  for (const std::string& each :
       completions(words.after, commands, [&](Completes kind) { return candidates(place, kind); }))
    std::cout << each << "\n";
  return kAsExpected;
}

}  // namespace

std::vector<Command> with_help_commands(std::vector<Command> commands) {
  // They tell of each other as well.
  auto all = std::make_shared<std::vector<Command>>();
  commands.push_back(
      {.name = "help",
       .words = "[COMMAND...]",
       .says = "what the commands do, their flags, and examples",
       .completes = Completes::kCommands,
       .run = [all](const Place&, const base::Words& words) { return tell_of(*all, words); }});
  commands.push_back(
      {.name = "completion",
       .words = "SHELL",
       .says = "the script that lets bash, zsh or fish complete the words of a command line",
       .examples = {{"completion bash", "to be read by: source <(mpcheck completion bash)"}},
       .completes = Completes::kShells,
       .run = tell_script});
  commands.push_back({.name = "man",
                      .words = "",
                      .says = "the manual page",
                      .examples = {{"man | man -l -", "reads it"}},
                      .run = [all](const Place&, const base::Words&) {
                        std::cout << man_page(*all);
                        return kAsExpected;
                      }});
  *all = commands;
  // Only for the scripts that `completion` prints.
  commands.push_back({.name = "complete",
                      .words = "-- WORD...",
                      .says = "",
                      .run = [all](const Place& place, const base::Words& words) {
                        return complete(*all, place, words);
                      }});
  return commands;
}

}  // namespace mpcheck
