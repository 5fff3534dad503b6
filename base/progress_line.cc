#include "base/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace base {

ProgressLine::ProgressLine() : is_live_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text, bool is_worth_a_line) {
  if (is_live_) {
    const size_t longer_before = width_ - std::min(width_, text.size());
    std::cerr << "\r" << text << std::string(longer_before, ' ') << std::flush;
    width_ = text.size();
  } else if (is_worth_a_line) {
    std::cerr << text << std::endl;
  }
}

void ProgressLine::end() {
  if (is_live_) std::cerr << "\r" << std::string(width_, ' ') << "\r" << std::flush;
  width_ = 0;
}

}  // namespace base
