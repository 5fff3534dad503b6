#include "tools/cli/other_languages.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/deadline.h"
#include "base/subprocess.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

std::string if_there(const fs::path& file) { return fs::exists(file) ? file.string() : ""; }

void add_boost(const fs::path& root, std::vector<Implementation>* found) {
  const fs::path adapter = root / "bazel-bin/tools/adapters/boost/adapter";
  if (::access(adapter.c_str(), X_OK) != 0) return;
  found->push_back(
      {.name = "boost-interprocess",
       .command = {adapter.string()},
       .waivers = if_there(root / "tools/adapters/boost/waivers/boost-interprocess.txt"),
       .usual = false,
       .depends_on = {fs::canonical(adapter).string()},
       .group = "boost-interprocess",
       .kind = "boost-interprocess",
       .where = adapter.string(),
       .profiles = (root / "tools/adapters/boost/profiles").string()});
}

void add_perl_mce(const fs::path& root, std::vector<Implementation>* found) {
  const fs::path adapter = root / "tools/adapters/perl_mce/adapter.pl";
  if (!fs::exists(adapter)) return;
  const PerlMce mce = find_perl_mce("perl");
  if (mce.version.empty()) return;
  found->push_back({.name = absl::StrCat("perl-mce-", mce.version),
                    .command = {mce.perl, adapter.string()},
                    .waivers = if_there(root / "tools/adapters/perl_mce/waivers/perl-mce.txt"),
                    .usual = false,
                    .depends_on = {mce.perl, mce.folder, adapter.string()},
                    .group = absl::StrCat("perl-mce-", mce.version),
                    .kind = "perl-mce",
                    .version = mce.version,
                    .where = mce.perl,
                    .profiles = (root / "tools/adapters/perl_mce/profiles").string()});
}

}  // namespace

std::vector<Implementation> other_languages_here(const std::string& root) {
  std::vector<Implementation> found;
  add_boost(fs::absolute(root), &found);
  add_perl_mce(fs::absolute(root), &found);
  return found;
}

PerlMce find_perl_mce(const std::string& perl) {
  constexpr std::chrono::seconds kPatience(20);
  constexpr const char* kQuestion =
      "print join qq(\\n), $^X, $MCE::Child::VERSION, $INC{'MCE/Child.pm'} =~ s/.Child.pm$//r";
  const base::RunResult answer = base::run(
      {.argv = {perl, "-MMCE::Child", "-MMCE::Channel", "-MCpanel::JSON::XS", "-e", kQuestion}},
      base::Deadline::after(kPatience));
  if (!answer.ending.succeeded()) return {};
  const std::vector<std::string> lines = absl::StrSplit(answer.out, '\n');
  if (lines.size() != 3) return {};
  return {.perl = lines[0], .version = lines[1], .folder = lines[2]};
}

}  // namespace mpcheck
