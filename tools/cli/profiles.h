// How an implementation behaves where the contract leaves a choice: a checked-in file for each, so that a change
// of behaviour in a new version shows as a difference.
//
//   # billiard 4.1.0 (fork). Written by mpcheck run cpython-3.11.2-billiard-fork --update-profiles.
//   pipe.eof_reaches_a_forked_reader  never, while a sibling holds the other end
//
// profiles/NAME.txt: each line a claim that is a variation and the accepted outcome that was seen, sorted by claim. An
// implementation without a profile is compared with the one of the latest earlier version, so that a
// version that is new here says by itself in what it differs.
#ifndef TOOLS_CLI_PROFILES_H_
#define TOOLS_CLI_PROFILES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/discovery.h"

namespace mpcheck {

// Claim, outcome.
using Profile = std::map<std::string, std::string>;

Profile parse_profile(const std::string& text);

// What a run saw of variations: an accepted outcome, or "violated" or "unsupported".
struct Seen {
  Profile outcomes;              // of those that could be judged
  std::set<std::string> claims;  // all that ran
  std::string about;             // "CPython 3.11.2 (fork)"
};
// Of a results file (conformance/RESULTS.md).
Seen seen_in(const std::string& results);

// A sentence for each variation of this run that is not as the profile says.
std::vector<std::string> differences(const Profile& profile, const Profile& seen);

// The profile after a run. What did not run stays, unless the run was `whole`: the suite has it no
// more.
Profile updated(Profile profile, const Seen& seen, bool whole);

// The implementation whose profile, of those in `folder`, `name` is compared with; empty if there is
// none.
std::string compared_with(const std::string& folder, const std::string& name);

struct ProfileOutcome {
  std::string text;  // for the user; empty if there is nothing to say
  bool differs = false;
};
// Compares what `results`, a folder with NAME.jsonl files, holds of these implementations.
ProfileOutcome compare_with_profiles(const std::vector<Implementation>& implementations,
                                     const std::string& results);

// Writes their profiles. `whole`: every claim of the suite ran.
ProfileOutcome update_profiles(const std::vector<Implementation>& implementations,
                               const std::string& results, bool whole);

}  // namespace mpcheck

#endif  // TOOLS_CLI_PROFILES_H_
