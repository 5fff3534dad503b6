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
#include "tools/cli/side_by_side.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

// Asked of each interpreter; must run on every Python 3.
constexpr const char* kQuestion = R"(
import json, os, sys, importlib.util, multiprocessing
def find(name):
    try:
        return importlib.util.find_spec(name)
    except ImportError:
        return None
def version_of(distribution):
    try:
        from importlib.metadata import version
        return version(distribution)
    except Exception:
        return ""
modules = {}
for name, needs in (("billiard", "billiard"), ("multiprocess", "multiprocess"), ("loky", "loky"), ("joblib", "joblib"),
                    ("mpi4py", "mpi4py.MPI")):
    if find(name) and find(needs) and not (name == "joblib" and "loky" in modules):
        modules[name] = {"version": version_of(name), "path": os.path.dirname(find(name).origin)}
path = os.path.realpath(sys.executable)
homes = {module["path"] for module in modules.values()}
homes |= {os.path.dirname(find(name).origin) for name in ("multiprocessing", "concurrent.futures", "os")}
print(json.dumps({"path": path, "family": sys.implementation.name,
    "version": list(getattr(sys, "pypy_version_info", sys.version_info)[:3]), "language": list(sys.version_info[:2]),
    "start_methods": multiprocessing.get_all_start_methods(), "modules": modules,
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

// The interpreters of the releases of Debian in folders, with the folder.
std::vector<std::pair<fs::path, fs::path>> interpreters_below(const std::string& chroots) {
  std::vector<std::pair<fs::path, fs::path>> out;
  std::error_code ignored;
  std::set<fs::path> roots;
  for (const auto& each : fs::directory_iterator(chroots, ignored)) {
    if (each.path().extension() != ".unfinished") roots.insert(each.path());
  }
  for (const fs::path& root : roots) {
    for (const fs::path& python : interpreters_in({root / "usr/bin"}))
      out.emplace_back(root, "/" + python.lexically_relative(root).string());
  }
  return out;
}

// A program that may be an interpreter.
struct Candidate {
  std::vector<std::string> command;
  std::string chroot;
  bool usual = true;
};

std::vector<Candidate> candidates_in(const Places& places) {
  std::vector<Candidate> out;
  for (const fs::path& each : interpreters_in(usual_folders()))
    out.push_back({.command = {fs::absolute(each).string()}});
  if (!places.all) return out;
  for (const fs::path& each : interpreters_in(pyenv_folders()))
    out.push_back({.command = {fs::absolute(each).string()}, .usual = false});
  const fs::path in_chroot = fs::path(places.adapter).parent_path() / "in_chroot";
  for (const auto& [root, python] : interpreters_below(places.chroots)) {
    out.push_back({.command = {in_chroot.string(), root.string(), python.string()},
                   .chroot = root.string(),
                   .usual = false});
  }
  return out;
}

// Empty path if it is none.
Interpreter ask(const Candidate& candidate) {
  constexpr std::chrono::seconds kPatience(20);
  std::vector<std::string> command = candidate.command;
  command.insert(command.end(), {"-c", kQuestion});
  // The folder that we are in need not be there in a chroot.
  const base::RunResult answer =
      base::run({.argv = std::move(command), .directory = "/"}, base::Deadline::after(kPatience));
  if (!answer.ending.succeeded()) return {};
  Interpreter python = parse_interpreter(answer.out);
  python.usual = candidate.usual;
  python.chroot = candidate.chroot;
  return python;
}

// A way to judge something of an interpreter: a group of implementations, one for each method.
struct Way {
  std::string suffix;  // what the group is called behind the interpreter's name
  std::string kind;
  std::string module;  // what the adapter is told to judge
  std::vector<std::string> methods;
  bool tells_method = true;  // whether the adapter is told the method as well
  std::string version, where;
};

std::vector<Way> ways_of(const Interpreter& python, bool with_dummy) {
  const std::string version = python.version_text();
  std::vector<Way> out = {
      {"", python.family, "multiprocessing", python.start_methods, true, version, python.path}};
  if (with_dummy)
    out.push_back({"", "dummy", "multiprocessing.dummy", {"dummy"}, false, version, python.path});
  // Before 3.7 an executor's processes came about in the default way only.
  std::vector<std::string> methods = python.start_methods;
  if (python.language < std::vector<int>{3, 7} && !methods.empty()) methods.resize(1);
  out.push_back(
      {"-executor", "executor", "concurrent.futures", methods, true, version, python.path});
  for (const Module& each : python.modules) {
    if (each.name == "mpi4py") {
      out.push_back({"", "mpi4py", "mpi4py.futures", {"mpi4py"}, false, each.version, each.path});
    } else if (each.name == "loky" || each.name == "joblib") {
      const std::string loky = each.name == "loky" ? "loky" : "joblib.externals.loky";
      out.push_back({"", "loky", loky, {"loky"}, false, each.version, each.path});
      out.push_back({"-executor",
                     "loky",
                     loky + ".process_executor",
                     {"loky"},
                     false,
                     each.version,
                     each.path});
    } else {
      out.push_back({"-" + each.name, each.name, each.name, python.start_methods, true,
                     each.version, each.path});
    }
  }
  return out;
}

// What the adapter does comes from these. Beside them lie tests, waivers and profiles.
std::vector<std::string> files_of_adapter(const fs::path& folder) {
  std::vector<std::string> files = {(folder / "in_chroot").string(),
                                    (folder / "../kit/python").string()};
  std::error_code none;
  for (const auto& each : fs::directory_iterator(folder, none)) {
    const std::string name = each.path().filename().string();
    if (name.ends_with(".py") && !name.ends_with("_test.py")) files.push_back(each.path().string());
  }
  return files;
}

}  // namespace

std::string Interpreter::version_text() const { return absl::StrJoin(version, "."); }

Interpreter parse_interpreter(const std::string& json) {
  Interpreter out;
  nlohmann::json j = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object()) return out;
  out.language = j.value("language", std::vector<int>{0, 0});
  if (out.language < std::vector<int>{3, 6}) return out;
  out.family = j.value("family", "");
  out.version = j.value("version", std::vector<int>());
  out.start_methods = j.value("start_methods", std::vector<std::string>());
  const nlohmann::json modules = j.value("modules", nlohmann::json::object());
  for (const auto& [name, module] : modules.items()) {
    out.modules.push_back(
        {.name = name, .version = module.value("version", ""), .path = module.value("path", "")});
  }
  out.depends_on = j.value("depends_on", std::vector<std::string>());
  out.path = j.value("path", "");
  return out;
}

std::vector<Implementation> implementations_of(const std::vector<Interpreter>& interpreters,
                                               const std::string& adapter) {
  std::vector<Interpreter> ordered = interpreters;
  if (!ordered.empty()) {
    std::stable_sort(ordered.begin() + 1, ordered.end(),
                     [](const Interpreter& a, const Interpreter& b) {
                       return std::tie(a.usual, a.version) > std::tie(b.usual, b.version);
                     });
  }
  const fs::path folder = fs::path(adapter).parent_path();
  std::vector<Implementation> out;
  std::set<std::string> names;
  auto add = [&](const Interpreter& python, const Way& way, const std::string& method) {
    const std::string of = absl::StrCat(python.family, "-", python.version_text());
    const std::string variant = absl::StrCat(way.suffix, "-", method).substr(1);
    Implementation one{.name = absl::StrCat(of, "-", variant),
                       .usual = python.usual,
                       .depends_on = files_of_adapter(folder),
                       .group = of + way.suffix,
                       .method = method,
                       .kind = way.kind,
                       .version = way.version,
                       .where = python.chroot + way.where,
                       .profiles = (folder / "profiles").string()};
    if (!python.chroot.empty()) one.command = {(folder / "in_chroot").string(), python.chroot};
    for (const std::string& word : {python.path, adapter, "--module=" + way.module})
      one.command.push_back(word);
    if (way.tells_method) one.command.push_back("--start-method=" + method);
    for (const std::string& path : python.depends_on)
      one.depends_on.push_back(python.chroot + path);
    const fs::path waivers = folder / "waivers" / absl::StrCat(python.family, "-", variant, ".txt");
    if (::access(waivers.c_str(), R_OK) == 0) one.waivers = waivers.string();
    for (int n = 2; !names.insert(one.name).second; ++n)
      one.name = absl::StrCat(of, "-", variant, "-", n);
    out.push_back(std::move(one));
  };
  for (const Interpreter& python : ordered) {
    for (const Way& way : ways_of(python, /*with_dummy=*/&python == &ordered[0])) {
      for (const std::string& method : way.methods) add(python, way, method);
    }
  }
  return out;
}

std::vector<Implementation> discover(const Places& places) {
  const std::vector<Candidate> candidates = candidates_in(places);
  std::vector<Interpreter> answers(candidates.size());
  constexpr size_t kAtATime = 8;  // each is a process that computes for a moment
  side_by_side(candidates.size(), kAtATime, [&](size_t i) { answers[i] = ask(candidates[i]); });
  std::vector<Interpreter> found;
  std::set<std::string> paths;
  for (Interpreter& python : answers) {
    if (!python.path.empty() && paths.insert(python.chroot + python.path).second)
      found.push_back(std::move(python));
  }
  return implementations_of(found, places.adapter);
}

}  // namespace mpcheck
