#include "tools/smoke/check.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mpcheck::smoke {
namespace {

std::string_view mark_of(Standing standing) {
  switch (standing) {
    case Standing::kGood:
      return "ok  ";
    case Standing::kFailed:
      return "FAIL";
    case Standing::kNoted:
      return "note";
    case Standing::kNotTried:
      return " -  ";
  }
  return "?";
}

std::string text_of(const Check& check) {
  constexpr const char* kIndent = "\n              ";
  std::string out = absl::StrCat("  ", mark_of(check.standing), "  ", check.title);
  const std::string detail(absl::StripTrailingAsciiWhitespace(check.detail));
  const std::string lines = absl::StrJoin(absl::StrSplit(detail, '\n'), kIndent);
  if (check.standing == Standing::kFailed) {
    absl::StrAppend(&out, kIndent, lines);
    if (check.section > 0)
      absl::StrAppend(&out, kIndent, "read: conformance/PROTOCOL.md, section ", check.section);
  } else if (!detail.empty()) {
    absl::StrAppend(&out, ": ", lines);
  }
  return out;
}

}  // namespace

std::string text_of(const std::vector<Check>& checks) {
  std::string out;
  for (const Check& each : checks) absl::StrAppend(&out, text_of(each), "\n");
  return out;
}

bool all_well(const std::vector<Check>& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& each) { return each.standing == Standing::kFailed; });
}

void fail(std::string detail) { throw Ends{Standing::kFailed, std::move(detail)}; }
void stuck(std::string detail) { throw Ends{Standing::kFailed, std::move(detail), true}; }
void note(std::string detail) { throw Ends{Standing::kNoted, std::move(detail)}; }
void skip(std::string detail) { throw Ends{Standing::kNotTried, std::move(detail)}; }

}  // namespace mpcheck::smoke
