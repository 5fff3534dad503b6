#include "base/nearest.h"

#include <algorithm>
#include <limits>

namespace base {
namespace {

// Optimal string alignment: three rows of the table of distances between beginnings of `a` and `b`.
size_t mistakes(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string only_one_that_begins_with(std::string_view word,
                                      const std::vector<std::string>& known) {
  std::string found;
  for (const std::string& each : known) {
    if (!each.starts_with(word)) continue;
    if (!found.empty()) return "";
    found = each;
  }
  return found;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty()) return "";
  if (std::string whole = only_one_that_begins_with(word, known); !whole.empty()) return whole;
  const size_t most = std::max<size_t>(1, word.size() / 3);
  std::string best;
  size_t fewest = std::numeric_limits<size_t>::max();
  for (const std::string& each : known) {
    const size_t count = mistakes(word, each);
    // A word of two letters is not meant by any other word of two letters.
    if (count <= most && count < each.size() - std::min<size_t>(each.size(), 1) && count < fewest) {
      best = each;
      fewest = count;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         std::string_view before) {
  const std::string meant = nearest(word, known);
  if (meant.empty()) return "";
  return "; did you mean " + std::string(before) + meant + "?";
}

}  // namespace base
