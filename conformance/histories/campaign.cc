#include "conformance/histories/campaign.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "conformance/histories/generator.h"
#include "conformance/histories/shrink.h"
#include "conformance/stage/host.h"

namespace conformance::histories {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;

// Programs that share a set of processes: enough that to start them is not most of the work.
constexpr size_t kProgramsAtATime = 16;
constexpr uint64_t kOneInSoManyIsKilled = 4;
// Kinds of which so many failures could not be shown again are given up.
constexpr int kMostUnrepeated = 3;

// Neighbouring numbers make quite different seeds (splitmix64).
uint64_t seed_of(uint64_t seed, uint64_t number) {
  uint64_t z = seed * 0x9e3779b97f4a7c15 + (number + 1) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

base::Deadline in_seconds(double seconds) {
  return base::Deadline::after(std::chrono::duration_cast<nanoseconds>(duration<double>(seconds)));
}

struct Numbered {
  uint64_t number;
  Program program;
};

class Campaign {
 public:
  Campaign(const TesteeSpec& testee, const CampaignOptions& options,
           const std::function<void(const Report&)>& progress)
      : testee_(testee), options_(options), progress_(progress) {}

  Report run() {
    try {
      get_to_know();
      const base::Deadline deadline = in_seconds(options_.seconds);
      while (has_more(deadline)) play_some(deadline);
    } catch (const Abandon& abandon) {
      report_.could_not_judge = abandon.text;
    } catch (const base::OsError& error) {
      report_.could_not_judge = absl::StrCat("the runner failed: ", error.what());
    }
    return std::move(report_);
  }

 private:
  void get_to_know() {
    Stage stage(testee_, {.warm = &warm_});
    report_.about = stage.about();
    abilities_ = abilities_of(stage);
    report_.promise = options_.promise.value_or(abilities_.promise);
    report_.kills = options_.kills.value_or(abilities_.crash_safe) && abilities_.journals &&
                    abilities_.leaves_out;
    std::vector<Kind> wanted = options_.kinds;
    if (options_.program) wanted = {options_.program->kind};
    if (wanted.empty()) wanted = abilities_.kinds;
    for (Kind kind : wanted) {
      const auto& has = abilities_.kinds;
      if (std::find(has.begin(), has.end(), kind) == has.end())
        throw Abandon{Abandon::Why::kUnsupported,
                      absl::StrCat("the implementation has no ", name_of(kind))};
      kinds_.push_back(kind);
      report_.tallies[kind] = {};
    }
  }

  bool has_more(base::Deadline deadline) const {
    if (std::all_of(kinds_.begin(), kinds_.end(), [&](Kind k) { return failed_.count(k) != 0; }))
      return false;
    if (options_.programs > 0)
      return !waiting_.empty() || next_number_ < static_cast<uint64_t>(options_.programs);
    return !deadline.passed();
  }

  Numbered make_next() {
    const uint64_t number = next_number_++;
    if (options_.program) return {number, *options_.program};
    Generator generator(
        seed_of(options_.seed, number),
        {.processes = options_.processes,
         .operations = options_.operations,
         .counts = abilities_.counts,
         .leaves_out = abilities_.leaves_out,
         .kills = report_.kills && number / kinds_.size() % kOneInSoManyIsKilled == 0});
    return {number, generator.next(kinds_[number % kinds_.size()])};
  }

  // Programs for one set of processes: with a kill it ends.
  std::vector<Numbered> take_some() {
    std::vector<Numbered> taken;
    while (taken.size() < kProgramsAtATime && (taken.empty() || !taken.back().program.kill)) {
      const bool all_made =
          options_.programs > 0 && next_number_ >= static_cast<uint64_t>(options_.programs);
      if (waiting_.empty() && all_made) break;
      if (waiting_.empty()) waiting_.push_back(make_next());
      Numbered next = std::move(waiting_.front());
      waiting_.pop_front();
      if (failed_.count(next.program.kind) == 0) taken.push_back(std::move(next));
      if (taken.empty() && kinds_.size() == failed_.size()) break;
    }
    return taken;
  }

  void play_some(base::Deadline deadline) {
    const std::vector<Numbered> some = take_some();
    std::vector<Program> programs;
    for (const Numbered& each : some) programs.push_back(each.program);
    std::optional<std::pair<Numbered, Run>> failed;
    const nanoseconds began = base::monotonic_now();
    size_t played = 0;
    {
      Stage stage(testee_, {.warm = &warm_});
      Player player(stage, abilities_, std::move(programs));
      while (played < some.size() && !player.is_over() && !failed) {
        if (options_.programs == 0 && deadline.passed()) break;
        Run run = player.play(played);
        if (count(run)) failed = {some[played], std::move(run)};
        ++played;
      }
    }
    report_.seconds += duration<double>(base::monotonic_now() - began).count();
    waiting_.insert(waiting_.begin(), some.begin() + static_cast<std::ptrdiff_t>(played),
                    some.end());
    if (failed) investigate(failed->first, std::move(failed->second));
    if (progress_) progress_(report_);
  }

  // Whether it failed.
  bool count(const Run& run) {
    Tally& tally = report_.tallies[run.program.kind];
    const Judgement judgement = judge(run, report_.promise);
    ++tally.programs;
    tally.calls += run.history.calls();
    tally.held += judgement.verdict == Judgement::Verdict::kHolds;
    tally.unknown += judgement.verdict == Judgement::Verdict::kUnknown;
    tally.failed += judgement.verdict == Judgement::Verdict::kFailed;
    return judgement.verdict == Judgement::Verdict::kFailed;
  }

  // One that does not fail again is kept, and the search goes on for one that does: that is the one to work with.
  void investigate(const Numbered& which, Run run) {
    const Kind kind = which.program.kind;
    Failure failure{
        .number = which.number, .original = which.program, .run = std::move(run), .judgement = {}};
    if (!options_.program) make_small(&failure);
    failure.judgement = judge(failure.run, report_.promise);
    const bool repeats = options_.program || failure.failed_again > 0;
    if (repeats || ++unrepeated_[kind] == kMostUnrepeated) failed_.insert(kind);
    auto& failures = report_.failures;
    failures.insert(repeats ? failures.begin() : failures.end(), std::move(failure));
  }

  void make_small(Failure* failure) {
    const base::Deadline deadline = in_seconds(options_.shrink_seconds);
    for (int most : {10, 50}) {  // what fails rarely is worth more runs
      if (failure->failed_again > 0 || deadline.passed()) break;
      failure->failed_again +=
          failures_of(failure->original, most, most, deadline, &failure->run, &failure->reruns);
    }
    if (failure->failed_again == 0) return;
    const Reruns reruns = reruns_for(static_cast<double>(failure->failed_again) / failure->reruns);
    shrink(failure->original, [&](const Program& candidate) {
      Run run;
      if (failures_of(candidate, reruns.runs, reruns.failures, deadline, &run, nullptr) <
          reruns.failures)
        return false;
      failure->run = std::move(run);
      return true;
    });
  }

  // Runs it until it has run `most` times or failed `enough` times; `last` is the last that failed.
  int failures_of(const Program& program, int most, int enough, base::Deadline deadline, Run* last,
                  int* ran) {
    int failures = 0, runs = 0;
    while (runs < most && failures < enough && !deadline.passed()) {
      const size_t some = program.kill ? 1 : static_cast<size_t>(std::min(most - runs, 10));
      Stage stage(testee_, {.warm = &warm_});
      Player player(stage, abilities_, std::vector<Program>(some, program));
      for (size_t i = 0; i < some && !player.is_over() && failures < enough; ++i, ++runs) {
        Run run = player.play(i);
        if (judge(run, report_.promise).verdict != Judgement::Verdict::kFailed) continue;
        ++failures;
        *last = std::move(run);
      }
    }
    if (ran != nullptr) *ran += runs;
    return failures;
  }

  const TesteeSpec& testee_;
  const CampaignOptions& options_;
  const std::function<void(const Report&)>& progress_;
  WarmTestee warm_;
  Abilities abilities_;
  std::vector<Kind> kinds_;
  std::set<Kind> failed_;           // no more programs for these
  std::map<Kind, int> unrepeated_;  // failures that were not seen again
  std::deque<Numbered> waiting_;
  uint64_t next_number_ = 0;
  Report report_;
};

}  // namespace

Report stress(const TesteeSpec& testee, const CampaignOptions& options,
              const std::function<void(const Report&)>& progress) {
  return Campaign(testee, options, progress).run();
}

std::string text_of(const Failure& failure) {
  std::string out =
      absl::StrCat(name_of(failure.original.kind), ": ", failure.judgement.says, " (",
                   failure.judgement.check, ")\n  program: ", failure.run.program.text(), "\n");
  if (failure.original != failure.run.program) {
    absl::StrAppend(&out, "  made smaller from: ", failure.original.text(), "\n");
  }
  if (failure.reruns > 0) {
    absl::StrAppend(&out, "  that one failed ", failure.failed_again, " times in ", failure.reruns,
                    " more runs\n");
  }
  return absl::StrCat(out, "  history, in microseconds:\n", table_of(failure.run.history));
}

}  // namespace conformance::histories
