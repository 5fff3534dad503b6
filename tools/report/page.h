// The report as one page of HTML that needs nothing else: no network, no other file.
//
// What the page shows at once (claims, statements, a character for each verdict) stands in it as
// JSON; texts and timelines, which are large, deflated and one block an implementation, so that a
// browser opens 40 implementations as fast as two.
#ifndef TOOLS_REPORT_PAGE_H_
#define TOOLS_REPORT_PAGE_H_

#include <string>
#include <vector>

#include "conformance/notes/catalogue.h"
#include "tools/report/results.h"

namespace mpcheck {

struct PageOptions {
  std::vector<std::string> order;  // ids of claims; others come behind these, by id
  std::string notes;               // folder of the notes' own texts, to quote from; empty: none
};

// Requires: the results were read with Reading{.timelines = true}.
std::string report_page(const std::vector<Results>& all, const conformance::Catalogue& catalogue,
                        const PageOptions& options = {});

// What the page shows at once, as JSON; for report_page() and its tests.
std::string overview_json(const std::vector<Results>& all, const conformance::Catalogue& catalogue,
                          const PageOptions& options = {});

}  // namespace mpcheck

#endif  // TOOLS_REPORT_PAGE_H_
