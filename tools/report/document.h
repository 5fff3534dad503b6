// All results as one JSON document (conformance/results.schema.json, "document"):
//
//   {"mpcheck_document":1,"results":[{"header":{...},"claims":[{...}, ...]}, ...]}
//
// with headers and claims as they stand in the NAME.jsonl files.
#ifndef TOOLS_REPORT_DOCUMENT_H_
#define TOOLS_REPORT_DOCUMENT_H_

#include <string>
#include <variant>
#include <vector>

namespace mpcheck {

// What is wrong with a file, and where, as a sentence.
struct Unreadable {
  std::string why;
};

// Of such files.
std::variant<std::string, Unreadable> whole_document(const std::vector<std::string>& files);

}  // namespace mpcheck

#endif  // TOOLS_REPORT_DOCUMENT_H_
