#include "tools/cli/known_results.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

class KnownResultsTest : public testing::Test {
 protected:
  KnownResultsTest() : folder_(fs::path(testing::TempDir()) / "known_results") {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "lib" / "__pycache__");
    fs::create_directories(folder_ / "results");
    write("lib/queues.py", "one");
    write("runner", "r");
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string path(const std::string& name) { return (folder_ / name).string(); }
  Implementation python() {
    return {.name = "x", .command = {"python"}, .depends_on = {path("lib")}};
  }
  Circumstances here() { return {.runner = path("runner"), .filter = "*", .time_scale = 1}; }

  fs::path folder_;
};

TEST_F(KnownResultsTest, SameFilesHaveTheSameFingerprint) {
  EXPECT_EQ(fingerprint(python(), here()), fingerprint(python(), here()));
  EXPECT_EQ(fingerprint(python(), here()).size(), 64u);
}

TEST_F(KnownResultsTest, ChangedFileChangesIt) {
  const std::string before = fingerprint(python(), here());
  write("lib/queues.py", "two, longer");
  EXPECT_NE(fingerprint(python(), here()), before);
}

TEST_F(KnownResultsTest, NewFileChangesItButCompiledPythonDoesNot) {
  const std::string before = fingerprint(python(), here());
  write("lib/__pycache__/queues.pyc", "x");
  EXPECT_EQ(fingerprint(python(), here()), before);
  write("lib/pool.py", "x");
  EXPECT_NE(fingerprint(python(), here()), before);
}

TEST_F(KnownResultsTest, WaiversDoNotChangeIt) {
  fs::create_directories(folder_ / "waivers");
  write("waivers/near.txt", "queue.*  # x");
  Implementation known = python();
  known.waivers = path("waivers/near.txt");
  const std::string before = fingerprint(known, here());
  write("waivers/near.txt", "queue.*  # another reason");
  EXPECT_EQ(fingerprint(known, here()), before);
}

TEST_F(KnownResultsTest, EverythingElseThatMattersChangesIt) {
  const std::string before = fingerprint(python(), here());
  write("runner", "another runner");
  EXPECT_NE(fingerprint(python(), here()), before);
  Circumstances filtered = here();
  filtered.filter = "queue.*";
  EXPECT_NE(fingerprint(python(), filtered), fingerprint(python(), here()));
  Implementation spawn = python();
  spawn.command.push_back("--start-method=spawn");
  EXPECT_NE(fingerprint(spawn, here()), fingerprint(python(), here()));
  const std::string unset = fingerprint(python(), here());
  ::setenv("PYTHONPATH", "/somewhere", 1);
  EXPECT_NE(fingerprint(python(), here()), unset);
  ::unsetenv("PYTHONPATH");
}

TEST_F(KnownResultsTest, AdapterOfOnesOwnHasNone) {
  EXPECT_EQ(fingerprint({.name = "mine", .command = {"./mine"}}, here()), "");
  EXPECT_FALSE(KnownResults(path("known")).recall("", path("results"), "mine"));
}

TEST_F(KnownResultsTest, RecallsWhatWasKept) {
  KnownResults known(path("known"));
  write("results/x.jsonl", "{}");
  write("results/x.log", "log");
  EXPECT_FALSE(known.recall("f1", path("results"), "x"));
  known.keep("f1", path("results"), "x");
  fs::create_directories(folder_ / "later");
  EXPECT_TRUE(known.recall("f1", path("later"), "x"));
  EXPECT_TRUE(fs::exists(folder_ / "later" / "x.jsonl"));
  EXPECT_TRUE(fs::exists(folder_ / "later" / "x.log"));
  EXPECT_FALSE(known.recall("f2", path("later"), "x"));
}

}  // namespace
}  // namespace mpcheck
