#include "tools/report/junit.h"

#include <map>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace mpcheck {
namespace {

// XML has no way to write most control characters.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\n') {
      out += "&#10;";
    } else if (static_cast<unsigned char>(c) < ' ' && c != '\t') {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<int>(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

bool is_error(const ClaimResult& claim) { return claim.standing == "could_not_judge"; }
bool is_skipped(const ClaimResult& claim) {
  return !is_error(claim) && !claim.is_unexpected() && claim.verdict == "unsupported";
}

std::string verdict_element(const Results& results, const ClaimResult& claim) {
  if (is_skipped(claim))
    return absl::StrCat("      <skipped message=\"", escaped(absl::StrJoin(claim.failures, "; ")),
                        "\"/>\n");
  if (!is_error(claim) && !claim.is_unexpected()) return "";
  const char* element = is_error(claim) ? "error" : "failure";
  const std::string message =
      absl::StrJoin(claim.complaints.empty() ? claim.failures : claim.complaints, "; ");
  return absl::StrCat("      <", element, " message=\"", escaped(message), "\">",
                      escaped(absl::StrCat(absl::StrJoin(claim.failures, "\n"), "\n",
                                           absl::StrJoin(claim.leftovers, "\n"),
                                           "\nTo see it again: ", results.again(claim.claim))),
                      "</", element, ">\n");
}

std::string property(const char* name, const std::string& value) {
  if (value.empty()) return "";
  return absl::StrCat("        <property name=\"", name, "\" value=\"", escaped(value), "\"/>\n");
}

std::string testcase(const Results& results, const ClaimResult& claim) {
  return absl::StrCat(
      "    <testcase classname=\"", escaped(results.name), ".", escaped(claim.area), "\" name=\"",
      escaped(std::string_view(claim.claim)
                  .substr(std::min(claim.area.size() + 1, claim.claim.size()))),
      "\" time=\"", absl::StrFormat("%.3f", claim.took_ms / 1000), "\">\n      <properties>\n",
      property("level", claim.level), property("verdict", claim.verdict),
      property("variation", claim.variation), property("hygiene", claim.hygiene),
      property("waived", claim.waived ? "true" : ""), "      </properties>\n",
      verdict_element(results, claim), "    </testcase>\n");
}

struct Sums {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(const ClaimResult& claim) {
    ++tests;
    failures += claim.is_unexpected();
    errors += is_error(claim);
    skipped += is_skipped(claim);
    seconds += claim.took_ms / 1000;
  }
  std::string attributes() const {
    return absl::StrFormat(
        "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\"", tests, failures,
        errors, skipped, seconds);
  }
};

// Who reads nothing but this must not take the part for the whole.
std::string cut_short_suite(const Results& results) {
  const Sums one = {.tests = 1, .errors = 1};
  return absl::StrCat(
      "  <testsuite name=\"the run\" ", one.attributes(), ">\n    <testcase classname=\"",
      escaped(results.name), "\" name=\"the run\" time=\"0.000\">\n",
      "      <error message=\"the run was cut short: the other cases are what was done\"/>\n",
      "    </testcase>\n  </testsuite>\n");
}

}  // namespace

std::string junit_xml(const Results& results) {
  std::map<std::string, std::vector<const ClaimResult*>> areas;
  Sums all;
  for (const ClaimResult& each : results.claims) {
    areas[each.area].push_back(&each);
    all.add(each);
  }
  all.tests += results.cut_short;
  all.errors += results.cut_short;
  std::string out =
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mpcheck: ",
                   escaped(results.name), "\" ", all.attributes(), ">\n");
  for (const auto& [area, claims] : areas) {
    Sums sums;
    for (const ClaimResult* claim : claims) sums.add(*claim);
    absl::StrAppend(&out, "  <testsuite name=\"", escaped(area), "\" ", sums.attributes(), ">\n");
    for (const ClaimResult* claim : claims) absl::StrAppend(&out, testcase(results, *claim));
    absl::StrAppend(&out, "  </testsuite>\n");
  }
  return absl::StrCat(out, results.cut_short ? cut_short_suite(results) : "", "</testsuites>\n");
}

}  // namespace mpcheck
