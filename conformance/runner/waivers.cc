#include "conformance/runner/waivers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHygienePrefix = "hygiene:", kSometimesPrefix = "sometimes:",
                           kHoldsPrefix = "holds:";
constexpr std::string_view kUnexplained = "unexplained: say why, or link an issue";

// `versions`: with its brackets, or empty.
std::string line_text(WaiverKind kind, std::string_view claim_id, std::string_view versions,
                      std::string_view reason) {
  return absl::StrCat(kind == WaiverKind::kHygiene ? kHygienePrefix : "", claim_id,
                      versions.empty() ? "" : " ", versions, "  # ", reason);
}

// The line of a waiver that is not true of `version`, though it says so.
std::string without_version(std::string line, const Waiver& waiver, const std::string& version) {
  const size_t comment = line.find('#'), bracket = line.find(']');
  if (!waiver.versions.is_everything() && bracket < comment)
    return line.insert(bracket, absl::StrCat(",!=", version));
  const size_t end_of_pattern = line.find_last_not_of(" \t", comment - 1) + 1;
  return line.insert(end_of_pattern, absl::StrCat(" [!=", version, "]"));
}

// Whether the claim is violated in this respect; nothing if it was not judged.
std::optional<bool> violated(const Waivers::Seen& seen, WaiverKind kind) {
  if (kind == WaiverKind::kHygiene)
    return seen.hygiene_judged ? std::optional(seen.hygiene_violated) : std::nullopt;
  return seen.semantics_judged ? std::optional(seen.semantics_violated) : std::nullopt;
}

std::vector<std::string> lines_of(std::string_view text) {
  return absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
}

// The lines of a file, then those of the files that it includes.
class Reader {
 public:
  Reader(const std::vector<std::string>& all_claim_ids, std::vector<Waiver>* out)
      : all_claim_ids_(all_claim_ids), out_(*out) {}

  // What is wrong; nothing if all is well.
  std::string read(const std::string& text, const std::string& path) {
    const std::vector<std::string> lines = lines_of(text);
    const size_t begin = out_.size();
    std::vector<std::pair<std::string, std::string>>
        includes;  // the file, and where it is included
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string place = absl::StrCat(path, ":", i + 1, ": ");
      auto [pattern, reason] =
          std::pair<std::string, std::string>(absl::StrSplit(lines[i], absl::MaxSplits('#', 1)));
      absl::StripAsciiWhitespace(&pattern);
      absl::StripAsciiWhitespace(&reason);
      if (pattern.empty()) continue;
      if (reason.empty())
        return absl::StrCat(place, "'", pattern, "' has no reason; add one behind a #");
      if (std::string_view file = pattern; absl::ConsumePrefix(&file, "include ")) {
        includes.emplace_back(absl::StripAsciiWhitespace(file), place);
        continue;
      }
      Waiver waiver{.reason = reason,
                    .path = path,
                    .line = static_cast<int>(i) + 1,
                    .included = !including_.empty()};
      if (std::string fault = take_pattern(pattern, &waiver); !fault.empty())
        return absl::StrCat(place, fault);
      out_.push_back(std::move(waiver));
    }
    const size_t end = out_.size();
    including_.push_back(fs::path(path).lexically_normal());
    for (const auto& [file, place] : includes) {
      if (std::string fault = include(file, place); !fault.empty()) return fault;
    }
    including_.pop_back();
    return contradicts_nothing(begin, end);
  }

 private:
  std::string include(const std::string& file, const std::string& place) {
    const fs::path path = (including_.back().parent_path() / file).lexically_normal();
    if (std::find(including_.begin(), including_.end(), path) != including_.end())
      return absl::StrCat(place, "'", file, "' includes itself");
    std::ifstream in(path);
    if (!in)
      return absl::StrCat(place, "'", file, "' can't be read; it has to be beside this file");
    return read(std::string(std::istreambuf_iterator<char>(in), {}), path.string());
  }

  std::string take_pattern(std::string pattern, Waiver* waiver) {
    if (size_t bracket = pattern.find('['); bracket != std::string::npos) {
      if (!pattern.ends_with(']')) return absl::StrCat("'", pattern, "' lacks its ]");
      auto versions = VersionRange::parse(
          std::string_view(pattern).substr(bracket + 1, pattern.size() - bracket - 2));
      if (const auto* fault = std::get_if<std::string>(&versions)) return *fault;
      waiver->versions = std::get<VersionRange>(versions);
      pattern = std::string(absl::StripAsciiWhitespace(pattern.substr(0, bracket)));
    }
    std::string_view id = pattern;
    waiver->holds = absl::ConsumePrefix(&id, kHoldsPrefix);
    waiver->sometimes = !waiver->holds && absl::ConsumePrefix(&id, kSometimesPrefix);
    if (absl::ConsumePrefix(&id, kHygienePrefix)) waiver->kind = WaiverKind::kHygiene;
    waiver->pattern = std::string(id);
    if (std::any_of(all_claim_ids_.begin(), all_claim_ids_.end(),
                    [&](const std::string& each) { return waiver->matches(each); }))
      return "";
    return absl::StrCat("no claim is called '", waiver->pattern, "'; --list shows all");
  }

  // The lines from `begin` to `end` are a file's own, those behind them what it includes.
  std::string contradicts_nothing(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      const Waiver& own = out_[i];
      if (!own.holds) continue;
      const bool contradicts =
          std::any_of(out_.begin() + static_cast<ptrdiff_t>(end), out_.end(),
                      [&](const Waiver& each) { return both_speak_of_a_claim(own, each); });
      if (!contradicts)
        return absl::StrCat(own.path, ":", own.line, ": '", own.pattern,
                            "' holds anyway: no included file waives it");
    }
    return "";
  }

  bool both_speak_of_a_claim(const Waiver& a, const Waiver& b) const {
    return a.kind == b.kind &&
           std::any_of(all_claim_ids_.begin(), all_claim_ids_.end(),
                       [&](const std::string& id) { return a.matches(id) && b.matches(id); });
  }

  const std::vector<std::string>& all_claim_ids_;
  std::vector<Waiver>& out_;
  std::vector<fs::path> including_;  // the files on the way to the one that is read
};

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!absl::ConsumePrefix(&text, pattern.substr(0, star))) return false;
  std::string_view rest = pattern.substr(star + 1);
  for (size_t skip = 0; skip <= text.size(); ++skip) {
    if (matches_pattern(rest, text.substr(skip))) return true;
  }
  return false;
}

bool Waiver::matches(std::string_view claim_id) const { return matches_pattern(pattern, claim_id); }

bool Waiver::applies_to(std::string_view claim_id, std::string_view version) const {
  return matches(claim_id) && versions.contains(version);
}

std::variant<Waivers, std::string> Waivers::parse(const std::string& text, const std::string& path,
                                                  const std::vector<std::string>& all_claim_ids) {
  Waivers out;
  out.lines_ = lines_of(text);
  std::string fault = Reader(all_claim_ids, &out.waivers_).read(text, path);
  if (!fault.empty()) return fault;
  return out;
}

std::variant<Waivers, std::string> Waivers::load(const std::string& path,
                                                 const std::vector<std::string>& all_claim_ids) {
  if (path.empty()) return Waivers();
  std::ifstream in(path);
  if (!in) return absl::StrCat(path, ": no such waivers file");
  return parse(std::string(std::istreambuf_iterator<char>(in), {}), path, all_claim_ids);
}

const Waiver* Waivers::nearest(WaiverKind kind, std::string_view claim_id, std::string_view version,
                               const std::set<const Waiver*>& but) const {
  for (const Waiver& w : waivers_) {
    if (w.kind == kind && w.applies_to(claim_id, version) && !but.contains(&w)) return &w;
  }
  return nullptr;
}

const Waiver* Waivers::find(WaiverKind kind, std::string_view claim_id,
                            std::string_view version) const {
  const Waiver* w = nearest(kind, claim_id, version, {});
  return w == nullptr || w->holds ? nullptr : w;
}

bool Waivers::is_for_several_versions() const {
  return std::any_of(waivers_.begin(), waivers_.end(),
                     [](const Waiver& each) { return !each.versions.is_everything(); });
}

std::vector<std::string> Waivers::lines_that_stay(const std::map<std::string, Seen>& seen,
                                                  const std::string& version,
                                                  std::set<const Waiver*>* wrong) const {
  const bool several = is_for_several_versions();
  const std::string versions = several ? absl::StrCat("[==", version, "]") : "";
  std::vector<std::string> lines = lines_;
  for (const Waiver& w : waivers_) {
    if (w.included || w.sometimes) continue;
    std::vector<std::string> still_violated;
    bool some_hold = false;
    for (const auto& [id, what] : seen) {
      if (!w.applies_to(id, version)) continue;
      std::optional<bool> is_violated = violated(what, w.kind);
      if (is_violated == true) still_violated.push_back(line_text(w.kind, id, versions, w.reason));
      if (is_violated == false) some_hold = true;
    }
    if (w.holds ? still_violated.empty() : !some_hold) continue;
    wrong->insert(&w);
    if (w.holds) still_violated.clear();
    std::string& line = lines[static_cast<size_t>(w.line) - 1];
    if (several && !absl::StrContains(line, absl::StrCat("[==", version, "]")))
      still_violated.insert(still_violated.begin(), without_version(line, w, version));
    line = absl::StrJoin(still_violated, "\n");
  }
  std::vector<std::string> kept;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty() || lines_[i].empty()) kept.push_back(lines[i]);
  }
  while (!kept.empty() && kept.back().empty()) kept.pop_back();
  return kept;
}

std::vector<std::string> Waivers::lines_that_lack(const std::map<std::string, Seen>& seen,
                                                  const std::string& version,
                                                  const std::set<const Waiver*>& wrong) const {
  const std::string versions = is_for_several_versions() ? absl::StrCat("[==", version, "]") : "";
  std::vector<std::string> lines;
  for (WaiverKind kind : {WaiverKind::kSemantics, WaiverKind::kHygiene}) {
    for (const auto& [id, what] : seen) {
      const Waiver* said = nearest(kind, id, version, wrong);
      const bool excused = said != nullptr && !said->holds;
      const bool split = !excused && find(kind, id, version) != nullptr;
      if (violated(what, kind) == true && !excused && !split)
        lines.push_back(line_text(kind, id, versions, kUnexplained));
      if (violated(what, kind) == false && excused && said->included && !said->sometimes)
        lines.push_back(absl::StrCat(kHoldsPrefix, line_text(kind, id, versions, kUnexplained)));
    }
  }
  return lines;
}

std::string Waivers::rewritten(const std::map<std::string, Seen>& seen,
                               const std::string& version) const {
  std::set<const Waiver*> wrong;
  std::string text;
  for (const std::string& line : lines_that_stay(seen, version, &wrong))
    absl::StrAppend(&text, line, "\n");
  for (const std::string& line : lines_that_lack(seen, version, wrong))
    absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace conformance
