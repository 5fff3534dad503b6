#ifndef BASE_COMMAND_LINE_H_
#define BASE_COMMAND_LINE_H_

#include <string>
#include <variant>
#include <vector>

namespace base {

// What stands on a command line beside its flags.
struct Words {
  std::vector<std::string> before;  // not flags, before a lone "--"
  std::vector<std::string> after;   // everything behind it, as it is
};

// What is wrong with a command line, as a sentence for its user. Programs end with kWrongUsage
// then.
struct UsageError {
  std::string what;
};
inline constexpr int kWrongUsage = 64;  // EX_USAGE of sysexits.h

// Sets the Abseil flags that `argv` names and returns the rest. A flag is --name=value or, for a
// Boolean one, --name; - and _ are the same in names. Unlike absl::ParseCommandLine() it never ends
// the program.
//
//   std::variant<Words, UsageError> parsed = parse_command_line(argc, argv);
std::variant<Words, UsageError> parse_command_line(int argc, char** argv);

}  // namespace base

#endif  // BASE_COMMAND_LINE_H_
