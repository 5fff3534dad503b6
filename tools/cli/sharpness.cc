#include "tools/cli/sharpness.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/cli/known_implementations.h"
#include "tools/cli/selection.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

bool is_flag(std::string_view word) { return word.starts_with("-"); }

// How faults get into an implementation, for sharpness.py. Null: nobody knows.
nlohmann::json planting(const Implementation& one, const fs::path& root) {
  const auto has = [&](std::string_view word) {
    return std::find(one.command.begin(), one.command.end(), word) != one.command.end();
  };
  // Of one in a chroot the package cannot be copied.
  if (one.name.starts_with("cpython-") && has("--module=multiprocessing") &&
      !one.command[0].ends_with("/in_chroot"))
    return {{"kind", "package"}, {"faults", (root / "conformance/testing/faults").string()}};
  if (one.name.starts_with("mp-")) {
    return {{"kind", "sources"},
            {"target", "//tools/adapters/mp:adapter"},
            {"faults", (root / "tools/adapters/mp/faults").string()}};
  }
  return nullptr;
}

std::variant<std::vector<Implementation>, base::UsageError> chosen(
    const std::vector<std::string>& names, const std::vector<Implementation>& found,
    const fs::path& root) {
  if (!names.empty()) return choose(found, names, /*all=*/false, known_implementations(root));
  for (const Implementation& each : found) {
    if (each.name.ends_with("-fork") && !planting(each, root).is_null()) return std::vector{each};
  }
  return base::UsageError{"no CPython with fork is here; name what faults are to be planted in"};
}

// Becomes the tool. Returns an exit code if it can't.
int sharpness(const Place& place, const std::vector<std::string>& words) {
  const std::string root = fs::absolute(place.root);
  auto argv =
      sharpness_argv(root, place.runner_path(), words, implementations_here(root, /*all=*/true));
  if (const auto* error = std::get_if<base::UsageError>(&argv))
    return wrong_usage("sharpness", error->what);
  std::vector<char*> exec_words;
  for (std::string& each : std::get<std::vector<std::string>>(argv))
    exec_words.push_back(each.data());
  exec_words.push_back(nullptr);
  ::execvp(exec_words[0], exec_words.data());
  std::cerr << "mpcheck sharpness: cannot start python3: " << std::strerror(errno) << "\n";
  return kCouldNotJudge;
}

}  // namespace

std::variant<std::vector<std::string>, base::UsageError> sharpness_argv(
    const std::string& root, const std::string& runner, const std::vector<std::string>& words,
    const std::vector<Implementation>& found) {
  std::vector<std::string> names, flags;
  for (const std::string& each : words) (is_flag(each) ? flags : names).push_back(each);
  auto which = chosen(names, found, root);
  if (const auto* error = std::get_if<base::UsageError>(&which)) return *error;
  nlohmann::json told = nlohmann::json::array();
  for (const Implementation& each : std::get<std::vector<Implementation>>(which)) {
    nlohmann::json one = planting(each, root);
    if (one.is_null()) {
      return base::UsageError{absl::StrCat(
          "no faults are known for ", each.name,
          ": they are for CPython's multiprocessing, with a start method, and for mp")};
    }
    one["name"] = each.name;
    one["command"] = each.command;
    if (!each.waivers.empty()) one["waivers"] = each.waivers;
    told.push_back(one);
  }
  std::vector<std::string> command = {
      "python3", (fs::path(root) / "conformance/testing/sharpness.py").string(), "--root=" + root,
      "--runner=" + runner, "--implementations=" + told.dump()};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

Command sharpness_command() {
  auto flags = std::make_shared<PassedOn>();
  return {.name = "sharpness",
          .words = "[NAME...]",
          .says = "plants faults in implementations, and tells which of them the suite notices",
          .more =
              "NAME is a CPython with a start method, or mp with one; without it the first CPython "
              "with fork.",
          .options = {{"only", flags.get(), "TEXT", "only faults whose id or area contains this"},
                      {"filter", flags.get(), "FILTER", "which claims are asked"},
                      {"jobs", flags.get(), "N", "runners at a time (the usable CPUs and one)"},
                      {"all-claims", flags.get(), "",
                       "ask all claims, not only until one catches the fault"},
                      {"bound", flags.get(), "PERCENT", "how many must be caught (95)"},
                      {"faults", flags.get(), "FOLDER", "faults of your own instead"},
                      {"mutants", flags.get(), "N",
                       "so many mechanical edits of CPython's package instead"},
                      {"seed", flags.get(), "S", "which mutants (1)"}},
          .examples = {{"sharpness", "those of CPython's package"},
                       {"sharpness mp-fork --only=queue", "those of mp, in one area"}},
          .completes = Completes::kImplementations,
          .run = [flags](const Place& place, const base::Words& words) {
            std::vector<std::string> its = words.before;
            its.insert(its.end(), flags->begin(), flags->end());
            return sharpness(place, its);
          }};
}

}  // namespace mpcheck
