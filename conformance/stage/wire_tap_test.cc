// A listener hears every line; what it hears of a good adapter breaks no rule.
#include "conformance/stage/wire_tap.h"

#include <filesystem>

#include "absl/strings/str_split.h"
#include "conformance/protocol/checker.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/scratch.h"
#include "conformance/stage/stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

TesteeSpec python() {
  return {
      .name = "python",
      .command = {"/usr/bin/python3", std::filesystem::absolute("tools/adapters/python/adapter.py"),
                  "--start-method=fork"}};
}

class WireTapTest : public testing::Test {
 protected:
  ~WireTapTest() override { tap_wire(nullptr); }

  static void play() {
    Stage stage(python());
    RemoteQueue q = stage.main().queue();
    Puppet& child = stage.start_process(stage.main(), {q});
    EXPECT_THAT(child.does(q.put(1)), returns());
    EXPECT_THAT(stage.main().does(q.get()), returns(1));
    EXPECT_THAT(stage.finish().leftovers, testing::IsEmpty());
  }
};

TEST_F(WireTapTest, EveryLineIsHeardAndKeepsTheRules) {
  Checker checker;
  tap_wire([&](const WireEvent& event) { checker.see(event); });
  play();
  EXPECT_EQ(checker.counts().connections, 2);
  EXPECT_EQ(checker.counts().hellos, 2);
  EXPECT_EQ(checker.counts().commands, checker.counts().replies);
  EXPECT_GE(checker.counts().commands, 6);
  for (const Breach& each : checker.breaches()) ADD_FAILURE() << each.text();
}

TEST_F(WireTapTest, LogHoldsTheSame) {
  Scratch scratch;
  tap_wire(wire_log(scratch.file("wire")));
  play();
  Checker checker;
  const std::string written = read_file(scratch.file("wire"));
  for (std::string_view line : absl::StrSplit(written, '\n', absl::SkipEmpty())) {
    const std::optional<WireEvent> event = parse_wire_event(line);
    ASSERT_TRUE(event) << line;
    checker.see(*event);
  }
  EXPECT_EQ(checker.counts().hellos, 2);
  EXPECT_THAT(checker.breaches(), testing::IsEmpty());
}

}  // namespace
}  // namespace conformance
