// Results as Markdown, fit for the summary of a CI job: totals, what is not as expected with the line
// that shows it again, and where implementations differ.
#ifndef TOOLS_REPORT_MARKDOWN_H_
#define TOOLS_REPORT_MARKDOWN_H_

#include <string>
#include <string_view>
#include <vector>

#include "tools/report/results.h"

namespace mpcheck {

std::string markdown_summary(const std::vector<Results>& all);

// With everything escaped that would be markup, or end a table's cell.
std::string markdown_text(std::string_view text);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_MARKDOWN_H_
