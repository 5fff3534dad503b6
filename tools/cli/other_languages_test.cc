#include "tools/cli/other_languages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

namespace fs = std::filesystem;

class OtherLanguagesTest : public testing::Test {
 protected:
  OtherLanguagesTest() : root_(fs::path(testing::TempDir()) / "other_languages") {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }

  // A program that does what `script` says.
  std::string program(const fs::path& path, const std::string& script) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(root_ / path, fs::perms::owner_all);
    return (root_ / path).string();
  }

  bool has(const std::string& name) const {
    const std::vector<Implementation> here = other_languages_here(root_.string());
    return std::any_of(here.begin(), here.end(),
                       [&](const Implementation& each) { return each.name == name; });
  }

  fs::path root_;
};

TEST_F(OtherLanguagesTest, BoostIsThereOnceItsAdapterIsBuilt) {
  EXPECT_FALSE(has("boost-interprocess"));
  program("bazel-bin/tools/adapters/boost/adapter", "exit 0");
  EXPECT_TRUE(has("boost-interprocess"));
}

TEST_F(OtherLanguagesTest, PerlIsAskedForItsMce) {
  const PerlMce found = find_perl_mce(
      program("perl", "echo /usr/bin/perl; echo 1.884; printf %s /usr/share/perl5/MCE"));
  EXPECT_EQ(found.perl, "/usr/bin/perl");
  EXPECT_EQ(found.version, "1.884");
  EXPECT_EQ(found.folder, "/usr/share/perl5/MCE");
}

TEST_F(OtherLanguagesTest, PerlWithoutMceOrNoPerlAtAllIsNoImplementation) {
  EXPECT_EQ(find_perl_mce(program("perl", "echo cannot locate MCE/Child.pm >&2; exit 2")).version,
            "");
  EXPECT_EQ(find_perl_mce(program("perl", "echo something else")).version, "");
  EXPECT_EQ(find_perl_mce((root_ / "no_perl").string()).version, "");
}

}  // namespace
}  // namespace mpcheck
