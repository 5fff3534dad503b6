#include "tools/cli/summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace mpcheck {
namespace {

std::string hygiene_text(const Counts& c) {
  std::string text = c.dirty == 0 ? "clean" : absl::StrCat(c.dirty, " dirty");
  if (c.hygiene_not_judged > 0) absl::StrAppend(&text, " ?", c.hygiene_not_judged);
  return text;
}

std::string cell(const Counts& c) {
  std::string text = absl::StrCat(c.holds, "/", c.violated, "/", c.variation, "/", c.unsupported);
  if (c.unknown > 0) absl::StrAppend(&text, " ?", c.unknown);
  if (c.dirty > 0) absl::StrAppend(&text, " !", c.dirty);
  return text;
}

std::string totals(const std::vector<Summary>& summaries, size_t name_width,
                   const Colours& colours) {
  std::string out = absl::StrCat(
      colours.bold(absl::StrFormat("%s %6s %9s %10s %12s %8s  %-12s %7s",
                                   padded("implementation", name_width), "holds", "violated",
                                   "variation", "unsupported", "unknown", "hygiene", "time")),
      "\n");
  for (const Summary& s : summaries) {
    Counts c = s.all();
    const std::string unknown = absl::StrFormat("%8d", c.unknown);
    absl::StrAppendFormat(&out, "%s %6d %9d %10d %12d %s  %-12s %7s\n", padded(s.name, name_width),
                          c.holds, c.violated, c.variation, c.unsupported,
                          c.unknown > 0 ? colours.yellow(unknown) : unknown, hygiene_text(c),
                          s.known ? "known" : absl::StrFormat("%.1f s", s.seconds));
  }
  return out;
}

std::string area_block(const std::vector<const Summary*>& block,
                       const std::vector<std::string>& areas, size_t area_width, size_t column,
                       const Colours& colours) {
  std::string head = padded("area", area_width);
  for (const Summary* s : block) absl::StrAppend(&head, "  ", padded(s->name, column));
  std::string out = absl::StrCat(colours.bold(head), "\n");
  for (const std::string& area : areas) {
    absl::StrAppendFormat(&out, "%-*s", area_width, area);
    for (const Summary* s : block) {
      auto it = s->areas.find(area);
      absl::StrAppendFormat(&out, "  %-*s", column, it == s->areas.end() ? "-" : cell(it->second));
    }
    absl::StrAppend(&out, "\n");
  }
  return out;
}

}  // namespace

void Counts::operator+=(const Counts& other) {
  holds += other.holds;
  violated += other.violated;
  variation += other.variation;
  unsupported += other.unsupported;
  unknown += other.unknown;
  dirty += other.dirty;
  hygiene_not_judged += other.hygiene_not_judged;
}

Counts Summary::all() const {
  Counts sum;
  for (const auto& [area, counts] : areas) sum += counts;
  return sum;
}

bool Summary::add_line(const std::string& line) {
  nlohmann::json j = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!j.is_object()) return false;
  if (!j.contains("claim")) return j.contains("mpcheck_results");
  const std::string claim = j.value("claim", ""), verdict = j.value("verdict", "");
  Counts& c = areas[j.value("area", "")];
  if (verdict == "holds") {
    ++(j.value("level", "") == "VARIATION" ? c.variation : c.holds);
  } else if (verdict == "violated") {
    ++c.violated;
  } else if (verdict == "unsupported") {
    ++c.unsupported;
  } else {
    ++c.unknown;
  }
  const std::string hygiene = j["hygiene"].value("verdict", "");
  if (hygiene == "dirty") ++c.dirty;
  const bool judged = verdict == "holds" || verdict == "violated";
  if (judged && hygiene == "not_judged") ++c.hygiene_not_judged;
  took.emplace_back(j.value("took_ms", 0.0), claim);
  if (j.value("waived", false)) ++waived;
  const auto complaints = j.value("complaints", std::vector<std::string>());
  const auto failures = j.value("failures", std::vector<std::string>());
  const std::string standing = j.value("standing", "");
  if (standing == "unexpected")
    unexpected.push_back(absl::StrCat(claim, ": ", absl::StrJoin(complaints, "; ")));
  if (standing == "could_not_judge")
    not_judged.push_back(absl::StrCat(claim, ": ", failures.empty() ? verdict : failures[0]));
  return true;
}

std::string tables(const std::vector<Summary>& summaries, const std::vector<std::string>& areas,
                   size_t width, const Colours& colours) {
  size_t name_width = 14, area_width = 4;
  for (const Summary& s : summaries) name_width = std::max(name_width, columns(s.name));
  for (const std::string& area : areas) area_width = std::max(area_width, area.size());
  std::string out = totals(summaries, name_width, colours);
  absl::StrAppend(&out,
                  "\nhygiene: ?N of those that were judged never came to an end by themselves, so "
                  "what they leave is not known\n"
                  "By area: holds/violated/variation/unsupported, ?: could not be judged, !: "
                  "left things behind\n");
  size_t column = std::max<size_t>(name_width, 12);
  size_t per_block =
      std::max<size_t>(1, width > area_width ? (width - area_width) / (column + 2) : 1);
  for (size_t first = 0; first < summaries.size(); first += per_block) {
    std::vector<const Summary*> block;
    for (size_t i = first; i < std::min(first + per_block, summaries.size()); ++i)
      block.push_back(&summaries[i]);
    absl::StrAppend(&out, "\n", area_block(block, areas, area_width, column, colours));
  }
  return out;
}

std::string slowest(const std::vector<Summary>& summaries, size_t count) {
  struct Row {
    double ms;
    std::string claim, name;
  };
  std::vector<Row> rows;
  for (const Summary& s : summaries) {
    for (const auto& [ms, claim] : s.took) rows.push_back({ms, claim, s.name});
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.ms > b.ms; });
  rows.resize(std::min(rows.size(), count));
  std::string out = "\nThe slowest claims\n";
  for (const Row& row : rows)
    absl::StrAppendFormat(&out, "%8.0f ms  %s  %s\n", row.ms, row.claim, row.name);
  return out;
}

}  // namespace mpcheck
