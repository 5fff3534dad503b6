// What the terminal can show: how wide it is, whether it has colours, and how many columns a text takes.
#ifndef TOOLS_CLI_TERMINAL_H_
#define TOOLS_CLI_TERMINAL_H_

#include <string>
#include <string_view>

namespace mpcheck {

// Of the terminal that `fd` is; 120 where it is none.
size_t terminal_width(int fd);

// How many columns `text` (UTF-8) takes: an ideograph takes two, an accent of its own none. What is no UTF-8 takes one a
// byte.
size_t columns(std::string_view text);

// `text` and spaces up to `width` columns; longer ones as they are.
std::string padded(std::string_view text, size_t width);

// `text` in lines of at most `width` columns, broken at spaces, each behind `indent` spaces. Paragraphs (an empty line
// between them) stay.
std::string wrapped(std::string_view text, size_t width, size_t indent);

// Marks words, where that is wanted: on a terminal (not a dumb one), unless NO_COLOR is set to something.
class Colours {
 public:
  // As it is wanted for what goes to `fd`.
  static Colours of(int fd);
  static Colours none() { return Colours(false); }
  explicit Colours(bool wanted) : wanted_(wanted) {}

  std::string bold(std::string_view text) const { return in("1", text); }
  std::string red(std::string_view text) const { return in("31", text); }
  std::string yellow(std::string_view text) const { return in("33", text); }
  std::string dim(std::string_view text) const { return in("2", text); }

 private:
  std::string in(std::string_view code, std::string_view text) const;

  bool wanted_;
};

}  // namespace mpcheck

#endif  // TOOLS_CLI_TERMINAL_H_
