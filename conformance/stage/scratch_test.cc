#include "conformance/stage/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "base/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(Scratch, GoesWithAllThatIsInIt) {
  std::optional<Scratch> scratch(std::in_place);
  const std::string path = scratch->path();
  std::filesystem::create_directories(scratch->in_cwd("deep/er"));
  write(scratch->in_cwd("deep/er/file"), "text");
  write(scratch->file("tmp/file"), "text");
  EXPECT_TRUE(std::filesystem::exists(path));
  scratch.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Scratch, IsOnesOwnAndNobodyElsesToRead) {
  Scratch one, two;
  EXPECT_NE(one.path(), two.path());
  struct stat status;
  ASSERT_EQ(::stat(one.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(Scratch, IsShortEnoughForASocketsPath) {
  EXPECT_LT(Scratch().file("puppets.sock").size(), 100u);
}

TEST(Scratch, ListsTemporaryFilesOnly) {
  Scratch scratch;
  EXPECT_THAT(scratch.temporary_files(), IsEmpty());
  write(scratch.in_cwd("mine"), "");
  write(scratch.file("stdout"), "");
  write(scratch.file("tmp/b"), "");
  std::filesystem::create_directories(scratch.file("tmp/a/c"));
  EXPECT_THAT(scratch.temporary_files(), ElementsAre("a", "b"));
  std::filesystem::remove_all(scratch.file("tmp"));
  EXPECT_THAT(scratch.temporary_files(), IsEmpty());
}

TEST(ReadFile, ReturnsAllOrNothing) {
  Scratch scratch;
  write(scratch.file("f"), std::string("a\0b\n", 4));
  EXPECT_EQ(read_file(scratch.file("f")), std::string("a\0b\n", 4));
  EXPECT_EQ(read_file(scratch.file("none")), "");
}

TEST(TailOfFile, ReturnsTheLastBytes) {
  Scratch scratch;
  write(scratch.file("f"), "0123456789");
  EXPECT_EQ(tail_of_file(scratch.file("f"), 3), "789");
  EXPECT_EQ(tail_of_file(scratch.file("f"), 10), "0123456789");
  EXPECT_EQ(tail_of_file(scratch.file("f"), 100), "0123456789");
  EXPECT_EQ(tail_of_file(scratch.file("none"), 3), "");
}

TEST(NamesIn, CanBeAskedAgain) {
  Scratch scratch;
  base::UniqueFd folder(::open(scratch.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(names_in(folder.get()), ElementsAre("cwd", "tmp"));
  write(scratch.file("a"), "");
  EXPECT_THAT(names_in(folder.get()), ElementsAre("a", "cwd", "tmp"));
  EXPECT_THAT(names_in(-1), IsEmpty());
}

}  // namespace
}  // namespace conformance
