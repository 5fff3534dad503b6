// Writes what came of a run as JSON lines (../RESULTS.md), each as soon as its claim is judged, so
// that a run that is cut short keeps what it has.
//
//   ResultsWriter results("run.jsonl");
//   results.header(testee);
//   results.claim(claim, judgement, assessment);
#ifndef CONFORMANCE_RUNNER_RESULTS_H_
#define CONFORMANCE_RUNNER_RESULTS_H_

#include <string>

#include "base/unique_fd.h"
#include "conformance/claims/claim.h"
#include "conformance/runner/expectation.h"
#include "conformance/runner/judge.h"

namespace conformance {

class ResultsWriter {
 public:
  // Writes nothing if `path` is empty. Raises: base::OsError if the file can't be made.
  explicit ResultsWriter(const std::string& path);

  // `reproduce`: the line that judges a claim again, with {claim} for its id.
  void header(const TesteeSpec& testee, const std::string& reproduce);
  void claim(const Claim& claim, const Judgement& judgement, const Assessment& assessment);

 private:
  void line(const std::string& json);

  base::UniqueFd file_;
};

// One claim's line, without the newline.
std::string result_line(const Claim& claim, const Judgement& judgement,
                        const Assessment& assessment);

}  // namespace conformance

#endif  // CONFORMANCE_RUNNER_RESULTS_H_
