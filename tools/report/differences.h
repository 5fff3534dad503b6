// What became worse, better or merely other between two results. The page has the same rules
// (page/compare.js).
//
//   worse    it held and does not any more, or is violated and was not, or leaves things behind now
//   better   the other way round; what was violated and is unsupported now has only changed
//   changed  another of a variation's outcomes, or between unsupported and unknown
//   new      judged now only; gone: judged before only
#ifndef TOOLS_REPORT_DIFFERENCES_H_
#define TOOLS_REPORT_DIFFERENCES_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/report/results.h"

namespace mpcheck {

struct Difference {
  enum class Kind { kWorse, kBetter, kChanged, kNew, kGone };
  Kind kind;
  std::string claim;
  const ClaimResult* before;  // null: new
  const ClaimResult* after;   // null: gone
};
std::string_view name_of(Difference::Kind kind);  // "worse", ...

// The results must live as long as what this returns. In the order of `after`; the gone ones last.
std::vector<Difference> differences(const Results& before, const Results& after);

// Two results that are compared.
struct Comparison {
  const Results* before;
  const Results* after;
  std::vector<Difference> differences;

  int count(Difference::Kind kind) const;
};
struct Comparisons {
  std::vector<Comparison> pairs;
  std::vector<std::string> only_before, only_after;  // names without a partner

  bool anything_worse() const;
};

// Partners have the same name; or else the same but for a version in it, if there is one such on
// each side; or are the only ones. A sentence if nobody has a partner.
std::variant<Comparisons, std::string> compare(const std::vector<Results>& before,
                                               const std::vector<Results>& after);

// For people, for a pull request, for programs.
std::string differences_text(const Comparisons& comparisons);
std::string differences_markdown(const Comparisons& comparisons);
std::string differences_json(const Comparisons& comparisons);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_DIFFERENCES_H_
