#include "conformance/runner/report_text.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace conformance {
namespace {

void section(std::string_view title, const std::string& body, std::string* out) {
  if (body.empty()) return;
  absl::StrAppend(out, "\n", title, "\n");
  std::vector<std::string_view> lines = absl::StrSplit(absl::StripSuffix(body, "\n"), '\n');
  for (std::string_view line : lines) absl::StrAppend(out, "    ", line, "\n");
}

std::string trace_text(const Judgement& j) {
  std::string out;
  for (const auto& call : j.trace) {
    auto since = [&](std::chrono::nanoseconds t) {
      return std::chrono::duration<double, std::milli>(t - j.began).count();
    };
    std::string until =
        call->answered.count() != 0 ? absl::StrFormat("%8.1f", since(call->answered)) : "        ";
    absl::StrAppendFormat(&out, "%8.1f %s  %-6s %s\n%19s        -> %s\n", since(call->sent), until,
                          call->puppet, call->op.text(), "",
                          call->outcome ? text_of(*call->outcome) : "(nobody asked)");
  }
  return out;
}

}  // namespace

std::string report_text(const Claim& claim, const Judgement& j, const Assessment& a,
                        const std::string& reproduce) {
  std::string out = absl::StrCat("\n", claim.id, " (", name_of(claim.level),
                                 "): ", name_of(j.verdict), "\n    ", claim.says, "\n");
  section("Why this is not as expected:", absl::StrJoin(a.complaints, "\n"), &out);
  section("What was accepted, and what happened:", absl::StrJoin(j.failures, "\n"), &out);
  section("Commands, in order of time (ms: sent, answered):", trace_text(j), &out);
  section("Left behind:", absl::StrJoin(j.hygiene.leftovers, "\n"), &out);
  section("The testee:", j.last_words, &out);
  section("To see it again:", reproduce, &out);
  return out;
}

}  // namespace conformance
