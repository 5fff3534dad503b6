// What an implementation is known to get wrong: a text file, and two-sided.
//
//   # Why this file exists, and who to ask.
//   queue.get.reader_killed     # CPython: the dead reader keeps the read lock
//   barrier.*                   # https://example.org/issues/12
//   hygiene:pool.worker_killed  # leaves its semaphores behind
//   pool.worker_is_lost [<4.2]  # mended since
//   sometimes:pool.map.x        # a race of its own: it holds in most runs
//
// Each line: a pattern of claim ids (* stands for any text); if it is not true of every version, in
// brackets those that it is true of (version_range.h; the version is what the adapter's hello says);
// then # and the reason, which must be there. A claim that is violated must be listed; a listed
// claim that holds must be taken off the list, unless the line says `sometimes`. Adapter errors and
// unknown verdicts can't be waived. A pattern that matches no claim of the suite is an error.
#ifndef CONFORMANCE_RUNNER_WAIVERS_H_
#define CONFORMANCE_RUNNER_WAIVERS_H_

#include <functional>
#include <map>
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
  std::string reason;
  int line;  // from 1

  bool matches(std::string_view claim_id) const;
  bool applies_to(std::string_view claim_id, std::string_view version) const;
};

// Whether `text` has the form of `pattern`.
bool matches_pattern(std::string_view pattern, std::string_view text);

class Waivers {
 public:
  Waivers() = default;
  // The waivers, or a sentence that names line and fault. `path` is for that sentence only.
  static std::variant<Waivers, std::string> parse(const std::string& text, const std::string& path,
                                                  const std::vector<std::string>& all_claim_ids);

  // The line that excuses this claim of that version; nullptr if none does.
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
  // the others. A line that no longer holds of it gets !=VERSION, a new one ==VERSION.
  std::string rewritten(const std::map<std::string, Seen>& seen, const std::string& version) const;

 private:
  bool is_for_several_versions() const;

  std::vector<std::string> lines_;
  std::vector<Waiver> waivers_;
};

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_WAIVERS_H_
