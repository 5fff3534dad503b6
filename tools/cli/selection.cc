#include "tools/cli/selection.h"

#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/nearest.h"
#include "conformance/runner/waivers.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

// The reference library, once for each start method. Not usual: to build it takes minutes.
void add_reference_library(const fs::path& root, std::vector<Implementation>* found) {
  const fs::path adapter = root / "bazel-bin/tools/adapters/mp/adapter";
  if (::access(adapter.c_str(), X_OK) != 0) return;
  for (const std::string method : {"fork", "spawn", "forkserver"}) {
    const fs::path waivers =
        root / "tools/adapters/mp/waivers" / absl::StrCat("mp-", method, ".txt");
    found->push_back({.name = absl::StrCat("mp-", method),
                      .command = {adapter.string(), absl::StrCat("--start-method=", method)},
                      .waivers = fs::exists(waivers) ? waivers.string() : "",
                      .usual = false,
                      .depends_on = {fs::canonical(adapter).string()}});
  }
}

}  // namespace

std::vector<Implementation> implementations_here(const std::string& root, bool all) {
  const fs::path here = fs::absolute(root), python = here / "tools/adapters/python";
  std::vector<Implementation> found =
      discover((python / "adapter.py").string(), (python / "waivers").string(), all);
  add_reference_library(here, &found);
  return found;
}

std::variant<std::vector<Implementation>, base::UsageError> choose(
    const std::vector<Implementation>& found, const std::vector<std::string>& patterns, bool all) {
  std::vector<Implementation> chosen;
  if (patterns.empty()) {
    for (const Implementation& each : found) {
      if (each.usual || all) chosen.push_back(each);
    }
    return chosen;
  }
  for (const std::string& pattern : patterns) {
    const size_t before = chosen.size();
    for (const Implementation& each : found) {
      if (conformance::matches_pattern(pattern, each.name)) chosen.push_back(each);
    }
    if (chosen.size() == before) {
      std::vector<std::string> names;
      for (const Implementation& each : found) names.push_back(each.name);
      return base::UsageError{absl::StrCat("no implementation here is called '", pattern,
                                           "' (mpcheck testees lists them)",
                                           base::did_you_mean(pattern, names))};
    }
  }
  return chosen;
}

std::variant<std::vector<Implementation>, base::UsageError> select(const std::string& root,
                                                                   const base::Words& words,
                                                                   bool all) {
  if (words.after.empty())
    return choose(implementations_here(root, all || !words.before.empty()), words.before, all);
  if (words.before.size() > 1)
    return base::UsageError{"one name at most for an adapter of your own"};
  return std::vector<Implementation>{
      {.name = words.before.empty() ? "testee" : words.before[0], .command = words.after}};
}

}  // namespace mpcheck
