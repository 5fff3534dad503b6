// A member of a dictionary that the testee has returned.
//
//   EXPECT_EQ(member_of(main.must(module::runs_program("p")), "code"), Value(0));
#ifndef CONFORMANCE_CLAIMS_MEMBER_OF_H_
#define CONFORMANCE_CLAIMS_MEMBER_OF_H_

#include <string_view>

#include "absl/strings/str_cat.h"
#include "conformance/stage/stage.h"

namespace conformance {

// A copy, for what is asked is often gone with the statement. Abandons the claim if there is no such member.
inline Value member_of(const Value& value, std::string_view name) {
  const Value* found = value.find(name);
  if (found == nullptr) {
    throw Abandon{Abandon::Why::kViolated, absl::StrCat("a dictionary with a member '", name,
                                                        "' was expected, not ", value.text())};
  }
  return *found;
}

}  // namespace conformance

#endif  // CONFORMANCE_CLAIMS_MEMBER_OF_H_
