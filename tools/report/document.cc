#include "tools/report/document.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/report/results.h"

namespace mpcheck {
namespace {

// The lines that stand in the file, each of which is JSON: read_results() has looked.
std::string results_json(const std::string& path, const Results& results) {
  std::ifstream in(path, std::ios::binary);
  std::string header, line;
  std::vector<std::string> claims;
  while (std::getline(in, line) && claims.size() < results.claims.size()) {
    if (line.empty()) continue;
    if (header.empty()) {
      header = line;
    } else {
      claims.push_back(line);
    }
  }
  return absl::StrCat("{\"header\":", header, ",\"claims\":[\n", absl::StrJoin(claims, ",\n"),
                      "]}");
}

}  // namespace

std::variant<std::string, Unreadable> whole_document(const std::vector<std::string>& files) {
  std::vector<std::string> parts;
  for (const std::string& file : files) {
    const auto read = read_results(file);
    if (const auto* why = std::get_if<std::string>(&read)) return Unreadable{*why};
    parts.push_back(results_json(file, std::get<Results>(read)));
  }
  return absl::StrCat("{\"mpcheck_document\":1,\"results\":[\n", absl::StrJoin(parts, ",\n"),
                      "]}\n");
}

}  // namespace mpcheck
