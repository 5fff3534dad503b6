// How often each verdict came out, and the few words that are said of it everywhere.
#ifndef TOOLS_REPORT_COUNTS_H_
#define TOOLS_REPORT_COUNTS_H_

#include <string>

#include "tools/report/results.h"

namespace mpcheck {

struct Tally {
  int holds = 0, variation = 0, violated = 0, unsupported = 0;
  int unknown = 0;  // adapter errors as well
  int waived = 0, unexpected = 0, not_judged = 0, dirty = 0, hygiene_unknown = 0;

  int judged() const { return holds + variation + violated; }
};

Tally tally_of(const Results& results);

// "clean", "3 dirty, 57 not known"
std::string hygiene_text(const Tally& tally);

// "holds", "variation: raises ValueError", "violated, dirty"; "not judged" for null.
std::string state_text(const ClaimResult* result);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_COUNTS_H_
