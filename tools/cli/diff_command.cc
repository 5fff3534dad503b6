#include "tools/cli/diff_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/report/differences.h"
#include "tools/report/results.h"

namespace mpcheck {
namespace {

int not_readable(const std::string& why) {
  std::cerr << "mpcheck: " << why << "\n";
  return kCouldNotJudge;
}

int print_differences(const std::string& old_place, const std::string& new_place,
                      std::string (*form)(const Comparisons&)) {
  const auto before = read_all({old_place}), after = read_all({new_place});
  for (const auto* each : {&before, &after}) {
    if (const auto* error = std::get_if<std::string>(each)) return not_readable(*error);
  }
  const auto compared =
      compare(std::get<std::vector<Results>>(before), std::get<std::vector<Results>>(after));
  if (const auto* error = std::get_if<std::string>(&compared)) return not_readable(*error);
  const auto& comparisons = std::get<Comparisons>(compared);
  std::cout << form(comparisons);
  return comparisons.anything_worse() ? kViolations : kAsExpected;
}

int diff(const std::string& format, const base::Words& words) {
  if (words.before.size() != 2)
    return wrong_usage("diff", absl::StrCat("two results are compared, not ", words.before.size()));
  const auto form = format == "markdown" ? differences_markdown
                    : format == "json"   ? differences_json
                                         : differences_text;
  return print_differences(words.before[0], words.before[1], form);
}

}  // namespace

Command diff_command() {
  auto format = std::make_shared<std::string>("text");
  return {
      .name = "diff",
      .words = "OLD NEW",
      .says = "what became worse, better or other between two results",
      .more =
          "OLD and NEW are folders of results or NAME.jsonl files. Ends with 1 if something became "
          "worse.",
      .options =
          {{"format", format.get(), "FORMAT", "of what is printed", {"text", "markdown", "json"}}},
      .examples = {{"diff results/2026-11-21T10-15-00 results/latest", "two runs"},
                   {"diff cpython-3.11.2-fork.jsonl cpython-3.12.1-fork.jsonl", "two versions"}},
      .completes = Completes::kFiles,
      .run = [format](const Place&, const base::Words& words) { return diff(*format, words); }};
}

}  // namespace mpcheck
