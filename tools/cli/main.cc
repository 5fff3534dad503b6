// mpcheck: judges implementations of the multiprocessing contract.
//
//   mpcheck [run [NAME...]] [--filter=F] [--jobs=N] [--time-scale=X]     NAME may hold *
//   mpcheck run [flags] -- ADAPTER [ARGUMENT...]                         an adapter of your own
//     --all     also what is not on PATH (a pyenv's versions)
//     --fresh   also what has not changed since it was judged
//     --slowest=N  also the N claims that took longest
//   mpcheck verify [NAME...] [--runs=N] [--loaded=N]
//                                            judges N times idle and N times under load, and reports
//                                            every verdict that differs
//   mpcheck stress [NAME...] [--seconds=N] [--objects=queue,lock] ...
//                                            random programs that race (stress.h)
//   mpcheck testees                          what was found here
//   mpcheck list [ID|AREA...] [--level=L]    claims, by area
//   mpcheck show ID... [--on=NAME] [--notes=FOLDER]
//                                            a claim: what it covers, and its scenario as NAME plays
//                                            it; or a statement and its claims. With the notes' own
//                                            texts in FOLDER they are quoted
//   mpcheck coverage                         how many statements claims cover
//   mpcheck sharpness [NAME...]              which planted faults the suite notices (--help says more)
//
// tools/mpcheck builds this program and starts it.
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/command_line.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "base/subprocess.h"
#include "conformance/claims/claim.h"
#include "conformance/notes/catalogue.h"
#include "conformance/notes/coverage.h"
#include "tools/cli/catalogue_commands.h"
#include "tools/cli/schedule.h"
#include "tools/cli/selection.h"
#include "tools/cli/sharpness.h"
#include "tools/cli/stress.h"
#include "tools/cli/summary.h"
#include "tools/cli/verify.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

constexpr int kAsExpected = 0, kViolations = 1, kCouldNotJudge = 2;

struct Flags {
  std::string root = ".";    // the checkout: where adapters are found and results/ is made
  std::string runner;        // the conformance runner; empty: the one below bazel-bin
  std::string filter = "*";  // which claims: a GoogleTest filter, such as queue.*:pipe.*
  int jobs = 0;              // runner processes at a time; 0: twice the usable CPUs and four
  bool all = false;          // judge also what is not on PATH (a pyenv's versions)
  bool fresh = false;        // judge anew also what has not changed since an earlier run
  double time_scale = 1;     // multiplies every patience; more than 1 for slow machines
  int slowest = 0;           // run: how many of the claims that took longest to name
  int runs = 10;             // verify: idle rounds
  int loaded = 5;            // verify: rounds under load
  std::string level;         // list: only claims of this level
  std::string on;            // show: who plays the scenario; empty: the first that is found
  std::string notes;         // show: the folder of the notes' own texts
};

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 120;
}

std::vector<std::string> areas_of_suite() {
  std::vector<std::string> areas;
  for (const conformance::Claim& claim : conformance::all_claims()) {
    if (std::find(areas.begin(), areas.end(), claim.area()) == areas.end())
      areas.push_back(claim.area());
  }
  return areas;
}

int wrong_usage(const std::string& what) {
  std::cerr
      << "mpcheck: " << what
      << "\nusage: mpcheck [run [NAME...]] [--filter=AREA.CLAIM] [--jobs=N] [--time-scale=X] "
         "[-- ADAPTER [ARGUMENT...]]\n"
         "       mpcheck verify [NAME...] [--runs=N] [--loaded=N] [--filter=AREA.CLAIM]\n"
         "       mpcheck stress [NAME...] [--seconds=N] [--objects=KIND,...] [--program=P] ...\n"
         "       mpcheck testees | list [ID|AREA...] [--level=LEVEL] | show ID... [--on=NAME] | "
         "coverage | sharpness [NAME...] [--help]\n";
  return base::kWrongUsage;
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

class ProgressLine {
 public:
  explicit ProgressLine(size_t claims) : claims_(claims), live_(::isatty(STDERR_FILENO) == 1) {}

  void show(const std::vector<Summary>& summaries, size_t done) {
    size_t judged = 0;
    for (const Summary& s : summaries) judged += static_cast<size_t>(s.all().total());
    if (live_) {
      std::cerr << "\r" << text(summaries, done, judged) << std::flush;
    } else if (done != last_done_) {
      std::cerr << text(summaries, done, judged) << "\n";
    }
    last_done_ = done;
  }
  void end() const {
    if (live_) std::cerr << "\r" << std::string(78, ' ') << "\r";
  }

 private:
  std::string text(const std::vector<Summary>& summaries, size_t done, size_t judged) const {
    return absl::StrFormat("judging: %d of %d claims, %d of %d implementations done", judged,
                           claims_ * summaries.size(), done, summaries.size());
  }

  size_t claims_;
  bool live_;
  size_t last_done_ = std::string::npos;  // so that the first is shown
};

void print_list_of(std::string_view title, const std::string& name,
                   const std::vector<std::string>& items) {
  constexpr size_t kMost = 15;
  if (items.empty()) return;
  std::cout << "\n" << name << ": " << title << "\n";
  for (size_t i = 0; i < std::min(items.size(), kMost); ++i)
    std::cout << "    " << items[i] << "\n";
  if (items.size() > kMost) std::cout << "    and " << items.size() - kMost << " more\n";
}

int conclude(const Outcome& outcome, const std::string& folder) {
  std::cout << tables(outcome.summaries, areas_of_suite(), terminal_width());
  int judged = 0, waived = 0, known = 0;
  bool unexpected = false, not_judged = !outcome.broken.empty() || outcome.interrupted;
  for (const Summary& s : outcome.summaries) {
    print_list_of("not as its waivers say", s.name, s.unexpected);
    print_list_of("could not be judged", s.name, s.not_judged);
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
  if (judged == 0) {
    std::cerr << "mpcheck: no claim was judged; is the filter right?\n";
    return kCouldNotJudge;
  }
  if (not_judged) return kCouldNotJudge;
  return unexpected ? kViolations : kAsExpected;
}

std::string runner_path(const Flags& flags) {
  if (!flags.runner.empty()) return flags.runner;
  return (fs::absolute(flags.root) / "bazel-bin/conformance/runner/runner").string();
}

Plan plan_for(const Flags& flags) {
  const fs::path root = fs::absolute(flags.root);
  Plan plan{.runner = runner_path(flags),
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

int run(const Flags& flags, const std::vector<Implementation>& chosen) {
  const Plan plan = plan_for(flags);
  ProgressLine line(conformance::all_claims().size());
  Outcome outcome = judge_all(
      chosen, plan,
      [&](const std::vector<Summary>& summaries, size_t done) { line.show(summaries, done); });
  line.end();
  const int code = conclude(outcome, plan.folder);
  if (flags.slowest > 0)
    std::cout << slowest(outcome.summaries, static_cast<size_t>(flags.slowest));
  return code;
}

int run_verify(const Flags& flags, const std::vector<Implementation>& chosen) {
  if (flags.runs < 0 || flags.loaded < 0 || flags.runs + flags.loaded < 2)
    return wrong_usage(
        "--runs and --loaded must be at least 2 together: one has nothing to differ from");
  const VerifyOutcome outcome =
      verify(chosen, plan_for(flags), {.idle = flags.runs, .loaded = flags.loaded});
  std::cout << outcome.report;
  if (!outcome.whole) return kCouldNotJudge;
  return outcome.steady ? kAsExpected : kViolations;
}

// What judges implementations.
int judge(const std::string& verb, const Flags& flags, const base::Words& words) {
  auto selected = select(flags.root, words, flags.all);
  if (const auto* error = std::get_if<base::UsageError>(&selected)) return wrong_usage(error->what);
  const auto& chosen = std::get<std::vector<Implementation>>(selected);
  if (chosen.empty()) {
    std::cerr << "mpcheck: no implementation found on this machine\n";
    return kCouldNotJudge;
  }
  return verb == "verify" ? run_verify(flags, chosen) : run(flags, chosen);
}

int print_testees(const std::string& root) {
  for (const Implementation& each : implementations_here(root, /*all=*/true))
    std::cout << each.name << "  " << each.command[0]
              << (each.usual ? "" : "  (when named, or with --all)") << "\n";
  return kAsExpected;
}

int print(const std::variant<std::string, base::UsageError>& text) {
  if (const auto* error = std::get_if<base::UsageError>(&text)) return wrong_usage(error->what);
  std::cout << std::get<std::string>(text);
  return kAsExpected;
}

// The scenario of a claim, played now by `one`. Empty if it could not be.
std::string play(const std::string& claim, const Implementation& one, const Flags& flags) {
  constexpr std::chrono::minutes kPatience(2);
  base::SubprocessOptions runner{.argv = {runner_path(flags), "--results=/dev/stdout",
                                          "--gtest_filter=" + claim, "--gtest_brief=1", "--"}};
  runner.argv.insert(runner.argv.end(), one.command.begin(), one.command.end());
  const base::RunResult result = base::run(std::move(runner), base::Deadline::after(kPatience));
  for (std::string_view line : absl::StrSplit(result.out, '\n')) {
    std::string told = scenario_text(std::string(line), one.name);
    if (!told.empty()) return told;
  }
  return absl::StrCat("\nThe scenario could not be played by ", one.name, ".\n");
}

int show(const Flags& flags, const base::Words& words, const conformance::Catalogue& catalogue) {
  if (words.before.empty()) return wrong_usage("show what? the id of a claim or of a statement");
  const conformance::Claims& claims = conformance::all_claims();
  base::Words who{.after = words.after};
  if (!flags.on.empty()) who.before = {flags.on};
  auto selected = select(flags.root, who, /*all=*/false);
  if (const auto* error = std::get_if<base::UsageError>(&selected)) return wrong_usage(error->what);
  const auto& players = std::get<std::vector<Implementation>>(selected);
  for (const std::string& id : words.before) {
    if (int code = print(show_text(id, claims, catalogue, flags.notes)); code != kAsExpected)
      return code;
    const bool is_claim =
        std::any_of(claims.begin(), claims.end(),
                    [&](const conformance::Claim& each) { return each.id == id; });
    if (is_claim && !players.empty()) std::cout << play(id, players[0], flags);
  }
  return kAsExpected;
}

// What reads the catalogue.
int consult(const std::string& verb, const Flags& flags, const base::Words& words) {
  auto loaded = conformance::Catalogue::load((fs::path(flags.root) / "conformance/notes").string());
  if (const auto* error = std::get_if<std::string>(&loaded)) {
    std::cerr << "mpcheck: " << *error << "\n";
    return kCouldNotJudge;
  }
  const auto& catalogue = std::get<conformance::Catalogue>(loaded);
  if (verb == "show") return show(flags, words, catalogue);
  std::cout << coverage_text(conformance::all_claims(), catalogue);
  const bool whole =
      conformance::coverage_of(catalogue, conformance::all_claims()).problems.empty();
  return whole ? kAsExpected : kViolations;
}

int main_(int argc, char** argv) {
  if (asks_for_sharpness(argc, argv)) return sharpness(argc, argv);
  if (is_stress_command(argc, argv)) return stress_command(argc, argv);
  Flags flags;
  auto parsed = base::parse_command_line(argc, argv,
                                         {{"root", &flags.root},
                                          {"runner", &flags.runner},
                                          {"filter", &flags.filter},
                                          {"jobs", &flags.jobs},
                                          {"all", &flags.all},
                                          {"fresh", &flags.fresh},
                                          {"time-scale", &flags.time_scale},
                                          {"slowest", &flags.slowest},
                                          {"runs", &flags.runs},
                                          {"loaded", &flags.loaded},
                                          {"level", &flags.level},
                                          {"on", &flags.on},
                                          {"notes", &flags.notes}});
  if (const auto* error = std::get_if<base::UsageError>(&parsed)) return wrong_usage(error->what);
  base::Words words = std::get<base::Words>(parsed);
  std::string verb = words.before.empty() ? "run" : words.before[0];
  if (!words.before.empty()) words.before.erase(words.before.begin());
  if (verb == "testees") return print_testees(flags.root);
  if (verb == "list") return print(list_text(conformance::all_claims(), words.before, flags.level));
  if (verb == "show" || verb == "coverage") return consult(verb, flags, words);
  if (verb == "run" || verb == "verify") return judge(verb, flags, words);
  return wrong_usage(absl::StrCat("unknown command '", verb, "'"));
}

}  // namespace
}  // namespace mpcheck

int main(int argc, char** argv) {
  try {
    return mpcheck::main_(argc, argv);
  } catch (const base::OsError& e) {
    std::cerr << "mpcheck: cannot go on: " << e.what() << "\n";
  } catch (const std::filesystem::filesystem_error& e) {
    std::cerr << "mpcheck: cannot go on: " << e.what() << "\n";
  }
  return mpcheck::kCouldNotJudge;
}
