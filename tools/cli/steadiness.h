// Whether a suite says the same each time it is asked.
//
//   Steadiness steadiness;
//   steadiness.take("idle 1", first_results);    // whole results files (RESULTS.md)
//   steadiness.take("loaded 1", later_results);  // true if it says something new of some claim
//   steadiness.wavering();                       // what differed, a sentence each
//
// What must not differ: the verdict, and that the claim was judged at all; of a claim that holds also
// the outcome of a variation, and the verdict on hygiene. Unless the waivers foresee it: where an
// implementation runs a race of its own (`sometimes:`, waivers.h) it is not the suite that wavers.
#ifndef TOOLS_CLI_STEADINESS_H_
#define TOOLS_CLI_STEADINESS_H_

#include <istream>
#include <map>
#include <string>
#include <vector>

namespace mpcheck {

class Steadiness {
 public:
  // `round` is what to call it. Whether some claim came out as it never had; the first round says
  // nothing new.
  bool take(const std::string& round, std::istream& results);

  size_t claims() const { return outcomes_.size(); }
  // "queue.put.x: holds, clean 59 times; violated in idle 17", for each claim with more than
  // one outcome that the waivers do not foresee.
  std::vector<std::string> wavering() const;
  // The same for those that they foresee.
  std::vector<std::string> foreseen() const;

 private:
  struct Outcome {
    std::vector<std::string> rounds;  // in which it was so
    bool as_expected = true;          // the waivers were content each time
    std::string variation;
  };
  // By what is said of it. A claim that a round says nothing of has the outcome kAbsent there.
  using Outcomes = std::map<std::string, Outcome>;

  static bool is_foreseen(const Outcomes& outcomes);
  std::vector<std::string> differing(bool foreseen) const;

  std::vector<std::string> rounds_;
  std::map<std::string, Outcomes> outcomes_;  // by claim
};

}  // namespace mpcheck

#endif  // TOOLS_CLI_STEADINESS_H_
