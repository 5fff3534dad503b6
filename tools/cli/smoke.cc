#include "tools/cli/smoke.h"

#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/stage/adapter_command.h"
#include "conformance/stage/patience.h"
#include "tools/smoke/smoke.h"

namespace mpcheck {
namespace {

int try_adapter(double time_scale, const base::Words& words) {
  if (!words.before.empty())
    return wrong_usage("smoke",
                       absl::StrCat("'", words.before[0], "': the adapter goes behind --"));
  if (words.after.empty()) return wrong_usage("smoke", "no adapter to try");
  if (time_scale <= 0) return wrong_usage("smoke", "--time-scale must be more than 0");
  conformance::patience::set_scale(time_scale);
  const std::vector<smoke::Check> checks = smoke::try_adapter(
      {.name = "adapter", .command = conformance::with_absolute_paths(words.after)});
  std::cout << "smoke: " << absl::StrJoin(words.after, " ") << "\n\n" << smoke::text_of(checks);
  if (!smoke::all_well(checks)) {
    std::cout << "\nMend what failed first: until then the verdicts of mpcheck run say little.\n";
    return kViolations;
  }
  std::cout << "\nAll is well: mpcheck run -- and the same words judge the implementation.\n";
  return kAsExpected;
}

}  // namespace

Command smoke_command() {
  auto time_scale = std::make_shared<double>(1);
  return {.name = "smoke",
          .words = "-- ADAPTER [ARGUMENT...]",
          .says =
              "tests an adapter by itself, before any claim does, and says what to read of what is "
              "wrong",
          .more =
              "A list of checks, from \"starts\" to \"leaves nothing behind\". Where one fails, "
              "those that rest on it "
              "are not tried.",
          .options = {{"time-scale", time_scale.get(), "X", "multiplies every patience"}},
          .examples = {{"smoke -- ./my_adapter", "an adapter of your own"}},
          .completes = Completes::kFiles,
          .run = [time_scale](const Place&, const base::Words& words) {
            return try_adapter(*time_scale, words);
          }};
}

}  // namespace mpcheck
