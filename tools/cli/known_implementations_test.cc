#include "tools/cli/known_implementations.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mpcheck {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<KnownImplementation> kKnown = {
    {.name = "cpython", .get = "tools/testees install cpython"},
    {.name = "billiard", .what = "Celery's", .get = "tools/testees install billiard"},
    {.name = "trixie", .what = "CPython 3.13, PyPy 7.3.19", .get = "tools/testees chroot trixie"}};
const std::vector<Implementation> kFound = {
    {.name = "cpython-3.11.2-fork", .kind = "cpython", .where = "/usr/bin/python3.11"}};

std::string meant(const std::string& pattern) { return what_was_meant(pattern, kFound, kKnown); }

TEST(KnownImplementations, RowSaysHowToGetIt) {
  const auto rows = parse_known_implementations(
      R"([{"name":"a","what":"w","home":"h","how":"fork","debian":["p"]},)"
      R"({"name":"b","suite":["p"]},{"name":"c","get":"make c"}])");
  EXPECT_THAT(rows, ElementsAre(Field(&KnownImplementation::get, "tools/testees install a"),
                                Field(&KnownImplementation::get, "tools/testees chroot b"),
                                Field(&KnownImplementation::get, "make c")));
  EXPECT_EQ(rows[0].how, "fork");
}

TEST(KnownImplementations, TableOfTheCheckoutSaysAllOfEachRow) {
  const auto rows = known_implementations(".");
  EXPECT_GE(rows.size(), 8u);
  for (const KnownImplementation& row : rows) {
    EXPECT_THAT(row.name, Not(IsEmpty()));
    EXPECT_THAT(row.what, Not(IsEmpty())) << row.name;
    EXPECT_THAT(row.how, Not(IsEmpty())) << row.name;
    EXPECT_THAT(row.get, Not(IsEmpty())) << row.name;
  }
}

TEST(KnownImplementations, CheckoutWithoutATableKnowsNone) {
  EXPECT_THAT(known_implementations("/nonexistent"), IsEmpty());
}

TEST(KnownImplementations, WhatIsFoundIsHere) {
  EXPECT_THAT(not_here(kKnown, kFound), ElementsAre(Field(&KnownImplementation::name, "billiard"),
                                                    Field(&KnownImplementation::name, "trixie")));
  EXPECT_THAT(not_here(kKnown, {{.name = "cpython-3.13.5-fork",
                                 .kind = "cpython",
                                 .where = "/x/chroots/trixie/usr/bin/python3.13"}}),
              ElementsAre(Field(&KnownImplementation::name, "billiard")));
}

TEST(KnownImplementations, NameThatIsKnownAndNotHereSaysHowToGetIt) {
  EXPECT_THAT(meant("billiard"),
              HasSubstr("is known, and not here: tools/testees install billiard"));
  EXPECT_THAT(meant("cpython-3.11.2-billiard-fork"), HasSubstr("tools/testees install billiard"));
  EXPECT_THAT(meant("*-billiard-*"), HasSubstr("tools/testees install billiard"));
}

TEST(KnownImplementations, VersionThatAnotherReleaseOfDebianHasSaysSo) {
  EXPECT_THAT(meant("cpython-3.13*"), testing::StartsWith("trixie"));
  EXPECT_THAT(meant("cpython-3.13.5-fork"), HasSubstr("tools/testees chroot trixie gets it"));
}

TEST(KnownImplementations, MisspeltNameGetsTheNearest) {
  EXPECT_THAT(meant("cpyhton-3.11.2-fork"), HasSubstr("did you mean cpython-3.11.2-fork?"));
  EXPECT_THAT(meant("cpython-3.11.2-frok"), HasSubstr("did you mean cpython-3.11.2-fork?"));
  EXPECT_THAT(meant("biliard"), HasSubstr("did you mean billiard?"));
  EXPECT_THAT(meant("cpython"), HasSubstr("did you mean cpython-3.11.2-fork?"));
}

TEST(KnownImplementations, NameThatIsNearNothingGetsTheList) {
  EXPECT_EQ(meant("jython"), "did you mean cpython? mpcheck testees lists what is known");
  EXPECT_EQ(meant("zzz"), "mpcheck testees lists what is here, and what is known");
}

}  // namespace
}  // namespace mpcheck
