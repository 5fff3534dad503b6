#include "tools/report/results.h"

#include <string.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/report/timeline.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// What is wrong with a line; parse_results() adds where it stands.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename T>
T member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw Malformed(absl::StrCat("there is no member \"", name, "\""));
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    throw Malformed(absl::StrCat("the member \"", name, "\" is of the wrong kind"));
  }
}

// Absent and null are the same.
template <typename T>
T member_or(const Json& object, const char* name, T otherwise) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? otherwise : member<T>(object, name);
}

using Strings = std::vector<std::string>;

void take_hygiene(const Json& line, ClaimResult* to) {
  const auto found = line.find("hygiene");
  if (found == line.end() || !found->is_object())
    throw Malformed("there is no member \"hygiene\" that is an object");
  const Json& hygiene = *found;
  to->hygiene = member<std::string>(hygiene, "verdict");
  to->hygiene_why = member_or<std::string>(hygiene, "why", "");
  to->leftovers = member_or<Strings>(hygiene, "leftovers", {});
}

ClaimResult claim_of(const Json& line, Reading reading) {
  ClaimResult out{.claim = member<std::string>(line, "claim"),
                  .area = member<std::string>(line, "area"),
                  .level = member<std::string>(line, "level"),
                  .says = member<std::string>(line, "says"),
                  .notes = member_or<Strings>(line, "notes", {}),
                  .documented = member_or<Strings>(line, "documented", {}),
                  .verdict = member<std::string>(line, "verdict"),
                  .variation = member_or<std::string>(line, "variation", ""),
                  .standing = member_or<std::string>(line, "standing", "as_expected"),
                  .waived = member_or<bool>(line, "waived", false),
                  .presumed = member_or<bool>(line, "presumed", false),
                  .complaints = member_or<Strings>(line, "complaints", {}),
                  .failures = member_or<Strings>(line, "failures", {}),
                  .took_ms = member_or<double>(line, "took_ms", 0),
                  .last_words = member_or<std::string>(line, "last_words", "")};
  take_hygiene(line, &out);
  if (reading.timelines) out.timeline = timeline_of(line);
  return out;
}

void take_header(const Json& line, Results* to) {
  constexpr int kFormat = 1;
  if (const int format = member<int>(line, "mpcheck_results"); format != kFormat)
    throw Malformed(absl::StrCat("these are results of format ", format, "; this program reads ",
                                 kFormat, ": take the mpcheck that wrote them"));
  to->name = member<std::string>(line, "testee");
  to->command = member_or<Strings>(line, "command", {});
  to->reproduce = member_or<std::string>(line, "reproduce", "");
  to->started = member_or<std::string>(line, "started", "");
}

// Unjudged claims have an empty "about": the first that says something counts.
void take_about(const Json& line, Results* to) {
  const auto about = line.find("about");
  if (!to->product.empty() || about == line.end() || !about->is_object()) return;
  to->product = member_or<std::string>(*about, "name", "");
  to->version = member_or<std::string>(*about, "version", "");
  to->language = member_or<std::string>(*about, "language", "");
  to->start_method = member_or<std::string>(*about, "start_method", "");
  to->home = member_or<std::string>(*about, "home", "");
}

void take_line(const std::string& text, Reading reading, Results* to) {
  const Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!line.is_object()) throw Malformed("this is no JSON object");
  if (line.contains("mpcheck_results")) {
    take_header(line, to);
  } else if (to->name.empty()) {
    throw Malformed(
        "the first line of results says {\"mpcheck_results\":1,...}; this is another file");
  } else {
    take_about(line, to);
    to->claims.push_back(claim_of(line, reading));
  }
}

// results/2026-11-22T10-15-00/x.jsonl is of 2026-11-22T10-15-00, be it called latest.
std::string folder_of(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::canonical(path, ignored);
  return (whole.empty() ? fs::absolute(path) : whole).parent_path().filename().string();
}

// Two runs of the same implementation are told apart by their folders, or else by the files' names, or
// else by number.
void tell_apart(std::vector<Results>* all) {
  auto add_where_needed = [all](auto addition) {
    std::map<std::string, int> times;
    for (const Results& each : *all) ++times[each.name];
    std::vector<std::string> names;
    for (const Results& each : *all)
      names.push_back(times[each.name] > 1 ? absl::StrCat(each.name, addition(each)) : each.name);
    for (size_t i = 0; i < names.size(); ++i) (*all)[i].name = names[i];
  };
  auto are_alike = [all](auto part) {
    std::set<std::string> seen;
    for (const Results& each : *all) seen.insert(absl::StrCat(each.name, "\n", part(each)));
    return seen.size() < all->size();
  };
  auto folder = [](const Results& each) { return folder_of(each.path); };
  auto file = [](const Results& each) { return fs::path(each.path).filename().string(); };
  if (are_alike(folder) && !are_alike(file)) {
    add_where_needed([&](const Results& each) { return absl::StrCat(" (", file(each), ")"); });
  } else {
    add_where_needed([&](const Results& each) { return absl::StrCat(" (", folder(each), ")"); });
  }
  int number = 0;
  add_where_needed([&](const Results&) { return absl::StrCat(" #", ++number); });
}

// x of x.3.jsonl, or nothing.
std::string whole_of_part(const std::string& path) {
  const fs::path stem = fs::path(path).stem();
  const std::string number = stem.extension().string();
  const bool is_part =
      number.size() > 1 && number.find_first_not_of("0123456789", 1) == std::string::npos;
  return is_part ? stem.stem().string() : "";
}

// A run that was killed leaves the files of its runners, x.0.jsonl and so on, which are one implementation.
std::vector<Results> with_parts_joined(std::vector<Results> of_folder) {
  std::set<std::string> in_parts;
  for (const Results& each : of_folder) {
    if (each.name == whole_of_part(each.path)) in_parts.insert(each.name);
  }
  std::vector<Results> out;
  std::map<std::string, size_t> places;
  for (Results& each : of_folder) {
    const std::string name = whole_of_part(each.path);
    const bool is_empty = each.claims.empty() && each.cut_short;
    if (!in_parts.contains(name) || (each.name != name && !is_empty)) {
      out.push_back(std::move(each));
      continue;
    }
    const auto [place, is_first] = places.try_emplace(name, out.size());
    if (is_first) {
      out.push_back(std::move(each));
    } else {
      Results& whole = out[place->second];
      if (whole.claims.empty()) std::swap(whole, each);
      whole.more_paths.push_back(each.path);
      std::move(each.more_paths.begin(), each.more_paths.end(),
                std::back_inserter(whole.more_paths));
      std::move(each.claims.begin(), each.claims.end(), std::back_inserter(whole.claims));
      std::move(each.unread.begin(), each.unread.end(), std::back_inserter(whole.unread));
    }
    out[place->second].cut_short = true;
  }
  return out;
}

}  // namespace

const ClaimResult* Results::find(const std::string& claim) const {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const ClaimResult& each) { return each.claim == claim; });
  return found == claims.end() ? nullptr : &*found;
}

std::string Results::again(const std::string& claim) const {
  return absl::StrReplaceAll(reproduce, {{"{claim}", claim}});
}

std::variant<Results, std::string> parse_results(const std::string& text, const std::string& path,
                                                 Reading reading) {
  Results out{.path = path};
  std::istringstream in(text);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    try {
      if (!line.empty()) take_line(line, reading, &out);
    } catch (const Malformed& error) {
      const std::string why = absl::StrCat(path, ":", number, ": ", error.what());
      const bool is_half = in.eof();  // no newline: nobody has finished it
      const bool is_of_results = !out.name.empty();
      const bool is_the_end_of_a_run = is_half && is_of_results;
      if (!is_the_end_of_a_run) {
        if (!reading.forgiving || (!is_half && !is_of_results)) return why;
        out.unread.push_back(why);
      }
      out.cut_short = true;
    }
  }
  if (out.name.empty()) {
    const std::string why = absl::StrCat(path, ": this file is empty");
    if (!reading.forgiving) return why;
    out.name = fs::path(path).stem().string();
    out.cut_short = true;
    if (out.unread.empty()) out.unread.push_back(why);
  }
  if (out.reproduce.empty())
    out.reproduce = absl::StrCat("tools/mpcheck run ", out.name, " --filter={claim}");
  return out;
}

std::variant<Results, std::string> read_results(const std::string& path, Reading reading) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::StrCat(path, ": cannot be read");
  std::stringstream text;
  text << in.rdbuf();
  return parse_results(text.str(), path, reading);
}

std::variant<std::vector<std::string>, std::string> results_files(const std::string& place) {
  std::error_code failed;
  if (fs::is_regular_file(place, failed)) return std::vector<std::string>{place};
  if (!fs::is_directory(place, failed))
    return absl::StrCat(place,
                        ": there is no such file or folder; `mpcheck run` makes results, in "
                        "results/latest");
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(place, failed)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
  }
  if (files.empty()) return absl::StrCat(place, ": no NAME.jsonl in this folder");
  // 3.9 before 3.10
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return ::strverscmp(a.c_str(), b.c_str()) < 0;
  });
  return files;
}

std::variant<std::vector<Results>, std::string> read_all(const std::vector<std::string>& places,
                                                         Reading reading) {
  std::vector<Results> out;
  for (const std::string& place : places) {
    auto files = results_files(place);
    if (auto* error = std::get_if<std::string>(&files)) return *error;
    std::vector<Results> of_place;
    for (const std::string& file : std::get<std::vector<std::string>>(files)) {
      auto read = read_results(file, reading);
      if (auto* error = std::get_if<std::string>(&read)) return *error;
      of_place.push_back(std::move(std::get<Results>(read)));
    }
    of_place = with_parts_joined(std::move(of_place));
    std::move(of_place.begin(), of_place.end(), std::back_inserter(out));
  }
  tell_apart(&out);
  return out;
}

std::vector<std::string> all_unread(const std::vector<Results>& all) {
  std::vector<std::string> out;
  for (const Results& each : all) out.insert(out.end(), each.unread.begin(), each.unread.end());
  return out;
}

}  // namespace mpcheck
