#include "tools/cli/selection.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "conformance/runner/waivers.h"
#include "tools/cli/other_languages.h"

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
                      .depends_on = {fs::canonical(adapter).string()},
                      .group = "mp",
                      .method = method,
                      .kind = "mp",
                      .where = adapter.string(),
                      .profiles = (root / "tools/adapters/mp/profiles").string()});
  }
}

}  // namespace

std::vector<Implementation> implementations_here(const std::string& root, bool all) {
  const fs::path here = fs::absolute(root).lexically_normal();
  std::vector<Implementation> found =
      discover({.adapter = (here / "tools/adapters/python/adapter.py").string(),
                .chroots = (here / ".deps/chroots").string(),
                .all = all});
  add_reference_library(here, &found);
  if (all) {
    for (Implementation& each : other_languages_here(root)) found.push_back(std::move(each));
  }
  return found;
}

std::variant<std::vector<Implementation>, base::UsageError> choose(
    const std::vector<Implementation>& found, const std::vector<std::string>& patterns, bool all,
    const std::vector<KnownImplementation>& known) {
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
    if (chosen.size() == before)
      return base::UsageError{absl::StrCat("no implementation here is called '", pattern, "'; ",
                                           what_was_meant(pattern, found, known))};
  }
  return chosen;
}

std::variant<std::vector<Implementation>, base::UsageError> select(const std::string& root,
                                                                   const base::Words& words,
                                                                   bool all) {
  if (words.after.empty())
    return choose(implementations_here(root, all || !words.before.empty()), words.before, all,
                  known_implementations(root));
  if (words.before.size() > 1)
    return base::UsageError{"one name at most for an adapter of your own"};
  return std::vector<Implementation>{
      {.name = words.before.empty() ? "testee" : words.before[0], .command = words.after}};
}

}  // namespace mpcheck
