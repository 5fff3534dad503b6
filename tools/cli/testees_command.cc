#include "tools/cli/testees_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tools/cli/selection.h"
#include "tools/cli/terminal.h"

namespace mpcheck {
namespace {

using Row = std::vector<std::string>;

// Columns as wide as what is in them, but for the last.
std::string table(const std::vector<Row>& rows) {
  std::vector<size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i)
      absl::StrAppend(&out, padded(row[i], widths[i]), "  ");
    absl::StrAppend(&out, row.back(), "\n");
  }
  return out;
}

// cpython-3.11.2-{fork,spawn} of cpython-3.11.2-fork and cpython-3.11.2-spawn.
std::string names_of(const std::vector<const Implementation*>& group) {
  if (group.size() == 1) return group[0]->name;
  const std::string prefix = group[0]->group + "-";
  return absl::StrCat(prefix, "{",
                      absl::StrJoin(group, ",",
                                    [&](std::string* out, const Implementation* each) {
                                      absl::StrAppend(out, absl::StripPrefix(each->name, prefix));
                                    }),
                      "}");
}

std::vector<std::vector<const Implementation*>> groups_of(
    const std::vector<Implementation>& found) {
  std::vector<std::vector<const Implementation*>> groups;
  for (const Implementation& each : found) {
    auto same = [&](const std::vector<const Implementation*>& group) {
      return group[0]->group == each.group && group[0]->kind == each.kind &&
             group[0]->where == each.where;
    };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(groups.end(), {{}});
    group->push_back(&each);
  }
  return groups;
}

}  // namespace

std::string testees_text(const std::vector<Implementation>& found,
                         const std::vector<KnownImplementation>& known) {
  std::vector<Row> here = {{"here", "version", "where"}};
  for (const auto& group : groups_of(found)) {
    here.push_back({names_of(group), group[0]->version.empty() ? "-" : group[0]->version,
                    absl::StrCat(group[0]->where, group[0]->usual ? "" : "  *")});
  }
  std::string out = absl::StrCat(
      table(here),
      "\n*: judged when named, or with --all. A name may hold *: tools/mpcheck run '*-spawn'\n");
  std::vector<Row> absent = {
      {"known, and not here", "judged under", "how to get it", "what it is"}};
  for (const KnownImplementation& each : not_here(known, found))
    absent.push_back({each.name, each.how, each.get, each.what});
  if (absent.size() > 1) absl::StrAppend(&out, "\n", table(absent));
  return out;
}

std::string testees_json(const std::vector<Implementation>& found,
                         const std::vector<KnownImplementation>& known) {
  nlohmann::ordered_json out = {{"here", nlohmann::json::array()},
                                {"not_here", nlohmann::json::array()}};
  for (const Implementation& each : found) {
    nlohmann::ordered_json waivers = nullptr;
    if (!each.waivers.empty()) waivers = each.waivers;
    out["here"].push_back({{"name", each.name},
                           {"kind", each.kind},
                           {"version", each.version},
                           {"method", each.method},
                           {"where", each.where},
                           {"usual", each.usual},
                           {"command", each.command},
                           {"waivers", waivers}});
  }
  for (const KnownImplementation& each : not_here(known, found)) {
    out["not_here"].push_back({{"name", each.name},
                               {"what", each.what},
                               {"home", each.home},
                               {"how", each.how},
                               {"get", each.get}});
  }
  return out.dump(2) + "\n";
}

Command testees_command() {
  auto json = std::make_shared<bool>(false);
  return {
      .name = "testees",
      .words = "",
      .says =
          "the implementations that were found here, and how to get those that are known beside",
      .options = {{"json", json.get(), "", "for programs"}},
      .examples = {{"testees", "two tables"}},
      .run = [json](const Place& place, const base::Words&) {
        const std::vector<Implementation> found = implementations_here(place.root, /*all=*/true);
        const std::vector<KnownImplementation> known = known_implementations(place.root);
        std::cout << (*json ? testees_json(found, known) : testees_text(found, known));
        return kAsExpected;
      }};
}

}  // namespace mpcheck
