#include "tools/report/markdown.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/report/counts.h"

namespace mpcheck {
namespace {

// A summary that a service cuts off, or refuses, helps nobody.
constexpr size_t kMostUnexpected = 25, kMostDifferences = 60;
constexpr size_t kMostLinesOfAFailure = 12;

// No tick for what was not done.
const char* mark_of(const Results& results, const Tally& tally) {
  if (tally.unexpected + tally.not_judged > 0) return "❌ ";
  if (results.cut_short) return "⚠️ ";
  return tally.judged() == 0 ? "➖ " : "✅ ";
}

std::string totals_table(const std::vector<Results>& all) {
  std::string out =
      "| implementation | holds | variation | violated | of these waived | unsupported | unknown | "
      "unexpected | hygiene |\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n";
  for (const Results& each : all) {
    const Tally t = tally_of(each);
    absl::StrAppend(&out, "| ", mark_of(each, t), markdown_text(each.name),
                    each.cut_short ? " (cut short)" : "", " | ", t.holds, " | ", t.variation, " | ",
                    t.violated, " | ", t.waived);
    absl::StrAppend(&out, " | ", t.unsupported, " | ", t.unknown, " | ", t.unexpected, " | ",
                    hygiene_text(t), " |\n");
  }
  return out;
}

std::string fenced(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += "`";
  return absl::StrCat(fence, "\n", text, text.ends_with('\n') ? "" : "\n", fence, "\n");
}

std::string beginning_of(const std::vector<std::string>& failures) {
  const std::string whole = absl::StrJoin(failures, "\n");
  std::vector<std::string> lines = absl::StrSplit(whole, '\n');
  if (lines.size() <= kMostLinesOfAFailure) return whole;
  const size_t more = lines.size() - kMostLinesOfAFailure;
  lines.resize(kMostLinesOfAFailure);
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n(and ", more, " more lines)");
}

std::string unexpected_item(const Results& results, const ClaimResult& claim) {
  std::string out =
      absl::StrCat("<details><summary><code>", claim.claim, "</code> (", claim.level,
                   "): ", state_text(&claim), "</summary>\n\n", markdown_text(claim.says), "\n\n");
  const std::vector<std::string>& told = claim.failures.empty() ? claim.complaints : claim.failures;
  absl::StrAppend(&out, fenced(absl::StrJoin(claim.complaints, "\n")));
  if (&told != &claim.complaints) absl::StrAppend(&out, fenced(beginning_of(told)));
  if (!claim.leftovers.empty()) absl::StrAppend(&out, fenced(absl::StrJoin(claim.leftovers, "\n")));
  absl::StrAppend(&out, "To see it again:\n", fenced(results.again(claim.claim)),
                  "\n</details>\n\n");
  return out;
}

std::string unexpected_section(const Results& results) {
  std::vector<const ClaimResult*> found;
  for (const ClaimResult& each : results.claims) {
    if (each.standing != "as_expected") found.push_back(&each);
  }
  if (found.empty()) return "";
  std::string out = absl::StrCat("\n### ", markdown_text(results.name), ": ", found.size(),
                                 " not as expected\n\n");
  for (size_t i = 0; i < std::min(found.size(), kMostUnexpected); ++i)
    absl::StrAppend(&out, unexpected_item(results, *found[i]));
  if (found.size() > kMostUnexpected)
    absl::StrAppend(&out, "and ", found.size() - kMostUnexpected, " more\n");
  return out;
}

struct Row {
  const ClaimResult* claim;
  std::vector<const ClaimResult*> cells;  // null: not judged
};

std::vector<Row> rows_that_differ(const std::vector<Results>& all) {
  std::map<std::string_view, Row> rows;
  for (size_t i = 0; i < all.size(); ++i) {
    for (const ClaimResult& each : all[i].claims) {
      Row& row = rows.try_emplace(each.claim, Row{&each, {}}).first->second;
      row.cells.resize(all.size());
      row.cells[i] = &each;
    }
  }
  std::vector<Row> out;
  for (auto& [claim, row] : rows) {
    std::set<std::string> states;
    for (const ClaimResult* cell : row.cells) {
      if (cell != nullptr) states.insert(state_text(cell));
    }
    if (states.size() > 1) out.push_back(std::move(row));
  }
  return out;
}

std::string differences_section(const std::vector<Results>& all) {
  if (all.size() < 2) return "";
  const std::vector<Row> rows = rows_that_differ(all);
  std::string out = absl::StrCat("\n### They differ in ", rows.size(),
                                 rows.size() == 1 ? " claim" : " claims", "\n\n");
  if (rows.empty()) return out;
  absl::StrAppend(&out, "<details><summary>which</summary>\n\n| claim | level |");
  for (const Results& each : all) absl::StrAppend(&out, " ", markdown_text(each.name), " |");
  absl::StrAppend(&out, "\n|---|---|");
  for (size_t i = 0; i < all.size(); ++i) absl::StrAppend(&out, "---|");
  absl::StrAppend(&out, "\n");
  for (size_t i = 0; i < std::min(rows.size(), kMostDifferences); ++i) {
    absl::StrAppend(&out, "| `", rows[i].claim->claim, "` | ", rows[i].claim->level, " |");
    for (const ClaimResult* cell : rows[i].cells)
      absl::StrAppend(&out, " ", markdown_text(state_text(cell)), " |");
    absl::StrAppend(&out, "\n");
  }
  if (rows.size() > kMostDifferences)
    absl::StrAppend(&out, "\nand ", rows.size() - kMostDifferences, " more\n");
  return absl::StrCat(out, "\n</details>\n");
}

}  // namespace

std::string markdown_text(std::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"},
                                    {"|", "\\|"},
                                    {"*", "\\*"},
                                    {"_", "\\_"},
                                    {"`", "\\`"},
                                    {"[", "\\["},
                                    {"<", "&lt;"},
                                    {"&", "&amp;"},
                                    {"\n", " "}});
}

std::string markdown_summary(const std::vector<Results>& all) {
  std::string out = absl::StrCat("## mpcheck\n\n", totals_table(all));
  for (const Results& each : all) absl::StrAppend(&out, unexpected_section(each));
  return absl::StrCat(out, differences_section(all));
}

}  // namespace mpcheck
