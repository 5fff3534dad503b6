#include "tools/adapters/mp/features.h"

#include <algorithm>
#include <set>
#include <string>

#include "conformance/protocol/vocabulary.h"
#include "gtest/gtest.h"

namespace adapter {
namespace {

// What nobody knows is asked for by no claim: a slip of the pen would leave claims unjudged.
TEST(Features, EachIsOneThatTheProtocolKnows) {
  for (const conformance::Json& each : features()) {
    const auto name = each.get<std::string>();
    EXPECT_TRUE(conformance::is_known_feature(name))
        << name << "; meant is perhaps " << conformance::feature_like(name);
  }
}

TEST(Features, EachIsListedOnce) {
  std::set<std::string> seen;
  for (const conformance::Json& each : features())
    EXPECT_TRUE(seen.insert(each.get<std::string>()).second) << each;
}

TEST(Features, OneMethodIsOfEveryAndMemoryIsInheritedByFork) {
  const auto has = [](const char* name) {
    const conformance::Json all = features();
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  for (const char* method : {"fork", "spawn", "forkserver"}) {
    choose_start_method(method);
    EXPECT_TRUE(has("context.own")) << method;
    EXPECT_EQ(has("inherits_memory"), std::string(method) == "fork") << method;
  }
}

}  // namespace
}  // namespace adapter
