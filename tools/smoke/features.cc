#include "tools/smoke/features.h"

#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/smoke/calls.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {
namespace {

using conformance::Outcome;
using conformance::Raised;
using conformance::Returned;
using conformance::Stage;

bool is_as_expected(const Outcome& outcome, const Step& step) {
  if (!step.raises.empty()) {
    const auto* raised = std::get_if<Raised>(&outcome);
    return raised != nullptr && raised->is_a(step.raises);
  }
  const auto* returned = std::get_if<Returned>(&outcome);
  return returned != nullptr && (!step.returns || *step.returns == returned->value);
}

std::string expectation(const Step& step) {
  if (!step.raises.empty()) return "raises " + step.raises;
  return step.returns ? "returns " + step.returns->text() : "returns";
}

void does_step(const Step& step, Stage& stage) {
  const conformance::Call call = stage.main().does(step.op);
  const Outcome& outcome = call.outcome();
  if (is_as_expected(outcome, step)) return;
  const std::string says = absl::StrCat(step.op.text(), " ", conformance::text_of(outcome),
                                        "; expected: ", expectation(step));
  const bool has_ended =
      std::holds_alternative<Returned>(outcome) || std::holds_alternative<Raised>(outcome);
  if (!has_ended) stuck(says);
  fail(says);
}

}  // namespace

std::string follows(const Recipe& recipe, Stage& stage) {
  std::set<std::string> lacking;
  for (const Step& step : recipe.steps) {
    if (is_supported([&] { does_step(step, stage); })) continue;
    const bool is_first = &step == &recipe.steps.front();
    if (is_first)
      fail(absl::StrCat(step.op.name, " is unsupported, though the hello lists ", recipe.feature));
    lacking.insert(step.op.name);
  }
  if (!lacking.empty()) note("without " + absl::StrJoin(lacking, ", "));
  return absl::StrCat(recipe.steps.size(), " operations");
}

}  // namespace mpcheck::smoke
