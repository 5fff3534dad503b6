// How far a long run has come, on standard error: on a terminal one line that changes, elsewhere a line now and then.
//
//   base::ProgressLine progress;
//   progress.show("judging: 3 of 9", /*is_worth_a_line=*/false);
//   progress.end();
#ifndef BASE_PROGRESS_LINE_H_
#define BASE_PROGRESS_LINE_H_

#include <cstddef>
#include <string_view>

namespace base {

class ProgressLine {
 public:
  ProgressLine();

  // Where lines stay, `text` is shown only if it is worth one of its own.
  void show(std::string_view text, bool is_worth_a_line);

  // Then: the line that changed is gone, and something else may be printed.
  void end();

 private:
  const bool is_live_;  // it is a terminal
  size_t width_ = 0;    // of what stands there
};

}  // namespace base

#endif  // BASE_PROGRESS_LINE_H_
