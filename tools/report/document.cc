#include "tools/report/document.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mpcheck {
namespace {

using Json = nlohmann::ordered_json;

// A file's lines of JSON: its header, which is kept if it is the first, and claims.
void take_lines(const std::string& path, std::string* header, std::vector<std::string>* claims) {
  std::ifstream in(path, std::ios::binary);
  bool is_first = true;
  for (std::string line; std::getline(in, line);) {
    if (!Json::accept(line)) continue;
    if (!is_first) {
      claims->push_back(line);
    } else if (header->empty()) {
      *header = line;
    }
    is_first = false;
  }
}

std::string results_json(const Results& results) {
  std::string header;
  std::vector<std::string> claims;
  take_lines(results.path, &header, &claims);
  for (const std::string& each : results.more_paths) take_lines(each, &header, &claims);
  if (header.empty()) {  // nothing was written but the file itself
    header = Json({{"mpcheck_results", 1}, {"testee", results.name}, {"command", Json::array()}})
                 .dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return absl::StrCat("{\"header\":", header, ",\"claims\":[\n", absl::StrJoin(claims, ",\n"),
                      "]}");
}

}  // namespace

std::string whole_document(const std::vector<Results>& all) {
  std::vector<std::string> parts;
  for (const Results& each : all) parts.push_back(results_json(each));
  return absl::StrCat("{\"mpcheck_document\":1,\"results\":[\n", absl::StrJoin(parts, ",\n"),
                      "]}\n");
}

}  // namespace mpcheck
