#include "base/command_line.h"

#include "absl/flags/flag.h"
#include "gtest/gtest.h"

ABSL_FLAG(bool, test_loud, false, "");
ABSL_FLAG(double, test_scale, 1, "");

namespace base {
namespace {

std::variant<Words, UsageError> parse(std::vector<std::string> words) {
  std::vector<char*> argv = {nullptr};
  for (std::string& word : words) argv.push_back(word.data());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

std::string error_of(std::vector<std::string> words) {
  auto parsed = parse(std::move(words));
  const UsageError* error = std::get_if<UsageError>(&parsed);
  return error != nullptr ? error->what : "";
}

TEST(CommandLine, SetsFlagsAndReturnsTheRest) {
  auto parsed =
      parse({"run", "--test-loud", "--test_scale=2.5", "x", "--", "prog", "--test_scale=9"});
  const Words& words = std::get<Words>(parsed);
  EXPECT_EQ(words.before, (std::vector<std::string>{"run", "x"}));
  EXPECT_EQ(words.after, (std::vector<std::string>{"prog", "--test_scale=9"}));
  EXPECT_TRUE(absl::GetFlag(FLAGS_test_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_test_scale), 2.5);
}

TEST(CommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(error_of({"--test_lod"}), "unknown flag '--test_lod'");
  EXPECT_EQ(error_of({"--test-scale"}), "flag '--test-scale' needs a value: --test-scale=...");
  EXPECT_NE(error_of({"--test-scale=much"}).find("'much' is no value"), std::string::npos);
}

}  // namespace
}  // namespace base
