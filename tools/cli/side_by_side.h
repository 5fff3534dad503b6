// One thing done for each of many, several at a time.
//
//   std::vector<Answer> answers(questions.size());
//   side_by_side(questions.size(), /*at_most=*/8, [&](size_t i) { answers[i] = ask(questions[i]); });
#ifndef TOOLS_CLI_SIDE_BY_SIDE_H_
#define TOOLS_CLI_SIDE_BY_SIDE_H_

#include <cstddef>
#include <functional>

namespace mpcheck {

// Calls act(0) to act(count - 1), begun in this order, each once and on some thread, at most so many of them at a
// time. Then: all have returned.
// Raises: what a call threw; then those that had not begun may be left out. Requires: at_most > 0.
void side_by_side(size_t count, size_t at_most, const std::function<void(size_t)>& act);

}  // namespace mpcheck

#endif  // TOOLS_CLI_SIDE_BY_SIDE_H_
