// mpcheck: judges implementations of the multiprocessing contract.
//
//   mpcheck [run [NAME...]] [--filter=F] [--jobs=N] [--time-scale=X]     NAME may hold *
//   mpcheck run [flags] -- ADAPTER [ARGUMENT...]                         an adapter of your own
//     --all     also what is not on PATH (a pyenv's versions)
//     --fresh   also what has not changed since it was judged
//   mpcheck testees                                                      what was found here
//   mpcheck list                                                         every claim
//
// tools/mpcheck builds this program and starts it.
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/command_line.h"
#include "base/os_error.h"
#include "conformance/claims/claim.h"
#include "conformance/runner/waivers.h"
#include "tools/cli/discovery.h"
#include "tools/cli/schedule.h"
#include "tools/cli/summary.h"

ABSL_FLAG(std::string, root, ".", "The checkout: where adapters are found and results/ is made.");
ABSL_FLAG(std::string, runner, "", "The conformance runner; default: the one below bazel-bin.");
ABSL_FLAG(std::string, filter, "*", "Which claims: a GoogleTest filter, such as queue.*:pipe.*");
ABSL_FLAG(int, jobs, 0, "Runner processes at a time; 0: one more than usable CPUs.");
ABSL_FLAG(bool, all, false, "Judge also what is not on PATH (a pyenv's versions).");
ABSL_FLAG(bool, fresh, false, "Judge anew also what has not changed since an earlier run.");
ABSL_FLAG(double, time_scale, 1, "Multiplies every patience; more than 1 for slow machines.");

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

constexpr int kAsExpected = 0, kViolations = 1, kCouldNotJudge = 2;

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
  std::cerr << "mpcheck: " << what
            << "\nusage: mpcheck [run [NAME...]] [--filter=AREA.CLAIM] [--jobs=N] [--time-scale=X] "
               "[-- ADAPTER [ARGUMENT...]]\n"
               "       mpcheck testees | list\n";
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

// Those whose names match one of `patterns`; the usual ones if there is none. Empty second: fine.
std::pair<std::vector<Implementation>, std::string> choose(
    const std::vector<Implementation>& found, const std::vector<std::string>& patterns) {
  std::vector<Implementation> chosen;
  if (patterns.empty()) {
    for (const Implementation& each : found) {
      if (each.usual || absl::GetFlag(FLAGS_all)) chosen.push_back(each);
    }
    return {chosen, ""};
  }
  for (const std::string& pattern : patterns) {
    size_t before = chosen.size();
    for (const Implementation& each : found) {
      if (conformance::matches_pattern(pattern, each.name)) chosen.push_back(each);
    }
    if (chosen.size() == before)
      return {{},
              absl::StrCat("no implementation here is called '", pattern,
                           "'; mpcheck testees lists them")};
  }
  return {chosen, ""};
}

int run(const std::vector<std::string>& names, const std::vector<std::string>& own_adapter) {
  const fs::path root = fs::absolute(absl::GetFlag(FLAGS_root));
  std::vector<Implementation> chosen;
  if (own_adapter.empty()) {
    const fs::path python = root / "tools/adapters/python";
    std::string wrong;
    std::tie(chosen, wrong) =
        choose(discover((python / "adapter.py").string(), (python / "waivers").string(),
                        /*all=*/absl::GetFlag(FLAGS_all) || !names.empty()),
               names);
    if (!wrong.empty()) return wrong_usage(wrong);
  } else {
    if (names.size() > 1) return wrong_usage("one name at most for an adapter of your own");
    chosen = {{.name = names.empty() ? "testee" : names[0], .command = own_adapter}};
  }
  if (chosen.empty()) {
    std::cerr << "mpcheck: no implementation found on this machine\n";
    return kCouldNotJudge;
  }
  Plan plan{.runner = absl::GetFlag(FLAGS_runner),
            .folder = make_results_folder(root),
            .filter = absl::GetFlag(FLAGS_filter),
            .time_scale = absl::GetFlag(FLAGS_time_scale),
            .jobs = absl::GetFlag(FLAGS_jobs)};
  if (!absl::GetFlag(FLAGS_fresh)) plan.known = (root / "results" / "known").string();
  if (plan.runner.empty()) plan.runner = (root / "bazel-bin/conformance/runner/runner").string();
  if (plan.jobs <= 0) plan.jobs = usable_cpus() + 1;  // some always wait, for a timeout under test
  plan.shards = std::max(2, plan.jobs);
  ProgressLine line(conformance::all_claims().size());
  Outcome outcome = judge_all(
      chosen, plan,
      [&](const std::vector<Summary>& summaries, size_t done) { line.show(summaries, done); });
  line.end();
  return conclude(outcome, plan.folder);
}

int print_testees() {
  const fs::path python = fs::absolute(absl::GetFlag(FLAGS_root)) / "tools/adapters/python";
  for (const Implementation& each :
       discover((python / "adapter.py").string(), (python / "waivers").string(), /*all=*/true))
    std::cout << each.name << "  " << each.command[0]
              << (each.usual ? "" : "  (when named, or with --all)") << "\n";
  return kAsExpected;
}

int print_claims() {
  for (const conformance::Claim& claim : conformance::all_claims())
    std::cout << claim.id << "  " << name_of(claim.level) << "  " << claim.says << "\n";
  return kAsExpected;
}

int main_(int argc, char** argv) {
  auto parsed = base::parse_command_line(argc, argv);
  if (const auto* error = std::get_if<base::UsageError>(&parsed)) return wrong_usage(error->what);
  base::Words words = std::get<base::Words>(parsed);
  std::string verb = words.before.empty() ? "run" : words.before[0];
  if (!words.before.empty()) words.before.erase(words.before.begin());
  if (verb == "testees") return print_testees();
  if (verb == "list") return print_claims();
  if (verb != "run") return wrong_usage(absl::StrCat("unknown command '", verb, "'"));
  return run(words.before, words.after);
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
