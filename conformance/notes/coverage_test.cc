#include "conformance/notes/coverage.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Catalogue, EveryStatementIsCoveredOrSaysWhyNot) {
  auto loaded = Catalogue::load("conformance/notes");
  ASSERT_TRUE(std::holds_alternative<Catalogue>(loaded)) << std::get<std::string>(loaded);
  const auto& catalogue = std::get<Catalogue>(loaded);
  EXPECT_GE(catalogue.all().size(), 357u + 480u);
  EXPECT_THAT(coverage_of(catalogue, all_claims()).problems, IsEmpty());
}

// A catalogue of promises with these ids and more members, and of the note "n" with more members.
Catalogue catalogue_of(const std::string& promise_members, const std::string& note_members) {
  const std::string promise =
      R"({"id":"P","area":"a","says":"s","level":"MUST","versions":"all")" + promise_members + "}";
  const std::string note = R"({"id":"n","area":"a","says":"s","where":[])" + note_members + "}";
  return std::get<Catalogue>(Catalogue::parse(note, promise));
}

constexpr char kConfirmed[] = R"(,"verdict":"confirmed")";

std::vector<std::string> problems(const Catalogue& catalogue, const Claims& claims) {
  return coverage_of(catalogue, claims).problems;
}

TEST(Coverage, ClaimsOfAStatementAreThoseThatCiteIt) {
  const Claims claims = {{.id = "a.one", .notes = {"n"}, .documented = {"P"}},
                         {.id = "a.two", .documented = {"P"}}};
  const Catalogue catalogue = catalogue_of("", kConfirmed);
  const Coverage coverage = coverage_of(catalogue, claims);
  EXPECT_THAT(coverage.problems, IsEmpty());
  EXPECT_THAT(coverage.claims_of("P"), ElementsAre(&claims[0], &claims[1]));
  EXPECT_THAT(coverage.claims_of("n"), ElementsAre(&claims[0]));
  EXPECT_THAT(coverage.claims_of("other"), IsEmpty());
  EXPECT_EQ(coverage.cover_of(*catalogue.find("P")), Cover::kCovered);
}

TEST(Coverage, StatementThatNothingCoversMustSayWhy) {
  const Claims claims = {{.id = "a.one", .notes = {"n"}}};
  EXPECT_THAT(problems(catalogue_of("", kConfirmed), claims),
              ElementsAre(HasSubstr("P is covered by no claim")));
  EXPECT_THAT(problems(catalogue_of(R"(,"untestable":"a definition")", kConfirmed), claims),
              IsEmpty());
  EXPECT_THAT(problems(catalogue_of(R"(,"measured":"bench/x")", kConfirmed), claims), IsEmpty());
}

TEST(Coverage, WhatIsUntestableCannotBeCovered) {
  const Claims claims = {{.id = "a.one", .notes = {"n"}, .documented = {"P"}}};
  EXPECT_THAT(problems(catalogue_of(R"(,"untestable":"a definition")", kConfirmed), claims),
              ElementsAre(HasSubstr("P is said to be untestable, but a.one covers it")));
  EXPECT_THAT(problems(catalogue_of(R"(,"measured":"bench/x")", kConfirmed), claims), IsEmpty());
}

TEST(Coverage, ClaimThatCoversNothingIsNamed) {
  const Claims claims = {{.id = "a.one", .notes = {"n"}, .documented = {"P"}}, {.id = "a.two"}};
  EXPECT_THAT(problems(catalogue_of("", kConfirmed), claims),
              ElementsAre("a.two covers no statement"));
}

TEST(Coverage, UnknownIdIsNamedAlsoInTheWrongList) {
  const Claims claims = {{.id = "a.one", .notes = {"n", "P"}, .documented = {"P", "Q"}}};
  EXPECT_THAT(problems(catalogue_of("", kConfirmed), claims),
              ElementsAre(HasSubstr("a.one covers P,"), HasSubstr("a.one covers Q,")));
}

TEST(Coverage, WrongNoteMustBeShownToBeWrong) {
  const Claims claims = {{.id = "a.one", .notes = {"n"}, .documented = {"P"}}};
  auto note = [&](const std::string& members) {
    return problems(catalogue_of("", R"(,"verdict":"refuted")" + members), claims);
  };
  EXPECT_THAT(note(""), ElementsAre(HasSubstr("n is refuted, but nothing shows it")));
  EXPECT_THAT(note(R"(,"refuted_by":["a.one"])"), IsEmpty());
  EXPECT_THAT(note(R"(,"not_refuted":"a matter of taste")"), IsEmpty());
  EXPECT_THAT(note(R"(,"refuted_by":["a.two"])"),
              ElementsAre(HasSubstr("a.two, which is no claim")));
  EXPECT_THAT(note(R"(,"refuted_by":["a.one"],"not_refuted":"a matter of taste")"),
              ElementsAre(HasSubstr("says why it is not")));
}

}  // namespace
}  // namespace conformance
