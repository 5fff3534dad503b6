#include "conformance/stage/adapter_command.h"

#include <filesystem>
#include <system_error>

namespace conformance {
namespace {

namespace fs = std::filesystem;

bool names_a_file(const std::string& word, bool is_program) {
  if (word.empty() || word[0] == '/' || word[0] == '-') return false;
  std::error_code none;
  if (word.find('/') != std::string::npos) return fs::exists(word, none);
  return !is_program && fs::is_regular_file(word, none);  // a program without a slash is on PATH
}

}  // namespace

std::vector<std::string> with_absolute_paths(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (names_a_file(word, &word == &words.front())) word = fs::absolute(word).string();
  }
  return words;
}

}  // namespace conformance
