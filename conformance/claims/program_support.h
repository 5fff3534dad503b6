// Claims about whole programs: what the adapter's `program.run` of some name says.
#ifndef CONFORMANCE_CLAIMS_PROGRAM_SUPPORT_H_
#define CONFORMANCE_CLAIMS_PROGRAM_SUPPORT_H_

#include <string>

#include "conformance/claims/member_of.h"
#include "conformance/stage/matchers.h"
#include "conformance/stage/neighbours.h"
#include "conformance/stage/stage.h"

namespace conformance {

// Runs it to its end; what it wrote on standard output.
inline std::string printed_by(Stage& stage, const std::string& program) {
  return as_text(member_of(stage.main().must(module::runs_program(program)), "stdout"));
}

// Expects that it writes this, whatever it writes on standard error.
inline void expect_program_prints(Stage& stage, const std::string& program,
                                  const std::string& expected) {
  EXPECT_EQ(printed_by(stage, program), expected);
}

// Runs it to its end, and expects that it wrote this and nothing else.
inline void expect_program_says(Stage& stage, const std::string& program,
                                const std::string& expected, const std::string& on_stderr = "") {
  const Value printed = stage.main().must(module::runs_program(program));
  EXPECT_EQ(as_text(member_of(printed, "stdout")), expected);
  EXPECT_EQ(as_text(member_of(printed, "stderr")), on_stderr);
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_PROGRAM_SUPPORT_H_
