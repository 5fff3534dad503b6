#include "conformance/runner/waivers.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace conformance {
namespace {

constexpr std::string_view kHygienePrefix = "hygiene:";

std::string line_text(WaiverKind kind, std::string_view claim_id, std::string_view reason) {
  return absl::StrCat(kind == WaiverKind::kHygiene ? kHygienePrefix : "", claim_id, "  # ", reason);
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
    std::string_view id = pattern;
    if (absl::ConsumePrefix(&id, kHygienePrefix)) waiver.kind = WaiverKind::kHygiene;
    waiver.pattern = std::string(id);
    if (reason.empty())
      return wrong(absl::StrCat("'", pattern, "' has no reason; add one behind a #"));
    if (std::none_of(all_claim_ids.begin(), all_claim_ids.end(),
                     [&](const std::string& each) { return waiver.matches(each); })) {
      return wrong(absl::StrCat("no claim is called '", waiver.pattern, "'; --list shows all"));
    }
    out.waivers_.push_back(std::move(waiver));
  }
  return out;
}

const Waiver* Waivers::find(WaiverKind kind, std::string_view claim_id) const {
  for (const Waiver& w : waivers_) {
    if (w.kind == kind && w.matches(claim_id)) return &w;
  }
  return nullptr;
}

std::string Waivers::rewritten(const std::map<std::string, Seen>& seen) const {
  std::vector<std::string> lines = lines_;
  std::vector<bool> gone(lines.size(), false);
  for (const Waiver& w : waivers_) {
    std::vector<std::string> still_violated;
    bool some_hold = false, some_unseen = true;
    for (const auto& [id, what] : seen) {
      if (!w.matches(id)) continue;
      std::optional<bool> is_violated = violated(what, w.kind);
      if (is_violated.has_value()) some_unseen = false;
      if (is_violated == true) still_violated.push_back(line_text(w.kind, id, w.reason));
      if (is_violated == false) some_hold = true;
    }
    if (!some_hold || some_unseen) continue;
    size_t at = static_cast<size_t>(w.line) - 1;
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
      if (violated(what, kind) == true && find(kind, id) == nullptr)
        kept.push_back(line_text(kind, id, "unexplained: say why, or link an issue"));
    }
  }
  return absl::StrCat(absl::StrJoin(kept, "\n"), kept.empty() ? "" : "\n");
}

}  // namespace conformance
