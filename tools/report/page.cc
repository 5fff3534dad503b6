#include "tools/report/page.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/report/deflate.h"
#include "tools/report/page_source.h"

namespace mpcheck {
namespace {

using conformance::Catalogue;
using conformance::Place;
using conformance::Statement;
using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The claims of all results, each once, and where each of them stands in each file.
struct Rows {
  std::vector<const ClaimResult*> claims;
  std::vector<std::vector<const ClaimResult*>> cells;  // [implementation][claim]; null: not judged
};

Rows rows_of(const std::vector<Results>& all, const std::vector<std::string>& order) {
  std::map<std::string, size_t> rank;
  for (const std::string& id : order) rank.emplace(id, rank.size());
  std::map<std::pair<size_t, std::string>, const ClaimResult*> sorted;
  auto key = [&](const ClaimResult& claim) {
    const auto known = rank.find(claim.claim);
    return std::pair(known == rank.end() ? rank.size() : known->second, claim.claim);
  };
  for (const Results& each : all) {
    for (const ClaimResult& claim : each.claims) sorted.emplace(key(claim), &claim);
  }
  Rows rows;
  std::map<std::string_view, size_t> index;
  for (const auto& [where, claim] : sorted) {
    index.emplace(claim->claim, rows.claims.size());
    rows.claims.push_back(claim);
  }
  for (const Results& each : all) {
    std::vector<const ClaimResult*>& cells = rows.cells.emplace_back(rows.claims.size());
    for (const ClaimResult& claim : each.claims) cells[index.at(claim.claim)] = &claim;
  }
  return rows;
}

// One character a cell (page/model.js knows them, too).
char verdict_sign(const ClaimResult* cell) {
  if (cell == nullptr) return ' ';
  if (cell->verdict == "holds") return cell->level == "VARIATION" ? 'n' : 'h';
  if (cell->verdict == "violated") return 'v';
  if (cell->verdict == "unsupported") return 'u';
  return cell->verdict == "adapter_error" ? 'e' : 'k';
}

// Six marks of a cell as one printable character: their bits, counted from '0'.
char marks_sign(const ClaimResult* cell) {
  if (cell == nullptr) return '0';
  const bool hygiene_unknown = cell->is_judged() && cell->hygiene == "not_judged";
  return static_cast<char>('0' + (cell->waived ? 1 : 0) + (cell->is_unexpected() ? 2 : 0) +
                           (cell->hygiene == "dirty" ? 4 : 0) + (cell->presumed ? 8 : 0) +
                           (hygiene_unknown ? 16 : 0) +
                           (cell->standing == "could_not_judge" ? 32 : 0));
}

Json implementation_json(const Results& one, const std::vector<const ClaimResult*>& cells) {
  std::string verdicts, marks;
  Json variations = Json::object();
  for (size_t i = 0; i < cells.size(); ++i) {
    verdicts.push_back(verdict_sign(cells[i]));
    marks.push_back(marks_sign(cells[i]));
    if (cells[i] != nullptr && !cells[i]->variation.empty())
      variations[absl::StrCat(i)] = cells[i]->variation;
  }
  return {{"name", one.name},
          {"product", one.product},
          {"version", one.version},
          {"language", one.language},
          {"start", one.start_method},
          {"home", one.home},
          {"command", one.command},
          {"reproduce", one.reproduce},
          {"started", one.started},
          {"cut_short", one.cut_short},
          {"unread", one.unread},
          {"verdicts", verdicts},
          {"marks", marks},
          {"variations", variations}};
}

// The lines of a note as they stand there; empty where the file is not to be had.
Json quotation(const Place& place, const std::string& folder) {
  Json out = Json::array();
  if (folder.empty()) return out;
  std::ifstream in(absl::StrCat(folder, "/", place.file));
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (std::find(place.lines.begin(), place.lines.end(), number) != place.lines.end())
      out.push_back({number, std::string(absl::StripAsciiWhitespace(line))});
  }
  return out;
}

Json statement_json(const Statement& s, const std::string& notes) {
  if (s.source == Statement::Source::kContract)
    return {{"id", s.id}, {"level", s.level}, {"versions", s.versions}, {"says", s.says}};
  Json out = {{"id", s.id}, {"verdict", s.verdict}, {"says", s.says}, {"where", Json::array()}};
  for (const Place& place : s.where)
    out["where"].push_back({{"at", place.text()}, {"quote", quotation(place, notes)}});
  if (!s.correction.empty()) out["correction"] = s.correction;
  if (s.derived) out["derived"] = true;
  if (!s.refuted_by.empty()) out["refuted_by"] = s.refuted_by;
  if (!s.not_refuted.empty()) out["not_refuted"] = s.not_refuted;
  return out;
}

// Each statement that a claim names, once, and the index by which claims name it.
class StatementTable {
 public:
  StatementTable(const Catalogue& catalogue, const std::string& notes)
      : catalogue_(catalogue), notes_(notes) {}

  Json indexes_of(const std::vector<std::string>& ids) {
    Json out = Json::array();
    for (const std::string& id : ids) out.push_back(index_of(id));
    return out;
  }
  const Json& all() const { return statements_; }

 private:
  size_t index_of(const std::string& id) {
    const auto [found, is_new] = indexes_.emplace(id, statements_.size());
    if (is_new) {
      const Statement* s = catalogue_.find(id);
      // Of a newer or an older suite than this program's.
      statements_.push_back(s != nullptr ? statement_json(*s, notes_) : Json{{"id", id}});
    }
    return found->second;
  }

  const Catalogue& catalogue_;
  const std::string& notes_;
  std::map<std::string, size_t> indexes_;
  Json statements_ = Json::array();
};

// What is said about one cell in words; null where there is nothing to say.
Json texts_json(const ClaimResult* cell) {
  if (cell == nullptr) return nullptr;
  Json out = {{"t", std::llround(cell->took_ms * 10) / 10.0}};
  auto add = [&](const char* name, const auto& text) {
    if (!text.empty()) out[name] = text;
  };
  add("f", cell->failures);
  add("c", cell->complaints);
  add("l", cell->leftovers);
  add("w", cell->hygiene_why);
  add("o", cell->last_words);
  return out;
}

std::string texts_block(const std::vector<const ClaimResult*>& cells) {
  Json out = Json::array();
  for (const ClaimResult* cell : cells) out.push_back(texts_json(cell));
  return dump(out);
}

std::string timelines_block(const std::vector<const ClaimResult*>& cells) {
  std::vector<std::string_view> parts;
  for (const ClaimResult* cell : cells)
    parts.push_back(cell == nullptr || cell->timeline.empty() ? "null"
                                                              : std::string_view(cell->timeline));
  return absl::StrCat("[", absl::StrJoin(parts, ",\n"), "]");
}

Json overview_of(const Rows& rows, const std::vector<Results>& all, const Catalogue& catalogue,
                 const PageOptions& options) {
  StatementTable statements(catalogue, options.notes);
  Json claims = Json::array();
  for (const ClaimResult* claim : rows.claims) {
    claims.push_back({claim->claim, claim->level, claim->says, statements.indexes_of(claim->notes),
                      statements.indexes_of(claim->documented)});
  }
  Json implementations = Json::array();
  for (size_t i = 0; i < all.size(); ++i)
    implementations.push_back(implementation_json(all[i], rows.cells[i]));
  return {{"format", 1},
          {"claims", std::move(claims)},
          {"statements", statements.all()},
          {"implementations", std::move(implementations)}};
}

// No text of a result may end the element that it stands in.
std::string for_script(const std::string& json) {
  return absl::StrReplaceAll(json, {{"<", "\\u003c"}});
}

std::string block(const char* kind, size_t implementation, const std::string& text) {
  return absl::StrCat("<script type=\"text/plain\" id=\"", kind, "-", implementation, "\">",
                      deflated_base64(text), "</script>\n");
}

}  // namespace

std::string overview_json(const std::vector<Results>& all, const Catalogue& catalogue,
                          const PageOptions& options) {
  return dump(overview_of(rows_of(all, options.order), all, catalogue, options));
}

std::string report_page(const std::vector<Results>& all, const Catalogue& catalogue,
                        const PageOptions& options) {
  const Rows rows = rows_of(all, options.order);
  std::string data =
      absl::StrCat("<script type=\"application/json\" id=\"overview\">",
                   for_script(dump(overview_of(rows, all, catalogue, options))), "</script>\n");
  for (size_t i = 0; i < all.size(); ++i) {
    absl::StrAppend(&data, block("texts", i, texts_block(rows.cells[i])),
                    block("timelines", i, timelines_block(rows.cells[i])));
  }
  const auto [before, after] = page_source();
  return absl::StrCat(before, data, after);
}

}  // namespace mpcheck
