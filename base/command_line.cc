#include "base/command_line.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/nearest.h"

namespace base {
namespace {

bool set(bool* variable, std::string_view value) { return absl::SimpleAtob(value, variable); }
bool set(int* variable, std::string_view value) { return absl::SimpleAtoi(value, variable); }
bool set(double* variable, std::string_view value) { return absl::SimpleAtod(value, variable); }
bool set(std::string* variable, std::string_view value) {
  *variable = value;
  return true;
}

const Flag* find(const std::vector<Flag>& flags, std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  auto it =
      std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) { return flag.name == name; });
  return it == flags.end() ? nullptr : &*it;
}

std::string unknown(std::string_view word, const std::vector<Flag>& flags) {
  std::vector<std::string> names;
  for (const Flag& flag : flags) names.emplace_back(flag.name);
  const std::string_view name = word.substr(2, word.find('=') - 2);
  return absl::StrCat("unknown flag '", word, "'", did_you_mean(name, names, "--"));
}

// Returns what is wrong with the flag, or nothing.
std::string set_flag(std::string_view word, const std::vector<Flag>& flags) {
  const size_t equals = word.find('=');
  const bool has_value = equals != std::string_view::npos;
  const Flag* flag = find(flags, std::string(word.substr(2, has_value ? equals - 2 : equals)));
  if (flag == nullptr) return unknown(word, flags);
  if (!has_value && !std::holds_alternative<bool*>(flag->variable))
    return absl::StrCat("flag '", word, "' needs a value: ", word, "=...");
  const std::string_view value = has_value ? word.substr(equals + 1) : "true";
  if (std::visit([&](auto* variable) { return set(variable, value); }, flag->variable)) return "";
  return absl::StrCat("flag '", word, "': '", value, "' is no value for it");
}

}  // namespace

std::variant<Words, UsageError> parse_command_line(int argc, char** argv,
                                                   const std::vector<Flag>& flags) {
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
    if (std::string wrong = set_flag(word, flags); !wrong.empty()) return UsageError{wrong};
  }
  return words;
}

}  // namespace base
