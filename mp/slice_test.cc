#include "mp/slice.h"

#include <limits>

#include "gtest/gtest.h"

namespace mp {
namespace {

// What a slice of 0, 1, 2, ... is, as text.
std::string of(Bound start, Bound stop, size_t size) {
  const Slice slice = slice_in(start, stop, size);
  std::string items;
  for (size_t i = 0; i < slice.size; ++i) items += std::to_string(slice.first + i);
  return items;
}

TEST(Slice, ExampleOfTheHeader) {
  EXPECT_EQ(index_in(-1, 5), 4u);
  EXPECT_THROW(index_in(5, 5), IndexError);
  EXPECT_EQ(of(1, 3, 5), "12");
  EXPECT_EQ(of({}, -1, 5), "0123");
  EXPECT_EQ(of(3, 100, 5), "34");
}

TEST(Slice, IndexBeyondEitherEndRaises) {
  EXPECT_EQ(index_in(0, 3), 0u);
  EXPECT_EQ(index_in(-3, 3), 0u);
  for (int64_t index : {int64_t{3}, int64_t{-4}, std::numeric_limits<int64_t>::max(),
                        std::numeric_limits<int64_t>::min()})
    EXPECT_THROW(index_in(index, 3), IndexError) << index;
  EXPECT_THROW(index_in(0, 0), IndexError);
  EXPECT_THROW(index_in(-1, 0), IndexError);
}

TEST(Slice, IsCutToWhatThereIs) {
  EXPECT_EQ(of({}, {}, 5), "01234");
  EXPECT_EQ(of(-2, {}, 5), "34");
  EXPECT_EQ(of(-100, 2, 5), "01");
  EXPECT_EQ(of(4, 2, 5), "");
  EXPECT_EQ(of(7, 9, 5), "");
  EXPECT_EQ(of({}, {}, 0), "");
  EXPECT_EQ(of(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), 3), "012");
}

}  // namespace
}  // namespace mp
