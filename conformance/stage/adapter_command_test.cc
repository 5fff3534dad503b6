#include "conformance/stage/adapter_command.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class AdapterCommandTest : public testing::Test {
 protected:
  AdapterCommandTest()
      : here_(fs::path(testing::TempDir()) / "adapter_command"), before_(fs::current_path()) {
    fs::create_directories(here_ / "bin");
    std::ofstream(here_ / "adapter.py") << "pass\n";
    std::ofstream(here_ / "bin/adapter") << "#!/bin/sh\n";
    fs::current_path(here_);
  }
  ~AdapterCommandTest() override { fs::current_path(before_); }

  std::string here(const char* name) const { return (fs::current_path() / name).string(); }

  fs::path here_, before_;
};

TEST_F(AdapterCommandTest, ScriptThatIsHereIsFoundFromEverywhere) {
  EXPECT_THAT(with_absolute_paths({"python3", "adapter.py", "--flag"}),
              ElementsAre("python3", here("adapter.py"), "--flag"));
}

TEST_F(AdapterCommandTest, ProgramWithASlashIsHereAndOneWithoutIsOnThePath) {
  EXPECT_THAT(with_absolute_paths({"bin/adapter"}), ElementsAre(here("bin/adapter")));
  EXPECT_THAT(with_absolute_paths({"adapter.py"}), ElementsAre("adapter.py"));
}

TEST_F(AdapterCommandTest, WhatIsNoFileStaysAsItIs) {
  EXPECT_THAT(with_absolute_paths({"/usr/bin/perl", "fork", "bin", "no/such", "", "-x"}),
              ElementsAre("/usr/bin/perl", "fork", "bin", "no/such", "", "-x"));
}

}  // namespace
}  // namespace conformance
