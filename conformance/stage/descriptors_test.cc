// What the stage sees of the descriptors that a process of the testee has open.
#include <filesystem>
#include <optional>

#include "conformance/stage/matchers.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

TesteeSpec python() {
  return {
      .name = "python-fork",
      .command = {"/usr/bin/python3", std::filesystem::absolute("tools/adapters/python/adapter.py"),
                  "--start-method=fork"}};
}

TEST(Descriptors, AreReadableWhileSomethingIsThere) {
  Stage stage(python());
  Puppet& main = stage.main();
  auto [receiver, sender] = main.pipe(/*duplex=*/false);
  const int fd = static_cast<int>(as_int(main.must(receiver.fileno())));
  const std::optional<bool> before = stage.is_readable(main, fd);
  if (!before) GTEST_SKIP() << "this kernel does not let us look";
  EXPECT_FALSE(*before);
  main.must(sender.send(1));
  EXPECT_EQ(stage.is_readable(main, fd), true);
  main.must(receiver.recv());
  EXPECT_EQ(stage.is_readable(main, fd), false);
  main.must(sender.close());
  EXPECT_EQ(stage.is_readable(main, fd), true) << "the end of the file is something";
}

TEST(Descriptors, ThatAreNotOpenTellNothing) {
  Stage stage(python());
  Puppet& main = stage.main();
  EXPECT_EQ(stage.is_readable(main, 1'000'000), std::nullopt);
}

}  // namespace
}  // namespace conformance
