// main() of tests that start processes: where a child that is not forked begins, it is none of the tests.
#include <gtest/gtest.h>

#include "mp/process.h"

int main(int argc, char** argv) {
  mp::run_if_child(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
