// Results as JUnit XML: a suite for each area, a case for each claim. What a waiver explains passes,
// with its verdict as a property; what nobody expected fails; what could not be judged is an error, and so is a
// run that was cut short.
#ifndef TOOLS_REPORT_JUNIT_H_
#define TOOLS_REPORT_JUNIT_H_

#include <string>

#include "tools/report/results.h"

namespace mpcheck {

std::string junit_xml(const Results& results);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_JUNIT_H_
