#include "mp/os/whole.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "mp/os/test_processes.h"

namespace mp::os {
namespace {

struct Point {
  float x, y;
};

TEST(Whole, ExampleOfTheHeader) {
  alignas(kWholeAlignment<Point>) Point shared{0, 0};
  store_whole(shared, {1, 2});
  const Point now = load_whole(shared);
  EXPECT_EQ(now.x, 1);
  EXPECT_EQ(now.y, 2);
}

TEST(Whole, LargeValuesAreCopied) {
  struct Large {
    int64_t numbers[5];
  };
  Large shared{};
  store_whole(shared, {{1, 2, 3, 4, 5}});
  EXPECT_EQ(load_whole(shared).numbers[4], 5);
}

TEST(Whole, NobodySeesHalfOfAValue) {
  struct Both {
    alignas(kWholeAlignment<Point>) Point point{0, 0};
    std::atomic<bool> stop{false};
  };
  Shared<Both> shared;
  TestProcess writer([&] {
    for (float i = 1; !shared->stop; ++i) store_whole(shared->point, {i, i});
    return true;
  });
  for (int i = 0; i < 100000; ++i) {
    const Point seen = load_whole(shared->point);
    ASSERT_EQ(seen.x, seen.y);
  }
  shared->stop = true;
  EXPECT_EQ(writer.wait(), base::Exited{0});
}

}  // namespace
}  // namespace mp::os
