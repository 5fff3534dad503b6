#include "tools/cli/sharpness.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/cli/selection.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

constexpr int kCouldNotJudge = 2;
constexpr std::string_view kVerb = "sharpness";

bool is_flag(std::string_view word) { return word.starts_with("-"); }

// How faults get into an implementation, for sharpness.py. Null: nobody knows.
nlohmann::json planting(const Implementation& one, const fs::path& root) {
  const auto has = [&](std::string_view word) {
    return std::find(one.command.begin(), one.command.end(), word) != one.command.end();
  };
  if (one.name.starts_with("cpython-") && has("--module=multiprocessing"))
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
  if (!names.empty()) return choose(found, names, /*all=*/false);
  for (const Implementation& each : found) {
    if (each.name.ends_with("-fork") && !planting(each, root).is_null()) return std::vector{each};
  }
  return base::UsageError{"no CPython with fork is here; name what faults are to be planted in"};
}

}  // namespace

bool asks_for_sharpness(int argc, char** argv) {
  char** const word =
      std::find_if(argv + 1, argv + argc, [](const char* each) { return !is_flag(each); });
  return word != argv + argc && *word == kVerb;
}

std::variant<std::vector<std::string>, base::UsageError> sharpness_command(
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
    told.push_back(one);
  }
  std::vector<std::string> command = {
      "python3", (fs::path(root) / "conformance/testing/sharpness.py").string(), "--root=" + root,
      "--runner=" + runner, "--implementations=" + told.dump()};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

int sharpness(int argc, char** argv) {
  std::string root = fs::absolute(".").string(), runner;
  std::vector<std::string> words;
  bool verb_seen = false;
  for (std::string_view word : std::vector<std::string_view>(argv + 1, argv + argc)) {
    if (absl::ConsumePrefix(&word, "--root=")) {
      root = fs::absolute(word).string();
    } else if (absl::ConsumePrefix(&word, "--runner=")) {
      runner = fs::absolute(word).string();
    } else if (word == kVerb && !verb_seen) {
      verb_seen = true;
    } else {
      words.emplace_back(word);
    }
  }
  if (runner.empty()) runner = (fs::path(root) / "bazel-bin/conformance/runner/runner").string();
  auto command = sharpness_command(root, runner, words, implementations_here(root, /*all=*/true));
  if (const auto* error = std::get_if<base::UsageError>(&command)) {
    std::cerr << "mpcheck sharpness: " << error->what << "\n";
    return base::kWrongUsage;
  }
  std::vector<char*> exec_words;
  for (std::string& each : std::get<std::vector<std::string>>(command))
    exec_words.push_back(each.data());
  exec_words.push_back(nullptr);
  ::execvp(exec_words[0], exec_words.data());
  std::cerr << "mpcheck sharpness: cannot start python3: " << std::strerror(errno) << "\n";
  return kCouldNotJudge;
}

}  // namespace mpcheck
