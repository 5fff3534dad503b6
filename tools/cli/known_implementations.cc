#include "tools/cli/known_implementations.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/nearest.h"

namespace mpcheck {
namespace {

std::vector<std::string> words_of(std::string_view pattern) {
  return absl::StrSplit(pattern, absl::ByAnyChar("-*"), absl::SkipEmpty());
}

// Whether a version that a release of Debian is known for ("CPython 3.14 and 3.15") is named.
bool names_a_version_of(const std::string& what, const std::vector<std::string>& words) {
  const std::vector<std::string> known =
      absl::StrSplit(what, absl::ByAnyChar(" ,"), absl::SkipEmpty());
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    const std::vector<std::string> parts = absl::StrSplit(word, '.');
    return parts.size() >= 2 && std::find(known.begin(), known.end(),
                                          absl::StrCat(parts[0], ".", parts[1])) != known.end();
  });
}

std::string get_command(const nlohmann::json& row) {
  const std::string name = row.value("name", "");
  if (row.contains("debian")) return "tools/testees install " + name;
  if (row.contains("suite")) return "tools/testees chroot " + name;
  return row.value("get", "");
}

}  // namespace

std::vector<KnownImplementation> parse_known_implementations(const std::string& json) {
  std::vector<KnownImplementation> out;
  const nlohmann::json rows = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!rows.is_array()) return out;
  for (const nlohmann::json& row : rows) {
    out.push_back({.name = row.value("name", ""),
                   .what = row.value("what", ""),
                   .home = row.value("home", ""),
                   .how = row.value("how", ""),
                   .get = get_command(row)});
  }
  return out;
}

std::vector<KnownImplementation> known_implementations(const std::string& root) {
  std::ifstream in(root + "/tools/adapters/known_implementations.json");
  return parse_known_implementations(std::string(std::istreambuf_iterator<char>(in), {}));
}

std::vector<KnownImplementation> not_here(const std::vector<KnownImplementation>& known,
                                          const std::vector<Implementation>& found) {
  std::vector<KnownImplementation> out;
  std::copy_if(known.begin(), known.end(), std::back_inserter(out),
               [&](const KnownImplementation& one) {
                 return std::none_of(found.begin(), found.end(), [&](const Implementation& each) {
                   return each.kind == one.name ||
                          absl::StrContains(each.where, absl::StrCat("/chroots/", one.name, "/"));
                 });
               });
  return out;
}

std::string what_was_meant(const std::string& pattern, const std::vector<Implementation>& found,
                           const std::vector<KnownImplementation>& known) {
  const std::vector<std::string> words = words_of(pattern);
  auto named = [&](const std::string& name) {
    return std::find(words.begin(), words.end(), name) != words.end();
  };
  for (const KnownImplementation& one : not_here(known, found)) {
    if (named(one.name) || names_a_version_of(one.what, words))
      return absl::StrCat(one.name, " (", one.what, ") is known, and not here: ", one.get,
                          " gets it");
  }
  std::vector<std::string> names;
  for (const Implementation& each : found) names.push_back(each.name);
  std::string meant = base::nearest(pattern, names);
  for (const std::string& word : words) {
    for (const Implementation& each : found) {
      if (meant.empty() && each.kind == word) meant = each.name;
    }
  }
  if (!meant.empty()) return absl::StrCat("did you mean ", meant, "? mpcheck testees lists all");
  names.clear();
  for (const KnownImplementation& one : known) names.push_back(one.name);
  for (const std::string& word : words) {
    if (const std::string near = base::nearest(word, names); !near.empty() && near != word)
      return absl::StrCat("did you mean ", near, "? mpcheck testees lists what is known");
  }
  return "mpcheck testees lists what is here, and what is known";
}

}  // namespace mpcheck
