#include "tools/cli/profiles.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/version_range.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".txt";

// cpython-3.11.2-billiard-fork: what it is of, its version, and which of that version's it is.
struct Name {
  std::string family;
  std::vector<int> version;
  std::string variant;
};

Name parts_of(std::string_view name) {
  const std::vector<std::string_view> parts = absl::StrSplit(name, absl::MaxSplits('-', 2));
  if (parts.size() < 3) return {};
  return {.family = std::string(parts[0]),
          .version = conformance::version_numbers(parts[1]),
          .variant = std::string(parts[2])};
}

std::string path_of(const std::string& folder, const std::string& name) {
  return absl::StrCat(folder, "/", name, kEnding);
}

Profile load(const std::string& path) {
  std::ifstream in(path);
  return parse_profile(std::string(std::istreambuf_iterator<char>(in), {}));
}

bool is_outcome(const std::string& seen) { return seen != "violated" && seen != "unsupported"; }

std::string text_of(const Profile& profile, const std::string& about, const std::string& name) {
  std::string out =
      absl::StrCat("# ", about, ". Written by mpcheck run ", name, " --update-profiles.\n");
  for (const auto& [claim, outcome] : profile) absl::StrAppend(&out, claim, "  ", outcome, "\n");
  return out;
}

}  // namespace

Profile parse_profile(const std::string& text) {
  Profile out;
  for (std::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    if (line[0] == '#') continue;
    const std::pair<std::string_view, std::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    out[std::string(parts.first)] = std::string(absl::StripAsciiWhitespace(parts.second));
  }
  return out;
}

Seen seen_in(const std::string& results) {
  Seen seen;
  std::ifstream in(results);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json j = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!j.is_object() || !j.contains("claim")) continue;
    const nlohmann::json about = j.value("about", nlohmann::json::object());
    if (seen.about.empty() && !about.value("name", "").empty())
      seen.about = absl::StrCat(about.value("name", ""), " ", about.value("version", ""), " (",
                                about.value("start_method", ""), ")");
    const std::string verdict = j.value("verdict", "");
    seen.claims.insert(j.value("claim", ""));
    if (j.value("level", "") != "VARIATION") continue;
    if (verdict == "holds") {
      seen.outcomes[j.value("claim", "")] = j.value("variation", "");
    } else if (!is_outcome(verdict)) {
      seen.outcomes[j.value("claim", "")] = verdict;
    }
  }
  return seen;
}

std::vector<std::string> differences(const Profile& profile, const Profile& seen) {
  std::vector<std::string> out;
  for (const auto& [claim, now] : seen) {
    const auto was = profile.find(claim);
    if (was != profile.end() && was->second != now) {
      out.push_back(absl::StrCat(claim, ": was '", was->second, "', is '", now, "'"));
    } else if (was == profile.end() && is_outcome(now)) {
      out.push_back(absl::StrCat(claim, ": is '", now, "', and the profile lacks it"));
    }
  }
  return out;
}

Profile updated(Profile profile, const Seen& seen, bool whole) {
  if (whole)
    std::erase_if(profile, [&](const auto& each) { return !seen.claims.contains(each.first); });
  for (const auto& [claim, outcome] : seen.outcomes) {
    if (is_outcome(outcome)) {
      profile[claim] = outcome;
    } else {
      profile.erase(claim);
    }
  }
  return profile;
}

std::string compared_with(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  if (fs::exists(path_of(folder, name), ignored)) return name;
  const Name wanted = parts_of(name);
  std::string best;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename();
    if (!file.ends_with(kEnding) || wanted.version.empty()) continue;
    const std::string candidate(absl::StripSuffix(file, kEnding));
    const Name other = parts_of(candidate);
    if (other.family == wanted.family && other.variant == wanted.variant &&
        other.version < wanted.version && (best.empty() || parts_of(best).version < other.version))
      best = candidate;
  }
  return best;
}

ProfileOutcome compare_with_profiles(const std::vector<Implementation>& implementations,
                                     const std::string& results) {
  ProfileOutcome out;
  for (const Implementation& each : implementations) {
    const std::string other = each.profiles.empty() ? "" : compared_with(each.profiles, each.name);
    if (other.empty()) continue;
    const std::vector<std::string> found =
        differences(load(path_of(each.profiles, other)),
                    seen_in(absl::StrCat(results, "/", each.name, ".jsonl")).outcomes);
    if (found.empty()) continue;
    out.differs = true;
    absl::StrAppend(&out.text, "\n", each.name, ": variations that are not as ",
                    other == each.name ? "its profile says"
                                       : absl::StrCat("those of ", other, " (it has no profile)"),
                    "\n");
    for (const std::string& line : found) absl::StrAppend(&out.text, "    ", line, "\n");
  }
  return out;
}

ProfileOutcome update_profiles(const std::vector<Implementation>& implementations,
                               const std::string& results, bool whole) {
  ProfileOutcome out;
  for (const Implementation& each : implementations) {
    if (each.profiles.empty()) continue;
    const Seen seen = seen_in(absl::StrCat(results, "/", each.name, ".jsonl"));
    if (seen.claims.empty()) continue;
    const std::string path = path_of(each.profiles, each.name);
    fs::create_directories(each.profiles);
    const std::string text = text_of(updated(load(path), seen, whole), seen.about, each.name);
    std::ofstream file(path);
    file << text;
    file.close();
    absl::StrAppend(&out.text, file ? "wrote " : "could not write ", path, "\n");
    out.differs |= !file;
  }
  return out;
}

}  // namespace mpcheck
