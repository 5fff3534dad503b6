// The statements that the suite is about, one object a line in two files beside this one:
//
//   notes.jsonl     what the project's first notes say, restated, with the verdict of real CPython
//   contract.jsonl  what the documentation promises, and the robustness that it lacks
//
//   {"id":"queue.put.blocks_when_full","area":"queue","says":"...",
//    "where":[{"file":"000_x.txt","lines":[12,13]}],"verdict":"imprecise","correction":"...",
//    "refuted_by":["queue.put.waits_only_when_asked"]}
//   {"id":"QUE-08","area":"queue","level":"MUST","versions":"all","says":"..."}
//
// Which claims cover a statement is said by the claims (claims/claim.h). One that no claim can cover
// says so: "untestable" with the reason, or "measured" with the benchmark that does. A note that is
// wrong or imprecise names in "refuted_by" the claims that show it (each fails where the note's own
// words hold), or says in "not_refuted" why no program can.
#ifndef CONFORMANCE_NOTES_CATALOGUE_H_
#define CONFORMANCE_NOTES_CATALOGUE_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace conformance {

struct Place {
  std::string file;
  std::vector<int> lines;    // from 1
  std::string text() const;  // 000_x.txt:12-13,20
};

struct Statement {
  enum class Source { kNotes, kContract };

  Source source;
  std::string id, area, says;

  // Of the notes.
  std::vector<Place> where;
  std::string verdict;     // "confirmed", "imprecise", "refuted", ...
  std::string correction;  // what is true instead, or besides; empty: nothing
  bool derived = false;    // not in the notes' words, but follows from them
  std::vector<std::string> refuted_by;
  std::string not_refuted;

  // Of the contract.
  std::string level;  // "MUST", "SHOULD", "MAY", "BEYOND"
  std::string versions;

  // Why no claim covers it; at most one is set.
  std::string untestable, measured;

  // Its own words are not what is true: a claim tests the correction.
  bool is_wrong() const { return verdict == "refuted" || verdict == "imprecise"; }
};

class Catalogue {
 public:
  // The contents of the two files; or what is wrong with them, a sentence with file and line.
  static std::variant<Catalogue, std::string> parse(std::string_view notes,
                                                    std::string_view contract);
  // The same from the files in `folder`.
  static std::variant<Catalogue, std::string> load(const std::string& folder);

  const std::vector<Statement>& all() const { return statements_; }
  // Null if there is none.
  const Statement* find(std::string_view id) const;

 private:
  std::vector<Statement> statements_;
};

}  // namespace conformance

#endif  // CONFORMANCE_NOTES_CATALOGUE_H_
