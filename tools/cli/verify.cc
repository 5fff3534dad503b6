#include "tools/cli/verify.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/cli/steadiness.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class Verification {
 public:
  Verification(const std::vector<Implementation>& implementations, const Plan& plan,
               const Rounds& rounds)
      : implementations_(implementations), plan_(plan), rounds_(rounds) {}

  VerifyOutcome result() {
    for (int i = 1; i <= rounds_.idle && out_.whole; ++i) judge("idle", i, /*load=*/0);
    for (int i = 1; i <= rounds_.loaded && out_.whole; ++i)
      judge("loaded", i, /*load=*/2 * plan_.cpus);
    for (const Implementation& one : implementations_) tell(one.name);
    return std::move(out_);
  }

 private:
  void judge(const std::string& kind, int number, int load) {
    const std::string round = absl::StrCat(kind, " ", number);
    Plan plan = plan_;
    plan.folder = absl::StrFormat("%s/%s-%03d", plan_.folder, kind, number);
    plan.known.clear();
    plan.load = load;
    fs::create_directories(plan.folder);
    const Outcome outcome =
        judge_all(implementations_, plan, [](const std::vector<Summary>&, size_t) {});
    for (const std::string& each : outcome.broken) absl::StrAppend(&out_.report, each, "\n");
    out_.whole = outcome.broken.empty() && !outcome.interrupted;
    bool is_new = !out_.whole;
    if (!outcome.interrupted) {
      for (const Implementation& one : implementations_) {
        std::ifstream results(absl::StrCat(plan.folder, "/", one.name, ".jsonl"));
        is_new |= steadiness_[one.name].take(round, results);
      }
      ++done_;
    }
    if (!is_new) fs::remove_all(plan.folder);
    show_progress(is_new ? absl::StrCat(round, " said something new: ", plan.folder) : "");
  }

  void show_progress(const std::string& news) {
    const int all = rounds_.idle + rounds_.loaded;
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    std::cerr << absl::StrFormat("verify: %d of %d rounds done, about %.0f s left\n", done_, all,
                                 done_ == 0 ? 0 : seconds / done_ * (all - done_));
    if (!news.empty()) std::cerr << "verify: " << news << "\n";
  }

  void tell(const std::string& name) {
    const std::vector<std::string> wavering = steadiness_[name].wavering();
    absl::StrAppend(&out_.report, name, ": ", done_, " rounds of ", steadiness_[name].claims(),
                    " claims; ", wavering.size(), " claims did not always come out the same\n");
    for (const std::string& each : wavering) absl::StrAppend(&out_.report, "    ", each, "\n");
    for (const std::string& each : steadiness_[name].foreseen())
      absl::StrAppend(&out_.report, "    as its waiver says (sometimes): ", each, "\n");
    out_.steady &= wavering.empty();
  }

  const std::vector<Implementation>& implementations_;
  const Plan& plan_;
  const Rounds& rounds_;
  std::map<std::string, Steadiness> steadiness_;
  const Clock::time_point began_ = Clock::now();
  int done_ = 0;
  VerifyOutcome out_;
};

}  // namespace

VerifyOutcome verify(const std::vector<Implementation>& implementations, const Plan& plan,
                     const Rounds& rounds) {
  return Verification(implementations, plan, rounds).result();
}

}  // namespace mpcheck
