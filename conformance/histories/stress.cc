// Stresses one implementation with random programs whose histories are checked.
//
//   stress [flags] -- ADAPTER [arguments]
//
// The mpcheck command starts this program for each implementation (mpcheck stress). Exit codes: 0 all
// that ran is explained, 1 something failed, 2 it could not be judged, 64 wrong usage.
#include <iostream>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/command_line.h"
#include "base/os_error.h"
#include "base/progress_line.h"
#include "conformance/histories/campaign.h"
#include "conformance/histories/soundness.h"
#include "conformance/stage/adapter_command.h"
#include "conformance/stage/patience.h"

namespace conformance::histories {
namespace {

constexpr int kFine = 0, kFailed = 1, kCouldNotJudge = 2;

struct Flags {
  std::string name = "testee";  // what the implementation is called in reports
  double seconds = 20;          // how long programs are made and run
  int programs = 0;             // stop after so many instead; 0: time decides
  std::string seed;             // of the programs; empty: a random one
  std::string objects;          // kinds of objects, with commas; empty: all
  int processes = 4;            // of a program, at most
  int operations = 8;           // of a process, at most
  std::string model;            // relaxed, strict; empty: as the implementation's features say
  bool kills = false;           // kill processes, whatever the features say
  bool no_kills = false;        // kill none
  std::string program;          // run only this one, until it fails
  double shrink_seconds = 20;   // how long a failing program is made smaller
  double time_scale = 1;        // multiplies every patience; more than 1 for slow machines
  std::string reproduce;        // the line that runs a program again; {program} stands for it
};

struct BadFlag {
  std::string what;
};

int wrong_usage(const std::string& what) {
  std::cerr << "stress: " << what
            << "\nusage: stress [--name=NAME] [--seconds=N | --programs=N] [--seed=S]\n"
               "              [--objects=KIND,...] [--processes=K] [--operations=M]\n"
               "              [--model=relaxed|strict] [--kills | --no-kills] [--program=P]\n"
               "              [--shrink-seconds=N] [--time-scale=X] -- ADAPTER [ARGUMENT...]\n";
  return base::kWrongUsage;
}

std::vector<Kind> kinds_in(const std::string& text) {
  std::vector<Kind> kinds;
  for (std::string_view name : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    std::optional<Kind> kind = kind_named(name);
    if (!kind) {
      throw BadFlag{absl::StrCat("--objects: '", name, "' is no kind of object; there are ",
                                 absl::StrJoin(all_kinds(), ", ", [](std::string* out, Kind each) {
                                   absl::StrAppend(out, name_of(each));
                                 }))};
    }
    kinds.push_back(*kind);
  }
  return kinds;
}

Program program_in(const std::string& text) {
  auto parsed = parse_program(text);
  if (const auto* wrong = std::get_if<std::string>(&parsed))
    throw BadFlag{absl::StrCat("--program: ", *wrong)};
  Program program = std::get<Program>(std::move(parsed));
  if (auto why = why_unsound(program)) throw BadFlag{absl::StrCat("--program: ", *why)};
  return program;
}

uint64_t seed_in(const std::string& text) {
  if (text.empty()) return std::random_device()();
  uint64_t seed = 0;
  if (!absl::SimpleAtoi(text, &seed))
    throw BadFlag{absl::StrCat("--seed: '", text, "' is no whole number from 0")};
  return seed;
}

CampaignOptions options_of(const Flags& flags) {
  CampaignOptions options{.kinds = kinds_in(flags.objects),
                          .seconds = flags.seconds,
                          .programs = flags.programs,
                          .seed = seed_in(flags.seed),
                          .processes = flags.processes,
                          .operations = flags.operations,
                          .shrink_seconds = flags.shrink_seconds};
  if (flags.processes < 2 || flags.processes > 8) throw BadFlag{"--processes must be 2 to 8"};
  if (flags.operations < 1 || flags.operations > 50) throw BadFlag{"--operations must be 1 to 50"};
  if (flags.seconds <= 0 || flags.time_scale <= 0)
    throw BadFlag{"--seconds and --time-scale must be more than 0"};
  if (flags.kills && flags.no_kills) throw BadFlag{"--kills and --no-kills exclude each other"};
  if (flags.kills || flags.no_kills) options.kills = flags.kills;
  if (flags.model != "" && flags.model != "relaxed" && flags.model != "strict")
    throw BadFlag{absl::StrCat("--model must be relaxed or strict, not '", flags.model, "'")};
  if (flags.model != "")
    options.promise = flags.model == "strict" ? Promise::kStrict : Promise::kRelaxed;
  if (flags.program != "") options.program = program_in(flags.program);
  return options;
}

Tally total_of(const Report& report) {
  Tally all;
  for (const auto& [kind, tally] : report.tallies) {
    all.programs += tally.programs;
    all.held += tally.held;
    all.unknown += tally.unknown;
    all.failed += tally.failed;
    all.calls += tally.calls;
  }
  return all;
}

// Elsewhere than on a terminal a line every few seconds.
class StressProgress {
 public:
  explicit StressProgress(std::string name) : name_(std::move(name)) {}

  void show(const Report& report) {
    constexpr double kBetween = 5;
    const bool is_due = report.seconds >= shown_at_ + kBetween;
    if (is_due) shown_at_ = report.seconds;
    const Tally all = total_of(report);
    line_.show(absl::StrFormat("stressing %s: %d programs, %d calls, %d failed, %.0f s", name_,
                               all.programs, all.calls, all.failed, report.seconds),
               is_due);
  }
  void end() { line_.end(); }

 private:
  std::string name_;
  double shown_at_ = 0;
  base::ProgressLine line_;
};

void print_row(std::string_view name, const Tally& tally) {
  std::cout << absl::StrFormat("%-18s %8d %9d %13d %8d %7d\n", name, tally.programs, tally.calls,
                               tally.held, tally.unknown, tally.failed);
}

void print_table(const Report& report) {
  std::cout << absl::StrFormat("%-18s %8s %9s %13s %8s %7s\n", "object", "programs", "calls",
                               "linearizable", "unknown", "failed");
  for (const auto& [kind, tally] : report.tallies) print_row(name_of(kind), tally);
  if (report.tallies.size() > 1) print_row("all", total_of(report));
}

std::string line_again(const Flags& flags, const std::string& program, const char* argv0,
                       const std::vector<std::string>& testee) {
  const std::string quoted = absl::StrCat("'", program, "'");
  if (!flags.reproduce.empty())
    return absl::StrReplaceAll(flags.reproduce, {{"{program}", quoted}});
  return absl::StrCat(argv0, " --program=", quoted, " -- ", absl::StrJoin(testee, " "));
}

int conclude(const Report& report) {
  if (!report.could_not_judge.empty()) {
    std::cerr << "stress: could not judge: " << report.could_not_judge << "\n";
    return kCouldNotJudge;
  }
  const Tally all = total_of(report);
  if (!report.failures.empty()) return kFailed;
  if (all.held > 0) return kFine;
  std::cerr << "stress: nothing was judged: " << all.programs << " programs, " << all.unknown
            << " of them unknown\n";
  return kCouldNotJudge;
}

int main_(int argc, char** argv) {
  Flags flags;
  auto parsed = base::parse_command_line(argc, argv,
                                         {{"name", &flags.name},
                                          {"seconds", &flags.seconds},
                                          {"programs", &flags.programs},
                                          {"seed", &flags.seed},
                                          {"objects", &flags.objects},
                                          {"processes", &flags.processes},
                                          {"operations", &flags.operations},
                                          {"model", &flags.model},
                                          {"kills", &flags.kills},
                                          {"no-kills", &flags.no_kills},
                                          {"program", &flags.program},
                                          {"shrink-seconds", &flags.shrink_seconds},
                                          {"time-scale", &flags.time_scale},
                                          {"reproduce", &flags.reproduce}});
  if (const auto* error = std::get_if<base::UsageError>(&parsed)) return wrong_usage(error->what);
  const base::Words& words = std::get<base::Words>(parsed);
  if (!words.before.empty())
    return wrong_usage(absl::StrCat("'", words.before[0], "': the adapter goes behind --"));
  if (words.after.empty()) return wrong_usage("no adapter to run");
  CampaignOptions options;
  try {
    options = options_of(flags);
  } catch (const BadFlag& bad) {
    return wrong_usage(bad.what);
  }
  patience::set_scale(flags.time_scale);
  const TesteeSpec testee{.name = flags.name, .command = with_absolute_paths(words.after)};
  StressProgress progress(flags.name);
  const Report report =
      stress(testee, options, [&](const Report& so_far) { progress.show(so_far); });
  progress.end();
  const bool strict = report.promise == Promise::kStrict;
  std::cout << flags.name << ": seed " << options.seed << ", " << (strict ? "strict" : "relaxed")
            << " queues, " << (report.kills ? "processes killed" : "nobody killed")
            << absl::StrFormat(", %.1f s\n", report.seconds);
  print_table(report);
  for (const Failure& each : report.failures) {
    std::cout << "\n"
              << text_of(each) << "  to see it again:\n    "
              << line_again(flags, each.run.program.text(), argv[0], testee.command) << "\n";
  }
  std::cout << std::flush;
  return conclude(report);
}

}  // namespace
}  // namespace conformance::histories

int main(int argc, char** argv) {
  try {
    return conformance::histories::main_(argc, argv);
  } catch (const base::OsError& e) {
    std::cerr << "stress: cannot go on: " << e.what() << "\n";
    return conformance::histories::kCouldNotJudge;
  }
}
