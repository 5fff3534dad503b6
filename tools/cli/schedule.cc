#include "tools/cli/schedule.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <list>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/os_error.h"
#include "base/subprocess.h"
#include "base/unique_fd.h"
#include "conformance/claims/claim.h"
#include "conformance/runner/reassessment.h"
#include "conformance/runner/waivers.h"
#include "conformance/stage/process_tree.h"
#include "tools/cli/known_results.h"

namespace mpcheck {
namespace {

using Clock = std::chrono::steady_clock;

volatile sig_atomic_t g_interrupted = 0;
void note_interrupt(int) { g_interrupted = 1; }

struct Job {
  size_t implementation;
  int shard;
};

// One runner process and how far its results have been read.
struct Running {
  Job job;
  base::Subprocess process;
  std::string results;
  std::streamoff read = 0;
};

std::vector<std::string> environment_for(const Plan& plan, int shard) {
  std::vector<std::string> out;
  for (char** each = environ; *each != nullptr; ++each) {
    std::string_view variable = *each;
    // Compiled once, the adapter starts in half the time; a claim starts it several times.
    bool slows = variable.starts_with("PYTHONDONTWRITEBYTECODE=");
    if (!variable.starts_with("GTEST_") && !slows) out.emplace_back(variable);
  }
  out.push_back(absl::StrCat("GTEST_TOTAL_SHARDS=", plan.shards));
  out.push_back(absl::StrCat("GTEST_SHARD_INDEX=", shard));
  return out;
}

// As a shell takes it.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

// The line that judges {claim} again. An adapter of one's own has no name that we could find it by.
std::string reproduction_of(const Implementation& one) {
  std::string line = absl::StrCat("tools/mpcheck run ", one.name, " --filter={claim}");
  const bool own_adapter = one.depends_on.empty();
  if (!own_adapter) return line;
  absl::StrAppend(&line, " --");
  for (const std::string& word : one.command) absl::StrAppend(&line, " ", quoted(word));
  return line;
}

class Schedule {
 public:
  Schedule(const std::vector<Implementation>& implementations, const Plan& plan)
      : implementations_(implementations),
        plan_(plan),
        shards_left_(implementations.size(), plan.shards),
        whole_(implementations.size(), true) {
    for (size_t i = 0; i < implementations.size(); ++i) {
      outcome_.summaries.push_back({.name = implementations[i].name});
      fingerprints_.push_back(
          plan.known.empty() ? "" : fingerprint(implementations[i], circumstances()));
      if (recall(i)) continue;
      for (int shard = 0; shard < plan.shards; ++shard) waiting_.push_back({i, shard});
    }
    began_.resize(implementations.size());
  }

  Outcome run(const Progress& progress) {
    for (int i = 0; i < plan_.load; ++i)
      load_.push_back(base::Subprocess::start(
          {.argv = {"/bin/sh", "-c", "while :; do :; done"}, .parent_death_signal = SIGKILL}));
    progress(outcome_.summaries, done_);
    while ((!waiting_.empty() || !running_.empty()) && g_interrupted == 0) {
      while (!waiting_.empty() && running_.size() < static_cast<size_t>(plan_.jobs)) start_next();
      await_change();
      bool changed = false;
      for (auto it = running_.begin(); it != running_.end();) {
        bool ended = !it->process.poll().still_running();
        changed |= read_results(*it);
        if (ended) finish(*it);
        it = ended ? running_.erase(it) : std::next(it);
        changed |= ended;
      }
      if (changed) progress(outcome_.summaries, done_);
    }
    outcome_.interrupted = g_interrupted != 0;
    for (Running& each : running_) each.process.kill(SIGTERM);
    running_.clear();  // kills and reaps
    for (size_t i = 0; i < implementations_.size(); ++i) {
      if (shards_left_[i] > 0 && began_[i]) merge(i);
    }
    return std::move(outcome_);
  }

 private:
  Circumstances circumstances() const {
    return {.runner = plan_.runner, .filter = plan_.filter, .time_scale = plan_.time_scale};
  }

  bool recall(size_t implementation) {
    Summary& summary = outcome_.summaries[implementation];
    if (!KnownResults(plan_.known)
             .recall(fingerprints_[implementation], plan_.folder, summary.name))
      return false;
    const auto waivers = conformance::Waivers::load(implementations_[implementation].waivers,
                                                    conformance::ids_of_all_claims());
    // The runner says what is wrong with them.
    if (!std::holds_alternative<conformance::Waivers>(waivers)) return false;
    reassess(absl::StrCat(plan_.folder, "/", summary.name, ".jsonl"),
             std::get<conformance::Waivers>(waivers), &summary);
    summary.known = true;
    ++done_;
    return true;
  }

  // Holds the results in a file against the waivers, and adds them to the summary.
  static void reassess(const std::string& path, const conformance::Waivers& waivers,
                       Summary* summary) {
    std::string text;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      line = conformance::reassessed(line, waivers);
      summary->add_line(line);
      absl::StrAppend(&text, line, "\n");
    }
    std::ofstream(path, std::ios::binary) << text;
  }

  std::string file(const Job& job, const char* ending) const {
    return absl::StrCat(plan_.folder, "/", implementations_[job.implementation].name, ".",
                        job.shard, ending);
  }

  void start_next() {
    Job job = waiting_.front();
    waiting_.pop_front();
    const Implementation& one = implementations_[job.implementation];
    if (!began_[job.implementation]) began_[job.implementation] = Clock::now();
    std::vector<std::string> argv = {plan_.runner,
                                     "--name=" + one.name,
                                     "--results=" + file(job, ".jsonl"),
                                     absl::StrCat("--time-scale=", plan_.time_scale),
                                     "--reproduce=" + reproduction_of(one),
                                     "--gtest_filter=" + plan_.filter};
    if (!one.waivers.empty()) argv.push_back("--waivers=" + one.waivers);
    argv.push_back("--");
    argv.insert(argv.end(), one.command.begin(), one.command.end());
    base::UniqueFd log(base::check(
        ::open(file(job, ".log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
        "make a log file"));
    running_.push_back(
        {.job = job,
         .process = base::Subprocess::start({.argv = std::move(argv),
                                             .environment = environment_for(plan_, job.shard),
                                             .stdout_fd = log.get(),
                                             .stderr_fd = log.get(),
                                             .parent_death_signal = SIGKILL}),
         .results = file(job, ".jsonl")});
  }

  // Until a runner ends, or it is time to look at the results again.
  void await_change() {
    constexpr int kLookAgain = 100;  // milliseconds
    std::vector<pollfd> polled;
    for (const Running& each : running_)
      polled.push_back({.fd = each.process.pidfd(), .events = POLLIN});
    ::poll(polled.data(), polled.size(), kLookAgain);
  }

  // Reads the whole lines that have come since; true if there were any.
  bool read_results(Running& from) {
    std::ifstream in(from.results, std::ios::binary);
    in.seekg(from.read);
    bool some = false;
    for (std::string line; std::getline(in, line) && !in.eof(); some = true) {
      outcome_.summaries[from.job.implementation].add_line(line);
      from.read += static_cast<std::streamoff>(line.size()) + 1;
    }
    return some;
  }

  void finish(Running& ended) {
    const base::Ending& ending = ended.process.ending();
    const auto* exited = std::get_if<base::Exited>(&ending);
    if (exited == nullptr || exited->code > 2) {
      whole_[ended.job.implementation] = false;
      outcome_.broken.push_back(
          absl::StrCat("the runner of ", implementations_[ended.job.implementation].name, ": ",
                       base::describe(ending), "; see ", file(ended.job, ".log")));
    }
    size_t i = ended.job.implementation;
    outcome_.summaries[i].seconds =
        std::chrono::duration<double>(Clock::now() - *began_[i]).count();
    if (--shards_left_[i] == 0) {
      merge(i);
      // What could not be judged may be judged the next time.
      if (whole_[i] && outcome_.summaries[i].not_judged.empty())
        KnownResults(plan_.known).keep(fingerprints_[i], plan_.folder, implementations_[i].name);
      ++done_;
    }
  }

  // One results file and one log for an implementation.
  void merge(size_t implementation) {
    for (const char* ending : {".jsonl", ".log"}) {
      const std::string target =
          absl::StrCat(plan_.folder, "/", implementations_[implementation].name, ending);
      std::ofstream out(target, std::ios::binary);
      bool has_header = false;
      for (int shard = 0; shard < plan_.shards; ++shard) {
        const std::string part = file({implementation, shard}, ending);
        std::ifstream in(part, std::ios::binary);
        std::string line;
        while (std::getline(in, line)) {
          // A result without an end is of a runner that was killed while it wrote.
          if (in.eof() && std::string_view(ending) == ".jsonl") break;
          // Each part begins with the same header; one is enough.
          const bool is_header = line.starts_with("{\"mpcheck_results\"");
          if (!is_header || !has_header) out << line << "\n";
          has_header |= is_header;
        }
        ::unlink(part.c_str());
      }
    }
  }

  const std::vector<Implementation>& implementations_;
  const Plan& plan_;
  std::deque<Job> waiting_;
  std::list<Running> running_;
  std::list<base::Subprocess> load_;
  std::vector<std::optional<Clock::time_point>> began_;
  std::vector<int> shards_left_;
  std::vector<std::string> fingerprints_;
  std::vector<bool> whole_;  // every runner has ended as it should
  size_t done_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome judge_all(const std::vector<Implementation>& implementations, const Plan& plan,
                  const Progress& progress) {
  // What a killed runner leaves comes to us.
  conformance::become_subreaper();
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  Outcome outcome = Schedule(implementations, plan).run(progress);
  conformance::kill_all_descendants(/*keep=*/-1);
  return outcome;
}

}  // namespace mpcheck
