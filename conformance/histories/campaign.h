// Stresses one testee with random programs for a while, and makes what fails small.
//
//   Report report = stress(spec, {.seconds = 20, .seed = 7}, [](const Report& so_far) { ... });
//   for (const Failure& each : report.failures) std::cout << text_of(each);
//
// The programs are numbered, and each is made from the seed and its number alone: the same seed
// makes the same programs. (What happens when they run is another matter: they race.) An object
// that has failed is left alone from then on, and the others go on.
//
// A testee that is crash_safe loses a process in one program of four, unless `kills` says otherwise.
//
// Threads: one. Lifetime: nothing is kept.
#ifndef CONFORMANCE_HISTORIES_CAMPAIGN_H_
#define CONFORMANCE_HISTORIES_CAMPAIGN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/histories/judge.h"
#include "conformance/histories/player.h"
#include "conformance/stage/testee.h"

namespace conformance::histories {

struct CampaignOptions {
  std::vector<Kind> kinds = {};  // empty: all that the testee has
  double seconds = 20;           // no new programs after that
  int programs = 0;              // stop after so many, and never mind the time; 0: no limit
  uint64_t seed = 1;
  int processes = 4;                    // of a program, at most
  int operations = 8;                   // of a process, at most
  std::optional<Promise> promise = {};  // absent: as the testee's features say
  std::optional<bool> kills = {};       // likewise
  std::optional<Program> program = {};  // only this one, again and again, until it fails
  double shrink_seconds = 20;           // how long a failing program is made smaller
};

struct Tally {
  int programs = 0, held = 0, unknown = 0, failed = 0;
  size_t calls = 0;
};

struct Failure {
  uint64_t number = 0;  // of the program, from 0
  Program original;
  Run run;                           // of the smallest that failed
  Judgement judgement;               // of that run
  int reruns = 0, failed_again = 0;  // of the original; what did not fail again was not shrunk
};

struct Report {
  About about;
  Promise promise = Promise::kRelaxed;
  bool kills = false;
  std::map<Kind, Tally> tallies;
  std::vector<Failure> failures;
  std::string could_not_judge;  // why it was given up; empty: it was not
  double seconds = 0;           // that programs ran, without shrinking
};

Report stress(const TesteeSpec& testee, const CampaignOptions& options,
              const std::function<void(const Report&)>& progress = nullptr);

// What broke, and the history that shows it.
std::string text_of(const Failure& failure);

}  // namespace conformance::histories

#endif  // CONFORMANCE_HISTORIES_CAMPAIGN_H_
