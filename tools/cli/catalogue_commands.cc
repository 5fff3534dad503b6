#include "tools/cli/catalogue_commands.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"
#include "conformance/notes/coverage.h"
#include "conformance/runner/waivers.h"

namespace mpcheck {
namespace {

using base::UsageError;
using conformance::Catalogue;
using conformance::Claim;
using conformance::Claims;
using conformance::Cover;
using conformance::Coverage;
using conformance::Level;
using conformance::Place;
using conformance::Statement;

constexpr Level kLevels[] = {Level::kMust, Level::kShould, Level::kBeyond, Level::kVariation};

std::string joined(const conformance::Words& words) {
  return absl::StrJoin(words.begin(), words.end(), ", ");
}

// "MUST 40, SHOULD 3", without what there is none of.
std::string levels_of(const std::vector<const Claim*>& claims) {
  std::vector<std::string> parts;
  for (Level level : kLevels) {
    auto count = std::count_if(claims.begin(), claims.end(),
                               [&](const Claim* claim) { return claim->level == level; });
    if (count > 0) parts.push_back(absl::StrCat(conformance::name_of(level), " ", count));
  }
  return absl::StrJoin(parts, ", ");
}

// ---- show ----

// The lines of a note as they stand there; empty where the file is not to be had.
std::string quotation(const Place& place, const std::string& folder) {
  std::ifstream in(folder + "/" + place.file);
  std::string out, line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (std::find(place.lines.begin(), place.lines.end(), number) != place.lines.end())
      absl::StrAppendFormat(&out, "      %4d | %s\n", number, absl::StripAsciiWhitespace(line));
  }
  return out;
}

std::string statement_text(const Statement& s, const std::string& notes) {
  if (s.source == Statement::Source::kContract)
    return absl::StrCat("  ", s.id, "  ", s.level, "  (versions: ", s.versions, ")\n    ", s.says,
                        "\n");
  std::string out = absl::StrCat("  ", s.id, "  ", s.verdict, s.derived ? "  (derived)" : "", "\n");
  for (const Place& place : s.where) {
    absl::StrAppend(&out, "    ", place.text(), "\n");
    if (!notes.empty()) absl::StrAppend(&out, quotation(place, notes));
  }
  absl::StrAppend(&out, "    the note says: ", s.says, "\n");
  if (!s.correction.empty()) absl::StrAppend(&out, "    true is:       ", s.correction, "\n");
  if (!s.refuted_by.empty())
    absl::StrAppend(&out, "    shown by:      ", absl::StrJoin(s.refuted_by, ", "), "\n");
  if (!s.not_refuted.empty()) absl::StrAppend(&out, "    not shown:     ", s.not_refuted, "\n");
  return out;
}

std::string claim_text(const Claim& claim, const Catalogue& catalogue, const std::string& notes) {
  std::string out = absl::StrCat(claim.id, "  ", conformance::name_of(claim.level), "\n  ",
                                 claim.says, "\n  Needs: ", joined(claim.needs), "\n");
  for (const auto& [title, words] : {std::pair("\nIn the notes\n", &claim.notes),
                                     std::pair("\nIn the documentation\n", &claim.documented)}) {
    if (words->begin() != words->end()) absl::StrAppend(&out, title);
    for (const char* id : *words) {
      if (const Statement* s = catalogue.find(id)) absl::StrAppend(&out, statement_text(*s, notes));
    }
  }
  return out;
}

std::string with_its_claims(const Statement& s, const Claims& claims, const Catalogue& catalogue,
                            const std::string& notes) {
  std::string out = statement_text(s, notes);
  for (const Claim* claim : coverage_of(catalogue, claims).claims_of(s.id))
    absl::StrAppend(&out, "  covered by ", claim->id, ": ", claim->says, "\n");
  if (!s.measured.empty()) absl::StrAppend(&out, "  measured by ", s.measured, "\n");
  if (!s.untestable.empty()) absl::StrAppend(&out, "  untestable: ", s.untestable, "\n");
  return out;
}

std::vector<std::string> areas_and_ids(const Claims& claims) {
  std::vector<std::string> out;
  for (const Claim& claim : claims) {
    if (std::find(out.begin(), out.end(), claim.area()) == out.end()) out.push_back(claim.area());
    out.emplace_back(claim.id);
  }
  return out;
}

// What a user may have meant: ids with the same text somewhere in them.
std::string suggestion(const std::string& id, const Claims& claims, const Catalogue& catalogue) {
  constexpr size_t kMost = 8;
  std::vector<std::string> near;
  auto consider = [&](const std::string& known) {
    if (near.size() < kMost &&
        absl::AsciiStrToLower(known).find(absl::AsciiStrToLower(id)) != std::string::npos)
      near.push_back(known);
  };
  for (const Claim& claim : claims) consider(claim.id);
  for (const Statement& statement : catalogue.all()) consider(statement.id);
  if (near.empty()) return "mpcheck list shows them all";
  return absl::StrCat("did you mean ", absl::StrJoin(near, ", "), "?");
}

// ---- coverage ----

struct Row {
  int statements = 0;
  std::map<Cover, int> covers;
};

std::string coverage_table(const std::string& title, const std::map<std::string, Row>& rows) {
  std::string out = absl::StrFormat("%-20s %10s %8s %9s %11s %8s\n", title, "statements", "covered",
                                    "measured", "untestable", "missing");
  Row sum;
  auto add = [&](const std::string& name, const Row& row) {
    auto number = [&](Cover cover) {
      auto found = row.covers.find(cover);
      return found == row.covers.end() ? 0 : found->second;
    };
    absl::StrAppendFormat(&out, "%-20s %10d %8d %9d %11d %8d\n", name, row.statements,
                          number(Cover::kCovered), number(Cover::kMeasured),
                          number(Cover::kUntestable), number(Cover::kMissing));
  };
  for (const auto& [name, row] : rows) {
    add(name, row);
    sum.statements += row.statements;
    for (const auto& [cover, count] : row.covers) sum.covers[cover] += count;
  }
  if (rows.size() > 1) add("all", sum);
  return out + "\n";
}

template <typename Name>
std::map<std::string, Row> rows_by(Name name, Statement::Source source, const Catalogue& catalogue,
                                   const Coverage& coverage) {
  std::map<std::string, Row> rows;
  for (const Statement& statement : catalogue.all()) {
    if (statement.source != source) continue;
    Row& row = rows[name(statement)];
    ++row.statements;
    ++row.covers[coverage.cover_of(statement)];
  }
  return rows;
}

std::string wrong_notes_text(const Catalogue& catalogue) {
  int wrong = 0, shown = 0, excused = 0;
  for (const Statement& each : catalogue.all()) {
    wrong += each.is_wrong();
    shown += !each.refuted_by.empty();
    excused += !each.not_refuted.empty();
  }
  return absl::StrCat(wrong, " notes are refuted or imprecise: claims show it of ", shown,
                      ", no program can show it of ", excused, ".\n");
}

}  // namespace

std::variant<std::string, UsageError> list_text(const Claims& claims,
                                                const std::vector<std::string>& patterns,
                                                const std::string& level) {
  auto is_meant = [&](const Claim& claim) {
    if (!level.empty() && absl::AsciiStrToUpper(level) != conformance::name_of(claim.level))
      return false;
    return patterns.empty() ||
           std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
             return conformance::matches_pattern(pattern, claim.id) || pattern == claim.area();
           });
  };
  std::vector<std::pair<std::string, std::vector<const Claim*>>> areas;
  for (const Claim& claim : claims) {
    if (!is_meant(claim)) continue;
    if (areas.empty() || areas.back().first != claim.area()) areas.push_back({claim.area(), {}});
    areas.back().second.push_back(&claim);
  }
  if (areas.empty())
    return UsageError{absl::StrCat(
        "no claim is called ", patterns.empty() ? "anything" : absl::StrJoin(patterns, " or "),
        level.empty() ? "" : absl::StrCat(" with level ", level),
        "; levels are MUST, SHOULD, BEYOND, VARIATION, and * stands for anything",
        patterns.empty() ? "" : base::did_you_mean(patterns[0], areas_and_ids(claims)))};
  std::ostringstream out;
  for (const auto& [area, its_claims] : areas) {
    out << "\n" << area << ": " << levels_of(its_claims) << "\n";
    for (const Claim* claim : its_claims) out << *claim << "\n";
  }
  return out.str();
}

std::string scenario_text(const std::string& result_line, const std::string& testee) {
  nlohmann::json result = nlohmann::json::parse(result_line, nullptr, /*allow_exceptions=*/false);
  if (!result.is_object() || !result.contains("trace")) return "";
  std::string out =
      absl::StrCat("\nScenario, as ", testee, " played it (", result.value("verdict", ""), ")\n");
  int number = 0;
  for (const auto& call : result["trace"]) {
    const auto accepted = call.value("accepted", std::vector<std::string>());
    absl::StrAppendFormat(&out, "  %2d. %s: %s\n", ++number, call.value("puppet", ""),
                          call.value("op", ""));
    // That a step which the claim stands on returns goes without saying.
    const bool asked = !accepted.empty() && accepted != std::vector<std::string>{"returns"};
    if (asked)
      absl::StrAppend(&out, "        accepted: ", absl::StrJoin(accepted, "; then "), "\n");
    const std::string outcome = call["outcome"].is_string() ? call["outcome"] : "";
    if (!outcome.empty() && (asked || outcome != "returned null"))
      absl::StrAppend(&out, "        it ", outcome, "\n");
  }
  if (result["variation"].is_string())
    absl::StrAppend(&out, "  Of the accepted outcomes this was seen: ",
                    result["variation"].get<std::string>(), "\n");
  for (const auto& failure : result["failures"])
    absl::StrAppend(&out, "  ", failure.get<std::string>(), "\n");
  return out;
}

std::variant<std::string, UsageError> show_text(const std::string& id, const Claims& claims,
                                                const Catalogue& catalogue,
                                                const std::string& notes) {
  for (const Claim& claim : claims) {
    if (id == claim.id) return claim_text(claim, catalogue, notes);
  }
  if (const Statement* statement = catalogue.find(id))
    return with_its_claims(*statement, claims, catalogue, notes);
  return UsageError{absl::StrCat("neither a claim nor a statement is called '", id, "'; ",
                                 suggestion(id, claims, catalogue))};
}

std::string coverage_text(const Claims& claims, const Catalogue& catalogue) {
  const Coverage coverage = coverage_of(catalogue, claims);
  auto area = [](const Statement& s) { return s.area; };
  auto verdict = [](const Statement& s) { return s.verdict; };
  auto level = [](const Statement& s) { return s.level; };
  auto table = [&](const std::string& title, auto name, Statement::Source source) {
    return coverage_table(title, rows_by(name, source, catalogue, coverage));
  };
  std::vector<const Claim*> all;
  for (const Claim& claim : claims) all.push_back(&claim);
  std::string out = absl::StrCat("The notes\n", table("by area", area, Statement::Source::kNotes),
                                 table("by verdict", verdict, Statement::Source::kNotes),
                                 wrong_notes_text(catalogue), "\nThe documented contract\n",
                                 table("by area", area, Statement::Source::kContract),
                                 table("by level", level, Statement::Source::kContract), all.size(),
                                 " claims: ", levels_of(all), "\n");
  for (const std::string& problem : coverage.problems) absl::StrAppend(&out, problem, "\n");
  return out;
}

}  // namespace mpcheck
