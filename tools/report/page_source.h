// The page without its data, as page/bundle.py has put it together at build time.
#ifndef TOOLS_REPORT_PAGE_SOURCE_H_
#define TOOLS_REPORT_PAGE_SOURCE_H_

#include <string_view>
#include <utility>

namespace mpcheck {

// What stands before the data, and what behind it.
std::pair<std::string_view, std::string_view> page_source();

}  // namespace mpcheck

#endif  // TOOLS_REPORT_PAGE_SOURCE_H_
