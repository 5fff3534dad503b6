#include "tools/cli/lint.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/deadline.h"
#include "base/ending.h"
#include "base/subprocess.h"
#include "conformance/protocol/checker.h"
#include "conformance/protocol/json.h"
#include "conformance/protocol/wire.h"
#include "conformance/stage/adapter_command.h"
#include "conformance/stage/scratch.h"
#include "tools/cli/claim_filter.h"

namespace mpcheck {
namespace {

using conformance::Breach;
using conformance::Checker;

struct Flags {
  std::string filter = "*";
  double time_scale = 1;
};

// A diagnosis of the runner's, which ended claims: how often, and the first of them.
struct Diagnosis {
  int count = 0;
  std::string claim, detail;
};

std::map<std::string, Diagnosis> diagnoses_in(std::istream& results) {
  std::map<std::string, Diagnosis> out;
  for (std::string line; std::getline(results, line);) {
    const conformance::Json j = conformance::Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!j.is_object() || j.value("verdict", "") != "adapter_error" || j["failures"].empty())
      continue;
    const std::string detail = j["failures"].back().get<std::string>();
    Diagnosis& one = out[detail.substr(0, detail.find(':'))];
    if (++one.count == 1) one = {1, j.value("claim", ""), detail};
  }
  return out;
}

std::string part(const std::vector<Breach>& breaches, bool by_runner, const char* title) {
  std::string text;
  for (const Breach& each : breaches) {
    if (each.by_runner == by_runner) absl::StrAppend(&text, "\n", each.text());
  }
  return text.empty() ? "" : absl::StrCat("\n", title, "\n", text);
}

base::SubprocessOptions runner_with(const Flags& flags, const Place& place,
                                    const std::vector<std::string>& adapter,
                                    const conformance::Scratch& scratch) {
  base::SubprocessOptions out{.argv = {place.runner_path(), "--wire=" + scratch.file("wire"),
                                       "--results=" + scratch.file("results"),
                                       absl::StrCat("--time-scale=", flags.time_scale),
                                       "--gtest_filter=" + flags.filter, "--gtest_brief=1", "--"}};
  out.argv.insert(out.argv.end(), adapter.begin(), adapter.end());
  return out;
}

}  // namespace

LintReport lint_report(std::istream& wire, std::istream& results) {
  Checker checker;
  for (std::string line; std::getline(wire, line);) {
    if (const auto event = conformance::parse_wire_event(line)) checker.see(*event);
  }
  const Checker::Counts& seen = checker.counts();
  LintReport report;
  report.text = absl::StrCat("heard ", seen.commands, " commands, ", seen.replies, " replies and ",
                             seen.hellos, " hellos on ", seen.connections, " connections\n");
  if (seen.connections == 0) {
    report.code = kCouldNotJudge;
    absl::StrAppend(&report.text, "nothing was heard of the adapter; mpcheck smoke says why\n");
    return report;
  }
  absl::StrAppend(
      &report.text, part(checker.breaches(), false, "The adapter breaks the protocol:"),
      part(checker.breaches(), true, "The runner breaks the protocol (a bug of mpcheck):"));
  const std::map<std::string, Diagnosis> diagnoses = diagnoses_in(results);
  if (!diagnoses.empty())
    absl::StrAppend(&report.text, "\nClaims that ended early, for a fault of the adapter's:\n");
  for (const auto& [kind, one] : diagnoses)
    absl::StrAppend(&report.text, "\n", one.detail, "\n    ", one.count, " claims; first ",
                    one.claim, "\n");
  const bool clean = checker.breaches().empty() && diagnoses.empty();
  if (clean) absl::StrAppend(&report.text, "every message keeps to the protocol\n");
  report.code = clean ? kAsExpected : kViolations;
  return report;
}

namespace {

int lint(const Flags& flags, const Place& place, const base::Words& words) {
  if (!words.before.empty())
    return wrong_usage("lint", absl::StrCat("'", words.before[0], "': the adapter goes behind --"));
  if (words.after.empty()) return wrong_usage("lint", "no adapter to listen to");
  if (flags.time_scale <= 0) return wrong_usage("lint", "--time-scale must be more than 0");
  if (const std::string wrong = wrong_filter(flags.filter); !wrong.empty())
    return wrong_usage("lint", wrong);

  constexpr std::chrono::hours kPatience(1);
  const conformance::Scratch scratch;
  const base::RunResult ran =
      base::run(runner_with(flags, place, conformance::with_absolute_paths(words.after), scratch),
                base::Deadline::after(kPatience));
  std::ifstream wire(scratch.file("wire")), results(scratch.file("results"));
  const LintReport report = lint_report(wire, results);
  std::cout << "lint: " << absl::StrJoin(words.after, " ") << "\n\n" << report.text;
  if (report.code == kCouldNotJudge) std::cerr << ran.err;
  return report.code;
}

}  // namespace

Command lint_command() {
  auto flags = std::make_shared<Flags>();
  return {
      .name = "lint",
      .words = "-- ADAPTER [ARGUMENT...]",
      .says =
          "judges an adapter while somebody listens: every message is held against the protocol",
      .more =
          "Each kind of breach is told once, with the first line that shows it and a count. The "
          "runner forgives "
          "some breaches (a member that nobody knows): lint does not.",
      .options = {{"filter", &flags->filter, "FILTER", "which claims are played; all otherwise"},
                  {"time-scale", &flags->time_scale, "X", "multiplies every patience"}},
      .examples = {{"lint --filter='queue.*' -- ./my_adapter", "the messages of one area"}},
      .completes = Completes::kFiles,
      .run = [flags](const Place& place, const base::Words& words) {
        return lint(*flags, place, words);
      }};
}

}  // namespace mpcheck
