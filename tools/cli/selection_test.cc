#include "tools/cli/selection.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using Chosen = std::vector<Implementation>;

std::vector<std::string> names(const std::variant<Chosen, base::UsageError>& selected) {
  std::vector<std::string> out;
  for (const Implementation& each : std::get<Chosen>(selected)) out.push_back(each.name);
  return out;
}

const Chosen kFound = {
    {.name = "cpython-fork"}, {.name = "cpython-spawn"}, {.name = "mp-fork", .usual = false}};

TEST(Selection, WithoutNamesTheUsualOnesAreMeant) {
  EXPECT_THAT(names(choose(kFound, {}, false, {})),
              testing::ElementsAre("cpython-fork", "cpython-spawn"));
  EXPECT_EQ(names(choose(kFound, {}, true, {})).size(), 3u);
}

TEST(Selection, PatternsChooseByNameAlsoWhatIsNotUsual) {
  EXPECT_THAT(names(choose(kFound, {"*-fork"}, false, {})),
              testing::ElementsAre("cpython-fork", "mp-fork"));
}

TEST(Selection, PatternThatMatchesNothingIsNamed) {
  auto chosen = choose(kFound, {"cpython-*", "jython-*"}, false, {});
  EXPECT_THAT(std::get<base::UsageError>(chosen).what, testing::HasSubstr("'jython-*'"));
}

TEST(Selection, AdapterOfOnesOwnHasTheNameThatItIsGiven) {
  auto chosen = select("/nonexistent", {.before = {"mine"}, .after = {"./adapter", "--x"}}, false);
  EXPECT_THAT(names(chosen), testing::ElementsAre("mine"));
  EXPECT_THAT(std::get<Chosen>(chosen)[0].command, testing::ElementsAre("./adapter", "--x"));
  EXPECT_THAT(names(select("/nonexistent", {.after = {"./adapter"}}, false)),
              testing::ElementsAre("testee"));
}

TEST(Selection, TwoNamesForOneAdapterAreRefused) {
  auto chosen = select("/nonexistent", {.before = {"a", "b"}, .after = {"./adapter"}}, false);
  EXPECT_THAT(std::get<base::UsageError>(chosen).what, testing::HasSubstr("one name at most"));
}

TEST(Selection, ReferenceLibraryIsThereOnceItIsBuilt) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / "selection";
  fs::remove_all(root);
  auto has_mp = [&] {
    const Chosen here = implementations_here(root.string(), false);
    return std::any_of(here.begin(), here.end(),
                       [](const Implementation& each) { return each.name == "mp-forkserver"; });
  };
  EXPECT_FALSE(has_mp());
  const fs::path adapter = root / "bazel-bin/tools/adapters/mp/adapter";
  fs::create_directories(adapter.parent_path());
  std::ofstream(adapter) << "#!/bin/sh\n";
  fs::permissions(adapter, fs::perms::owner_all);
  EXPECT_TRUE(has_mp());
}

}  // namespace
}  // namespace mpcheck
