#include <iostream>

#include "conformance/claims/claim.h"
#include "conformance/runner/judge.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

class ClaimTest : public testing::Test {
 public:
  ClaimTest(const Claim* claim, const TesteeSpec* testee) : claim_(claim), testee_(testee) {}
  void TestBody() override {
    Judgement j = judge(*claim_, *testee_);
    std::string all;
    for (auto& f : j.failures) all += f + "\n";
    for (auto& f : j.hygiene.leftovers) all += "hygiene: " + f + "\n";
    if (!j.hygiene.why_not.empty()) all += "hygiene not judged: " + j.hygiene.why_not + "\n";
    std::cout << name_of(j.verdict) << " " << j.variation << (j.presumed ? " presumed" : "") << "\n"
              << all;
    if (j.verdict != Verdict::kHolds) std::cout << j.last_words;
    if (j.verdict != Verdict::kHolds || !j.hygiene.leftovers.empty()) {
      for (auto& r : j.trace)
        std::cout << "  " << (r->sent - j.began).count() / 1000 << "us " << r->puppet << ": "
                  << r->op.text() << " -> " << (r->outcome ? text_of(*r->outcome) : "pending")
                  << "\n";
    }
    if (j.verdict == Verdict::kViolated || !j.hygiene.leftovers.empty())
      ADD_FAILURE() << "violated";
    if (j.verdict == Verdict::kUnknown || j.verdict == Verdict::kAdapterError)
      ADD_FAILURE() << name_of(j.verdict);
  }

 private:
  const Claim* claim_;
  const TesteeSpec* testee_;
};

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  static conformance::TesteeSpec spec;
  for (int i = 1; i < argc; ++i) spec.command.push_back(argv[i]);
  for (const conformance::Claim& claim : conformance::all_claims()) {
    testing::RegisterTest(
        claim.area().c_str(), claim.name().c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [&claim]() -> testing::Test* { return new conformance::ClaimTest(&claim, &spec); });
  }
  return RUN_ALL_TESTS();
}
