#include "tools/cli/claim_filter.h"

#include "conformance/claims/claim.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::HasSubstr;

constexpr char kClaim[] = "queue.put.blocks_while_full";

TEST(ClaimFilter, StarIsAllAndAnIdIsOne) {
  EXPECT_EQ(number_of_claims("*"), conformance::all_claims().size());
  EXPECT_EQ(number_of_claims(kClaim), 1u);
  EXPECT_EQ(number_of_claims("queue.put.blocks_while_ful?"), 1u);
}

TEST(ClaimFilter, ColonsAddAndWhatStandsBehindADashIsLeftOut) {
  const size_t queues = number_of_claims("queue.*"), pipes = number_of_claims("pipe.*");
  EXPECT_GT(queues, 1u);
  EXPECT_EQ(number_of_claims("queue.*:pipe.*:queue.*"), queues + pipes);
  EXPECT_EQ(number_of_claims(std::string("queue.*:pipe.*-pipe.*:") + kClaim), queues - 1);
  EXPECT_EQ(number_of_claims("-queue.*"), conformance::all_claims().size() - queues);
}

TEST(ClaimFilter, OneThatIsPassedByAClaimIsNotWrong) {
  EXPECT_EQ(wrong_filter("*"), "");
  EXPECT_EQ(wrong_filter(kClaim), "");
}

TEST(ClaimFilter, OneThatNoClaimPassesIsToldWithWhatWasProbablyMeant) {
  EXPECT_EQ(wrong_filter("qeue.*"),
            "no claim passes --filter=qeue.* (mpcheck list shows them all); did you mean queue.*?");
  EXPECT_THAT(wrong_filter("queue"), HasSubstr("did you mean queue.*?"));
  EXPECT_THAT(wrong_filter("queue.put.block_while_full"), HasSubstr(kClaim));
  EXPECT_EQ(wrong_filter("*-*"), "no claim passes --filter=*-* (mpcheck list shows them all)");
}

}  // namespace
}  // namespace mpcheck
