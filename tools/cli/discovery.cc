#include "tools/cli/discovery.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/deadline.h"
#include "base/subprocess.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

// Asked of each interpreter; must run on every Python 3.
constexpr const char* kQuestion = R"(
import json, os, sys, importlib.util, multiprocessing
found = [m for m in ("billiard", "multiprocess", "loky") if importlib.util.find_spec(m)]
if "loky" not in found and importlib.util.find_spec("joblib"):
    found.append("joblib.externals.loky")
path = os.path.realpath(sys.executable)
homes = {os.path.dirname(importlib.util.find_spec(m).origin) for m in found + ["multiprocessing", "os"]}
print(json.dumps({"path": path, "family": sys.implementation.name,
    "version": list(getattr(sys, "pypy_version_info", sys.version_info)[:3]), "language": list(sys.version_info[:2]),
    "start_methods": multiprocessing.get_all_start_methods(), "modules": found,
    "depends_on": sorted(homes | {path})}))
)";

bool runnable_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

// python3, python3.11, pypy3, pypy3.9; not python3-config.
bool names_an_interpreter(const std::string& name) {
  std::string_view rest = name;
  if (rest.starts_with("python3")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("pypy3")) {
    rest.remove_prefix(5);
  } else {
    return false;
  }
  return rest.find_first_not_of(".0123456789") == std::string_view::npos;
}

std::vector<fs::path> usual_folders() {
  std::vector<fs::path> out = {"/usr/bin", "/usr/local/bin"};
  if (const char* path = std::getenv("PATH")) {
    for (std::string_view each : absl::StrSplit(path, ':', absl::SkipEmpty()))
      out.emplace_back(each);
  }
  return out;
}

std::vector<fs::path> pyenv_folders() {
  std::vector<fs::path> out;
  const char* root = std::getenv("PYENV_ROOT");
  const char* home = std::getenv("HOME");
  if (root == nullptr && home == nullptr) return out;
  fs::path pyenv = root != nullptr ? fs::path(root) : fs::path(home) / ".pyenv";
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator(pyenv / "versions", ignored))
    out.push_back(version.path() / "bin");
  return out;
}

std::vector<fs::path> interpreters_in(const std::vector<fs::path>& folders) {
  std::vector<fs::path> out;
  std::set<fs::path> known;
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    // A pyenv's shims share one file and take a second each: ask only for what `python3` means to
    // its user.
    const bool shims = folder.filename() == "shims";
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename();
      if (shims ? name != "python3" : !names_an_interpreter(name)) continue;
      if (runnable_file(entry.path()) && known.insert(fs::canonical(entry.path(), ignored)).second)
        out.push_back(entry.path());
    }
  }
  return out;
}

// What tells an implementation from others of the same interpreter.
std::string variant_name(std::string_view module, const std::string& method) {
  if (module == "multiprocessing") return method;
  absl::ConsumePrefix(&module, "multiprocessing.");
  return method.empty() ? std::string(module) : absl::StrCat(module, "-", method);
}

}  // namespace

std::string Interpreter::version_text() const { return absl::StrJoin(version, "."); }

Interpreter parse_interpreter(const std::string& json) {
  Interpreter out;
  nlohmann::json j = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object() || j.value("language", std::vector<int>{0, 0}) < std::vector<int>{3, 6})
    return out;
  out.family = j.value("family", "");
  out.version = j.value("version", std::vector<int>());
  out.start_methods = j.value("start_methods", std::vector<std::string>());
  out.modules = j.value("modules", std::vector<std::string>());
  out.depends_on = j.value("depends_on", std::vector<std::string>());
  out.path = j.value("path", "");
  return out;
}

std::vector<Implementation> implementations_of(const std::vector<Interpreter>& interpreters,
                                               const std::string& adapter,
                                               const std::string& waivers) {
  std::vector<Interpreter> ordered = interpreters;
  if (!ordered.empty()) {
    std::stable_sort(ordered.begin() + 1, ordered.end(),
                     [](const Interpreter& a, const Interpreter& b) {
                       return std::tie(a.usual, a.version) > std::tie(b.usual, b.version);
                     });
  }
  std::vector<Implementation> out;
  std::set<std::string> names;
  auto add = [&](const Interpreter& python, const std::string& module, const std::string& method) {
    std::string variant = variant_name(module, method);
    Implementation one{
        .name = absl::StrCat(python.family, "-", python.version_text(), "-", variant),
        .command = {python.path, adapter, "--module=" + module},
        .usual = python.usual,
        .depends_on = python.depends_on};
    one.depends_on.push_back(fs::path(adapter).parent_path());
    if (!method.empty()) one.command.push_back("--start-method=" + method);
    std::string file = absl::StrCat(waivers, "/", python.family, "-", variant, ".txt");
    if (::access(file.c_str(), R_OK) == 0) one.waivers = file;
    for (int n = 2; !names.insert(one.name).second; ++n)
      one.name = absl::StrCat(python.family, "-", python.version_text(), "-", variant, "-", n);
    out.push_back(std::move(one));
  };
  for (const Interpreter& python : ordered) {
    for (const std::string& method : python.start_methods) add(python, "multiprocessing", method);
    if (&python == &ordered[0]) add(python, "multiprocessing.dummy", "");
    for (const std::string& module : python.modules) {
      bool loky = module.ends_with("loky");
      for (const std::string& method :
           loky ? std::vector<std::string>{"loky"} : python.start_methods)
        add(python, module, method);
    }
  }
  return out;
}

std::vector<Implementation> discover(const std::string& adapter, const std::string& waivers,
                                     bool all) {
  constexpr std::chrono::seconds kPatience(20);
  std::vector<Interpreter> found;
  std::set<std::string> paths;
  auto ask = [&](const std::vector<fs::path>& interpreters, bool usual) {
    for (const fs::path& each : interpreters) {
      base::RunResult answer =
          base::run({.argv = {each.string(), "-c", kQuestion}}, base::Deadline::after(kPatience));
      if (!answer.ending.succeeded()) continue;
      Interpreter python = parse_interpreter(answer.out);
      python.usual = usual;
      if (!python.path.empty() && paths.insert(python.path).second)
        found.push_back(std::move(python));
    }
  };
  ask(interpreters_in(usual_folders()), true);
  if (all) ask(interpreters_in(pyenv_folders()), false);
  return implementations_of(found, adapter, waivers);
}

}  // namespace mpcheck
