// The word that somebody probably meant who wrote one that is not known.
//
//   nearest("fitler", {"filter", "jobs"})   "filter"
//   nearest("xyzzy", {"filter", "jobs"})    ""
//
// Two neighbouring letters that changed places count as one mistake, and one letter too many, too few, or another as
// one as well. A third of the word may be wrong; but what a known word begins with is enough, if it begins only one.
#ifndef BASE_NEAREST_H_
#define BASE_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace base {

// The first of the nearest; empty if none of `known` is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "; did you mean --filter?", or nothing. `before` is what stands before the word: "--".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         std::string_view before = "");

}  // namespace base

#endif  // BASE_NEAREST_H_
