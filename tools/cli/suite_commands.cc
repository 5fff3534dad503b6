#include "tools/cli/suite_commands.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/deadline.h"
#include "base/subprocess.h"
#include "conformance/claims/claim.h"
#include "conformance/notes/catalogue.h"
#include "conformance/notes/coverage.h"
#include "tools/cli/catalogue_commands.h"
#include "tools/cli/selection.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

using conformance::Catalogue;

struct ShowFlags {
  std::string on;
  std::string notes;
};

int print(std::string_view command, const std::variant<std::string, base::UsageError>& text) {
  if (const auto* error = std::get_if<base::UsageError>(&text))
    return wrong_usage(command, error->what);
  std::cout << std::get<std::string>(text);
  return kAsExpected;
}

// The scenario of a claim, played now by `one`. Empty if it could not be.
std::string play(const std::string& claim, const Implementation& one, const std::string& runner) {
  constexpr std::chrono::minutes kPatience(2);
  base::SubprocessOptions options{.argv = {runner, "--results=/dev/stdout",
                                           "--gtest_filter=" + claim, "--gtest_brief=1", "--"}};
  options.argv.insert(options.argv.end(), one.command.begin(), one.command.end());
  const base::RunResult result = base::run(std::move(options), base::Deadline::after(kPatience));
  for (std::string_view line : absl::StrSplit(result.out, '\n')) {
    std::string told = scenario_text(std::string(line), one.name);
    if (!told.empty()) return told;
  }
  return absl::StrCat("\nThe scenario could not be played by ", one.name, ".\n");
}

int show(const ShowFlags& flags, const Place& place, const base::Words& words,
         const Catalogue& catalogue) {
  if (words.before.empty())
    return wrong_usage("show", "show what? the id of a claim or of a statement");
  const conformance::Claims& claims = conformance::all_claims();
  base::Words who{.after = words.after};
  if (!flags.on.empty()) who.before = {flags.on};
  auto selected = select(place.root, who, /*all=*/false);
  if (const auto* error = std::get_if<base::UsageError>(&selected))
    return wrong_usage("show", error->what);
  const auto& players = std::get<std::vector<Implementation>>(selected);
  for (const std::string& id : words.before) {
    if (int code = print("show", show_text(id, claims, catalogue, flags.notes));
        code != kAsExpected)
      return code;
    const bool is_claim =
        std::any_of(claims.begin(), claims.end(),
                    [&](const conformance::Claim& each) { return each.id == id; });
    if (is_claim && !players.empty()) std::cout << play(id, players[0], place.runner_path());
  }
  return kAsExpected;
}

int coverage(const Catalogue& catalogue) {
  std::cout << coverage_text(conformance::all_claims(), catalogue);
  const bool whole =
      conformance::coverage_of(catalogue, conformance::all_claims()).problems.empty();
  return whole ? kAsExpected : kViolations;
}

template <typename Then>
int with_catalogue(const Place& place, Then then) {
  auto loaded = Catalogue::load((fs::path(place.root) / "conformance/notes").string());
  if (const auto* error = std::get_if<std::string>(&loaded)) {
    std::cerr << "mpcheck: " << *error << "\n";
    return kCouldNotJudge;
  }
  return then(std::get<Catalogue>(loaded));
}

}  // namespace

Command list_command() {
  auto level = std::make_shared<std::string>();
  return {.name = "list",
          .words = "[ID|AREA...]",
          .says = "the claims of the suite, by area, each with its level and its sentence",
          .options = {{"level",
                       level.get(),
                       "LEVEL",
                       "only those of this level",
                       {"MUST", "SHOULD", "BEYOND", "VARIATION"}}},
          .examples = {{"list queue", "all of an area"},
                       {"list '*.timeout*' --level=MUST", "by id and level"}},
          .completes = Completes::kClaims,
          .run = [level](const Place&, const base::Words& words) {
            return print("list", list_text(conformance::all_claims(), words.before, *level));
          }};
}

Command show_command() {
  auto flags = std::make_shared<ShowFlags>();
  return {
      .name = "show",
      .words = "ID... [-- ADAPTER [ARGUMENT...]]",
      .says =
          "a claim: what it covers, and its scenario in plain steps; or a statement and its claims",
      .more =
          "The scenario is played at that moment, by the first implementation that is found here, "
          "or by the one "
          "that --on or a command line behind -- names.",
      .options = {{"on", &flags->on, "NAME", "which implementation plays the scenario"},
                  {"notes", &flags->notes, "FOLDER",
                   "where the notes' own texts lie, to quote them beside our restatement"}},
      .examples = {{"show queue.put.blocks_while_full", "a claim"},
                   {"show QUE-08", "a statement of the documentation"},
                   {"show lock.fair --on=mp-fork", "as mp plays it"}},
      .completes = Completes::kClaims,
      .run = [flags](const Place& place, const base::Words& words) {
        return with_catalogue(place, [&](const Catalogue& catalogue) {
          return show(*flags, place, words, catalogue);
        });
      }};
}

Command coverage_command() {
  return {.name = "coverage",
          .words = "",
          .says = "how many statements of the notes and of the documentation the claims cover",
          .run = [](const Place& place, const base::Words&) {
            return with_catalogue(place, coverage);
          }};
}

}  // namespace mpcheck
