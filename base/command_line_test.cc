#include "base/command_line.h"

#include "gtest/gtest.h"

namespace base {
namespace {

struct Parsed {
  bool loud = false;
  int count = 7;
  double scale = 1;
  std::string name = "default";
  Words words;
  std::string error;
};

Parsed parse(std::vector<std::string> words) {
  std::vector<char*> argv = {nullptr};
  for (std::string& word : words) argv.push_back(word.data());
  Parsed p;
  auto result = parse_command_line(
      static_cast<int>(argv.size()), argv.data(),
      {{"loud-voice", &p.loud}, {"count", &p.count}, {"scale", &p.scale}, {"name", &p.name}});
  if (const UsageError* error = std::get_if<UsageError>(&result)) p.error = error->what;
  if (const Words* rest = std::get_if<Words>(&result)) p.words = *rest;
  return p;
}

TEST(CommandLine, SetsFlagsAndReturnsTheRest) {
  Parsed p = parse({"run", "--loud-voice", "--scale=2.5", "x", "--count=-3", "--name=a=b", "--",
                    "prog", "--scale=9", "--"});
  EXPECT_EQ(p.error, "");
  EXPECT_EQ(p.words.before, (std::vector<std::string>{"run", "x"}));
  EXPECT_EQ(p.words.after, (std::vector<std::string>{"prog", "--scale=9", "--"}));
  EXPECT_TRUE(p.loud);
  EXPECT_EQ(p.count, -3);
  EXPECT_EQ(p.scale, 2.5);
  EXPECT_EQ(p.name, "a=b");
}

TEST(CommandLine, LeavesWhatIsNotNamed) {
  Parsed p = parse({});
  EXPECT_EQ(p.error, "");
  EXPECT_FALSE(p.loud);
  EXPECT_EQ(p.count, 7);
  EXPECT_EQ(p.name, "default");
}

TEST(CommandLine, TakesUnderscoresEmptyValuesAndTheLastOfTwo) {
  Parsed p = parse({"--loud_voice=false", "--name=x", "--name=", "--scale=1", "--scale=0.5"});
  EXPECT_EQ(p.error, "");
  EXPECT_FALSE(p.loud);
  EXPECT_EQ(p.name, "");
  EXPECT_EQ(p.scale, 0.5);
}

TEST(CommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(parse({"--quiet"}).error, "unknown flag '--quiet'");
  EXPECT_EQ(parse({"--quiet=1"}).error, "unknown flag '--quiet=1'");
  EXPECT_EQ(parse({"--scael=1"}).error, "unknown flag '--scael=1'; did you mean --scale?");
  EXPECT_EQ(parse({"--scale"}).error, "flag '--scale' needs a value: --scale=...");
  EXPECT_EQ(parse({"--scale=much"}).error, "flag '--scale=much': 'much' is no value for it");
  EXPECT_EQ(parse({"--count=1.5"}).error, "flag '--count=1.5': '1.5' is no value for it");
  EXPECT_EQ(parse({"--loud-voice=perhaps"}).error,
            "flag '--loud-voice=perhaps': 'perhaps' is no value for it");
}

}  // namespace
}  // namespace base
