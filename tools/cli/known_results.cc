#include "tools/cli/known_results.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/protocol/value.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

// A file as the kernel knows it: enough to see that it was written or replaced.
std::string identity(const fs::path& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return absl::StrCat(path.string(), " absent\n");
  return absl::StrCat(path.string(), " ", s.st_size, " ", s.st_mtim.tv_sec, ".", s.st_mtim.tv_nsec,
                      " ", s.st_ino, "\n");
}

bool changes_by_itself(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == "__pycache__" || name == "site-packages" || name == "dist-packages" ||
         name == "test";
}

void add_tree(const fs::path& root, std::vector<std::string>* lines) {
  std::error_code ignored;
  if (!fs::is_directory(root, ignored)) {
    lines->push_back(identity(root));
    return;
  }
  for (auto it = fs::recursive_directory_iterator(
           root, fs::directory_options::skip_permission_denied, ignored);
       it != fs::recursive_directory_iterator(); it.increment(ignored)) {
    if (it->is_directory(ignored) && changes_by_itself(it->path())) {
      it.disable_recursion_pending();
    } else if (!it->is_directory(ignored)) {
      lines->push_back(identity(it->path()));
    }
  }
}

}  // namespace

std::string fingerprint(const Implementation& implementation, const Circumstances& circumstances) {
  if (implementation.depends_on.empty()) return "";
  std::vector<std::string> lines;
  for (const std::string& each : implementation.depends_on) add_tree(each, &lines);
  add_tree(circumstances.runner, &lines);
  std::sort(lines.begin(), lines.end());
  utsname kernel{};
  ::uname(&kernel);
  std::string text =
      absl::StrCat(absl::StrJoin(lines, ""), absl::StrJoin(implementation.command, " "), "\n",
                   circumstances.filter, "\n", circumstances.time_scale, "\n", kernel.release, "\n",
                   ::geteuid(), "\n");
  for (char** each = environ; *each != nullptr; ++each) {
    if (std::string_view(*each).starts_with("PYTHON")) absl::StrAppend(&text, *each, "\n");
  }
  return conformance::sha256_hex(text);
}

bool KnownResults::recall(const std::string& fingerprint, const std::string& results,
                          const std::string& name) const {
  std::error_code failed;
  const fs::path known = fs::path(folder_) / fingerprint;
  if (fingerprint.empty() || !fs::exists(known.string() + ".jsonl", failed)) return false;
  for (const char* ending : {".jsonl", ".log"}) {
    fs::copy_file(known.string() + ending, fs::path(results) / (name + ending), failed);
    if (failed) return false;
  }
  return true;
}

void KnownResults::keep(const std::string& fingerprint, const std::string& results,
                        const std::string& name) const {
  if (fingerprint.empty()) return;
  std::error_code failed;
  fs::create_directories(folder_, failed);
  const fs::path known = fs::path(folder_) / fingerprint;
  // The results last: they say that the log is there, too.
  for (const char* ending : {".log", ".jsonl"}) {
    fs::copy_file(fs::path(results) / (name + ending), known.string() + ending,
                  fs::copy_options::overwrite_existing, failed);
  }
}

}  // namespace mpcheck
