#include "base/command_line.h"

#include <algorithm>
#include <string_view>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"

namespace base {
namespace {

// Returns what is wrong with the flag, or nothing.
std::string set_flag(std::string_view word) {
  const size_t equals = word.find('=');
  const bool has_value = equals != std::string_view::npos;
  std::string name(word.substr(2, has_value ? equals - 2 : equals));
  std::replace(name.begin(), name.end(), '-', '_');
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  if (flag == nullptr) return absl::StrCat("unknown flag '", word, "'");
  if (!has_value && !flag->IsOfType<bool>())
    return absl::StrCat("flag '", word, "' needs a value: ", word, "=...");
  std::string why;
  const std::string value(has_value ? word.substr(equals + 1) : "true");
  if (flag->ParseFrom(value, &why)) return "";
  return absl::StrCat("flag '", word, "': '", value, "' is no value for it",
                      why.empty() ? "" : ": ", why);
}

}  // namespace

std::variant<Words, UsageError> parse_command_line(int argc, char** argv) {
  Words words;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") {
      words.after.assign(argv + i + 1, argv + argc);
      break;
    }
    if (!word.starts_with("--")) {
      words.before.emplace_back(word);
      continue;
    }
    if (std::string wrong = set_flag(word); !wrong.empty()) return UsageError{wrong};
  }
  return words;
}

}  // namespace base
