// Reads what runs have written: NAME.jsonl files (conformance/RESULTS.md).
//
//   auto read = read_results("results/latest/cpython-3.11.2-fork.jsonl");
//   if (auto* error = std::get_if<std::string>(&read)) ...      // file, line, what is wrong
//
// A file that a run was writing when it was cut short has half a line at its end: what is whole is
// read, and `cut_short` is set. Whatever else is wrong is an error, unless the reader is forgiving.
#ifndef TOOLS_REPORT_RESULTS_H_
#define TOOLS_REPORT_RESULTS_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mpcheck {

struct ClaimResult {
  std::string claim, area, level, says;
  std::vector<std::string> notes, documented;
  std::string verdict;    // "holds", "violated", "unsupported", "unknown", "adapter_error"
  std::string variation;  // which accepted outcome was seen; empty: none
  std::string standing;   // "as_expected", "unexpected", "could_not_judge"
  bool waived = false, presumed = false;
  std::vector<std::string> complaints, failures;
  std::string hygiene;  // "clean", "dirty", "not_judged"
  std::string hygiene_why;
  std::vector<std::string> leftovers;
  double took_ms = 0;
  std::string last_words;
  std::string timeline;  // as the page reads it (timeline.h); empty: there is no trace

  bool is_unexpected() const { return standing == "unexpected"; }
  bool is_judged() const { return verdict == "holds" || verdict == "violated"; }
};

// What one implementation did.
struct Results {
  std::string name;
  std::string path;                     // the file
  std::vector<std::string> more_paths;  // a killed run's other files
  std::vector<std::string> command;
  std::string reproduce;  // {claim} stands for the id of a claim
  std::string started;    // UTC; empty in files older than the member
  std::string version, language, start_method, home, product;
  bool cut_short = false;
  std::vector<std::string> unread;  // what a forgiving reader left out: "FILE:LINE: why"
  std::vector<ClaimResult> claims;

  const ClaimResult* find(const std::string& claim) const;
  // The line that judges `claim` again.
  std::string again(const std::string& claim) const;
};

struct Reading {
  bool timelines = false;  // keep what the page needs to draw them
  // Lines that cannot be read are left out, and a file that is empty is a run without claims: `unread` says so, and
  // `cut_short` is set. Many other results may be whole.
  bool forgiving = false;
};

// Or a sentence that says what is wrong, and where.
std::variant<Results, std::string> read_results(const std::string& path, Reading reading = {});
// The same of a text; `path` is for messages.
std::variant<Results, std::string> parse_results(const std::string& text, const std::string& path,
                                                 Reading reading = {});

// The results files that a word of a command line means: a .jsonl file, or all in a folder, by
// name. Or a sentence that says what is wrong.
std::variant<std::vector<std::string>, std::string> results_files(const std::string& place);

// All files of several places. Where two have the same name, each gets its folder's behind
// it, or its file's. What the runners of a killed run have left, NAME.0.jsonl and so on, is one run of NAME that
// was cut short.
std::variant<std::vector<Results>, std::string> read_all(const std::vector<std::string>& places,
                                                         Reading reading = {});

// What was left out of them.
std::vector<std::string> all_unread(const std::vector<Results>& all);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_RESULTS_H_
