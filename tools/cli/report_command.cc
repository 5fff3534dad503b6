#include "tools/cli/report_command.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "conformance/claims/claim.h"
#include "conformance/notes/catalogue.h"
#include "tools/report/badge.h"
#include "tools/report/document.h"
#include "tools/report/junit.h"
#include "tools/report/markdown.h"
#include "tools/report/page.h"
#include "tools/report/results.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

struct ReportFlags {
  std::string output, notes, markdown, json, junit, badge;

  bool wants_forms() const {
    return !markdown.empty() || !json.empty() || !junit.empty() || !badge.empty();
  }
  bool wants_page() const { return !output.empty() || !wants_forms(); }
};

int fail(const std::string& why) {
  std::cerr << "mpcheck: " << why << "\n";
  return kCouldNotJudge;
}

// Empty, or why it could not be written. "-" is standard output.
std::string write_text(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::cout << text << std::flush;
    return std::cout ? "" : "standard output cannot be written to";
  }
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return out ? "" : absl::StrCat(path, ": cannot be written (", std::strerror(errno), ")");
}

// NAME.ending for each implementation. Empty, or what went wrong.
template <typename Form>
std::string write_each(const std::vector<Results>& all, const fs::path& folder, const char* ending,
                       Form form) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  for (const Results& each : all) {
    std::string name = each.name;
    std::replace(name.begin(), name.end(), '/', '_');
    if (std::string error = write_text((folder / (name + ending)).string(), form(each));
        !error.empty())
      return error;
  }
  return "";
}

// Beside the results; for single files, here.
std::string default_output(const std::vector<std::string>& places) {
  return fs::is_directory(places[0]) ? (fs::path(places[0]) / "report.html").string()
                                     : "report.html";
}

// Empty, or what went wrong.
std::string write_forms(const ReportFlags& flags, const std::vector<Results>& all) {
  std::string error;
  if (!flags.markdown.empty()) error = write_text(flags.markdown, markdown_summary(all));
  if (error.empty() && !flags.junit.empty())
    error = write_each(all, flags.junit, ".xml", junit_xml);
  if (error.empty() && !flags.badge.empty())
    error = write_each(all, flags.badge, ".json", badge_json);
  if (!error.empty() || flags.json.empty()) return error;
  return write_text(flags.json, whole_document(all));
}

int report(const ReportFlags& flags, const std::string& root, std::vector<std::string> places) {
  if (places.empty()) places.push_back((fs::path(root) / "results" / "latest").string());
  std::vector<std::string> unread;
  if (flags.wants_forms()) {
    auto read = read_all(places, {.forgiving = true});
    if (const auto* error = std::get_if<std::string>(&read)) return fail(*error);
    const auto& all = std::get<std::vector<Results>>(read);
    if (const std::string error = write_forms(flags, all); !error.empty()) return fail(error);
    unread = all_unread(all);
  }
  if (flags.wants_page()) {
    const std::string output = flags.output.empty() ? default_output(places) : flags.output;
    WrittenPage page = write_report_page(places, output, root, flags.notes);
    if (!page.error.empty()) return fail(page.error);
    std::cerr << "mpcheck: wrote " << output << "\n";
    unread = std::move(page.unread);
  }
  for (const std::string& each : unread) std::cerr << "mpcheck: left out: " << each << "\n";
  return unread.empty() ? kAsExpected : kCouldNotJudge;
}

}  // namespace

WrittenPage write_report_page(const std::vector<std::string>& places, const std::string& output,
                              const std::string& root, const std::string& notes) {
  if (!notes.empty() && !fs::is_directory(notes))
    return {.error = absl::StrCat(notes, ": no such folder")};
  auto read = read_all(places, {.timelines = true, .forgiving = true});
  if (const auto* error = std::get_if<std::string>(&read)) return {.error = *error};
  auto loaded = conformance::Catalogue::load((fs::path(root) / "conformance/notes").string());
  if (const auto* error = std::get_if<std::string>(&loaded)) return {.error = *error};
  const auto& all = std::get<std::vector<Results>>(read);
  return {.error = write_text(
              output, report_page(all, std::get<conformance::Catalogue>(loaded),
                                  {.order = conformance::ids_of_all_claims(), .notes = notes})),
          .unread = all_unread(all)};
}

Command report_command() {
  auto flags = std::make_shared<ReportFlags>();
  return {
      .name = "report",
      .words = "[RESULTS...]",
      .says = "what was found out, as a page for people and in forms for programs",
      .more =
          "RESULTS are folders of results or NAME.jsonl files, several of which are put side by "
          "side; results/latest "
          "if there is none. Several forms may be asked for at once.",
      .options = {{"output", &flags->output, "FILE",
                   "where the page goes (report.html in the first folder)"},
                  {"notes", &flags->notes, "FOLDER",
                   "where the notes' own texts lie, to be quoted"},
                  {"markdown",
                   &flags->markdown,
                   "FILE",
                   "a summary for a CI job instead of the page",
                   {},
                   "-"},
                  {"json",
                   &flags->json,
                   "FILE",
                   "everything, as one document (conformance/results.schema.json)",
                   {},
                   "-"},
                  {"junit", &flags->junit, "FOLDER", "NAME.xml for each implementation"},
                  {"badge", &flags->badge, "FOLDER",
                   "NAME.json for each implementation, as shields.io reads it"}},
      .examples = {{"report", "the page of the last run"},
                   {"report results/A results/B", "two runs side by side"},
                   {"report --markdown >> \"$GITHUB_STEP_SUMMARY\"", "for the page of a CI job"}},
      .completes = Completes::kFiles,
      .run = [flags](const Place& place, const base::Words& words) {
        return report(*flags, place.root, words.before);
      }};
}

}  // namespace mpcheck
