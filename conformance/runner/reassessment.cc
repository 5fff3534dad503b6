#include "conformance/runner/reassessment.h"

#include <nlohmann/json.hpp>

#include "conformance/runner/expectation.h"
#include "conformance/runner/judge.h"

namespace conformance {
namespace {

using Json = nlohmann::ordered_json;

Verdict verdict_of(const std::string& name) {
  for (Verdict each :
       {Verdict::kHolds, Verdict::kViolated, Verdict::kUnsupported, Verdict::kUnknown}) {
    if (name == name_of(each)) return each;
  }
  return Verdict::kAdapterError;
}

Waivers::Seen seen_of(Verdict verdict, const std::string& hygiene) {
  return {.semantics_violated = verdict == Verdict::kViolated,
          .hygiene_violated = hygiene == "dirty",
          .semantics_judged = verdict == Verdict::kHolds || verdict == Verdict::kViolated,
          .hygiene_judged = hygiene != "not_judged"};
}

}  // namespace

std::string reassessed(const std::string& line, const Waivers& waivers) {
  Json result = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!result.is_object() || !result.contains("claim")) return line;
  const Verdict verdict = verdict_of(result["verdict"]);
  const Assessment a =
      assess(result["claim"], verdict, seen_of(verdict, result["hygiene"]["verdict"]),
             result["about"]["version"], waivers);
  result["standing"] = name_of(a.standing);
  result["waived"] = a.waived;
  result["complaints"] = a.complaints;
  return result.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace conformance
