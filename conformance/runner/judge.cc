#include "conformance/runner/judge.h"

#include <exception>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "base/deadline.h"
#include "base/os_error.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

void take(const Abandon& abandon, Judgement* j) {
  j->failures.push_back(abandon.text);
  switch (abandon.why) {
    case Abandon::Why::kUnsupported:
      if (j->verdict == Verdict::kHolds) j->verdict = Verdict::kUnsupported;
      break;
    case Abandon::Why::kViolated:
      j->verdict = Verdict::kViolated;
      break;
    case Abandon::Why::kUnknown:
      if (j->verdict == Verdict::kHolds) j->verdict = Verdict::kUnknown;
      break;
    case Abandon::Why::kAdapter:
      j->verdict = Verdict::kAdapterError;
      break;
  }
}

// Runs `step`; what it throws becomes part of the judgement.
template <typename Step>
void guarded(Judgement* j, Step step) {
  try {
    step();
  } catch (const Abandon& abandon) {
    take(abandon, j);
  } catch (const std::out_of_range& e) {
    // at() of a list that the testee has returned.
    take({Abandon::Why::kViolated,
          absl::StrCat("an answer has less in it than the claim looks at (", e.what(), ")")},
         j);
  } catch (const std::invalid_argument& e) {  // an address that is none, a number that is none
    take({Abandon::Why::kViolated,
          absl::StrCat("an answer is not what the claim needs: ", e.what())},
         j);
  } catch (const std::exception& e) {
    // Ours, not the testee's. What was seen of the testee before stands.
    if (j->verdict == Verdict::kHolds) j->verdict = Verdict::kUnknown;
    j->failures.push_back(absl::StrCat("the runner failed: ", e.what()));
  }
}

void run_check(const Claim& claim, Stage& stage, Judgement* j) {
  testing::TestPartResultArray expectations;
  std::exception_ptr thrown;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &expectations);
    try {
      for (const char* feature : claim.needs) {
        if (!stage.has_feature(feature))
          throw Abandon{Abandon::Why::kUnsupported,
                        absl::StrCat("the implementation has no ", feature)};
      }
      claim.check(stage);
      if (claim.level == Level::kVariation && stage.variation().empty())
        throw std::logic_error("the claim is a variation, but its check records no outcome");
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  for (int i = 0; i < expectations.size(); ++i) {
    j->verdict = Verdict::kViolated;
    j->failures.push_back(expectations.GetTestPartResult(i).message());
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kViolated:
      return "violated";
    case Verdict::kUnsupported:
      return "unsupported";
    case Verdict::kUnknown:
      return "unknown";
    case Verdict::kAdapterError:
      return "adapter_error";
  }
  return "?";
}

Judgement judge(const Claim& claim, const TesteeSpec& testee, WarmTestee* warm) {
  Judgement j;
  j.began = base::monotonic_now();
  guarded(&j, [&] {
    Stage stage(testee, {.warm = warm});
    guarded(&j, [&] { run_check(claim, stage, &j); });
    if (j.verdict != Verdict::kAdapterError) {
      guarded(&j, [&] {
        j.about = stage.about();
        j.hygiene = stage.finish();
      });
    }
    j.variation = stage.variation();
    j.presumed = stage.presumed();
    j.trace = stage.calls();
    j.chronicle = stage.chronicle();
    if (j.verdict != Verdict::kHolds || !j.hygiene.leftovers.empty())
      j.last_words = stage.last_words();
  });
  j.took = base::monotonic_now() - j.began;
  return j;
}

}  // namespace conformance
