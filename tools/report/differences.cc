#include "tools/report/differences.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/report/counts.h"
#include "tools/report/markdown.h"

namespace mpcheck {
namespace {

using Kind = Difference::Kind;
using Json = nlohmann::ordered_json;

constexpr Kind kKinds[] = {Kind::kWorse, Kind::kBetter, Kind::kChanged, Kind::kNew, Kind::kGone};

std::optional<Kind> change_of_verdict(const ClaimResult& before, const ClaimResult& after) {
  const bool held = before.verdict == "holds", holds = after.verdict == "holds";
  if (held && holds)
    return before.variation == after.variation ? std::nullopt : std::optional(Kind::kChanged);
  if (before.verdict == after.verdict) return std::nullopt;
  if (held || after.verdict == "violated") return Kind::kWorse;
  return holds ? Kind::kBetter : Kind::kChanged;
}

std::optional<Kind> change_of_hygiene(const ClaimResult& before, const ClaimResult& after) {
  const bool was_dirty = before.hygiene == "dirty", is_dirty = after.hygiene == "dirty";
  if (was_dirty == is_dirty) return std::nullopt;
  return is_dirty ? Kind::kWorse : Kind::kBetter;
}

// The graver of the two.
std::optional<Kind> change_of(const ClaimResult& before, const ClaimResult& after) {
  const auto verdict = change_of_verdict(before, after), hygiene = change_of_hygiene(before, after);
  if (!verdict || !hygiene) return verdict ? verdict : hygiene;
  return std::min(*verdict, *hygiene);
}

// cpython-3.11.2-fork without its version: cpython-*-fork.
std::string without_version(const std::string& name) {
  std::string out;
  for (char c : name) {
    const bool of_version = (c >= '0' && c <= '9') || c == '.';
    if (!of_version) out.push_back(c);
    if (of_version && !out.ends_with('*')) out.push_back('*');
  }
  return out;
}

using Key = std::string (*)(const std::string&);

// Pairs those that alone on their side have a key which one on the other side has alone, too.
void pair_by(Key key, std::vector<const Results*>* before, std::vector<const Results*>* after,
             std::vector<Comparison>* pairs) {
  std::map<std::string, std::pair<std::vector<const Results*>, std::vector<const Results*>>> by_key;
  for (const Results* each : *before) by_key[key(each->name)].first.push_back(each);
  for (const Results* each : *after) by_key[key(each->name)].second.push_back(each);
  for (const auto& [name, both] : by_key) {
    if (both.first.size() != 1 || both.second.size() != 1) continue;
    pairs->push_back({both.first[0], both.second[0], differences(*both.first[0], *both.second[0])});
    std::erase(*before, both.first[0]);
    std::erase(*after, both.second[0]);
  }
}

std::vector<const Results*> pointers_to(const std::vector<Results>& all) {
  std::vector<const Results*> out;
  for (const Results& each : all) out.push_back(&each);
  return out;
}

std::vector<std::string> names_of(const std::vector<const Results*>& all) {
  std::vector<std::string> out;
  for (const Results* each : all) out.push_back(each->name);
  return out;
}

std::string counts_text(const Comparison& comparison) {
  std::vector<std::string> parts;
  for (Kind kind : kKinds) {
    if (int count = comparison.count(kind))
      parts.push_back(absl::StrCat(count, " ", name_of(kind)));
  }
  return parts.empty() ? "no difference" : absl::StrJoin(parts, ", ");
}

std::string heading(const Comparison& comparison) {
  return absl::StrCat(comparison.before->name, " (", comparison.before->path, ") -> ",
                      comparison.after->name, " (", comparison.after->path, ")");
}

const ClaimResult& either(const Difference& difference) {
  return difference.after != nullptr ? *difference.after : *difference.before;
}

Json state_json(const ClaimResult* result) {
  if (result == nullptr) return nullptr;
  return {{"verdict", result->verdict},
          {"variation", result->variation.empty() ? Json() : Json(result->variation)},
          {"hygiene", result->hygiene},
          {"waived", result->waived}};
}

Json comparison_json(const Comparison& comparison) {
  Json counts = Json::object(), rows = Json::array();
  for (Kind kind : kKinds) counts[std::string(name_of(kind))] = comparison.count(kind);
  for (const Difference& each : comparison.differences) {
    rows.push_back({{"claim", each.claim},
                    {"kind", name_of(each.kind)},
                    {"level", either(each).level},
                    {"says", either(each).says},
                    {"old", state_json(each.before)},
                    {"new", state_json(each.after)}});
  }
  auto file = [](const Results& results) -> Json {
    return {{"testee", results.name}, {"file", results.path}};
  };
  return {{"old", file(*comparison.before)},
          {"new", file(*comparison.after)},
          {"counts", std::move(counts)},
          {"differences", std::move(rows)}};
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kWorse:
      return "worse";
    case Kind::kBetter:
      return "better";
    case Kind::kChanged:
      return "changed";
    case Kind::kNew:
      return "new";
    case Kind::kGone:
      return "gone";
  }
  return "?";
}

std::vector<Difference> differences(const Results& before, const Results& after) {
  std::map<std::string_view, const ClaimResult*> left;
  for (const ClaimResult& each : before.claims) left.emplace(each.claim, &each);
  std::vector<Difference> out;
  for (const ClaimResult& now : after.claims) {
    const auto found = left.find(now.claim);
    if (found == left.end()) {
      out.push_back({Kind::kNew, now.claim, nullptr, &now});
      continue;
    }
    if (const auto kind = change_of(*found->second, now))
      out.push_back({*kind, now.claim, found->second, &now});
    left.erase(found);
  }
  for (const auto& [claim, gone] : left)
    out.push_back({Kind::kGone, std::string(claim), gone, nullptr});
  return out;
}

int Comparison::count(Kind kind) const {
  return static_cast<int>(std::count_if(differences.begin(), differences.end(),
                                        [&](const Difference& d) { return d.kind == kind; }));
}

bool Comparisons::anything_worse() const {
  return std::any_of(pairs.begin(), pairs.end(),
                     [](const Comparison& each) { return each.count(Kind::kWorse) > 0; });
}

std::variant<Comparisons, std::string> compare(const std::vector<Results>& before,
                                               const std::vector<Results>& after) {
  Comparisons out;
  std::vector<const Results*> old_ones = pointers_to(before), new_ones = pointers_to(after);
  if (old_ones.size() == 1 && new_ones.size() == 1) {
    out.pairs.push_back({old_ones[0], new_ones[0], differences(before[0], after[0])});
    return out;
  }
  pair_by([](const std::string& name) { return name; }, &old_ones, &new_ones, &out.pairs);
  pair_by(without_version, &old_ones, &new_ones, &out.pairs);
  out.only_before = names_of(old_ones);
  out.only_after = names_of(new_ones);
  if (out.pairs.empty())
    return absl::StrCat("there is nothing to compare: the old results are of ",
                        absl::StrJoin(out.only_before, ", "), ", the new ones of ",
                        absl::StrJoin(out.only_after, ", "),
                        "; name two .jsonl files to compare whatever is in them");
  return out;
}

std::string differences_text(const Comparisons& comparisons) {
  std::string out;
  for (const Comparison& pair : comparisons.pairs) {
    absl::StrAppend(&out, heading(pair), ": ", counts_text(pair), "\n");
    for (Kind kind : kKinds) {
      for (const Difference& each : pair.differences) {
        if (each.kind == kind)
          absl::StrAppend(&out, "  ", name_of(kind), "  ", each.claim, " (", either(each).level,
                          "): ", state_text(each.before), " -> ", state_text(each.after), "\n");
      }
    }
  }
  for (const std::string& name : comparisons.only_before)
    absl::StrAppend(&out, name, ": only in the old results\n");
  for (const std::string& name : comparisons.only_after)
    absl::StrAppend(&out, name, ": only in the new results\n");
  return out;
}

std::string differences_markdown(const Comparisons& comparisons) {
  std::string out;
  for (const Comparison& pair : comparisons.pairs) {
    absl::StrAppend(&out, "### ", markdown_text(pair.before->name), " → ",
                    markdown_text(pair.after->name), "\n\n", counts_text(pair), "\n\n");
    if (pair.differences.empty()) continue;
    absl::StrAppend(&out, "| | claim | level | before | after |\n|---|---|---|---|---|\n");
    for (Kind kind : kKinds) {
      for (const Difference& each : pair.differences) {
        if (each.kind == kind)
          absl::StrAppend(&out, "| ", name_of(kind), " | `", each.claim, "` | ", either(each).level,
                          " | ", markdown_text(state_text(each.before)), " | ",
                          markdown_text(state_text(each.after)), " |\n");
      }
    }
    absl::StrAppend(&out, "\n");
  }
  for (const std::string& name : comparisons.only_before)
    absl::StrAppend(&out, "Only in the old results: ", markdown_text(name), "\n\n");
  for (const std::string& name : comparisons.only_after)
    absl::StrAppend(&out, "Only in the new results: ", markdown_text(name), "\n\n");
  return out;
}

std::string differences_json(const Comparisons& comparisons) {
  Json pairs = Json::array();
  for (const Comparison& each : comparisons.pairs) pairs.push_back(comparison_json(each));
  const Json out = {{"mpcheck_diff", 1},
                    {"comparisons", std::move(pairs)},
                    {"only_old", comparisons.only_before},
                    {"only_new", comparisons.only_after}};
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mpcheck
