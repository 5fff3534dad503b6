// Reads a command line into variables.
//
//   double scale = 1;
//   bool loud = false;
//   auto parsed = parse_command_line(argc, argv, {{"scale", &scale}, {"loud", &loud}});
//
// A flag is --name=value or, for a Boolean one, also --name; - and _ are the same in names. Flags
// and other words may be mixed; a lone "--" ends both. Who mistypes one is told what was probably meant.
#ifndef BASE_COMMAND_LINE_H_
#define BASE_COMMAND_LINE_H_

#include <string>
#include <string_view>
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

// A flag's name, with - between its words, and the variable that takes its value.
struct Flag {
  std::string_view name;
  std::variant<bool*, int*, double*, std::string*> variable;
};

// Sets the variables of the flags that `argv` names and returns the rest. The last of several wins.
// On an error some variables may be set already.
std::variant<Words, UsageError> parse_command_line(int argc, char** argv,
                                                   const std::vector<Flag>& flags);

}  // namespace base

#endif  // BASE_COMMAND_LINE_H_
