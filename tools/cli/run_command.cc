#include "tools/cli/run_command.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/progress_line.h"
#include "conformance/claims/claim.h"
#include "conformance/runner/waivers.h"
#include "tools/cli/chosen.h"
#include "tools/cli/claim_filter.h"
#include "tools/cli/profiles.h"
#include "tools/cli/report_command.h"
#include "tools/cli/schedule.h"
#include "tools/cli/summary.h"
#include "tools/cli/terminal.h"
#include "tools/cli/verify.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

// What both commands understand.
struct Flags {
  std::string filter = "*";
  std::string waivers;
  int jobs = 0;
  bool all = false, fresh = false;
  double time_scale = 1;
  int slowest = 0;
  bool update_profiles = false, strict_profile = false;
  int runs = 10, loaded = 5;
};

constexpr std::string_view kWords = "[NAME...] [-- ADAPTER [ARGUMENT...]]";
constexpr std::string_view kNames =
    "NAME is an implementation that mpcheck testees lists; * in it stands for anything. Behind -- "
    "stands the command "
    "line of an adapter of your own (conformance/PROTOCOL.md), and before it, at most, what it is "
    "to be called.";

std::vector<Option> common_options(Flags* flags) {
  return {
      {"filter", &flags->filter, "FILTER",
       "which claims: ids with * for anything, more than one with : between them, - before those "
       "to leave out"},
      {"waivers", &flags->waivers, "FILE",
       "what is known to be wrong, a line each with its reason (conformance/runner/waivers.h); "
       "instead of the file that an implementation has here, and for an adapter of your own"},
      {"jobs", &flags->jobs, "N", "so many runners at a time (twice the usable CPUs and four)"},
      {"all", &flags->all, "",
       "also what is judged only when it is named, such as a pyenv's versions and mp"},
      {"time-scale", &flags->time_scale, "X",
       "multiplies every patience; more than 1 for a slow machine"},
  };
}

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

std::vector<std::string> areas_of_suite() {
  std::vector<std::string> areas;
  for (const conformance::Claim& claim : conformance::all_claims()) {
    if (std::find(areas.begin(), areas.end(), claim.area()) == areas.end())
      areas.push_back(claim.area());
  }
  return areas;
}

// results/2026-11-21T10-15-00, and results/latest pointing at it.
std::string make_results_folder(const fs::path& root) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  std::strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H-%M-%S", &local);
  fs::path folder = root / "results" / stamp;
  for (int n = 2; fs::exists(folder); ++n) folder = root / "results" / absl::StrCat(stamp, "-", n);
  fs::create_directories(folder);
  std::error_code ignored;
  fs::remove(root / "results" / "latest", ignored);
  fs::create_directory_symlink(folder.filename(), root / "results" / "latest", ignored);
  return folder.string();
}

// Elsewhere than on a terminal each implementation that is done is worth a line, and each tenth of all claims.
class JudgingProgress {
 public:
  explicit JudgingProgress(size_t claims) : claims_(claims) {}

  void show(const std::vector<Summary>& summaries, size_t done) {
    size_t judged = 0;
    for (const Summary& s : summaries) judged += static_cast<size_t>(s.all().total());
    const size_t all = claims_ * summaries.size(), tenth = all == 0 ? 0 : 10 * judged / all;
    line_.show(absl::StrFormat("judging: %d of %d claims, %d of %d implementations done", judged,
                               all, done, summaries.size()),
               done != last_done_ || tenth != last_tenth_);
    last_done_ = done;
    last_tenth_ = tenth;
  }
  void end() { line_.end(); }

 private:
  size_t claims_;
  size_t last_done_ = std::string::npos;  // so that the first is shown
  size_t last_tenth_ = 0;
  base::ProgressLine line_;
};

void print_list_of(const std::string& title, const std::string& name,
                   const std::vector<std::string>& items) {
  constexpr size_t kMost = 15;
  if (items.empty()) return;
  std::cout << "\n" << name << ": " << title << "\n";
  for (size_t i = 0; i < std::min(items.size(), kMost); ++i)
    std::cout << "    " << items[i] << "\n";
  if (items.size() > kMost) std::cout << "    and " << items.size() - kMost << " more\n";
}

// A run without its page is a run all the same.
void write_page(const std::string& root, const std::string& folder) {
  const std::string page = folder + "/report.html";
  const WrittenPage written = write_report_page({folder}, page, root);
  if (written.error.empty()) {
    std::cout << "Report: " << page << " (for a browser)\n";
  } else {
    std::cerr << "mpcheck: there is no report.html: " << written.error << "\n";
  }
  for (const std::string& each : written.unread) std::cerr << "mpcheck: left out: " << each << "\n";
}

int conclude(const Outcome& outcome, const std::string& root, const std::string& folder) {
  const Colours colours = Colours::of(STDOUT_FILENO);
  std::cout << tables(outcome.summaries, areas_of_suite(), terminal_width(STDOUT_FILENO), colours);
  int judged = 0, waived = 0, known = 0;
  bool unexpected = false, not_judged = !outcome.broken.empty() || outcome.interrupted;
  for (const Summary& s : outcome.summaries) {
    print_list_of(colours.red("not as its waivers say"), s.name, s.unexpected);
    print_list_of(colours.yellow("could not be judged"), s.name, s.not_judged);
    unexpected |= !s.unexpected.empty();
    not_judged |= !s.not_judged.empty();
    judged += s.all().total() - s.all().unsupported;
    waived += s.waived;
    known += s.known;
  }
  for (const std::string& each : outcome.broken) std::cout << "\n" << each << "\n";
  if (outcome.interrupted) std::cout << "\nInterrupted: the numbers are those of what was done.\n";
  if (known > 0) {
    std::cout << "\n"
              << known << " of " << outcome.summaries.size()
              << " have not changed since they were judged (known); --fresh judges them again.\n";
  }
  std::cout << "\n"
            << waived << " violations are known and explained (waivers). Details: " << folder
            << "/NAME.log (what happened, and how to see it again), NAME.jsonl (all results)\n";
  write_page(root, folder);
  if (judged == 0) {
    std::cerr << "mpcheck: no claim was judged: what the filter leaves is unsupported\n";
    return kCouldNotJudge;
  }
  if (not_judged) return kCouldNotJudge;
  return unexpected ? kViolations : kAsExpected;
}

Plan plan_for(const Flags& flags, const Place& place) {
  const fs::path root = fs::absolute(place.root);
  Plan plan{.runner = place.runner_path(),
            .folder = make_results_folder(root),
            .filter = flags.filter,
            .time_scale = flags.time_scale,
            .jobs = flags.jobs,
            .cpus = usable_cpus()};
  if (!flags.fresh) plan.known = (root / "results" / "known").string();
  // Many wait at any time, for a timeout under test or for each other's replies. A claim's verdict does not depend on how
  // crowded the machine is: `mpcheck verify` holds that.
  if (plan.jobs <= 0) plan.jobs = 2 * plan.cpus + 4;
  constexpr int kMostShards = 32;  // each starts the adapter anew
  plan.shards = std::clamp(plan.jobs, 2, kMostShards);
  return plan;
}

int run(const Flags& flags, const Place& place, const std::vector<Implementation>& chosen) {
  const Plan plan = plan_for(flags, place);
  JudgingProgress progress(number_of_claims(flags.filter));
  Outcome outcome = judge_all(
      chosen, plan,
      [&](const std::vector<Summary>& summaries, size_t done) { progress.show(summaries, done); });
  progress.end();
  int code = conclude(outcome, place.root, plan.folder);
  const bool whole = plan.filter == "*" && !outcome.interrupted;
  const ProfileOutcome profiles = flags.update_profiles
                                      ? update_profiles(chosen, plan.folder, whole)
                                      : compare_with_profiles(chosen, plan.folder);
  std::cout << profiles.text;
  if (profiles.differs && flags.strict_profile && code == kAsExpected) code = kViolations;
  if (flags.slowest > 0)
    std::cout << slowest(outcome.summaries, static_cast<size_t>(flags.slowest));
  return code;
}

int verify(const Flags& flags, const Place& place, const std::vector<Implementation>& chosen) {
  if (flags.runs < 0 || flags.loaded < 0 || flags.runs + flags.loaded < 2) {
    return wrong_usage(
        "verify",
        "--runs and --loaded must be at least 2 together: one has nothing to differ from");
  }
  const VerifyOutcome outcome =
      verify(chosen, plan_for(flags, place), {.idle = flags.runs, .loaded = flags.loaded});
  std::cout << outcome.report;
  if (!outcome.whole) return kCouldNotJudge;
  return outcome.steady ? kAsExpected : kViolations;
}

using Judge = int (*)(const Flags&, const Place&, const std::vector<Implementation>&);
int judge_chosen(std::string_view command, Judge judge, const Flags& flags, const Place& place,
                 const base::Words& words) {
  if (flags.time_scale <= 0) return wrong_usage(command, "--time-scale must be more than 0");
  if (flags.jobs < 0) return wrong_usage(command, "--jobs must be at least 1");
  if (const std::string wrong = wrong_filter(flags.filter); !wrong.empty())
    return wrong_usage(command, wrong);
  if (!flags.waivers.empty()) {
    const auto loaded = conformance::Waivers::load(flags.waivers, conformance::ids_of_all_claims());
    if (const auto* wrong = std::get_if<std::string>(&loaded)) return wrong_usage(command, *wrong);
  }
  return with_chosen(command, place, words, flags.all, [&](std::vector<Implementation> chosen) {
    for (Implementation& each : chosen) {
      if (!flags.waivers.empty()) each.waivers = fs::absolute(flags.waivers).string();
    }
    return judge(flags, place, chosen);
  });
}

}  // namespace

Command run_command() {
  auto flags = std::make_shared<Flags>();
  std::vector<Option> options = common_options(flags.get());
  options.push_back({"fresh", &flags->fresh, "", "also what has not changed since it was judged"});
  options.push_back({"update-profiles", &flags->update_profiles, "",
                     "write down which outcome of each variation was seen"});
  options.push_back({"strict-profile", &flags->strict_profile, "",
                     "a variation that is not as it was written down counts as a violation"});
  options.push_back({"slowest", &flags->slowest, "N", "name the N claims that took longest"});
  return {.name = "run",
          .words = kWords,
          .says = "judges implementations, and tells the verdicts as tables",
          .more = kNames,
          .options = options,
          .examples = {{"", "all that is usual on this machine"},
                       {"run 'cpython-3.11*' mp-fork", "some, by name"},
                       {"run --filter='queue.*:pipe.*' --fresh",
                        "two areas, whatever was known of them"},
                       {"run mine -- ./my_adapter --flag", "an implementation of your own"},
                       {"run mine --waivers=mine.txt -- ./my_adapter",
                        "the same; what is known is no failure"}},
          .completes = Completes::kImplementations,
          .run = [flags](const Place& place, const base::Words& words) {
            return judge_chosen("run", run, *flags, place, words);
          }};
}

Command verify_command() {
  auto flags = std::make_shared<Flags>();
  std::vector<Option> options = common_options(flags.get());
  options.push_back({"runs", &flags->runs, "N", "idle rounds (10)"});
  options.push_back(
      {"loaded", &flags->loaded, "N", "rounds beside processes that compute on every CPU (5)"});
  return {
      .name = "verify",
      .words = kWords,
      .says = "judges again and again, idle and under load, and tells every verdict that differs",
      .more = kNames,
      .options = options,
      .examples = {{"verify cpython-3.11.2-fork --runs=20 --loaded=5",
                    "is the suite steady on this machine?"}},
      .completes = Completes::kImplementations,
      .run = [flags](const Place& place, const base::Words& words) {
        return judge_chosen("verify", verify, *flags, place, words);
      }};
}

}  // namespace mpcheck
