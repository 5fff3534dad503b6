// A badge in the form that shields.io's endpoint reads: {"schemaVersion":1,"label":...}.
#ifndef TOOLS_REPORT_BADGE_H_
#define TOOLS_REPORT_BADGE_H_

#include <string>

#include "tools/report/results.h"

namespace mpcheck {

// "1186 of 1263 hold". Green if everything is as expected, brightest if nothing is violated; red if
// something is unexpected, yellow if something could not be judged or the run was cut short, grey if nothing was judged.
std::string badge_json(const Results& results);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_BADGE_H_
