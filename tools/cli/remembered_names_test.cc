#include "tools/cli/remembered_names.h"

#include <chrono>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RememberedNames : public ::testing::Test {
 protected:
  std::vector<std::string> names() {
    return remembered_names(file_, [this] {
      ++asked_;
      return found_;
    });
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) /
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path file_ = folder_ / "known" / "names";
  std::vector<std::string> found_ = {"cpython-3.11.2-fork", "mp-fork"};
  int asked_ = 0;
};

TEST_F(RememberedNames, AreFoundOnce) {
  EXPECT_THAT(names(), ElementsAre("cpython-3.11.2-fork", "mp-fork"));
  EXPECT_THAT(names(), ElementsAre("cpython-3.11.2-fork", "mp-fork"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(RememberedNames, AreFoundAgainWhenTheyAreOld) {
  names();
  fs::last_write_time(file_, fs::file_time_type::clock::now() - std::chrono::minutes(11));
  found_.push_back("pypy-7.3.11-fork");
  EXPECT_THAT(names(), ElementsAre("cpython-3.11.2-fork", "mp-fork", "pypy-7.3.11-fork"));
  EXPECT_EQ(asked_, 2);
  names();
  EXPECT_EQ(asked_, 2);
}

// A clock that was put back must not keep a list for ever.
TEST_F(RememberedNames, AreFoundAgainWhenTheyAreOfTheFuture) {
  names();
  fs::last_write_time(file_, fs::file_time_type::clock::now() + std::chrono::hours(24));
  names();
  EXPECT_EQ(asked_, 2);
}

TEST_F(RememberedNames, NoneAreNotRemembered) {
  found_.clear();
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_FALSE(fs::exists(file_));
  found_ = {"mp-fork"};
  EXPECT_THAT(names(), ElementsAre("mp-fork"));
}

TEST_F(RememberedNames, AreToldWhereTheyCannotBeKept) {
  const fs::path nowhere = "/proc/mpcheck/names";
  EXPECT_THAT(remembered_names(nowhere, [this] { return found_; }),
              ElementsAre("cpython-3.11.2-fork", "mp-fork"));
}

TEST_F(RememberedNames, LeaveNothingElseBehind) {
  names();
  EXPECT_THAT(std::vector<fs::path>(fs::directory_iterator(file_.parent_path()), {}),
              ElementsAre(file_));
}

}  // namespace
}  // namespace mpcheck
