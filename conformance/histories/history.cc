#include "conformance/histories/history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace conformance::histories {
namespace {

double microseconds(std::chrono::nanoseconds t) { return static_cast<double>(t.count()) / 1000; }

std::string outcome_of(const Call& call) {
  if (call.open) return "its process was killed";
  return call.raised.empty() ? absl::StrCat("returned ", call.value.text())
                             : absl::StrCat("raised ", call.raised);
}

}  // namespace

std::vector<const Call*> History::in_order() const {
  std::vector<const Call*> calls;
  for (const auto& each : processes) {
    for (const Call& call : each) calls.push_back(&call);
  }
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call* a, const Call* b) { return a->t0 < b->t0; });
  return calls;
}

size_t History::calls() const {
  size_t count = 0;
  for (const auto& each : processes) count += each.size();
  return count;
}

std::string table_of(const History& history) {
  const std::vector<const Call*> calls = history.in_order();
  if (calls.empty()) return "    (no call has ended)\n";
  const std::chrono::nanoseconds start = calls.front()->t0;
  std::string out = "        begins      ends\n";
  for (const Call* call : calls) {
    const bool is_main = call->process + 1 == history.processes.size();
    const std::string ends =
        call->open ? "-" : absl::StrFormat("%.1f", microseconds(call->t1 - start));
    absl::StrAppendFormat(&out, "    %10.1f %9s  %-5s %-16s %s\n", microseconds(call->t0 - start),
                          ends, is_main ? "main" : absl::StrCat("p", call->process),
                          call->step.text(), outcome_of(*call));
  }
  if (history.killed) {
    absl::StrAppendFormat(&out, "    %10.1f            p%d was killed\n",
                          microseconds(history.killed_at - start), *history.killed);
  }
  return out;
}

}  // namespace conformance::histories
