// Which claims cover which statements, and what is missing.
//
//   Coverage coverage = coverage_of(catalogue, all_claims());
//   coverage.problems.empty();                    // else: a sentence each
//   coverage.claims_of("QUE-08");                 // those that cite it
#ifndef CONFORMANCE_NOTES_COVERAGE_H_
#define CONFORMANCE_NOTES_COVERAGE_H_

#include <map>
#include <string>
#include <vector>

#include "conformance/claims/claim.h"
#include "conformance/notes/catalogue.h"

namespace conformance {

// How a statement stands. What is none of these is missing.
enum class Cover { kCovered, kMeasured, kUntestable, kMissing };

struct Coverage {
  std::map<std::string, std::vector<const Claim*>> by_statement;
  // Statements that nothing covers and that do not say why; claims that cover nothing; ids that
  // nobody knows; notes that are wrong, and nothing shows it.
  std::vector<std::string> problems;

  std::vector<const Claim*> claims_of(const std::string& id) const;
  Cover cover_of(const Statement& statement) const;
};

// Keeps pointers into `claims`.
Coverage coverage_of(const Catalogue& catalogue, const Claims& claims);

}  // namespace conformance

#endif  // CONFORMANCE_NOTES_COVERAGE_H_
