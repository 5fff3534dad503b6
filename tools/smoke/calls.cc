#include "tools/smoke/calls.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tools/smoke/check.h"

namespace mpcheck::smoke {

using conformance::Abandon;
using conformance::Call;
using conformance::Op;
using conformance::Puppet;
using conformance::Value;

bool is_supported(const std::function<void()>& use) {
  try {
    use();
  } catch (const Abandon& abandon) {
    if (abandon.why != Abandon::Why::kUnsupported) throw;
    return false;
  }
  return true;
}

Value result_of(Puppet& puppet, Op op) {
  const Call call = puppet.does(std::move(op));
  if (const auto* returned = std::get_if<conformance::Returned>(&call.outcome()))
    return returned->value;
  fail(absl::StrCat(call.text(), " ", conformance::text_of(call.outcome())));
}

std::optional<Value> result_if_supported(Puppet& puppet, Op op) {
  std::optional<Value> result;
  is_supported([&] { result = result_of(puppet, std::move(op)); });
  return result;
}

void make(conformance::Stage& stage, std::string_view area, std::string name) {
  Op op{.name = absl::StrCat(area, ".new"), .as = {std::move(name)}};
  if (area == "queue") op.args = {{"maxsize", 1}};  // some have a bound always
  (void)result_of(stage.main(), std::move(op));
}

}  // namespace mpcheck::smoke
