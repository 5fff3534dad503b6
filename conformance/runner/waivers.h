// What an implementation is known to get wrong: a text file, and two-sided.
//
//   # Why this file exists, and who to ask.
//   queue.get.reader_killed     # CPython: the dead reader keeps the read lock
//   barrier.*                   # https://example.org/issues/12
//   hygiene:pool.worker_killed  # leaves its semaphores behind
//   pool.worker_is_lost [<4.2]  # mended since
//   sometimes:pool.map.x        # a race of its own: it holds in most runs
//   include fork.txt            # the same package: a file beside this one, with all of its lines
//   holds:pool.map.y            # this one does it right, whatever an included file says
//
// Each line: a pattern of claim ids (* stands for any text); if it is not true of every version, in
// brackets those that it is true of (version_range.h; the version is what the adapter's hello says);
// then # and the reason, which must be there. A claim that is violated must be listed; a listed
// claim that holds must be taken off the list, unless the line says `sometimes`. Adapter errors and
// unknown verdicts can't be waived. A pattern that matches no claim of the suite is an error, and so is
// a `holds` of what no included file waives. Lines of a file go before those that it includes; versions
// are always those of the implementation that is judged.
#ifndef CONFORMANCE_RUNNER_WAIVERS_H_
#define CONFORMANCE_RUNNER_WAIVERS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conformance/runner/version_range.h"

namespace conformance {

enum class WaiverKind { kSemantics, kHygiene };

struct Waiver {
  WaiverKind kind;
  std::string pattern;
  VersionRange versions;
  bool sometimes = false;  // holds in some runs
  bool holds = false;      // an included line that this one's implementation is no case of
  std::string reason;
  std::string path;       // of the file that has this line
  int line;               // from 1
  bool included = false;  // the file that was asked for includes that one

  bool matches(std::string_view claim_id) const;
  bool applies_to(std::string_view claim_id, std::string_view version) const;
};

// Whether `text` has the form of `pattern`.
bool matches_pattern(std::string_view pattern, std::string_view text);

class Waivers {
 public:
  Waivers() = default;
  // The waivers, or a sentence that names line and fault. Included files are looked for beside `path`.
  static std::variant<Waivers, std::string> parse(const std::string& text, const std::string& path,
                                                  const std::vector<std::string>& all_claim_ids);

  // The same of the file at `path`; no waivers if that is empty.
  static std::variant<Waivers, std::string> load(const std::string& path,
                                                 const std::vector<std::string>& all_claim_ids);

  // The line that excuses this claim of that version; nullptr if none does, or it is said to hold.
  const Waiver* find(WaiverKind kind, std::string_view claim_id, std::string_view version) const;

  // What was seen of a claim, for rewritten().
  struct Seen {
    bool semantics_violated = false;
    bool hygiene_violated = false;
    bool semantics_judged = false;  // it held or was violated
    bool hygiene_judged = false;
  };

  // The file as it should be after a run: lines whose claims now hold are gone, violated claims
  // that were missing are added, everything else (comments, order, claims that did not run) stays.
  // A file in which some line names versions is for several: what is seen of one then says nothing of
  // the others. A line that no longer holds of it gets !=VERSION, a new one ==VERSION. Included files
  // stay as they are: what they excuse in vain gets a `holds` here.
  std::string rewritten(const std::map<std::string, Seen>& seen, const std::string& version) const;

 private:
  bool is_for_several_versions() const;
  // The nearest line that speaks of this claim, leaving out some.
  const Waiver* nearest(WaiverKind kind, std::string_view claim_id, std::string_view version,
                        const std::set<const Waiver*>& but) const;
  // For rewritten(). This file's lines, as far as what was seen bears them out; `wrong` gets the others.
  std::vector<std::string> lines_that_stay(const std::map<std::string, Seen>& seen,
                                           const std::string& version,
                                           std::set<const Waiver*>* wrong) const;
  // Those for what was seen and no line says.
  std::vector<std::string> lines_that_lack(const std::map<std::string, Seen>& seen,
                                           const std::string& version,
                                           const std::set<const Waiver*>& wrong) const;

  std::vector<std::string> lines_;  // without those that are included
  std::vector<Waiver> waivers_;     // the nearer ones first
};

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_WAIVERS_H_
