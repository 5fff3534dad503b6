#include "mp/start_method.h"

#include "gtest/gtest.h"
#include "mp/errors.h"

namespace mp {
namespace {

TEST(StartMethod, ExampleOfTheHeader) {
  set_start_method(StartMethod::kSpawn);
  EXPECT_EQ(get_start_method(), StartMethod::kSpawn);
  EXPECT_THROW(set_start_method(StartMethod::kFork), RuntimeError);
  set_start_method(std::nullopt, /*force=*/true);
}

TEST(StartMethod, QuestionChoosesTheDefaultAndTheOtherQuestionDoesNot) {
  EXPECT_EQ(chosen_start_method(), std::nullopt);
  EXPECT_EQ(get_start_method(), get_all_start_methods().front());
  EXPECT_EQ(chosen_start_method(), StartMethod::kFork);
  set_start_method(std::nullopt, /*force=*/true);
}

TEST(StartMethod, HasAName) {
  for (StartMethod each : get_all_start_methods())
    EXPECT_EQ(start_method_named(name_of(each)), each);
  EXPECT_THROW(start_method_named("Spawn"), ValueError);
  EXPECT_THROW(start_method_named(""), ValueError);
}

}  // namespace
}  // namespace mp
