#include "tools/report/badge.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tools/report/counts.h"

namespace mpcheck {
namespace {

const char* colour_of(const Results& results, const Tally& tally) {
  if (tally.unexpected > 0) return "red";
  if (tally.not_judged > 0 || results.cut_short) return "yellow";
  if (tally.judged() == 0) return "lightgrey";
  return tally.violated == 0 ? "brightgreen" : "green";
}

}  // namespace

std::string badge_json(const Results& results) {
  const Tally tally = tally_of(results);
  const std::string message =
      tally.judged() == 0 ? "nothing judged"
                          : absl::StrCat(tally.holds + tally.variation, " of ", tally.judged(),
                                         " hold", results.cut_short ? ", cut short" : "");
  const nlohmann::ordered_json badge = {{"schemaVersion", 1},
                                        {"label", absl::StrCat("mpcheck: ", results.name)},
                                        {"message", message},
                                        {"color", colour_of(results, tally)}};
  return badge.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace mpcheck
