#include "tools/cli/sharpness.h"

#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::vector<Implementation> kFound = {
    {.name = "cpython-3.11.2-spawn",
     .command = {"py", "adapter.py", "--module=multiprocessing", "--start-method=spawn"}},
    {.name = "cpython-3.11.2-fork",
     .command = {"py", "adapter.py", "--module=multiprocessing", "--start-method=fork"},
     .waivers = "cpython-fork.txt"},
    {.name = "cpython-3.11.2-dummy",
     .command = {"py", "adapter.py", "--module=multiprocessing.dummy"}},
    {.name = "mp-fork", .command = {"adapter", "--start-method=fork"}}};

std::variant<std::vector<std::string>, base::UsageError> command(
    const std::vector<std::string>& words) {
  return sharpness_argv("/root", "/runner", words, kFound);
}

nlohmann::json implementations(const std::vector<std::string>& words) {
  constexpr std::string_view kFlag = "--implementations=";
  const auto got = command(words);
  for (const std::string& word : std::get<std::vector<std::string>>(got)) {
    if (word.starts_with(kFlag)) return nlohmann::json::parse(word.substr(kFlag.size()));
  }
  return nullptr;
}

std::string error(const std::vector<std::string>& words) {
  return std::get<base::UsageError>(command(words)).what;
}

TEST(Sharpness, IsThatOfTheFirstPythonWithForkByDefault) {
  const auto told = implementations({});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]["name"], "cpython-3.11.2-fork");
  EXPECT_EQ(told[0]["kind"], "package");
  EXPECT_EQ(told[0]["command"].back(), "--start-method=fork");
}

TEST(Sharpness, IsToldWhichClaimsAreRaces) {
  EXPECT_EQ(implementations({})[0]["waivers"], "cpython-fork.txt");
  EXPECT_FALSE(implementations({"mp-fork"})[0].contains("waivers"));
}

TEST(Sharpness, OfTheReferenceLibraryNeedsABuild) {
  const auto told = implementations({"mp-*"});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]["kind"], "sources");
  EXPECT_EQ(told[0]["target"], "//tools/adapters/mp:adapter");
}

TEST(Sharpness, PassesFlagsOn) {
  const auto got = command({"mp-fork", "--only=queue"});
  EXPECT_THAT(std::get<std::vector<std::string>>(got), Contains("--only=queue"));
}

TEST(Sharpness, RefusesWhatNoFaultsAreKnownFor) {
  EXPECT_THAT(error({"cpython-3.11.2-dummy"}), HasSubstr("no faults are known for"));
  EXPECT_THAT(error({"nobody"}), HasSubstr("no implementation here is called 'nobody'"));
}

}  // namespace
}  // namespace mpcheck
