#include "conformance/runner/waivers.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace conformance {
namespace {

constexpr std::string_view kHygienePrefix = "hygiene:", kSometimesPrefix = "sometimes:";

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
  out.lines_ = absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  for (size_t i = 0; i < out.lines_.size(); ++i) {
    auto [pattern, reason] =
        std::pair<std::string, std::string>(absl::StrSplit(out.lines_[i], absl::MaxSplits('#', 1)));
    absl::StripAsciiWhitespace(&pattern);
    absl::StripAsciiWhitespace(&reason);
    if (pattern.empty()) continue;
    auto wrong = [&, line = i + 1](std::string_view what) {
      return absl::StrCat(path, ":", line, ": ", what);
    };
    Waiver waiver{
        .kind = WaiverKind::kSemantics, .reason = reason, .line = static_cast<int>(i) + 1};
    if (reason.empty())
      return wrong(absl::StrCat("'", pattern, "' has no reason; add one behind a #"));
    if (size_t bracket = pattern.find('['); bracket != std::string::npos) {
      if (!pattern.ends_with(']')) return wrong(absl::StrCat("'", pattern, "' lacks its ]"));
      auto versions = VersionRange::parse(
          std::string_view(pattern).substr(bracket + 1, pattern.size() - bracket - 2));
      if (const auto* fault = std::get_if<std::string>(&versions)) return wrong(*fault);
      waiver.versions = std::get<VersionRange>(versions);
      pattern = std::string(absl::StripAsciiWhitespace(pattern.substr(0, bracket)));
    }
    std::string_view id = pattern;
    waiver.sometimes = absl::ConsumePrefix(&id, kSometimesPrefix);
    if (absl::ConsumePrefix(&id, kHygienePrefix)) waiver.kind = WaiverKind::kHygiene;
    waiver.pattern = std::string(id);
    if (std::none_of(all_claim_ids.begin(), all_claim_ids.end(),
                     [&](const std::string& each) { return waiver.matches(each); })) {
      return wrong(absl::StrCat("no claim is called '", waiver.pattern, "'; --list shows all"));
    }
    out.waivers_.push_back(std::move(waiver));
  }
  return out;
}

const Waiver* Waivers::find(WaiverKind kind, std::string_view claim_id,
                            std::string_view version) const {
  for (const Waiver& w : waivers_) {
    if (w.kind == kind && w.applies_to(claim_id, version)) return &w;
  }
  return nullptr;
}

bool Waivers::is_for_several_versions() const {
  return std::any_of(waivers_.begin(), waivers_.end(),
                     [](const Waiver& each) { return !each.versions.is_everything(); });
}

std::string Waivers::rewritten(const std::map<std::string, Seen>& seen,
                               const std::string& version) const {
  const bool several = is_for_several_versions();
  std::vector<std::string> lines = lines_;
  std::vector<bool> gone(lines.size(), false);
  for (const Waiver& w : waivers_) {
    std::vector<std::string> still_violated;
    bool some_hold = false, some_unseen = true;
    const std::string versions = several ? absl::StrCat("[==", version, "]") : "";
    for (const auto& [id, what] : seen) {
      if (!w.applies_to(id, version)) continue;
      std::optional<bool> is_violated = violated(what, w.kind);
      if (is_violated.has_value()) some_unseen = false;
      if (is_violated == true) still_violated.push_back(line_text(w.kind, id, versions, w.reason));
      if (is_violated == false) some_hold = true;
    }
    if (!some_hold || some_unseen || w.sometimes) continue;
    size_t at = static_cast<size_t>(w.line) - 1;
    if (several && !absl::StrContains(lines[at], absl::StrCat("[==", version, "]")))
      still_violated.insert(still_violated.begin(), without_version(lines[at], w, version));
    gone[at] = still_violated.empty();
    if (!still_violated.empty()) lines[at] = absl::StrJoin(still_violated, "\n");
  }
  std::vector<std::string> kept;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!gone[i]) kept.push_back(lines[i]);
  }
  while (!kept.empty() && kept.back().empty()) kept.pop_back();
  for (WaiverKind kind : {WaiverKind::kSemantics, WaiverKind::kHygiene}) {
    for (const auto& [id, what] : seen) {
      if (violated(what, kind) == true && find(kind, id, version) == nullptr)
        kept.push_back(line_text(kind, id, several ? absl::StrCat("[==", version, "]") : "",
                                 "unexplained: say why, or link an issue"));
    }
  }
  return absl::StrCat(absl::StrJoin(kept, "\n"), kept.empty() ? "" : "\n");
}

}  // namespace conformance
