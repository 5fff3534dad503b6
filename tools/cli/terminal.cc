#include "tools/cli/terminal.h"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mpcheck {
namespace {

// UTF-8, whatever the user's locale is; glibc always has it.
locale_t utf8() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// Sets the locale of this thread while it lives.
class InUtf8 {
 public:
  InUtf8() : before_(::uselocale(utf8())) {}
  ~InUtf8() { ::uselocale(before_); }

 private:
  locale_t before_;
};

}  // namespace

size_t terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 120;
}

size_t columns(std::string_view text) {
  const InUtf8 locale;
  size_t sum = 0;
  mbstate_t state{};
  while (!text.empty()) {
    wchar_t letter;
    const size_t used = ::mbrtowc(&letter, text.data(), text.size(), &state);
    if (used == 0 || used > text.size()) {  // a zero byte, or no UTF-8
      state = {};
      ++sum;
      text.remove_prefix(1);
      continue;
    }
    sum += static_cast<size_t>(std::max(0, ::wcwidth(letter)));
    text.remove_prefix(used);
  }
  return sum;
}

std::string padded(std::string_view text, size_t width) {
  const size_t taken = columns(text);
  return absl::StrCat(text, std::string(width > taken ? width - taken : 0, ' '));
}

std::string wrapped(std::string_view text, size_t width, size_t indent) {
  std::string out;
  for (std::string_view paragraph : absl::StrSplit(text, "\n\n")) {
    if (!out.empty()) absl::StrAppend(&out, "\n");
    std::string line;
    for (std::string_view word :
         absl::StrSplit(paragraph, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
      if (!line.empty() && indent + columns(line) + 1 + columns(word) > width) {
        absl::StrAppend(&out, std::string(indent, ' '), line, "\n");
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    if (!line.empty()) absl::StrAppend(&out, std::string(indent, ' '), line, "\n");
  }
  return out;
}

Colours Colours::of(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return none();
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return none();
  return Colours(::isatty(fd) == 1);
}

std::string Colours::in(std::string_view code, std::string_view text) const {
  if (!wanted_ || text.empty()) return std::string(text);
  return absl::StrCat("\033[", code, "m", text, "\033[0m");
}

}  // namespace mpcheck
