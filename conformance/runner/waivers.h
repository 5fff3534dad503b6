// What an implementation is known to get wrong: a text file, and two-sided.
//
//   # Why this file exists, and who to ask.
//   queue.get.reader_killed     # CPython: the dead reader keeps the read lock
//   barrier.*                   # https://example.org/issues/12
//   hygiene:pool.worker_killed  # leaves its semaphores behind
//
// Each line: a pattern of claim ids (* stands for any text), then # and the reason, which must be
// there. A claim that is violated must be listed; a listed claim that holds must be taken off the
// list. Adapter errors and unknown verdicts can't be waived. A pattern that matches no claim of the
// suite is an error.
#ifndef CONFORMANCE_RUNNER_WAIVERS_H_
#define CONFORMANCE_RUNNER_WAIVERS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace conformance {

enum class WaiverKind { kSemantics, kHygiene };

struct Waiver {
  WaiverKind kind;
  std::string pattern;
  std::string reason;
  int line;  // from 1

  bool matches(std::string_view claim_id) const;
};

// Whether `text` has the form of `pattern`.
bool matches_pattern(std::string_view pattern, std::string_view text);

class Waivers {
 public:
  Waivers() = default;
  // The waivers, or a sentence that names line and fault. `path` is for that sentence only.
  static std::variant<Waivers, std::string> parse(const std::string& text, const std::string& path,
                                                  const std::vector<std::string>& all_claim_ids);

  // The line that excuses this claim; nullptr if none does.
  const Waiver* find(WaiverKind kind, std::string_view claim_id) const;

  // What was seen of a claim, for rewritten().
  struct Seen {
    bool semantics_violated = false;
    bool hygiene_violated = false;
    bool semantics_judged = false;  // it held or was violated
    bool hygiene_judged = false;
  };

  // The file as it should be after a run: lines whose claims now hold are gone, violated claims
  // that were missing are added, everything else (comments, order, claims that did not run) stays.
  std::string rewritten(const std::map<std::string, Seen>& seen) const;

 private:
  std::vector<std::string> lines_;
  std::vector<Waiver> waivers_;
};

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_WAIVERS_H_
