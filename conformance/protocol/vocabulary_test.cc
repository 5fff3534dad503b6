#include "conformance/protocol/vocabulary.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

std::vector<std::string> lines_of_protocol() {
  std::ifstream file("conformance/PROTOCOL.md");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Names between backquotes; .kill after a.b stands for a.kill.
std::vector<std::string> names_in(const std::string& text) {
  static const std::regex kName("`([^`]+)`");
  std::vector<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), kName), end; it != end; ++it) {
    std::string name = (*it)[1];
    if (name[0] == '.') name = out.back().substr(0, out.back().find('.')) + name;
    out.push_back(name);
  }
  return out;
}

// What the text defines: the first column of each table of features, and the line that lists the areas of section 10.
std::set<std::string> features_of_protocol() {
  std::set<std::string> out;
  bool in_table = false;
  for (const std::string& line : lines_of_protocol()) {
    in_table = line == "| feature | meaning |" || (in_table && !line.empty() && line[0] == '|');
    std::vector<std::string> names;
    if (in_table && line.size() > 2) names = names_in(line.substr(0, line.find('|', 1)));
    if (line.rfind("The areas of section 10: ", 0) == 0) names = names_in(line);
    out.insert(names.begin(), names.end());
  }
  return out;
}

TEST(Vocabulary, IsWhatProtocolDefines) {
  const std::set<std::string> known(known_features().begin(), known_features().end());
  EXPECT_GT(known.size(), 100u);
  EXPECT_EQ(known, features_of_protocol());
}

TEST(Vocabulary, IsSorted) {
  EXPECT_TRUE(std::is_sorted(known_features().begin(), known_features().end()));
}

TEST(Vocabulary, SlipOfThePenIsFound) {
  EXPECT_TRUE(is_known_feature("queue.qsize"));
  EXPECT_FALSE(is_known_feature("queue.size"));
  EXPECT_EQ(feature_like("queue.size"), "queue.qsize");
  EXPECT_EQ(feature_like("isolatd"), "isolated");
  EXPECT_EQ(feature_like("teleportation"), "");
}

}  // namespace
}  // namespace conformance
