#include "conformance/notes/coverage.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace conformance {
namespace {

class Examination {
 public:
  Examination(const Catalogue& catalogue, const Claims& claims)
      : catalogue_(catalogue), claims_(claims) {}

  Coverage result() {
    for (const Claim& claim : claims_) {
      ids_.insert(claim.id);
      take_citations(claim);
    }
    for (const Statement& statement : catalogue_.all()) examine(statement);
    return std::move(out_);
  }

 private:
  void take_citations(const Claim& claim) {
    int cited = 0;
    for (const Words* words : {&claim.notes, &claim.documented}) {
      const auto source =
          words == &claim.notes ? Statement::Source::kNotes : Statement::Source::kContract;
      for (const char* id : *words) {
        const Statement* statement = catalogue_.find(id);
        if (statement == nullptr || statement->source != source)
          problem(claim.id, " covers ", id, ", which the catalogue does not have");
        out_.by_statement[id].push_back(&claim);
        ++cited;
      }
    }
    if (cited == 0) problem(claim.id, " covers no statement");
  }

  void examine(const Statement& s) {
    const bool excused = !s.untestable.empty() || !s.measured.empty();
    const bool covered = out_.by_statement.contains(s.id);
    if (!covered && !excused) problem(s.id, " is covered by no claim and does not say why");
    // A measurement can stand beside a claim; what can't be tested can't be covered.
    if (covered && !s.untestable.empty())
      problem(s.id, " is said to be untestable, but ", out_.by_statement[s.id][0]->id,
              " covers it");
    for (const std::string& id : s.refuted_by) {
      if (!ids_.contains(id)) problem(s.id, " is refuted by ", id, ", which is no claim");
    }
    if (s.is_wrong() && s.refuted_by.empty() && s.not_refuted.empty())
      problem(s.id, " is ", s.verdict, ", but nothing shows it and it does not say why");
    if (!s.refuted_by.empty() && !s.not_refuted.empty())
      problem(s.id, " is refuted, and says why it is not");
  }

  template <typename... Pieces>
  void problem(const Pieces&... pieces) {
    out_.problems.push_back(absl::StrCat(pieces...));
  }

  const Catalogue& catalogue_;
  const Claims& claims_;
  std::set<std::string> ids_;
  Coverage out_;
};

}  // namespace

std::vector<const Claim*> Coverage::claims_of(const std::string& id) const {
  auto found = by_statement.find(id);
  return found == by_statement.end() ? std::vector<const Claim*>() : found->second;
}

Cover Coverage::cover_of(const Statement& statement) const {
  if (by_statement.contains(statement.id)) return Cover::kCovered;
  if (!statement.measured.empty()) return Cover::kMeasured;
  return statement.untestable.empty() ? Cover::kMissing : Cover::kUntestable;
}

Coverage coverage_of(const Catalogue& catalogue, const Claims& claims) {
  return Examination(catalogue, claims).result();
}

}  // namespace conformance
