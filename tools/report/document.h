// All results as one JSON document (conformance/results.schema.json, "document"):
//
//   {"mpcheck_document":1,"results":[{"header":{...},"claims":[{...}, ...]}, ...]}
//
// with headers and claims as they stand in the NAME.jsonl files. Lines that are torn are left out (Results::unread).
#ifndef TOOLS_REPORT_DOCUMENT_H_
#define TOOLS_REPORT_DOCUMENT_H_

#include <string>
#include <vector>

#include "tools/report/results.h"

namespace mpcheck {

// Of results that were read from files, which it reads again.
std::string whole_document(const std::vector<Results>& all);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_DOCUMENT_H_
