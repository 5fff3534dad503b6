#include "conformance/runner/version_range.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace conformance {
namespace {

// Less than, equal to or more than 0, as `version` is older than, within or newer than `than`.
int compare(std::vector<int> version, const std::vector<int>& than) {
  version.resize(than.size());
  return version < than ? -1 : version == than ? 0 : 1;
}

bool holds(std::string_view sign, int order) {
  if (sign == "<") return order < 0;
  if (sign == "<=") return order <= 0;
  if (sign == ">") return order > 0;
  if (sign == ">=") return order >= 0;
  if (sign == "==") return order == 0;
  return order != 0;
}

}  // namespace

std::vector<int> version_numbers(std::string_view version) {
  std::vector<int> numbers;
  for (std::string_view part : absl::StrSplit(version, '.')) {
    const auto digits = std::find_if_not(part.begin(), part.end(), absl::ascii_isdigit);
    const auto length = static_cast<size_t>(digits - part.begin());
    int number = 0;
    if (!absl::SimpleAtoi(part.substr(0, length), &number)) break;
    numbers.push_back(number);
    if (length < part.size()) break;
  }
  return numbers;
}

std::variant<VersionRange, std::string> VersionRange::parse(std::string_view text) {
  VersionRange range;
  for (std::string_view each : absl::StrSplit(text, ',')) {
    std::string_view rest = absl::StripAsciiWhitespace(each);
    std::string_view sign;
    for (std::string_view known : {"<=", ">=", "==", "!=", "<", ">"}) {
      if (absl::ConsumePrefix(&rest, known)) {
        sign = known;
        break;
      }
    }
    std::vector<int> than = version_numbers(absl::StripLeadingAsciiWhitespace(rest));
    if (sign.empty() || than.empty()) {
      return absl::StrCat("'", each,
                          "' is no comparison with a version; one is <3.9, <=3.8, >3.8, ",
                          ">=3.9, ==3.9 or !=3.9");
    }
    range.comparisons_.push_back({.sign = std::string(sign), .than = std::move(than)});
  }
  return range;
}

bool VersionRange::contains(std::string_view version) const {
  if (is_everything()) return true;
  const std::vector<int> numbers = version_numbers(version);
  return !numbers.empty() &&
         std::all_of(comparisons_.begin(), comparisons_.end(), [&](const Comparison& each) {
           return holds(each.sign, compare(numbers, each.than));
         });
}

}  // namespace conformance
